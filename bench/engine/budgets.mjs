/** What the engine is meant to hold, against the rows that were measured. */

/** Each: what, its limit, and what the rows say of it (undefined where no row does). */
const all = [
  { what: "`agflow --version`, CPU", unit: "s", limit: 0.15, of: (row) => row("start", 1)?.cpu },
  { what: "check of 50 stages in 200 lines, wall", unit: "s", limit: 0.5, of: (row) => row("check", 1)?.wall },
  ...[100, 1000, 10_000].map((n) => ({
    what: `CPU per task of ${n.toLocaleString("en")}, start-up included`,
    unit: "ms",
    limit: 10,
    of: (row) => row("fanout", n) && (1000 * row("fanout", n).cpu) / n
  })),
  { what: "plan of 50,000, wall", unit: "s", limit: 5, of: (row) => row("plan", 50_000)?.wall },
  { what: "plan of 50,000, memory", unit: "MB", limit: 300, of: (row) => row("plan", 50_000)?.memory },
  ...Object.entries({ 1000: 0.5, 10_000: 1.5, 100_000: 8 }).map(([n, limit]) => ({
    what: `resume of ${Number(n).toLocaleString("en")}, wall`,
    unit: "s",
    limit,
    of: (row) => row("resume", Number(n))?.wall
  }))
]

export const budgets = (rows) => {
  const row = (name, n) => rows.find((each) => each.case === name && each.n === n)?.engines.agflow
  return all.map(({ what, unit, limit, of }) => {
    const found = of(row)
    return Number.isFinite(found)
      ? [what, `${limit} ${unit}`, `${Number(found.toPrecision(3))} ${unit}`, found <= limit ? "yes" : "**no**"]
      : [what, `${limit} ${unit}`, "", "not measured"]
  })
}
