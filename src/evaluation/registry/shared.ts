/** What many rows of the registry say. */

/** Fig. 1d and 1e as they stand in the paper and, in numbers, in the model card. */
export const card = "Fig. 1"
export const notebook = "notebook variant_eval_examples"
export const testChromosomes = "test chromosomes 3, 6, 9, 12, 16, 18, 19, 21"

const needsNetwork = "the published predictions: access to storage.googleapis.com, or the file in a mirror folder"

/** The public predictions of a row, as a registered dataset. */
export const predictions = (id: string) => ({
  predictions: `alphagenome-${id.replaceAll("_", "-")}`,
  needs: needsNetwork
})

/** A row without a public table. */
export const withoutTable = (needs: string) => ({ needs: `${needs}; there is no public table of predictions` })
