/** Numbers by texts that are not kept: of each its hash, so that whoever asks says whether a number is of the text. */

export class HashTable {
  /** By hash, two numbers: the hash, and the number plus 1, 0 where none is. */
  private readonly slots: Uint32Array

  /** For at most so many numbers, each below 2^32 - 1. */
  constructor(count: number) {
    this.slots = new Uint32Array(2 ** Math.ceil(Math.log2(count * 1.3 + 2)) * 2)
  }

  /** The place of the text's number, or the one at which it would be. */
  private slotOf(hash: number, isOf: (number: number) => boolean): number {
    const { slots } = this
    const mask = slots.length - 2
    let slot = (hash << 1) & mask
    while (slots[slot + 1] !== 0 && !(slots[slot] === hash && isOf(slots[slot + 1]! - 1))) slot = (slot + 2) & mask
    return slot
  }

  find(text: string, isOf: (number: number) => boolean): number | undefined {
    const number = this.slots[this.slotOf(hashOf(text), isOf) + 1]!
    return number === 0 ? undefined : number - 1
  }

  /** Gives the number that the text has already, which then stays. */
  add(text: string, number: number, isOf: (number: number) => boolean): number | undefined {
    const hash = hashOf(text)
    const slot = this.slotOf(hash, isOf)
    const known = this.slots[slot + 1]!
    if (known !== 0) return known - 1
    this.slots[slot] = hash
    this.slots[slot + 1] = number + 1
    return undefined
  }
}

/** FNV-1a of the characters, mixed so that all bits depend on all of them. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
