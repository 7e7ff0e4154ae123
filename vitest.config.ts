import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "threads",
    maxWorkers: "100%", // by default one core is left out, which on two cores doubles the time
    setupFiles: ["test/setup.ts"],
    testTimeout: 60_000,
  },
});
