/** What `--quick` and `--full` measure, the most telling first. `limit` is in seconds, for one command. */

const session = ["plan", "fanout", "resume", "change"]
const alone = ["agflow"]

const quick = [
  { cases: ["start", "check"], sizes: [1], repeat: 5 },
  { cases: session, sizes: [100], repeat: 3 },
  { cases: ["chain"], sizes: [100], repeat: 1 },
  { cases: session, sizes: [1000], repeat: 1 },
  { cases: ["plan"], sizes: [10_000], repeat: 1 },
  { cases: ["plan"], sizes: [50_000, 100_000], repeat: 1, engines: alone },
  { cases: ["resume", "change"], sizes: [10_000], repeat: 1, engines: alone }
]

const full = [
  { cases: ["start", "check"], sizes: [1], repeat: 5 },
  { cases: session, sizes: [100, 1000], repeat: 3 },
  { cases: ["chain"], sizes: [100, 1000], repeat: 1 },
  { cases: ["plan"], sizes: [50_000, 100_000], repeat: 3, engines: alone },
  { cases: session, sizes: [10_000], repeat: 1, limit: 3600 },
  { cases: ["resume"], sizes: [100_000], repeat: 1, engines: alone, limit: 3600 }
]

export const presets = { quick, full }
