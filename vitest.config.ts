import { setFlagsFromString } from "node:v8";
import { defineConfig } from "vitest/config";
import { COMPILED, compiledSources, compileSources } from "./test/support/compiled-sources.ts";

// Watching and coverage need the sources as Vitest itself loads them.
const compiled = process.argv.includes("run") && !process.argv.some((word) => word.startsWith("--coverage"));
if (compiled) await compileSources();

// Tests run much code a little: the engine optimises a function once it has run six times as long as usual, which saves an eighth of the time,
// and puts less of what it calls into it, which saves a twentieth: compiling is a quarter of all.
const LATER = "--interrupt-budget=400000";
for (const flag of [LATER, "--max-inlined-bytecode-size=200", "--max-inlined-bytecode-size-cumulative=300"])
  setFlagsFromString(flag);

/**
 * Files that need an engine of their own: one takes WebAssembly away before anything asks for it, two count bytes on the heap, where more numbers
 * lie if less is put into a function.
 */
const APART = [
  "test/autodiff/lanes/no-compilation.test.ts",
  "test/autodiff/tape/tape.test.ts",
  "test/inference/allocation.test.ts",
];

export default defineConfig({
  plugins: compiled ? [compiledSources] : [],
  test: {
    pool: "threads",
    // By default one core is left out, which on two cores doubles the time. What the command line says reaches no project that has it here.
    ...(process.argv.some((word) => word.startsWith("--maxWorkers")) ? {} : { maxWorkers: "100%" }),
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000, // installing the packed package takes ten seconds on a busy machine
    server: { deps: { external: [new RegExp(`^${COMPILED}/`)] } },
    // The other files share one engine per worker: what they import is loaded once, and stays compiled. That saves a third of the time.
    projects: [
      { extends: true, test: { name: "shared", isolate: false, include: ["test/**/*.test.ts"], exclude: APART } },
      { extends: true, test: { name: "apart", isolate: true, include: APART, pool: "forks", execArgv: [LATER] } },
    ],
  },
});
