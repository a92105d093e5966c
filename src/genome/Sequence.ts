/** Bases as text. */

const letters = "ACGTUNRYSWKMBDHV"
const complements = "TGCAANYRSWMKVHDB"
const complement = new Uint8Array(256).map((_, code) => code)
for (let i = 0; i < letters.length; i++) {
  complement[letters.charCodeAt(i)] = complements.charCodeAt(i)
  complement[letters.toLowerCase().charCodeAt(i)] = complements.toLowerCase().charCodeAt(i)
}

/** The opposite strand, read 5' to 3'. IUPAC codes are complemented too; case is kept. */
export const reverseComplement = (sequence: string): string => {
  const source = Buffer.from(sequence, "latin1")
  const out = Buffer.allocUnsafe(source.length)
  for (let i = 0, j = source.length - 1; j >= 0; i++, j--) out[i] = complement[source[j]!]!
  return out.toString("latin1")
}

/** What each letter is read as; 0 where it is no letter of a sequence. */
const readAs = new Uint8Array(256)
for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ*-.") {
  const code = "ACGT".includes(letter) ? letter : letter === "U" ? "T" : "N"
  readAs[letter.charCodeAt(0)] = readAs[letter.toLowerCase().charCodeAt(0)] = code.charCodeAt(0)
}

const N = "N".charCodeAt(0)
const isN = (code: number): boolean => code === N || code === N + 32

export interface Plain {
  /** A, C, G, T, N alone; as long as what it was made of. */
  readonly bases: string
  /** How many letters other than A, C, G, T, U, N (IUPAC codes, `*`, `-`) became N. */
  readonly unclear: number
  /** Index of the first character that is no letter of a sequence; -1 where there is none. */
  readonly illegal: number
}

/**
 * A sequence as models are given it: upper case; U (of RNA) is T, and everything else that is not A, C, G or T is N.
 */
export const plain = (text: string): Plain => {
  if (/^[ACGTN]*$/u.test(text)) return { bases: text, unclear: 0, illegal: -1 }
  const codes = Buffer.from(text, "latin1")
  let unclear = 0
  let illegal = -1
  for (let i = 0; i < codes.length; i++) {
    const code = readAs[codes[i]!]!
    if (code === N && !isN(codes[i]!)) unclear++
    if (code === 0 && illegal < 0) illegal = i
    codes[i] = code === 0 ? N : code
  }
  return { bases: codes.toString("latin1"), unclear, illegal }
}
