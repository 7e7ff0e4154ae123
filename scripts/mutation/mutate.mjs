// Mutation testing of one folder of the library by the tests of that folder: `npm run mutate -- guides`, or of some of its files: `npm run mutate -- guides points
// near-start`, which are tried by the tests of the same names where there are such. With `--sample 100` the mutants of a hundred lines of the folder, drawn at random, are
// tried: what share of all is killed, with its standard error; `--seed 7` draws others, for a share that is not of lines for which tests were written. `--with estimators` has the tests of a further folder try
// them, too: what boundaries do shows in gradients. Tests try a mutant for ten seconds at most, the quickest first; `--seconds 60` gives them longer. The mutants are Stryker's; reports/mutation holds what became of each.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { sourcesOf } from "../library.mjs";
import { bundledTests, mutantsOn } from "./mutants.mjs";
import { filesBelow, killedShare, sampledLines } from "./sample.mjs";
import { outcomes, testsIn } from "./trials.mjs";

const { values, positionals } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string" },
    seconds: { type: "string", default: "10" },
    with: { type: "string", multiple: true, default: [] },
  },
  allowPositionals: true,
});
const [folder, ...names] = positionals;
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

const { home } = sourcesOf(folder);
const own = names.map((name) => `test/${folder}/${name}.test.ts`);
const isOwn = own.length > 0 && own.every((path) => existsSync(path));
const testFolders = (isOwn ? values.with : [folder, ...values.with]).map((name) => `test/${name}`);
const testFiles = [
  ...(isOwn ? own : []),
  ...testFolders.flatMap(filesBelow).filter((path) => path.endsWith(".test.ts")),
];
const sources = filesBelow(home).filter(
  (path) => names.length === 0 || names.some((name) => path === `${home}/${name}.ts`),
);
const { mutants, texts } = await mutantsOn(
  sample ? sampledLines(home, sample, values.seed && Number(values.seed)) : sources.map((path) => `${path}:1-1000000`),
);

const reports = "reports/mutation";
// Each run has a build of its own, as threads that begin later read it again.
const build = `${reports}/build-${process.pid}`;
mkdirSync(build, { recursive: true });
process.on("exit", () => rmSync(build, { recursive: true, force: true }));
const [setup, ...files] = await bundledTests(["test/setup.ts", ...testFiles], texts, build);
const { tests, atLoading, broken } = await testsIn(setup, files);
const unfit = tests.filter(({ passed }) => !passed).map(({ name }) => name);
for (const name of [...broken, ...unfit]) console.log(`left out, as it fails without a mutant: ${name}`);
console.log(`${mutants.length} mutants, ${tests.length - unfit.length} tests`);

const became = await outcomes({
  setup,
  files,
  mutants,
  tests,
  atLoading: new Set(atLoading),
  seconds: Number(values.seconds),
  patience: 2000,
  onOutcome: (_id, status) => process.stdout.write({ Killed: ".", Timeout: "t", Ignored: "i" }[status] ?? "S"),
});
console.log();
const report = { files: {} };
for (const { id, fileName, location, mutatorName, replacement } of mutants) {
  const { status, killer } = became.get(id);
  const line = location.start.line + 1;
  report.files[fileName] ??= { mutants: [] };
  report.files[fileName].mutants.push({ status, killer, mutatorName, replacement, location: { start: { line } } });
  if (status !== "Survived" && status !== "NoCoverage") continue;
  const text = readFileSync(fileName, "utf8").split("\n")[line - 1].trim();
  console.log(
    `${status} ${fileName}:${line}:${location.start.column + 1} ${mutatorName}\n-  ${text}\n+  ${replacement}`,
  );
}
writeFileSync(`${reports}/${folder.replaceAll("/", "-")}-report.json`, JSON.stringify(report, undefined, 1));
const { mutants: counted, share, error } = killedShare(report);
const where = sample
  ? ` ± ${(100 * error).toFixed(0)} of 100 killed, by ${counted} mutants on ${sample} lines drawn at random`
  : ` of 100 killed, of ${counted} mutants`;
console.log(`${folder}: ${(100 * share).toFixed(0)}${where}`);
