// The tests that Stryker runs against each mutant: `MUTANTS_TESTS=test/guides/points.test.ts`, several with commas between them.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: process.env.MUTANTS_TESTS?.split(",") ?? [], setupFiles: ["test/setup.ts"], testTimeout: 60_000 },
});
