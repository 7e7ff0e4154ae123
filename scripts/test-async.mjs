// `fitAsync` beside `fit` in Chromium without a window, in turns: how much longer it takes, and the longest task between two turns of the event loop. Needs dist/, made by `npm run build`.
//
// Times are of the processor, as the thread has them, so that other work on the machine does not count.
//
//     npm run bench:async
import { build } from "esbuild";
import { ROOT } from "./library.mjs";
import { askPages, CHROMIUM } from "./runtimes/pages.mjs";

const RUNS = Number(process.env["NONDIFF_RUNS"] ?? 5);
const ONLY = new RegExp(process.env["NONDIFF_MODELS"] ?? ""); // of names, as NONDIFF_MODELS=textmsg
const module = `
import { defineModel, fit, fitAsync, gt, normal, where, add, mul } from "nondiff";
import { influenza, textmsg } from "nondiff/models";
const line = (n) => defineModel("line", ({ sample, observe }) => {
  const [a, b, knee] = [sample("a", normal(0, 1)), sample("b", normal(0, 1)), sample("knee", normal(0, 1))];
  for (let i = 0; i < n; i++) {
    const x = (i % 100) / 50 - 1;
    observe(normal(where(gt(knee, x), a, add(a, mul(b, x))), 0.5), x > 0.2 ? 1 : 0.3);
  }
});
const switching = (n) => defineModel("switching", ({ sample, observe }) => {
  const [z, d] = [sample("z", normal(0, 1)), sample("d", normal(n / 2, n / 10))];
  for (let i = 0; i < n; i++) observe(normal(where(gt(d, i), z, -1), 1), i % 3);
});
const ALL = { textmsg, influenza, "10,000 observations": line(10000), "10,000 places of a switch": switching(10000) };
const MODELS = Object.fromEntries(Object.entries(ALL).filter(([name]) => ${ONLY}.test(name)));
// Every turn is a message to oneself: the time from one's arrival to the next one's sending is a task.
const Own = globalThis.MessageChannel;
globalThis.MessageChannel = class {
  constructor() {
    const { port1, port2 } = new Own();
    this.port1 = { set onmessage(take) { port1.onmessage = () => { performance.mark("goes on"); take(); }; }, close: () => port1.close() };
    this.port2 = { postMessage: (message) => { performance.mark("gives way"); port2.postMessage(message); } };
  }
};
export async function turnedBits() {
  for (const [name, model] of Object.entries(MODELS))
    // Of fits that take seconds one tells.
    for (let run = 0; run < (name.endsWith("switch") ? 1 : ${RUNS}); run++) {
      performance.mark("fit " + name);
      fit(model, { seed: 1 });
      performance.mark("fitAsync " + name);
      await fitAsync(model, { seed: 1 });
      performance.mark("end " + name);
    }
  return {};
}`;
const { outputFiles } = await build({
  stdin: { contents: module, resolveDir: ROOT },
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
});
const { marked } = await askPages(CHROMIUM, outputFiles[0].text, false, undefined, true);

/** Of each model the runs of a thread, in ms of its processor time. */
function runsOf(marks) {
  const runs = {};
  let run;
  for (const [k, { name, ms }] of marks.entries()) {
    const [, what, model] = /^(fit|fitAsync|end) (.*)/.exec(name) ?? [];
    if (what === "fit") run = { began: ms, tasks: [] };
    if (what === "fitAsync") run.turned = ms;
    if (name === "gives way" || what === "end") run.tasks.push(ms - marks[k - 1].ms);
    if (what !== "end") continue;
    runs[model] ??= [];
    runs[model].push({ once: run.turned - run.began, async: ms - run.turned, tasks: run.tasks });
  }
  return runs;
}

const median = (values) => [...values].sort((x, y) => x - y)[values.length >> 1];
const threads = [...new Set(marked.map(({ thread }) => thread))];
for (const [k, thread] of threads.entries())
  for (const [model, runs] of Object.entries(runsOf(marked.filter((mark) => mark.thread === thread)))) {
    const of = (what) => median(runs.map(what));
    const longest = runs.map(({ tasks }) => Math.max(...tasks));
    console.log(
      `${["page", "worker"][k]}, ${model}: fit ${of(({ once }) => once).toFixed(0)} ms, fitAsync ${of(({ once, async }) => async / once).toFixed(2)} times as long; of ${of(({ tasks }) => tasks.length)} tasks ${of(({ tasks }) => tasks.filter((ms) => ms > 16).length)} above 16 ms, the longest ${median(longest).toFixed(0)} ms, in the first run ${longest[0].toFixed(0)} ms`,
    );
  }
