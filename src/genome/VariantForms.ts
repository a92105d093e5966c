/**
 * The forms in which a key may name the same variant: `1:105:G:A`, `chr1_105_G_A` and `chr1_104_AG_AA`, whole in one column
 * or in columns of its parts; and the same gene: Ensembl's ids with and without their versions. No reference is there: what
 * only left-alignment would bring together stays apart.
 */
import type { Forms, FormsOf } from "../data/table/Join.ts"
import * as Alleles from "./Alleles.ts"
import * as Chromosome from "./Chromosome.ts"
import * as Gene from "./Gene.ts"
import * as VariantText from "./VariantText.ts"

const parts = {
  chrom: /^#?chr(?:om(?:osome)?)?$/iu,
  pos: /^(?:pos(?:ition)?|bp|base_pair_location)$/iu,
  ref: /^(?:ref(?:_allele|erence)?|other_allele|a2|allele2)$/iu,
  alt: /^(?:alt(?:_allele|ernate|ernative)?|effect_allele|a1|allele1)$/iu
}

interface Spelled {
  readonly same: string
  readonly turned: string | undefined
}

/**
 * Both orders of the alleles in the shortest spelling; undefined for what is no variant. Alleles of two lengths have one
 * order: A to AT is an insertion, AT to A at the same place a deletion, and both may be.
 */
const spelled = ({ chrom, pos, ref, alt }: Omit<VariantText.Pieces, "build">): Spelled | undefined => {
  const place = VariantText.position(pos)
  const [upperRef, upperAlt] = [ref.toUpperCase(), alt.toUpperCase()]
  if (typeof place !== "number" || VariantText.alleleProblem(upperRef, upperAlt) !== undefined) return undefined
  const short = Alleles.trim({ pos: place, ref: upperRef, alt: upperAlt })
  const name = Chromosome.plinkName(chrom)
  const text = (one: string, other: string) => JSON.stringify([name, short.pos, one, other])
  return {
    same: text(short.ref, short.alt),
    turned: short.ref.length === short.alt.length ? text(short.alt, short.ref) : undefined
  }
}

const placesOf = (columns: ReadonlyArray<string>) => {
  const at = (part: keyof typeof parts) => columns.findIndex((name) => parts[part].test(name))
  return { chrom: at("chrom"), pos: at("pos"), ref: at("ref"), alt: at("alt") }
}

/** Of keys in these columns. */
export const of = (columns: ReadonlyArray<string>): FormsOf => {
  const { chrom, pos, ref, alt } = placesOf(columns)
  const apart = chrom >= 0 && pos >= 0 && ref >= 0 && alt >= 0
  return (cells): Forms | undefined => {
    const same = [...cells]
    const turned = [...cells]
    let [respelled, alleles] = [false, false]
    const put = (at: number, found: Spelled): void => {
      same[at] = found.same
      turned[at] = found.turned ?? found.same
      respelled = true
      alleles ||= found.turned !== undefined
    }
    let mark: string | undefined
    if (apart) {
      const [name, place, one, other] = [cells[chrom]!, cells[pos]!, cells[ref]!, cells[alt]!]
      const found = spelled({ chrom: name, pos: place, ref: one, alt: other })
      if (found !== undefined) {
        for (const at of [chrom, pos, ref, alt]) same[at] = turned[at] = ""
        put(chrom, found)
        mark = Chromosome.buildOfName(name)
      }
    } else if (chrom >= 0) {
      same[chrom] = turned[chrom] = Chromosome.plinkName(cells[chrom]!)
      const place = pos >= 0 ? VariantText.position(cells[pos]!) : undefined
      if (typeof place === "number") same[pos] = turned[pos] = String(place)
      respelled = true
    }
    for (const [at, cell] of cells.entries()) {
      if (cell.startsWith("ENS")) {
        same[at] = turned[at] = Gene.withoutVersion(cell)
        respelled = true
        continue
      }
      const pieces = VariantText.split(cell)
      const found = pieces._tag === "Success" ? spelled(pieces.success) : undefined
      if (found === undefined || pieces._tag === "Failure") continue
      mark ??= pieces.success.build
      put(at, found)
    }
    if (!respelled) return undefined
    return { form: JSON.stringify(same), turned: alleles ? JSON.stringify(turned) : undefined, mark }
  }
}
