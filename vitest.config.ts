import { defineConfig } from "vitest/config";
import { COMPILED, compiledSources, compileSources } from "./test/support/compiled-sources.ts";

// Watching and coverage need the sources as Vitest itself loads them.
const compiled = process.argv.includes("run") && !process.argv.some((word) => word.startsWith("--coverage"));
if (compiled) await compileSources();

export default defineConfig({
  plugins: compiled ? [compiledSources] : [],
  test: {
    include: ["test/**/*.test.ts"],
    pool: "threads",
    maxWorkers: "100%", // by default one core is left out, which on two cores doubles the time
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000, // installing the packed package takes ten seconds on a busy machine
    server: { deps: { external: [new RegExp(`^${COMPILED}/`)] } },
  },
});
