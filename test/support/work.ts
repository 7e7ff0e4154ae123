/**
 * Work in numbers that hang on neither the machine nor what else it does: how often blocks of the library's code are run between two turns of the
 * event loop. A process of its own counts them, as V8 puts counters into code when it first compiles it.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { COMPILED, compileSources } from "./compiled-sources.ts";

if (!existsSync(COMPILED)) await compileSources();

const entry = (path: string): string => JSON.stringify(pathToFileURL(join(COMPILED, "src", path)).href);

/** Counts of `counted(work)`. Every look at the clock takes 10 ms, so that each piece has a turn of its own. */
const PRELUDE = `
import { Session } from "node:inspector";
let time = 0;
performance.now = () => (time += 10);
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
let counts = [];
const take = () =>
  session.post("Profiler.takePreciseCoverage", (_, { result }) => {
    let sum = 0;
    for (const { url, functions } of result)
      if (url.includes("/src/")) for (const { ranges } of functions) for (const { count } of ranges) sum += count;
    counts.push(sum);
  });
const { setImmediate } = globalThis;
globalThis.setImmediate = (resolve) => (take(), setImmediate(resolve));
const all = [];
const counted = async (work) => {
  take();
  counts = [];
  await work();
  take();
  all.push(counts);
};
process.on("exit", () => console.log(JSON.stringify(all)));
`;

/** What a program that imports from "nondiff" and "nondiff/models" counts, each time that it calls `counted`. */
export function workBetweenTurns(program: string): number[][] {
  const code = program
    .replaceAll('"nondiff"', entry("index.js"))
    .replaceAll('"nondiff/models"', entry("models/index.js"));
  const args = ["--input-type=module", "--eval", PRELUDE + code];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8", maxBuffer: 1e8 })) as number[][];
}
