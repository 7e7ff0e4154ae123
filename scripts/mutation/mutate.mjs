// Mutation testing of one folder of the library by the tests of that folder: `npm run mutate -- guides`, or of some of its files: `npm run mutate -- guides points
// near-start`, which are tried by the tests of the same names where there are such. With `--sample 100` the mutants of a hundred lines of the folder, drawn at random, are
// tried: what share of all is killed, with its standard error; `--seed 7` draws others, for a share that is not of lines for which tests were written. `--with estimators` has the tests of a further folder try
// them, too: what boundaries do shows in gradients. Results of former runs are kept in reports/mutation, so that a run does again only what changed; the report lists every mutant that survived.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { sourcesOf } from "../library.mjs";
import { killedShare, sampledLines } from "./sample.mjs";

const { values, positionals } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string" },
    with: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const [folder, ...files] = positionals;
const sample = Number(values.sample ?? 0);
if (!folder || !existsSync(sourcesOf(folder).home) || !existsSync(`test/${folder}`)) {
  console.error(
    `mutate: no such folder; got ${folder}, expected one that the library and test have, such as guides or random`,
  );
  process.exit(2);
}
const missing = values.with.find((name) => !existsSync(`test/${name}`));
if (missing !== undefined) {
  console.error(`mutate: no such folder of tests; got ${missing}, expected one that test has, such as estimators`);
  process.exit(2);
}
setPriority(Number(process.env.NICE ?? 10));
const own = files.map((file) => `test/${folder}/${file}.test.ts`);
const isOwn = own.length > 0 && own.every((path) => existsSync(path));
const folders = isOwn ? values.with : [folder, ...values.with];
const tests = [...(isOwn ? own : []), ...folders.map((name) => `test/${name}/**/*.test.ts`)].join();
const home = "reports/mutation";
const name = folder.replaceAll("/", "-") + (sample ? "-sample" : "");
mkdirSync(home, { recursive: true });
const report = `${home}/${name}-report.json`;
const settings = {
  mutate: sample
    ? sampledLines(sourcesOf(folder).home, sample, values.seed && Number(values.seed))
    : (files.length > 0 ? files : ["**/*"]).map((file) => sourcesOf(folder, file).files),
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutation/vitest.config.mjs", related: false },
  coverageAnalysis: "perTest",
  concurrency: Number(process.env.CONCURRENCY ?? 1),
  timeoutMS: Number(process.env.TIMEOUT ?? 20_000), // beside other work more
  dryRunTimeoutMinutes: 60,
  ignoreStatic: true,
  incremental: true,
  incrementalFile: `${home}/${name}.json`,
  tempDirName: `${home}/sandbox`,
  reporters: ["clear-text", "progress-append-only", "json"],
  jsonReporter: { fileName: report },
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
if (sample && status === 0) {
  const { mutants, share, error } = killedShare(JSON.parse(readFileSync(report, "utf8")));
  console.log(
    `${folder}: ${(100 * share).toFixed(0)} ± ${(100 * error).toFixed(0)} of 100 killed, by ${mutants} mutants on ${sample} lines drawn at random`,
  );
}
process.exit(status ?? 1);
