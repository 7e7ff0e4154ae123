// The tests of one folder, as Stryker runs them against each mutant: `MUTATED=guides` are those of test/guides.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: [`test/${process.env.MUTATED}/**/*.test.ts`], setupFiles: ["test/setup.ts"], testTimeout: 60_000 },
});
