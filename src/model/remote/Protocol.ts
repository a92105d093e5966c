/**
 * The gRPC protocol of AlphaGenome's service: messages by the numbers and types of their fields, which are all that is
 * on the wire. Enumerations are numbers ({@link outputTypes} and the tables after it name them).
 */
import type * as ProtoLoader from "@grpc/proto-loader"
import type { MethodDefinition } from "@grpc/grpc-js"

/** `number type`, `number repeated type` or `number optional type`; a message is always optional. */
const messages = {
  Interval: { chromosome: "1 string", start: "2 int64", end: "3 int64", strand: "4 int32" },
  Variant: { chromosome: "1 string", position: "2 int64", reference: "3 string", alternate: "4 string" },
  OntologyTerm: { type: "1 int32", id: "2 int64" },
  Biosample: { type: "1 int32", name: "2 string", stage: "3 optional string" },

  Chunk: { data: "1 bytes", compression: "2 int32" },
  /** Either `whole`, or as many chunks as `chunks` says in the messages that follow. */
  Tensor: { shape: "1 repeated int32", type: "2 int32", whole: "3 Chunk", chunks: "4 optional int64" },

  TrackMetadata: {
    name: "1 string",
    strand: "2 int32",
    ontology: "3 OntologyTerm",
    biosample: "4 Biosample",
    assay: "5 optional string",
    gtexTissue: "8 optional string",
    histoneMark: "9 optional string",
    transcriptionFactor: "10 optional string",
    dataSource: "11 optional string",
    endedness: "12 optional int32",
    geneticallyModified: "13 optional bool",
    nonzeroMean: "14 optional float"
  },
  TracksMetadata: { rows: "1 repeated TrackMetadata" },
  JunctionMetadata: {
    name: "1 string",
    ontology: "2 OntologyTerm",
    biosample: "3 Biosample",
    gtexTissue: "4 optional string",
    dataSource: "5 optional string",
    assay: "6 optional string"
  },
  JunctionsMetadata: { rows: "1 repeated JunctionMetadata" },
  GeneMetadata: {
    geneId: "1 string",
    strand: "2 optional int32",
    name: "3 optional string",
    type: "4 optional string",
    junctionStart: "5 optional int64",
    junctionEnd: "6 optional int64"
  },

  TrackData: {
    values: "1 Tensor",
    metadata: "2 repeated TrackMetadata",
    resolution: "3 optional int64",
    interval: "4 Interval"
  },
  JunctionData: {
    values: "1 Tensor",
    metadata: "2 repeated JunctionMetadata",
    junctions: "3 repeated Interval",
    interval: "4 Interval"
  },
  /** One of tracks, data and junctions. */
  Output: { type: "1 int32", tracks: "2 TrackData", data: "3 Tensor", junctions: "4 JunctionData" },
  OutputMetadata: { type: "1 int32", tracks: "2 TracksMetadata", junctions: "3 JunctionsMetadata" },

  VariantMetadata: { variant: "1 Variant", tracks: "2 repeated TrackMetadata", genes: "3 repeated GeneMetadata" },
  VariantData: { values: "1 Tensor", metadata: "2 VariantMetadata" },
  Scores: { variant: "1 VariantData" },
  IntervalMetadata: { interval: "1 Interval", tracks: "2 repeated TrackMetadata", genes: "3 repeated GeneMetadata" },
  IntervalData: { values: "1 Tensor", metadata: "2 IntervalMetadata" },
  IntervalScores: { interval: "1 IntervalData" },

  CentreMaskScorer: { width: "1 optional int64", aggregation: "2 int32", output: "3 int32" },
  GeneMaskScorer: { output: "1 int32" },
  GeneMaskSplicingScorer: { width: "1 optional int64", output: "2 int32" },
  PlainScorer: {},
  /** One of them. */
  VariantScorer: {
    centreMask: "1 CentreMaskScorer",
    geneMaskLfc: "2 GeneMaskScorer",
    geneMaskSplicing: "3 GeneMaskSplicingScorer",
    polyadenylation: "4 PlainScorer",
    spliceJunction: "5 PlainScorer",
    contactMap: "6 PlainScorer",
    geneMaskActive: "7 GeneMaskScorer"
  },

  GeneMaskIntervalScorer: { output: "1 int32", width: "2 optional int64", aggregation: "3 int32" },
  IntervalScorer: { geneMask: "1 GeneMaskIntervalScorer" },

  PredictSequenceRequest: {
    sequence: "1 string",
    organism: "2 int32",
    ontologies: "3 repeated OntologyTerm",
    outputs: "4 repeated int32",
    modelVersion: "5 string"
  },
  PredictIntervalRequest: {
    interval: "1 Interval",
    organism: "2 int32",
    outputs: "3 repeated int32",
    ontologies: "4 repeated OntologyTerm",
    modelVersion: "5 string"
  },
  PredictVariantRequest: {
    interval: "1 Interval",
    variant: "2 Variant",
    organism: "3 int32",
    outputs: "4 repeated int32",
    ontologies: "5 repeated OntologyTerm",
    modelVersion: "6 string"
  },
  ScoreVariantRequest: {
    interval: "1 Interval",
    variant: "2 Variant",
    organism: "3 int32",
    scorers: "4 repeated VariantScorer",
    modelVersion: "5 string",
    mergeStrands: "6 bool"
  },
  ScoreIntervalRequest: {
    interval: "1 Interval",
    organism: "2 int32",
    scorers: "3 repeated IntervalScorer",
    modelVersion: "4 string",
    mergeStrands: "5 bool"
  },
  ScoreIsmVariantRequest: {
    interval: "1 Interval",
    mutated: "2 Interval",
    organism: "3 int32",
    scorers: "4 repeated VariantScorer",
    modelVersion: "5 string",
    background: "6 Variant",
    mergeStrands: "7 bool"
  },
  MetadataRequest: { organism: "1 int32" },
  /** One of them; a chunk belongs to the last output before it. */
  PredictResponse: { output: "1 Output", chunk: "2 Chunk" },
  PredictVariantResponse: { reference: "1 Output", alternate: "2 Output", chunk: "3 Chunk" },
  ScoreVariantResponse: { output: "1 Scores", chunk: "2 Chunk" },
  ScoreIntervalResponse: { output: "1 IntervalScores", chunk: "2 Chunk" },
  MetadataResponse: { outputs: "1 repeated OutputMetadata" }
} as const

type Messages = typeof messages

interface Scalars {
  readonly string: string
  readonly bytes: Uint8Array
  readonly bool: boolean
  readonly int32: number
  readonly int64: number
  readonly float: number
}

type TypeOf<T> = T extends keyof Scalars ? Scalars[T] : T extends keyof Messages ? Message<T> : never

/** Whether a field may be absent: an optional one, and any message. */
type Absent<Field> = Field extends `${number} optional ${string}`
  ? true
  : Field extends `${number} repeated ${string}` | `${number} ${keyof Scalars}`
    ? false
    : true

type ValueOf<Field> = Field extends `${number} repeated ${infer T}`
  ? ReadonlyArray<TypeOf<T>>
  : Field extends `${number} optional ${infer T}`
    ? TypeOf<T>
    : Field extends `${number} ${infer T}`
      ? TypeOf<T>
      : never

/** A message as it is written and read. */
export type Message<Name extends keyof Messages> = {
  readonly [F in keyof Messages[Name] as Absent<Messages[Name][F]> extends true ? never : F]: ValueOf<Messages[Name][F]>
} & {
  readonly [F in keyof Messages[Name] as Absent<Messages[Name][F]> extends true ? F : never]?:
    | ValueOf<Messages[Name][F]>
    | null
    | undefined
}

const methods = {
  PredictSequence: ["PredictSequenceRequest", "PredictResponse"],
  PredictInterval: ["PredictIntervalRequest", "PredictResponse"],
  PredictVariant: ["PredictVariantRequest", "PredictVariantResponse"],
  ScoreVariant: ["ScoreVariantRequest", "ScoreVariantResponse"],
  ScoreIsmVariant: ["ScoreIsmVariantRequest", "ScoreVariantResponse"],
  ScoreInterval: ["ScoreIntervalRequest", "ScoreIntervalResponse"],
  GetMetadata: ["MetadataRequest", "MetadataResponse"]
} as const satisfies Record<string, readonly [keyof Messages, keyof Messages]>

export type Method = keyof typeof methods
export type Request<M extends Method> = Message<(typeof methods)[M][0]>
export type Response<M extends Method> = Message<(typeof methods)[M][1]>

/** All but GetMetadata take a stream, of one request. */
export const streamsRequests = (method: Method): boolean => method !== "GetMetadata"

const fieldOf = (spec: string) => {
  const [id, ...words] = spec.split(" ")
  return { id: Number(id), type: words.at(-1)!, ...(words[0] === "repeated" ? { rule: "repeated" } : {}) }
}

/** A oneof of its own makes a field of protobuf 3 optional. */
const typeOf = (fields: Readonly<Record<string, string>>) => ({
  fields: Object.fromEntries(Object.entries(fields).map(([name, spec]) => [name, fieldOf(spec)])),
  oneofs: Object.fromEntries(
    Object.entries(fields).flatMap(([name, spec]) =>
      spec.includes(" optional ") ? [[`_${name}`, { oneof: [name] }]] : []
    )
  )
})

const serviceName = "DnaModelService"
const packageName = "google.gdm.gdmscience.alphagenome.v1main"

const descriptor = () => {
  const types: Record<string, object> = Object.fromEntries(
    Object.entries(messages).map(([name, fields]) => [name, typeOf(fields)])
  )
  types[serviceName] = {
    methods: Object.fromEntries(
      Object.entries(methods).map(([name, [requestType, responseType]]) => [
        name,
        { requestType, responseType, requestStream: streamsRequests(name as Method), responseStream: true }
      ])
    )
  }
  return packageName.split(".").reduceRight<object>((nested, name) => ({ nested: { [name]: nested } }), {
    nested: types
  }) as Parameters<typeof ProtoLoader.fromJSON>[0]
}

export type Service = { readonly [M in Method]: MethodDefinition<Request<M>, Response<M>> }

/** The service for a client or a server of @grpc/grpc-js. 64-bit numbers are read as numbers: none here exceeds 2^53. */
export const service = async (): Promise<Service> => {
  const { fromJSON } = await import("@grpc/proto-loader")
  const definition = fromJSON(descriptor(), { longs: Number, defaults: true })
  return definition[`${packageName}.${serviceName}`] as unknown as Service
}

export const strands = { "+": 1, "-": 2, ".": 3 } as const
export const organismIds = { human: 9606, mouse: 10090 } as const
export const ontologies = { CLO: 1, UBERON: 2, CL: 3, EFO: 4, NTR: 5 } as const
export const biosamples = {
  primary_cell: 1,
  in_vitro_differentiated_cells: 2,
  cell_line: 3,
  tissue: 4,
  technical_sample: 5,
  organoid: 6
} as const
export const outputTypes = {
  ATAC: 1,
  CAGE: 2,
  DNASE: 3,
  RNA_SEQ: 4,
  CHIP_HISTONE: 5,
  CHIP_TF: 6,
  SPLICE_SITES: 7,
  SPLICE_SITE_USAGE: 8,
  SPLICE_JUNCTIONS: 9,
  CONTACT_MAPS: 11,
  PROCAP: 12
} as const
export const aggregations = {
  DIFF_MEAN: 1,
  DIFF_SUM: 2,
  DIFF_SUM_LOG2: 3,
  L2_DIFF: 4,
  DIFF_LOG2_SUM: 5,
  ACTIVE_MEAN: 6,
  ACTIVE_SUM: 7,
  L2_DIFF_LOG1P: 8
} as const
export const intervalAggregations = { MEAN: 1, SUM: 2 } as const
export type OutputType = keyof typeof outputTypes
export type Aggregation = keyof typeof aggregations

/** The name that a table gives to a number. */
export const nameOf = <Name extends string>(table: Readonly<Record<Name, number>>, value: number): Name | undefined =>
  (Object.keys(table) as Array<Name>).find((name) => table[name] === value)
