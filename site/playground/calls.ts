/** What programs of calls import as "nondiff". */
export * from "../../src/index.ts";
