/** The page: examples, editor, data, a run in a worker, and what came of it. */
import { columnsOf } from "./csv.ts";
import { editorIn } from "./editor.ts";
import { course, escaped, marginal, pairs, short } from "./pictures.ts";
import type { Reply, Request } from "./protocol.ts";
import { fragmentOf, sharedOf } from "./share.ts";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const examples = element<HTMLSelectElement>("examples");
const csv = element<HTMLTextAreaElement>("csv");
const runButton = element<HTMLButtonElement>("run");
const stopButton = element<HTMLButtonElement>("stop");
const status = element("status");
const result = element("result");
const live = element("live");

const editor = editorIn(element("editor"), start, () => {
  // It is no example any more.
  examples.selectedIndex = -1;
});
let worker: Worker | undefined;
let running: { elbo: number[]; lines: Extract<Reply, { kind: "lines" }> | undefined; isStopping: boolean } | undefined;

function say(text: string, mood: "" | "good" | "doubtful" | "bad" = ""): void {
  status.textContent = text;
  status.dataset["mood"] = mood;
}

function start(): void {
  if (running) return;
  let data: Request["data"] = {};
  try {
    data = columnsOf(csv.value);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "bad");
    return;
  }
  // One worker for all runs: its modules are there, and compiled, after the first.
  worker ??= new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: reply }: MessageEvent<Reply>) => heard(reply);
  worker.onerror = (event) =>
    heard({ kind: "error", message: event.message || "the worker could not be loaded", line: undefined });
  running = { elbo: [], lines: undefined, isStopping: false };
  runButton.disabled = true;
  stopButton.disabled = false;
  result.innerHTML = "";
  live.innerHTML = "";
  editor.mark({ lines: [], error: undefined });
  say("compiling the program …");
  const request: Request = { kind: "run", program: editor.text(), data, seed: 1 };
  worker.postMessage(request);
}

function over(): void {
  clearTimeout(killing);
  running = undefined;
  runButton.disabled = false;
  stopButton.disabled = true;
}

/** Milliseconds in which a worker that is still alive says that it stops. */
const PATIENCE = 1500;
let killing: ReturnType<typeof setTimeout> | undefined;

/** The first time asks the fit to end with what it has; a program that never gives way is ended with its worker, and so is any the second time. */
function stop(): void {
  if (!running) return;
  if (running.isStopping) {
    kill();
    return;
  }
  running.isStopping = true;
  worker?.postMessage({ kind: "stop" });
  killing = setTimeout(kill, PATIENCE);
}

function kill(): void {
  if (!running) return;
  worker?.terminate();
  worker = undefined;
  over();
  say("stopped before there was a result", "doubtful");
}

function heard(reply: Reply): void {
  if (!running) return;
  if (reply.kind === "stopping") {
    clearTimeout(killing);
    say("stopping: making the numbers so far …");
  } else if (reply.kind === "lines") {
    running.lines = reply;
    editor.mark({ lines: reply.lines, error: undefined });
    say("fitting …");
  } else if (reply.kind === "progress") {
    running.elbo.push(...reply.elbo);
    live.innerHTML = course(running.elbo);
    const gap = reply.gap === undefined || Number.isNaN(reply.gap) ? "" : `, gap ${short(Math.max(0, reply.gap))}`;
    say(`fitting: ${running.elbo.length} gradients, ELBO ${short(running.elbo.at(-1)!)}${gap}`);
  } else if (reply.kind === "error") {
    editor.mark({ lines: running.lines?.lines ?? [], error: reply.line });
    say(`${reply.line === undefined ? "" : `line ${reply.line}: `}${reply.message}`, "bad");
    over();
  } else {
    show(reply, running.lines?.explanation ?? "");
    over();
  }
}

const WORDS: Readonly<Record<string, string>> = {
  converged: "converged: near the result the ELBO can gain next to nothing",
  budget: "stopped: these are the numbers so far",
  unbounded: "the ELBO grows without bound: the posterior may not exist",
};

function show(reply: Extract<Reply, { kind: "result" }>, explanation: string): void {
  const { status: ended, warnings, quantities, elbo, elboTrace, seconds, model } = reply;
  const isGood = ended === "converged" && warnings.length === 0;
  say(
    `${model}: ${WORDS[ended] ?? ended}. ELBO ${short(elbo)}, ${seconds.toFixed(1)} s.`,
    isGood ? "good" : "doubtful",
  );
  const told = warnings.map((text) => `<li>${escaped(text)}</li>`).join("");
  const rows = quantities.map(
    ({ name, mean, sd, q05, q50, q95 }) =>
      `<tr><th scope="row">${escaped(name)}</th>${[mean, sd, q05, q50, q95].map((x) => `<td>${short(x)}</td>`).join("")}</tr>`,
  );
  const figures = quantities.map(
    (quantity) => `<figure>${marginal(quantity)}<figcaption>${escaped(quantity.name)}</figcaption></figure>`,
  );
  const together = pairs(quantities);
  live.innerHTML = course(elboTrace);
  result.innerHTML = [
    told === "" ? "" : `<h2>Warnings</h2><ul class="warnings">${told}</ul>`,
    `<h2>Posterior</h2><div class="scroll" tabindex="0" role="region" aria-label="table of the posterior"><table><thead><tr>${["number", "mean", "sd", "5 %", "50 %", "95 %"].map((head) => `<th scope="col">${head}</th>`).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
    `<div class="figures">${figures.join("")}</div>`,
    together.length > 0 ? `<h2>Pairs that correlate</h2><div class="figures">${together.join("")}</div>` : "",
    `<h2>Boundaries</h2><pre tabindex="0" aria-label="what explain says of the program">${escaped(explanation)}</pre>`,
  ].join("");
}

async function share(): Promise<void> {
  const fragment = await fragmentOf({ program: editor.text(), csv: csv.value });
  history.replaceState(undefined, "", fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    say("the link is in the clipboard; the program is in the link itself");
  } catch {
    say("the link is in the address bar; the program is in the link itself");
  }
}

async function takeFile(file: File | undefined): Promise<void> {
  if (!file) return;
  csv.value = await file.text();
  showTable();
  try {
    const columns = columnsOf(csv.value);
    const rows = Object.values(columns)[0]?.length ?? 0;
    const names = Object.keys(columns).map((name) => `data.${name}`);
    say(`${file.name}: ${rows} rows; import data from "./data.csv" has ${names.join(", ")}`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), "bad");
  }
}

/** The data are seen where there are any. */
function showTable(): void {
  if (csv.value !== "") element<HTMLDetailsElement>("data").open = true;
}

interface Example {
  readonly name: string;
  readonly program: string;
  readonly csv?: string;
}

async function main(): Promise<void> {
  const list = (await (await fetch(new URL("./examples.json", import.meta.url))).json()) as Example[];
  for (const { name } of list) examples.add(new Option(name, name));
  const take = ({ program, csv: table = "" }: Omit<Example, "name">): void => {
    editor.setText(program);
    csv.value = table;
    showTable();
  };
  examples.addEventListener("change", () => {
    const { value } = examples;
    take(list.find(({ name }) => name === value)!);
    examples.value = value;
    history.replaceState(undefined, "", location.pathname);
  });
  const takeLink = async (): Promise<boolean> => {
    const shared = await sharedOf(location.hash);
    if (shared) take(shared);
    else if (location.hash !== "") say("the link holds no program that can be read", "bad");
    return shared !== undefined;
  };
  if (!(await takeLink()) && list[0]) {
    take(list[0]);
    examples.value = list[0].name;
  }
  globalThis.addEventListener("hashchange", () => void takeLink());
  runButton.addEventListener("click", start);
  stopButton.addEventListener("click", stop);
  element("share").addEventListener("click", () => void share());
  const file = element<HTMLInputElement>("file");
  file.addEventListener("change", () => void takeFile(file.files?.[0]));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    void takeFile(event.dataTransfer?.files[0]);
  });
  document.body.dataset["ready"] = "yes";
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register("./offline.js").catch(() => undefined);
}
void main();
