/** Files of GitHub repositories, pinned by commit, size and sha256. */
import type { Dataset } from "../Dataset.ts"

interface Source {
  readonly repository: string
  readonly commit: string
  readonly licence: string
  readonly citation: string
}

const licenceUrls: { readonly [licence: string]: string } = {
  "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
  MIT: "https://opensource.org/license/mit",
  "GPL-3.0": "https://www.gnu.org/licenses/gpl-3.0.html",
  "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
  "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
  "PolyForm-Strict-1.0.0": "https://polyformproject.org/licenses/strict/1.0.0"
}

const acceptanceNeeded = new Set(["CC-BY-NC-4.0"])

/** A file at one commit of a GitHub repository. */
export const from =
  (source: Source) =>
  (name: string, kind: string, path: string, bytes: number, sha256: string, description: string): Dataset => {
    const at = `raw.githubusercontent.com/${source.repository}/${source.commit}/${path}`
    return {
      name,
      url: `https://${at}`,
      mirror: at,
      recipe: null,
      sha256,
      bytes,
      licence: source.licence,
      licenceUrl: licenceUrls[source.licence] ?? null,
      licenceAcceptance: acceptanceNeeded.has(source.licence),
      citation: source.citation,
      kind,
      description
    }
  }

/** Has a piece of the genome and a model. */
export const baskerville = from({
  repository: "calico/baskerville",
  commit: "544073b87245d9f43ba63442c75bdbf32a9f8720",
  licence: "Apache-2.0",
  citation: "Linder et al., Nature Genetics 2025 (Borzoi); github.com/calico/baskerville"
})
