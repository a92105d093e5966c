/** A registry of container images on the loopback, whose tags can be moved. */
import { spawnSync } from "node:child_process"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { gunzipSync } from "node:zlib"
import * as Digest from "../../src/core/Digest.ts"

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip"
}

const digestOf = (bytes: Uint8Array | string): string => `sha256:${Digest.ofBytes(bytes)}`

export class Registry {
  /** By digest; manifests also by `name:tag`. */
  readonly #content = new Map<string, Buffer>()
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      const path = request.url ?? ""
      if (path === "/v2/") return void response.writeHead(200).end("{}")
      const [, name, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/u.exec(path) ?? []
      const found = this.#content.get(reference ?? "") ?? this.#content.get(`${name}:${reference}`)
      if (found === undefined)
        return void response.writeHead(404).end(JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN", message: "" }] }))
      response.writeHead(200, {
        "content-type": kind === "manifests" ? types.manifest : "application/octet-stream",
        "content-length": found.length,
        "docker-content-digest": digestOf(found)
      })
      response.end(request.method === "HEAD" ? undefined : found)
    })
  }

  static readonly start = (): Promise<Registry> => {
    const registry = new Registry()
    return new Promise((started) => void registry.#server.listen(0, "127.0.0.1", () => started(registry)))
  }

  /** What its images' names begin with. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lets the tag stand for an image of what is in the folder; gives the digest of its manifest. */
  readonly tag = (name: string, tag: string, folder: string): string => {
    const layer = spawnSync("tar", ["--owner=0", "--group=0", "-C", folder, "-cz", "."], { maxBuffer: 1 << 28 }).stdout
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === "x64" ? "amd64" : process.arch,
        os: "linux",
        config: { Env: ["PATH=/bin"] },
        rootfs: { type: "layers", diff_ids: [digestOf(gunzipSync(layer))] },
        history: [{ created: "2000-01-01T00:00:00Z", created_by: "a test" }]
      })
    )
    const described = (mediaType: string, bytes: Buffer) => {
      this.#content.set(digestOf(bytes), bytes)
      return { mediaType, size: bytes.length, digest: digestOf(bytes) }
    }
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: types.manifest,
        config: described(types.config, config),
        layers: [described(types.layer, layer)]
      })
    )
    this.#content.set(digestOf(manifest), manifest)
    this.#content.set(`${name}:${tag}`, manifest)
    return digestOf(manifest)
  }

  readonly stop = (): void => {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}
