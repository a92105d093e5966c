/** What `--quick` and `--full` measure, the most telling first. */

const session = ["plan", "fanout", "resume", "change"]
const alone = ["agflow"]

export const quick = [
  { cases: ["start", "check"], sizes: [1], repeat: 5 },
  { cases: session, sizes: [100], repeat: 3 },
  { cases: ["chain"], sizes: [100], repeat: 1 },
  { cases: session, sizes: [1000], repeat: 1 },
  { cases: ["plan"], sizes: [10_000], repeat: 1 },
  { cases: ["plan"], sizes: [50_000, 100_000], repeat: 1, engines: alone },
  { cases: ["resume", "change"], sizes: [10_000], repeat: 1, engines: alone }
]

export const full = [
  { cases: ["start", "check"], sizes: [1], repeat: 9 },
  { cases: session, sizes: [100, 1000], repeat: 5 },
  { cases: ["chain"], sizes: [100, 1000], repeat: 3 },
  { cases: session, sizes: [10_000], repeat: 3 },
  { cases: ["plan"], sizes: [50_000, 100_000], repeat: 3 },
  { cases: ["resume"], sizes: [100_000], repeat: 1, engines: alone }
]
