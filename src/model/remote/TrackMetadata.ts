/** Tracks as the service describes them, and as tables do: official column names. */
import type { Track } from "../Track.ts"
import * as Protocol from "./Protocol.ts"
import type { Message } from "./Protocol.ts"

type Metadata = NonNullable<Track["metadata"]>

const curieOf = (term: Message<"OntologyTerm"> | null | undefined): string | undefined => {
  const type = term == null ? undefined : Protocol.nameOf(Protocol.ontologies, term.type)
  return type === undefined ? undefined : `${type}:${String(term!.id).padStart(7, "0")}`
}

/** `CL:0000047` as the service writes it; undefined for what is no such term. */
export const ontologyTerm = (curie: unknown): Message<"OntologyTerm"> | undefined => {
  const [, type, id] = /^([A-Z]+):(\d+)$/u.exec(String(curie)) ?? []
  const number = Protocol.ontologies[type as keyof typeof Protocol.ontologies]
  return number === undefined ? undefined : { type: number, id: Number(id) }
}

const endednesses = { single: 1, paired: 2 } as const

/** A row of a track or of a junction's sample; what it does not have is left out. */
export const toTrack = (
  row: Message<"TrackMetadata"> | Message<"JunctionMetadata">,
  group: string,
  track: number
): Track => {
  const more = "strand" in row ? row : undefined
  const columns: Record<string, string | number | boolean | null | undefined> = {
    "Assay title": row.assay,
    ontology_curie: curieOf(row.ontology),
    biosample_name: row.biosample?.name,
    biosample_type: row.biosample == null ? undefined : Protocol.nameOf(Protocol.biosamples, row.biosample.type),
    biosample_life_stage: row.biosample?.stage,
    gtex_tissue: row.gtexTissue,
    transcription_factor: more?.transcriptionFactor,
    histone_mark: more?.histoneMark,
    data_source: row.dataSource,
    endedness: more?.endedness == null ? undefined : Protocol.nameOf(endednesses, more.endedness),
    genetically_modified: more?.geneticallyModified,
    nonzero_mean: more?.nonzeroMean
  }
  const metadata = Object.fromEntries(Object.entries(columns).filter(([, value]) => value != null)) as Metadata
  const described = [
    columns["biosample_name"],
    columns["transcription_factor"] ?? columns["histone_mark"],
    columns["Assay title"]
  ]
  return {
    track,
    name: row.name,
    group,
    strand: (more && Protocol.nameOf(Protocol.strands, more.strand)) ?? ".",
    description: described.filter((each) => each != null).join(", ") || row.name,
    metadata
  }
}

const text = (value: Metadata[string] | undefined): string | undefined =>
  value == null || value === "" ? undefined : String(value)

const biosampleOf = (metadata: Metadata): Message<"Biosample"> | undefined => {
  const name = text(metadata["biosample_name"])
  const type = Protocol.biosamples[String(metadata["biosample_type"]) as keyof typeof Protocol.biosamples]
  return name === undefined || type === undefined
    ? undefined
    : { name, type, stage: text(metadata["biosample_life_stage"]) }
}

/** The inverse of {@link toTrack}. */
export const fromTrack = ({ name, strand, metadata = {} }: Track): Message<"TrackMetadata"> => {
  const modified = metadata["genetically_modified"]
  const mean = metadata["nonzero_mean"]
  return {
    name,
    strand: Protocol.strands[strand as keyof typeof Protocol.strands] ?? Protocol.strands["."],
    ontology: ontologyTerm(metadata["ontology_curie"]),
    biosample: biosampleOf(metadata),
    assay: text(metadata["Assay title"]),
    gtexTissue: text(metadata["gtex_tissue"]),
    histoneMark: text(metadata["histone_mark"]),
    transcriptionFactor: text(metadata["transcription_factor"]),
    dataSource: text(metadata["data_source"]),
    endedness: endednesses[metadata["endedness"] as keyof typeof endednesses],
    geneticallyModified: typeof modified === "boolean" ? modified : undefined,
    nonzeroMean: typeof mean === "number" ? mean : undefined
  }
}

/** What tells a track from the others of its output. */
export const identity = ({ name, strand }: Pick<Track, "name" | "strand">): string => `${name} ${strand}`
