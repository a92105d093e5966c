/** Whether each number is greater than the one before it: edges of bins. */
export const is = (edges: ReadonlyArray<number>): boolean =>
  edges.every((edge, at) => at === 0 || edge > edges[at - 1]!)
