/** The entry: answers what needs nothing loaded, else loads the program. */
import { version } from "./version.ts"

if (process.argv.length === 3 && process.argv[2] === "--version") process.stdout.write(`agflow v${version}\n`)
else await import("./program.ts").then(({ main }) => main(new URL(".", import.meta.url)))
