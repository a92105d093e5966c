/** What agflow's own stages say, before they run, of what they are given. */
import { gzipSync } from "node:zlib"
import { assert, describe, it } from "vitest"
import { load, ownStages } from "../../support/workflow.ts"

const files: Readonly<Record<string, string | Uint8Array>> = {
  "r.fa": ">chr1\nACGTACGTAC\n",
  "v.tsv": "variant_id\tchrom\tpos\tref\talt\nchr1_2_C_T\tchr1\t2\tC\tT\n",
  "pairs.tsv": "variant_id\tgene_id\nchr1_2_C_T\tg\n",
  "t.tsv": "molecular_trait_id\tvariant\tlbf_variable1\nx\tv\t1\n",
  "scores.tsv": "variant_id\tscore\ntissue_a\t1\n",
  "labels.csv.txt": "variant_id,label,tissue\nv,1,lung\n",
  "w.h5": "\u0089HDF\r\n",
  "fig.svg": "<svg/>",
  "intervals.bed": "chr1\t0\t5\n",
  "registry.yaml": "evaluations:\n  - { id: mine, titel: x }\n",
  "wide.tsv.gz": gzipSync(`variant_id\tmeasured\t${Array.from({ length: 500 }, (_, at) => `f${at}`).join("\t")}\n`)
}

/** What is said of one stage: place in its line, and message. */
const said = async (stage: string, more: Readonly<Record<string, string | Uint8Array>> = {}) => {
  const text = `agflow: 1\nname: x\nstages:\n  a: ${stage}\n`
  const { diagnostics } = await load(text, { files: { ...files, ...more }, library: ownStages })
  return diagnostics.map(({ message, hint, range, source }) => ({
    at: source.text.slice(range.start, range.end),
    message,
    hint
  }))
}

const model = "reference: ./r.fa, windows: ./windows.tsv, variants: ./v.tsv"
const windows = {
  "windows.tsv": "window_id\tchrom\tstart\tend\tstrand\tvariant_id\tgene_id\tpadded\nw\tchr1\t0\t16384\t+\tNA\tNA\t0\n"
}

describe("what a stage lacks is reported at its place before anything runs", () => {
  it.each([
    [
      "{ uses: build-windows, with: { reference: ./r.fa, mode: pairs, width: 8, pairs: ./pairs.tsv } }",
      "pairs",
      /mode pairs needs the input genes/u
    ],
    [
      "{ uses: build-windows, with: { reference: ./r.fa, mode: tiles, width: 8, output_width: 3 } }",
      "3",
      /does not lie at the centre/u
    ],
    ["{ uses: fetch-dataset, with: {} }", "fetch-dataset", /give either 'dataset' or 'url'/u],
    ["{ uses: fetch-dataset, with: { dataset: mini-borzoy } }", "mini-borzoy", /no dataset is named/u],
    ["{ uses: fetch-dataset, with: { url: 'ftp://x/y' } }", "'ftp://x/y'", /is not a web address/u],
    ["{ uses: fetch-reference, with: { genome: local } }", "local", /needs the input 'fasta' or 'pieces'/u],
    ["{ uses: fetch-reference, with: { genome: hg38, fasta: ./r.fa } }", "./r.fa", /genome hg38 takes no input file/u],
    [
      "{ uses: fetch-reference, with: { genome: local, pieces: [./r.fa], regions: ['chr1:1-5', 'chr1:6-9'] } }",
      "['chr1:1-5', 'chr1:6-9']",
      /2 regions for 1 pieces/u
    ],
    [
      "{ uses: fetch-reference, with: { genome: local, pieces: [./r.fa], regions: [chr1] } }",
      "chr1",
      /is not a region/u
    ],
    ["{ uses: colocalise, with: { trait1: ./t.tsv, trait2: ./t.tsv, p12: 0.5 } }", "0.5", /p12 = 0.5 is above p1/u],
    ["{ uses: load-sequence-pairs, with: { ref: ./r.fa } }", "./r.fa", /give 'ref' and 'alt', or 'substitutions'/u],
    ["{ uses: append-tables, with: { tables: [] } }", "[]", /'tables' must be given, but the list is empty/u],
    [
      "{ uses: variant-evaluations, with: { only: [clinvar_noncoding, clinvar_nocoding] } }",
      "clinvar_nocoding",
      /no evaluation is named/u
    ],
    [
      "{ uses: variant-evaluations, with: { registry: ./registry.yaml } }",
      "./registry.yaml",
      /registry.yaml:2: column \d+: /u
    ],
    [
      "{ uses: evaluation-scores, with: { evaluation: nope, scores: ./scores.tsv } }",
      "nope",
      /no evaluation is named 'nope'/u
    ],
    [
      "{ uses: report, with: { title: x, figures: [./fig.svg], sections: [{ title: y, figures: [2] }] } }",
      "2",
      /figures has no position 2/u
    ],
    [
      "{ uses: load-table, with: { table: ./scores.tsv, columns: { id: variant_id }, negate: [scor] } }",
      "scor",
      /none of the new columns/u
    ],
    [
      "{ uses: evaluate-variants, with: { predictions: ./scores.tsv, labels: ./labels.csv.txt, expect: { all/persons: [0, 1] } } }",
      "[0, 1]",
      /no metric is named 'all.persons'/u
    ],
    [
      "{ uses: evaluate-variants, with: { predictions: ./scores.tsv, labels: ./labels.csv.txt, expect: { all/pearson: [1, 0] } } }",
      "[1, 0]",
      /1 is not at most 0/u
    ]
  ])("%s", async (stage, at, message) => {
    const [first, ...others] = await said(stage)
    assert.deepStrictEqual(others, [])
    assert.strictEqual(first!.at, at)
    assert.match(first!.message, message)
  })

  it.each([
    [
      `{ uses: score-variants, with: { model: spliceai, ${model}, genes: ./v.tsv, scorers: [contact_map] } }`,
      [/spliceai needs weights/u, /missing columns 'gene_id'/u, /which the model does not give/u]
    ],
    [
      `{ uses: score-variants, with: { model: exec, ${model}, scorers: [gene_lfc, centre_mask] } }`,
      [/needs the param 'command'/u, /gene_lfc needs the input 'genes'/u]
    ],
    [
      `{ uses: score-variants, with: { model: spliceai, organism: mouse, weights: ./w.h5, ${model}, scorers: [centre_mask], command: [x] } }`,
      [/spliceai knows human, not mouse/u, /command: spliceai has no use for it/u]
    ],
    [
      `{ uses: score-variants, with: { model: synthetic, scored_by: service, ${model}, scorers: [centre_mask] } }`,
      [/needs weights/u, /is no service/u]
    ],
    [
      `{ uses: score-variants, with: { model: alphagenome-api, weights: ./w.h5, ${model}, scorers: [{ scorer: gene_lfc, width: 3 }] } }`,
      [/takes no weights/u, /gene_lfc takes no width/u]
    ],
    [
      "{ uses: in-silico-mutagenesis, with: { model: spliceai, weights: ./w.h5, reference: ./r.fa, intervals: ./intervals.bed, width: 2048, scorers: [centre_mask] } }",
      [/width: 2048 bp where spliceai reads 10001/u]
    ],
    [
      "{ uses: predict-tracks, with: { model: spliceai, weights: ./w.h5, reference: ./r.fa, windows: ./windows.tsv, outputs: [SPLICE_SITE] } }",
      [/no output 'SPLICE_SITE'/u]
    ]
  ])("of a model: %s", async (stage, messages) => {
    const found = await said(stage, windows)
    for (const message of messages)
      assert.isTrue(
        found.some((each) => message.test(each.message)),
        `${message} in ${JSON.stringify(found)}`
      )
    assert.strictEqual(found.length, messages.length, JSON.stringify(found))
  })

  it("in one combination of many", async () => {
    const found = await said(
      "{ uses: colocalise, scatter: { over: [1.0e-6, 0.5] }, with: { trait1: ./t.tsv, trait2: ./t.tsv, p12: '${{ item }}' } }"
    )
    assert.deepStrictEqual(
      found.map(({ at }) => at),
      ["'${{ item }}'"]
    )
  })

  it("and nothing where an input has an error of its own", async () => {
    const found = await said(
      "{ uses: build-windows, with: { reference: ./r.fa, mode: variants, width: 8, variants: '${{ nowhere.variants }}' } }"
    )
    assert.deepStrictEqual(
      found.map(({ message }) => message),
      ["there is no stage 'nowhere'"]
    )
  })
})

describe("columns that params name are looked for in the headers of files that are there", () => {
  it.each([
    [
      "{ uses: load-table, with: { table: ./scores.tsv, columns: { id: variant_ID, n: '{score} {b}' } } }",
      ["variant_ID", "'{score} {b}'"]
    ],
    [
      "{ uses: load-table, with: { table: ./labels.csv.txt, separator: comma, columns: { id: variant_id, n: lable } } }",
      ["lable"]
    ],
    [
      "{ uses: load-table, with: { table: ./labels.csv.txt, separator: comma, skip_lines: 1, columns: { id: variant_id } } }",
      ["variant_id"]
    ],
    [
      "{ uses: join-tables, with: { left: ./scores.tsv, right: ./labels.csv.txt, on: [variant_id, tisue] } }",
      ["tisue", "tisue"]
    ],
    [
      "{ uses: evaluate-variants, with: { predictions: ./scores.tsv, labels: ./labels.csv.txt, prediction: scor, group: tisue } }",
      ["scor", "tisue"]
    ],
    [
      "{ uses: supervised-scores, with: { evaluation: clinvar_noncoding, method: lasso, table: ./wide.tsv.gz, target: mesured, features: [f499, f500] } }",
      ["mesured", "f500"]
    ],
    ["{ uses: load-variants, with: { variants: ./v.tsv, reference: ./r.fa, columns: { gene: gene } } }", ["gene"]],
    [
      "{ uses: evaluation-scores, with: { evaluation: clinvar_noncoding, scores: ./scores.tsv, labels: ./labels.csv.txt, columns: { target: lable, prediction: scoer }, on: { variant_id: id } } }",
      ["lable", "scoer", "id"]
    ]
  ])("%s", async (stage, places) => {
    const found = await said(stage)
    assert.sameMembers(
      found.map(({ at }) => at),
      places
    )
    for (const { message } of found) assert.match(message, /missing column|has no column/u)
  })

  it("with what may be meant", async () => {
    const [first] = await said("{ uses: load-table, with: { table: ./scores.tsv, columns: { n: scor } } }")
    assert.deepStrictEqual(
      [first!.message, first!.hint],
      ["'scores.tsv': missing column 'scor'", "did you mean 'score'?"]
    )
  })

  it("at the table, where no param is written", async () => {
    const [first] = await said("{ uses: colocalise, with: { trait1: ./scores.tsv, trait2: ./t.tsv } }")
    assert.strictEqual(first!.at, "colocalise")
  })
})

describe("a file that is something else than its port expects", () => {
  it.each([
    ["reference", "r2.fa", gzipSync("BAM\u0001xxxx"), /'r2.fa' is a BAM file, where sequences/u],
    ["reference", "r2.fa", "chr1\t1\t5\n", /'r2.fa' begins with 'chr1', where sequences/u],
    ["reference", "r2.fa", "<!DOCTYPE html><html>", /'r2.fa' is a web page .HTML., where/u],
    ["reference", "r2.fa.gz", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), /is compressed with zstd, where/u],
    ["variants", "v2.tsv", "PK\u0003\u0004xx", /is a zip archive, where a table/u],
    ["variants", "v2.tsv", "", /the table is empty: a header row is needed/u],
    ["variants", "v2.tsv", "#CHROM\tPOS\tID\nchr1\t1\t.\n", /'v2.tsv': missing columns 'variant_id', 'chrom'/u]
  ])("%s: %s", async (input, name, content, message) => {
    const given =
      input === "reference" ? `reference: ./${name}, variants: ./v.tsv` : `reference: ./r.fa, variants: ./${name}`
    const [first, ...others] = await said(`{ uses: build-windows, with: { mode: variants, width: 8, ${given} } }`, {
      [name]: content
    })
    assert.deepStrictEqual(others, [])
    assert.strictEqual(first!.at, `./${name}`)
    assert.match(first!.message, message)
  })
})

describe("what is seen in files that are there, and in the stages before", () => {
  const short = windows["windows.tsv"].replace("16384", "10")
  it.each([
    [
      "{ uses: score-variants, with: { model: spliceai, weights: ./w.h5, reference: ./r.fa, windows: ./windows.tsv, variants: ./v.tsv, scorers: [centre_mask] } }",
      "./windows.tsv",
      /windows: 10 bp where spliceai reads 10001/u
    ],
    [
      "{ uses: append-tables, with: { tables: [./v.tsv, ./scores.tsv] } }",
      "[./v.tsv, ./scores.tsv]",
      /missing column/u
    ],
    [
      "{ uses: join-tables, with: { left: ./scores.tsv, right: ./twice.tsv, on: [variant_id] } }",
      "./twice.tsv",
      /both tables have a column 'score'/u
    ],
    [
      "{ uses: colocalise, with: { trait1: ./t.tsv, trait2: ./t.tsv, lbf_prefix: lbf } }",
      "./t.tsv",
      /no column 'lbf1'/u
    ],
    [
      "{ uses: evaluation-scores, with: { evaluation: clinvar_noncoding, scores: ./scores.tsv } }",
      "./scores.tsv",
      /missing column 'target'/u
    ],
    [
      "{ uses: load-variants, with: { variants: ./v.vcf, reference: ./r.fa, columns: { gene: GENE } } }",
      "{ gene: GENE }",
      /named 'GENE'/u
    ],
    ["{ uses: load-variants, with: { variants: ./plain.tsv, reference: ./r.fa } }", "./plain.tsv", /plain.tsv/u],
    [
      "{ uses: score-variants, with: { model: alphagenome-api, address: 'ftp://x', reference: ./r.fa, windows: ./windows.tsv, variants: ./v.tsv, scorers: [recommended] } }",
      "'ftp://x'",
      /is not the address of a server/u
    ]
  ])("%s", async (stage, at, message) => {
    const [first] = await said(stage, {
      "windows.tsv": short,
      "plain.tsv": "a\tb\n1\t2\n",
      "twice.tsv": "variant_id\tscore\nx\t1\n",
      "v.vcf": "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\nchr1\t2\t.\tC\tT\t.\t.\t.\n"
    })
    assert.strictEqual(first!.at, at)
    assert.match(first!.message, message)
  })

  it.each([
    ["2048", ['"${{ a.windows }}"']],
    ["15000", []]
  ])("the width of windows that are yet to be built: %s", async (width, places) => {
    const found = await said(
      `{ uses: build-windows, with: { mode: variants, width: ${width}, reference: ./r.fa, variants: ./v.tsv } }
  b: { uses: score-variants, with: { model: spliceai, weights: ./w.h5, reference: ./r.fa, windows: "\${{ a.windows }}", variants: ./v.tsv, scorers: [centre_mask] } }`
    )
    assert.deepStrictEqual(
      found.map(({ at }) => at),
      places
    )
  })

  it("labels that a stage makes are not held against the scores", async () => {
    const found = await said(
      `{ run: 'cat > "$o"', outputs: { o: tsv } }
  b: { uses: evaluation-scores, with: { evaluation: clinvar_noncoding, scores: ./scores.tsv, labels: "\${{ a.o }}" } }`
    )
    assert.deepStrictEqual(found, [])
  })
})
