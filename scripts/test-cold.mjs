// Cold start of the core: what a fresh Node.js and a fresh workerd take from the import to a first gradient of textmsg, and to a fit of 500 steps, with this build and an older one, in turns in one run.
//
//     npm run bench:cold -- OLD     # OLD: a checkout of an older commit with its dist/
//
// Times are of the processor: a fresh process of Node.js tells its own, of workerd /proc does.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./library.mjs";
import { command } from "./runtimes/installed.mjs";
import { withWorker } from "./runtimes/workerd.mjs";

const [old] = process.argv.slice(2);
const RUNS = Number(process.env["NONDIFF_RUNS"] ?? 15);
const builds = { now: ROOT, ...(old && { old: resolve(old) }) };

/** What is asked for, of the core. */
const WORK = {
  "first gradient": "estimateGradient(textmsg, { estimator: corrected(), samples: 16 }).elbo",
  "500 steps": "fit(textmsg, { estimator: corrected(), steps: 500, seed: 1 }).mean('z')",
};
const folder = await mkdtemp(join(tmpdir(), "nondiff-cold-"));

async function bundle(root, work, worker) {
  const imports = `import { corrected, estimateGradient, fit } from ${JSON.stringify(join(root, "dist/core.js"))};
import { textmsg } from ${JSON.stringify(join(root, "dist/models/index.js"))};`;
  const main = worker
    ? `export default { fetch: () => new Response(String(${WORK[work]})) };`
    : `${WORK[work]}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);`;
  const { outputFiles } = await build({
    stdin: { contents: `${imports}\n${main}`, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const nothing = join(folder, "nothing.mjs");
await writeFile(nothing, "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);");
const inNode = (path) => Number(execFileSync(process.execPath, [path], { encoding: "utf8" }));
const workerd = await command("workerd", "1.20261117.1");

// Clock ticks of a process, user and system, of 10 ms each.
const ticks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
};
// From the start of the process to the answer, the start of an empty one taken off.
const inWorker = (text) =>
  withWorker(workerd, { "worker.mjs": text }, async (url, pid) => {
    const response = await fetch(url);
    if (!response.ok) throw new Error(await response.text());
    await response.text();
    return ticks(pid);
  });

for (const work of Object.keys(WORK)) {
  const times = [];
  const files = {};
  const workers = { nothing: "export default { fetch: () => new Response('') };" };
  for (const [name, root] of Object.entries(builds)) {
    files[name] = join(folder, `${name}-${work.replaceAll(" ", "-")}.mjs`);
    await writeFile(files[name], await bundle(root, work, false));
    workers[name] = await bundle(root, work, true);
  }
  files.nothing = nothing;
  for (let run = 0; run < RUNS; run++)
    for (const name of Object.keys(files)) {
      times.push({ where: "node", name, ms: inNode(files[name]) });
      times.push({ where: "workerd", name, ms: await inWorker(workers[name]) });
    }
  for (const where of ["node", "workerd"]) {
    const timesOf = (name) => times.filter((time) => time.where === where && time.name === name).map(({ ms }) => ms);
    const of = (name) => median(timesOf(name)) - median(timesOf("nothing"));
    const [now, before] = [of("now"), old ? of("old") : undefined];
    console.log(
      `${where}, ${work}: ${now.toFixed(0)} ms${before === undefined ? "" : `, before ${before.toFixed(0)} ms: ${(now / before).toFixed(2)}`}`,
    );
  }
}
