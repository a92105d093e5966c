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
