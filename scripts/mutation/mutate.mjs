// Mutation testing: `npm run mutate -- guides` changes the code of src/guides in hundreds of small ways, one at a time, and counts the changes that no test of
// test/guides notices; `npm run mutate -- guides points near-start` changes these files alone. `--sample 200 --seed 1` tries 200 of the changes, drawn at
// random; `--again` those that survived the last time; `--with test/estimators` adds tests of another folder. The report lists every mutant that survived.
//
// All mutants are in one build behind switches. A first run tells which tests reach which mutant; then each mutant has a process, which runs these tests, first
// those that import its file, and ends with the first that fails. So most mutants cost a few hundred milliseconds.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { ENTRIES, ROOT, sourcesOf } from "../library.mjs";
import { instrumented } from "./mutants.mjs";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    again: { type: "boolean", default: false },
    with: { type: "string", multiple: true, default: [] },
    tests: { type: "string", multiple: true },
  },
});
const [folder, ...names] = positionals;
if (!folder || !existsSync(sourcesOf(folder).home)) {
  console.error(`mutate: no such folder; got ${folder}, expected one of the library's, such as guides or random`);
  process.exit(2);
}
setPriority(Number(process.env.NICE ?? 10));
process.chdir(ROOT);

/** A mutant that makes tests take ten times as long as they do, and four seconds more, is seen by that. */
const SLOWER = 10;
const MOST_MORE_MS = 4000;

/** Tests of so long are run against a mutant, and at least one file of them: a share of killed mutants is never less with more tests. */
const ENOUGH_MS = Number(process.env.ENOUGH ?? 4000);

const RUNNER = "scripts/mutation/process.mjs";

const filesBelow = (home, ending) =>
  readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(ending))
    .map((path) => `${home}/${path}`)
    .sort();

const home = "reports/mutation";
const report = `${home}/${[folder, ...names].join("-").replaceAll("/", "-")}.json`;
const files = filesBelow(sourcesOf(folder).home, ".ts").filter(
  (path) =>
    !path.endsWith(".generated.ts") &&
    (names.length === 0 || names.some((name) => sourcesOf(folder, name).files === path)),
);
const testFolders = options.tests ?? [`test/${folder}`, ...options.with];
const tests = testFolders.flatMap((path) => (path.endsWith(".ts") ? [path] : filesBelow(path, ".test.ts")));

const { texts, mutants } = await instrumented(files);
const modules = await bundled();
const plain = await run({ plan: tests.map((file) => ({ file, module: modules.get(file) })) }, Number.POSITIVE_INFINITY);
if (!plain.results?.some(({ state }) => state === "pass")) {
  console.error(`mutate: tests fail without a mutant\n${plain.errors.join("\n")}`);
  process.exit(1);
}
// Some read the text of functions, which have switches now.
if (plain.failed) console.log(`left out, as they fail without a mutant:\n${plain.errors.join("\n")}`);
const passing = plain.results.filter(({ state }) => state === "pass");
const times = new Map(passing.map(({ file, name, ms }) => [`${file}\n${name}`, ms]));
const imports = new Map(tests.map((file) => [file, readFileSync(file, "utf8")]));
const chosen = selected();
console.log(
  `${mutants.length} mutants of ${files.length} files, ${chosen.length} to try by ${tests.length} files of tests`,
);

// Who stops it is told what it has.
let isStopped = false;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    isStopped = true;
  });
const outcomes = [];
for (const mutant of chosen) {
  if (isStopped) break;
  const fate = await tried(mutant);
  outcomes.push({ ...mutant, ...fate });
  if (!fate.killed) console.log(described(outcomes.at(-1)));
  if (outcomes.length % 50 === 0) console.log(`… ${outcomes.length} of ${chosen.length}`);
}
writeFileSync(report, JSON.stringify(outcomes, undefined, 1));
tell();
process.exit(0);

/** Compiles the tests with the changed files, each test file to a module, and what they share to others. */
async function bundled() {
  const out = resolve(home, `modules-${process.pid}`);
  process.on("exit", () => rmSync(out, { recursive: true, force: true }));
  mkdirSync(out, { recursive: true });
  const standIn = resolve("scripts/mutation/vitest-stand-in.mjs");
  const head = 'import { createRequire } from "node:module"; const require = createRequire(process.cwd() + "/");';
  await build({
    entryPoints: [RUNNER, "test/setup.ts", ...tests],
    outbase: ".",
    outdir: out,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    minifyWhitespace: true,
    banner: { js: head },
    logLevel: "error",
    plugins: [
      {
        name: "mutants",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^vitest$/ }, () => ({ path: standIn }));
          onResolve({ filter: /^nondiff$/ }, () => ({ path: resolve(ENTRIES.index) }));
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const text = texts.get(path.slice(ROOT.length)) ?? readFileSync(path, "utf8");
            return {
              contents: text.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
              loader: "ts",
            };
          });
        },
      },
    ],
  });
  const moduleOf = (path) => join(out, path.replace(/\.m?[jt]s$/, ".mjs"));
  return new Map([RUNNER, "test/setup.ts", ...tests].map((path) => [path, moduleOf(path)]));
}

/** What a process tells, or why it ended: some mutants bring down the engine. It may take so much of a processor. */
function run(data, limitMs) {
  return new Promise((settle) => {
    const seconds = Number.isFinite(limitMs) ? String(Math.ceil(limitMs / 1000)) : "unlimited";
    const node = [process.execPath, "--max-old-space-size=3000", modules.get(RUNNER)];
    const child = spawn("sh", ["-c", 'ulimit -t "$0" && exec "$@"', seconds, ...node], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      serialization: "advanced",
    });
    child.on("message", (result) => {
      child.kill("SIGKILL");
      settle(result);
    });
    child.on("exit", (code, signal) => {
      const why = `the process ended by ${signal ?? code}`;
      settle({ failed: why, errors: [why] });
    });
    child.send({ setup: modules.get("test/setup.ts"), ...data });
  });
}

/** The tests that reach a mutant: those that import its file first, short ones before long ones. */
function planFor({ id, file }) {
  const { static: always, perTest } = plain.coverage;
  const reaching = (key) => always[id] || perTest[key]?.[id] || perTest[`${key.split("\n")[0]}\n`]?.[id];
  const reached = [...times.keys()].filter(reaching);
  const byFile = new Map(tests.map((path) => [path, []]));
  for (const key of reached) byFile.get(key.split("\n")[0]).push(key);
  const time = (keys) => keys.reduce((sum, key) => sum + times.get(key), 0);
  const direct = (path) => (imports.get(path).includes(`/${file}"`) ? 0 : 1);
  const order = [...byFile].filter(([, keys]) => keys.length > 0);
  order.sort(([a, ofA], [b, ofB]) => direct(a) - direct(b) || time(ofA) - time(ofB));
  let ms = 0;
  const tried = order.filter(([, keys]) => {
    if (ms > 0 && ms + time(keys) > ENOUGH_MS) return false;
    ms += time(keys);
    return true;
  });
  return {
    ms,
    plan: tried.map(([path, keys]) => ({
      file: path,
      module: modules.get(path),
      names: keys.map((key) => key.slice(key.indexOf("\n") + 1)),
    })),
  };
}

/** Whether tests notice a mutant, and which one does. */
async function tried(mutant) {
  const { ms, plan } = planFor(mutant);
  if (plan.length === 0) return { killed: false, by: "no test reaches it" };
  const { static: always, perTest } = plain.coverage;
  const hits = [always, ...Object.values(perTest)].reduce((sum, counts) => sum + (counts[mutant.id] ?? 0), 0);
  const { failed } = await run({ active: mutant.id, limit: 1000 + 100 * hits, plan }, SLOWER * ms + MOST_MORE_MS);
  return { killed: failed !== undefined, by: failed };
}

/** Mutants to try: all, a sample, or those that survived the last time. */
function selected() {
  if (options.again) {
    const keyOf = ({ file, line, before, after }) => [file, line, before, after].join("\n");
    const left = new Set(
      JSON.parse(readFileSync(report, "utf8"))
        .filter(({ killed }) => !killed)
        .map(keyOf),
    );
    return mutants.filter((mutant) => left.has(keyOf(mutant)));
  }
  const count = Number(options.sample ?? mutants.length);
  if (count >= mutants.length) return mutants;
  // Each draw of the generator of Park and Miller gives a mutant its place; the first `count` are the sample.
  let state = Number(options.seed);
  const places = new Map();
  for (const { id } of mutants) {
    state = (state * 48271) % 2147483647;
    places.set(id, state);
  }
  const drawn = [...mutants].sort((a, b) => places.get(a.id) - places.get(b.id)).slice(0, count);
  return drawn.sort((a, b) => Number(a.id) - Number(b.id));
}

function described({ file, line, name, before, after, by }) {
  const short = (text) => (text.length > 100 ? `${text.slice(0, 97)}…` : text).replaceAll(/\s+/g, " ");
  return `${file}:${line} ${name}${by ? ` (${by})` : ""}\n  - ${short(before)}\n  + ${short(after)}`;
}

/** A line for each file, and one for all. */
function tell() {
  const row = (name, list) => {
    const killed = list.filter((one) => one.killed).length;
    const share = killed / list.length;
    const error =
      list.length < mutants.length ? ` ± ${(100 * Math.sqrt((share * (1 - share)) / list.length)).toFixed(0)}` : "";
    console.log(`${name}: ${killed} of ${list.length} killed, ${(100 * share).toFixed(0)}${error} %`);
  };
  for (const file of files) {
    const list = outcomes.filter((one) => one.file === file);
    if (list.length > 0) row(file, list);
  }
  row("all", outcomes);
}
