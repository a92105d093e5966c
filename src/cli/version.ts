/** Set by the build to package.json's version. */
declare const AGFLOW_VERSION: string | undefined

export const version: string = typeof AGFLOW_VERSION === "string" ? AGFLOW_VERSION : "0.0.0-source"
