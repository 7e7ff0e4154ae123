import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { COMPILED, compiledSources, compileSources } from "./test/support/compiled-sources.ts";
import { APART, longFirst } from "./test/support/order.ts";

// Watching and coverage need the sources as Vitest itself loads them.
const compiled = process.argv.includes("run") && !process.argv.some((word) => word.startsWith("--coverage"));
if (compiled) await compileSources();

// Tests run much code a little: the engine optimises a function once it has run six times as long as usual, which saves an eighth of the time,
// and puts less of what it calls into it, which saves a twentieth: compiling is a quarter of all.
const LATER = "--interrupt-budget=400000";
for (const flag of [LATER, "--max-inlined-bytecode-size=200", "--max-inlined-bytecode-size-cumulative=300"])
  setFlagsFromString(flag);

const root = fileURLToPath(new URL(".", import.meta.url));

/** Vitest's order, by the time that files took last or by their length, after the files of which it is known that they are first. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longFirst(await super.sort(files), ({ moduleId }) => relative(root, moduleId).replaceAll("\\", "/"));
  }
}

export default defineConfig({
  plugins: compiled ? [compiledSources] : [],
  test: {
    pool: "threads",
    // By default one core is left out, which on two cores doubles the time. What the command line says reaches no project that has it here.
    ...(process.argv.some((word) => word.startsWith("--maxWorkers")) ? {} : { maxWorkers: "100%" }),
    sequence: { sequencer: LongFirst },
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000, // installing the packed package takes ten seconds on a busy machine
    server: { deps: { external: [new RegExp(`^${COMPILED}/`)] } },
    // The other files share one engine per worker: what they import is loaded once, and stays compiled. That saves a third of the time.
    projects: [
      { extends: true, test: { name: "shared", isolate: false, include: ["test/**/*.test.ts"], exclude: [...APART] } },
      { extends: true, test: { name: "apart", isolate: true, include: [...APART], pool: "forks", execArgv: [LATER] } },
    ],
  },
});
