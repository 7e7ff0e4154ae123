// `fitAsync` beside `fit` in Chromium without a window, in turns: how much longer it takes, and the longest task between two turns of the event loop. Needs dist/, made by `npm run build`.
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
const median = (values) => [...values].sort((x, y) => x - y)[values.length >> 1];
// Every turn is a message to oneself: the time from one's arrival to the next one's sending is a task.
let began = 0;
let tasks = [];
const Own = globalThis.MessageChannel;
globalThis.MessageChannel = class {
  constructor() {
    const { port1, port2 } = new Own();
    this.port1 = { set onmessage(take) { port1.onmessage = () => { began = performance.now(); take(); }; }, close: () => port1.close() };
    this.port2 = { postMessage: (message) => { tasks.push(performance.now() - began); port2.postMessage(message); } };
  }
};
export async function turnedBits() {
  const found = {};
  for (const [name, model] of Object.entries(MODELS)) {
    const [once, async, longest, above] = [[], [], [], []];
    // Of fits that take seconds one tells.
    for (let run = 0; run < (name.endsWith("switch") ? 1 : ${RUNS}); run++) {
      const t0 = performance.now();
      fit(model, { seed: 1 });
      const t1 = performance.now();
      once.push(t1 - t0);
      began = t1;
      tasks = [];
      await fitAsync(model, { seed: 1 });
      async.push(performance.now() - t1);
      longest.push(Math.max(...tasks));
      above.push(tasks.filter((ms) => ms > 16).length);
    }
    found[name] = { once: median(once), async: median(async), longest: median(longest), above: median(above), tasks: tasks.length };
  }
  return { found };
}`;
const { outputFiles } = await build({
  stdin: { contents: module, resolveDir: ROOT },
  bundle: true,
  minify: true,
  format: "esm",
  write: false,
});
const { page, worker } = await askPages(CHROMIUM, outputFiles[0].text, false);
for (const [where, { found }] of Object.entries({ page, worker }))
  for (const [name, { once, async, longest, above, tasks }] of Object.entries(found))
    console.log(
      `${where}, ${name}: fit ${once.toFixed(0)} ms, fitAsync ${(async / once).toFixed(2)} times as long; of ${tasks} tasks ${above} above 16 ms, the longest ${longest.toFixed(0)} ms`,
    );
