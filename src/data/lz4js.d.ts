declare module "lz4js" {
  /** An LZ4 frame. */
  export const decompress: (frame: Uint8Array) => Uint8Array
  export const compress: (bytes: Uint8Array) => Uint8Array
}
