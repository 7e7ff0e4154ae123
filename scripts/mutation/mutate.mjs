// Mutation testing of one folder of the library by the tests of that folder: `npm run mutate -- guides`, or of some of its files: `npm run mutate -- guides points
// near-start`, which are tried by the tests of the same names where there are such. Results of former runs are kept in reports/mutation, so that a run does again only what changed; the report lists every mutant that survived.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { sourcesOf } from "../library.mjs";

const [folder, ...files] = process.argv.slice(2);
if (!folder || !existsSync(sourcesOf(folder).home) || !existsSync(`test/${folder}`)) {
  console.error(
    `mutate: no such folder; got ${folder}, expected one that the library and test have, such as guides or random`,
  );
  process.exit(2);
}
setPriority(Number(process.env.NICE ?? 10));
const own = files.map((file) => `test/${folder}/${file}.test.ts`);
const tests = own.length > 0 && own.every((path) => existsSync(path)) ? own.join() : `test/${folder}/**/*.test.ts`;
const home = "reports/mutation";
mkdirSync(home, { recursive: true });
const settings = {
  mutate: files.length > 0 ? files.map((file) => sourcesOf(folder, file).files) : [sourcesOf(folder).files],
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutation/vitest.config.mjs", related: false },
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  timeoutMS: Number(process.env.TIMEOUT ?? 20_000), // beside other work more
  dryRunTimeoutMinutes: 60,
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `${home}/${folder.replaceAll("/", "-")}.json`,
  tempDirName: `${home}/sandbox`,
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: `${home}/${folder.replaceAll("/", "-")}-report.json` },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // Checks of types are left out; a mutant that TypeScript would refuse counts as one that tests must kill.
  tsconfigFile: "none.json",
  ignorePatterns: [
    "dist",
    "reports",
    "site",
    "adapters",
    "bundlers",
    "posteriordb-jumps",
    "gallery",
    "docs",
    ".compiled",
  ],
  plugins: ["@stryker-mutator/vitest-runner"],
};
writeFileSync(`${home}/settings.json`, JSON.stringify(settings, undefined, 2));
const { status } = spawnSync(
  process.execPath,
  ["node_modules/@stryker-mutator/core/bin/stryker.js", "run", `${home}/settings.json`],
  {
    stdio: "inherit",
    env: { ...process.env, MUTANTS_TESTS: tests },
  },
);
process.exit(status ?? 1);
