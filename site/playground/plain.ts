/** What programs of the playground import as "nondiff/plain" or "nondiff". */
export * from "../../src/plain/index.ts";
