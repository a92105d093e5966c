/** Samples keep their identity: what belongs to one never meets what belongs to another. */
import { afterEach, assert, beforeEach, describe, it } from "vitest"
import { Rig } from "../support/rig.ts"

let rig: Rig
beforeEach(() => {
  rig = new Rig()
  rig.write("s.tsv", "id\tn\nA 1\t1\nB\t2\nC\t3\n")
})
afterEach(() => rig.remove())

const head = `agflow: 1
name: keys
params: { s: { type: table, columns: { id: string, n: integer }, default: ./s.tsv } }
stages:
  bam: { scatter: { over: "\${{ params.s }}", as: x }, run: 'echo "bam $id" > "$o"', env: { id: "\${{ x.id }}" }, outputs: { o: text } }
  purity:
    scatter: { over: "\${{ params.s }}", as: x }
    run: '[ "$n" != 2 ] || exit 3; echo "purity $n" > "$o"'
    env: { n: "\${{ x.n }}" }
    outputs: { o: text }
    onError: ignore
`
const side = (missing: string) => `  pair:
    missing: ${missing}
    run: 'paste -d+ <(cat $bams) <(cat $purities) > "$o"; cut -f1 "$bams_keys" | paste -sd, >> "$o"; sed 1d "$purities_keys" | cut -f2 | xargs -n1 basename | paste -sd, >> "$o"'
    inputs: { bams: "\${{ bam.o }}", purities: "\${{ purity.o }}" }
    outputs: { o: text }
outputs: { o: "\${{ pair.o }}" }
`

describe("lists of files that a stage reads side by side", () => {
  it("are of the same keys in the same order, and what is left out is said", async () => {
    rig.write("flow.yaml", head + side("skip"))
    const first = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(first.code, 0, first.stdout + first.stderr)
    assert.deepStrictEqual(rig.results(), {
      "o.txt": "bam A 1+purity 1\nbam C+purity 3\nkey,A 1,C\nA_1.txt,C.txt\n"
    })
    const said = /keys: 2 of 3 kept; left out: 1 missing from 'purities' \(B\)/u
    assert.match(first.stdout, said)
    // Of a cached task it is said again.
    assert.match((await rig.agflow(["run", "flow.yaml"])).stdout, said)
    assert.match((await rig.agflow(["show"])).stdout, said)
    assert.match(String(rig.trace()["pair"]!["rows"]), said)
  })

  it("end the run where a key is missing and the stage does not skip it", async () => {
    rig.write("flow.yaml", head + side("fail"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1, stdout)
    assert.match(stdout + stderr, /input 'purities' has nothing for 'B', and another input has/u)
  })
})

describe("a file by its key", () => {
  const join = (missing: string) => `  join:
    scatter: { over: "\${{ bam.o }}", as: b }
    ${missing}
    run: 'cat "$b" "$p" > "$o"; basename -a "$b" "$p" >> "$o"'
    inputs: { b: "\${{ b }}", p: "\${{ purity.o[b] }}" }
    outputs: { o: text }
outputs: { o: "\${{ join.o }}" }
`
  it("is that of the item, by name too", async () => {
    rig.write("flow.yaml", head + join("missing: skip"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), {
      "o.A_1.txt": "bam A 1\npurity 1\nA_1.txt\nA_1.txt\n",
      "o.C.txt": "bam C\npurity 3\nC.txt\nC.txt\n"
    })
    assert.match(
      stdout,
      /! join +3 tasks, 0 cached, 1 left out; 2 ran[^]*keys: 2 of 3 kept; left out: 1 missing from 'purity' \(B\)/u
    )
  })

  it("ends the run where it is missing", async () => {
    rig.write("flow.yaml", head + join("description: all of them"))
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 1, stdout)
    assert.match(stdout + stderr, /input 'p': 'purity' gave no 'o' for 'B'/u)
  })

  it("comes from a scattered workflow, and one of two scatters gives the files of the other", async () => {
    rig.write(
      "one.yaml",
      `agflow: 1
name: one
params: { id: { type: string } }
stages:
  part: { scatter: { over: [chr1, chr2], as: c }, run: 'echo "$id $c" > "$o"', env: { id: "\${{ params.id }}", c: "\${{ c }}" }, outputs: { o: text } }
  whole: { run: 'cat $xs > "$o"; basename -a $xs >> "$o"', inputs: { xs: "\${{ part.o }}" }, outputs: { o: text } }
outputs: { whole: "\${{ whole.o }}" }
`
    )
    rig.write(
      "flow.yaml",
      `agflow: 1
name: keys
params: { s: { type: table, columns: { id: string, n: integer }, default: ./s.tsv } }
stages:
  each: { scatter: { over: "\${{ params.s }}", as: x }, uses: ./one.yaml, with: { id: "\${{ x.id }}" } }
  last: { run: 'cat "$x" > "$o"', inputs: { x: "\${{ each.whole['C'] }}" }, outputs: { o: text } }
  grid:
    scatter: [{ over: "\${{ params.s }}", as: x }, { over: [p, q], as: y }]
    run: echo "$x$y" > "$o"
    env: { x: "\${{ x.id }}", y: "\${{ y }}" }
    outputs: { o: text }
  row:
    scatter: { over: "\${{ params.s }}", as: x }
    run: 'cat $xs > "$o"; sed 1d "$xs_keys" | cut -f1,2 >> "$o"'
    inputs: { xs: "\${{ grid.o[x] }}" }
    outputs: { o: text }
outputs: { last: "\${{ last.o }}", row: "\${{ row.o }}" }
`
    )
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), {
      "last.txt": "C chr1\nC chr2\nC.chr1.txt\nC.chr2.txt\n",
      "row.A_1.txt": "A 1p\nA 1q\nA 1\tp\nA 1\tq\n",
      "row.B.txt": "Bp\nBq\nB\tp\nB\tq\n",
      "row.C.txt": "Cp\nCq\nC\tp\nC\tq\n"
    })
  })
})

describe("a table of many", () => {
  it("says in its first column what each row is of, unless it has that column", async () => {
    rig.write(
      "flow.yaml",
      `agflow: 1
name: tables
params: { s: { type: table, columns: { id: string, n: integer }, default: ./s.tsv } }
stages:
  a:
    scatter: { over: "\${{ params.s }}", as: sample }
    run: printf 'v\\n%d\\n' "$n" > "$t"; printf 'v\\tsample\\n%d\\town\\n' "$n" > "$u"
    env: { n: "\${{ sample.n }}" }
    outputs: { t: { table: { v: integer } }, u: tsv }
outputs: { t: "\${{ a.t }}", u: "\${{ a.u }}" }
`
    )
    const { code, stdout, stderr } = await rig.agflow(["run", "flow.yaml"])
    assert.strictEqual(code, 0, stdout + stderr)
    assert.deepStrictEqual(rig.results(), {
      "t.tsv": "sample\tv\nA 1\t1\nB\t2\nC\t3\n",
      "u.tsv": "v\tsample\n1\town\n2\town\n3\town\n"
    })
  })
})
