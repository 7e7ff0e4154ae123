// The examples that embed the package, where they are to run: a service under 100 requests at once, a worker in workerd within its processor time.
//
//     npm run test:examples
//
// workerd is installed from the npm registry into .runtimes, at a pinned version, if it is not there.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { server } from "../examples/service/server.js";
import { bundled } from "./library.mjs";
import { command } from "./runtimes/installed.mjs";
import { CHROMIUM, visited } from "./runtimes/pages.mjs";
import { withWorker } from "./runtimes/workerd.mjs";

const REQUESTS = 100;
/** Milliseconds of processor time that a request to the worker may take on average, of a quiet processor. */
const LIMIT = 50;

const ask = async (url, body) => {
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() };
};

async function service() {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const rain = [0, 0, 0, 0, 2, 3, 4];
  const bad = ask(url, { visitors: [4, 5, 3, "many", 1, 2, 3], rain });
  const answers = await Promise.all(
    Array.from({ length: REQUESTS }, (_, k) => ask(url, { visitors: [4, 5, 3, 4, k, k + 1, k + 2], rain })),
  );
  server.close();
  for (const [k, { status, answer }] of answers.entries()) {
    assert.equal(status, 200);
    // A gamma posterior of an Exponential(0.1) prior.
    assert(Math.abs(answer.wet.mean / ((3 * k + 4) / 3.1) - 1) < 0.05, `request ${k}: ${answer.wet.mean}`);
  }
  const { status, answer } = await bad;
  assert.deepEqual([status, answer.faults[0].column, answer.faults[0].row], [400, "visitors", 3]);
  return `${REQUESTS} requests at once answered, each its own, and a bad one with its column`;
}

async function edgeWorker() {
  const text = await bundled(`export { default } from "./examples/edge-worker/worker.js";`, { minify: true });
  const binary = await command("workerd", "1.20261117.1");
  return withWorker(binary, { "worker.mjs": text }, async (url, pid) => {
    const before = [3, 1, 4, 2, 5, 3, 2, 4, 3, 5, 1, 2, 3, 4, 2, 3];
    const after = [9, 8, 12, 7, 11, 10, 9, 8, 12, 9, 10, 11];
    const request = async (k) => {
      const { status, answer } = await ask(url, { counts: [...before.slice(k), ...after] });
      assert.equal(status, 200);
      assert(Math.abs(answer.day.mean - (before.length - k)) < 1.5, JSON.stringify(answer));
    };
    for (let k = 0; k < 20; k++) await request(k % 4);
    const start = await processorTime(pid);
    for (let k = 0; k < REQUESTS; k++) await request(k % 4);
    const each = ((await processorTime(pid)) - start) / REQUESTS;
    const bad = await ask(url, { counts: [1, 2, "3", 4] });
    assert.equal(bad.status, 400);
    assert.match(bad.answer.error, /^counts\[2\]/);
    assert(each < LIMIT, `${each.toFixed(1)} ms of processor time a request, at most ${LIMIT} are allowed`);
    return `${REQUESTS} change points in workerd, ${each.toFixed(1)} ms of processor time each (limit ${LIMIT}); ${text.length} bytes of code`;
  });
}

/** A fit that is aborted once it has told how far it is, and one that ends, by the buttons of the page. */
async function browserWorker() {
  const folder = new URL("../examples/browser-worker/", import.meta.url);
  const drive = `
    const of = (id) => document.querySelector("#" + id);
    const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5)); };
    of("fit").dataset.tolerance = "1e-9";
    of("fit").click();
    await until(() => of("progress").value > 0);
    of("abort").click();
    await until(() => !of("fit").disabled);
    const aborted = of("status").value;
    of("fit").dataset.tolerance = "0.05";
    of("fit").click();
    await until(() => !of("fit").disabled);
    await fetch("/found", { method: "POST", body: JSON.stringify({ aborted, ended: of("status").value }) });`;
  const files = {
    "/": [
      "text/html",
      `${await readFile(new URL("index.html", folder), "utf8")}<script type="module" src="/drive.js"></script>`,
    ],
    "/page.js": ["text/javascript", await readFile(new URL("page.js", folder), "utf8")],
    "/worker.js": ["text/javascript", await bundled(await readFile(new URL("worker.js", folder), "utf8"))],
    "/drive.js": ["text/javascript", drive],
  };
  let found;
  const heard = new Promise((resolve) => {
    found = resolve;
  });
  const answer = async (request, response) => {
    if (request.url === "/found") {
      let text = "";
      for await (const chunk of request) text += chunk;
      response.end();
      return found(JSON.parse(text));
    }
    const [type, text] = files[request.url] ?? [];
    if (!type) response.statusCode = 404;
    response.setHeader("content-type", type ?? "text/plain").end(text);
  };
  await visited(CHROMIUM, "", answer, heard);
  const { aborted, ended } = await heard;
  assert.equal(aborted, "aborted");
  assert.match(ended, /^converged: day 12\.\d ± \d\.\d$/);
  return `in Chromium, progress seen, one fit aborted, one ${ended}`;
}

/** Milliseconds of processor time that a process has taken so far, by Linux; in ticks of 10 ms. */
async function processorTime(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /, "").split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const hasBrowser = spawnSync("which", ["chromium"]).status === 0;
if (!hasBrowser) console.log("examples/browser-worker: left out, as there is no chromium here");
const all = { service, "edge-worker": edgeWorker, ...(hasBrowser && { "browser-worker": browserWorker }) };
for (const [name, run] of Object.entries(all))
  try {
    console.log(`examples/${name}: ${await run()}`);
  } catch (error) {
    console.error(`examples/${name}: ${error.message}`);
    process.exitCode = 1;
  }
