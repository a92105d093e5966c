/**
 * GFF3 (Ensembl, GENCODE, RefSeq, MANE): exons name their transcripts, transcripts their genes, each perhaps several;
 * parents may come later in the file. Reserved characters are percent-encoded, in UTF-8.
 */
import { groupBy } from "../core/GroupBy.ts"
import * as GeneDraft from "./GeneDraft.ts"
import * as Interval from "./Interval.ts"

/** A text whose percent signs are none of an encoding stays as it is. */
export const decoded = (text: string): string => {
  if (!text.includes("%")) return text
  try {
    return decodeURIComponent(text.replaceAll(/%(?![0-9A-Fa-f]{2})/gu, "%25"))
  } catch {
    return text
  }
}

/** Quotes mean nothing in GFF3; programs that write GTF put values into them here, too. */
const withoutQuotes = (text: string): string => /^"([^"]*)"$/u.exec(text)?.[1] ?? text

/** Values by name, as the file writes them. */
const attributesOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(";")
      .filter((pair) => pair.includes("="))
      .map((pair) => {
        const at = pair.indexOf("=")
        return [pair.slice(0, at).trim(), withoutQuotes(pair.slice(at + 1).trim())] as const
      })
  )

const listed = (text: string | undefined): ReadonlyArray<string> =>
  text === undefined ? [] : text.split(",").map(decoded)

interface Child extends GeneDraft.Feature {
  readonly parents: ReadonlyArray<string>
}

export const make = () => {
  const genes = new Map<string, GeneDraft.Draft>()
  /** Lines with an ID and parents, by ID: transcripts, and what stands between them and genes. */
  const children = new Map<string, Array<Child>>()
  const exons: Array<Child> = []
  const orphans: Array<string> = []
  const lonely = new Set<string>()

  /** The genes above an id: gene, transcript and part are the most levels in use, the bound guards against cycles. */
  const genesOf = (id: string, levels = 4): ReadonlyArray<GeneDraft.Draft> => {
    const gene = genes.get(id)
    if (gene !== undefined) return [gene]
    if (levels === 0) return []
    const above = new Set((children.get(id) ?? []).flatMap(({ parents }) => parents))
    return [...new Set([...above].flatMap((parent) => genesOf(parent, levels - 1)))]
  }

  const assemble = () => {
    const byParent = new Map<string, Array<Child>>()
    for (const exon of exons) {
      let found = false
      for (const parent of exon.parents) {
        if (genesOf(parent).length === 0) {
          if (children.has(parent)) lonely.add(parent)
          continue
        }
        found = true
        const own = byParent.get(parent) ?? []
        own.push(exon)
        byParent.set(parent, own)
        // Exons that name the gene itself.
        if (!children.has(parent) && genes.has(parent)) genes.get(parent)!.parts.push(partOf(undefined, [exon], []))
      }
      if (!found) orphans.push(Interval.format(exon))
    }
    for (const [id, lines] of children) {
      const own = byParent.get(id) ?? []
      for (const gene of genesOf(id)) {
        for (const here of groupBy(lines, ({ chrom, strand }) => `${chrom} ${strand}`).values()) {
          const [{ chrom, strand }] = here as [Child]
          const exonsHere = own.filter(
            (exon) => exon.chrom === chrom && (exon.strand === strand || exon.strand === ".")
          )
          // Lines of one ID that do not overlap are copies at several places.
          const spans = Interval.merge(here)
          for (const span of spans) {
            const place = { ...span, chrom }
            const inside = exonsHere.filter((exon) => spans.length === 1 || Interval.overlaps(place, exon))
            gene.parts.push(
              partOf(
                id,
                inside,
                here.filter((line) => Interval.overlaps(place, line))
              )
            )
          }
        }
      }
    }
  }

  return {
    line: (feature: GeneDraft.Feature): string | undefined => {
      const { type } = feature
      // Parts of transcripts that say nothing of exons are most of the file.
      if (/CDS|UTR|codon|intron/u.test(type)) return undefined
      const attributes = attributesOf(feature.attributes)
      const value = (name: string) => (attributes.has(name) ? decoded(attributes.get(name)!) : undefined)
      const [id, parents] = [value("ID"), listed(attributes.get("Parent"))]
      if (/(?:^|_)(?:pseudo)?gene$/u.test(type)) {
        if (id === undefined || id === "") return "gene record has no ID attribute"
        const gene = genes.get(id) ?? GeneDraft.make()
        genes.set(id, gene)
        gene.name = value("gene_name") ?? value("Name") ?? value("gene") ?? ""
        gene.id = value("gene_id") ?? /(?:^|,)Ensembl:(ENS[A-Z]*G\d+)/u.exec(attributes.get("Dbxref") ?? "")?.[1]
        gene.type = value("gene_type") ?? value("gene_biotype") ?? value("biotype")
        // A gene without any name has that of its record.
        if (gene.name === "" && gene.id === undefined) gene.name = id.replace(/^gene[:-]/u, "")
        gene.bodies.push(feature)
      } else if (type === "exon") exons.push({ ...feature, parents })
      else if (id !== undefined && parents.length > 0) {
        const lines = children.get(id) ?? []
        lines.push({ ...feature, parents })
        children.set(id, lines)
      }
      return undefined
    },
    drafts: (): Iterable<GeneDraft.Draft> => {
      assemble()
      return genes.values()
    },
    /** Exons, and transcripts with exons, above which is no gene of the file. */
    orphans: () => ({ exons: orphans as ReadonlyArray<string>, transcripts: [...lonely] as ReadonlyArray<string> })
  }
}

const partOf = (id: string | undefined, exons: ReadonlyArray<Child>, lines: ReadonlyArray<Child>): GeneDraft.Part => {
  const [{ chrom, strand }] = [...lines, ...exons] as [Child]
  const [merged, last] = [Interval.merge(lines)[0], Interval.merge(lines).at(-1)]
  return {
    id,
    chrom,
    strand,
    span: merged === undefined ? undefined : { start: merged.start, end: last!.end },
    exons: [...exons]
  }
}
