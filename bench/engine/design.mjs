/** What every engine is given to do: see the table in ../README.md. */

export const numbers = (count) => Array.from({ length: count }, (_, index) => index)

/** Stages of the workflow that is checked: about 200 lines of agflow's YAML. */
export const links = 50

/** Which task gets another word in the case `change`. */
export const changedOf = (n) => Math.floor(n / 2)

const words = (n, changed) => numbers(n).map((index) => (index === changed ? "changed" : String(index)))

/**
 * The cases. `once`: there is no N. `after` must have run in the same folder. `times`: so often in that folder. `tasks` is how many must be executed, `words` what they must
 * leave, one file each.
 */
export const cases = {
  start: { title: "start", does: "print the version", once: true },
  check: { title: "check", does: `look a workflow of ${links} stages over`, once: true },
  plan: { title: "plan", does: "say which of N tasks would run", plans: (n) => n },
  fanout: {
    title: "fan-out",
    does: "N tasks, each writes one word into a file",
    tasks: (n) => n,
    words: (n) => words(n)
  },
  resume: {
    title: "resume",
    does: "the same again: nothing to do",
    after: "fanout",
    times: 3,
    tasks: () => 0,
    words: (n) => words(n)
  },
  change: {
    title: "change",
    does: "the same again with one word changed: one task to do",
    after: "fanout",
    tasks: () => 1,
    words: (n) => words(n, changedOf(n))
  },
  chain: {
    title: "chain",
    does: "three stages of N tasks, each puts a letter before the word of the stage before",
    tasks: (n) => 3 * n,
    words: (n) => words(n).map((word) => `cb${word}`)
  }
}
