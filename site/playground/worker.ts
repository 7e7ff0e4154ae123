/** Fits a program in a worker: transformed, made a module of its own, traced, fitted between turns of the event loop so that it can be stopped. */
import { explain, fitAsync, type Model, type Posterior, transform } from "../library.ts";
import type { BoundaryLine, Quantity, Reply, Request, Stop } from "./protocol.ts";
import { type Noted, noting } from "./runtime.ts";

interface Scope {
  onmessage: ((event: { data: Request | Stop }) => void) | null;
  postMessage(message: Reply): void;
}
const scope = globalThis as unknown as Scope;
const FILE = "program.js";
const TYPED = "program.ts";
/** Imports at the beginning of a line: what is imported, and from where. */
const IMPORTS = /^\s*(?:import|export)\s+(?!type\b)([\w*{][^"';]*?from\s*)?(["'])([^"'\n]+)\2/gm;
const DRAWS = 4000;
/** Numbers that are shown; a model of a hundred hidden states has more. */
const MOST_SHOWN_NUMBERS = 40;
/** Milliseconds between two messages on how the fit is getting on. */
const TELLING = 12;

let stopped = false;
let isFitting = false;

scope.onmessage = ({ data: message }) => {
  if (message.kind === "stop") {
    stopped = true;
    // Before the fit nothing tells that the program comes to an end.
    if (isFitting) scope.postMessage({ kind: "stopping" });
  } else
    run(message).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      scope.postMessage({ kind: "error", message: text, line: lineOf(error) });
    });
};

/** The line of an error in the program: of the transform's message, of the site's place, or of the stack. */
function lineOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const place = /program\.[jt]s:(\d+)/.exec(error.message) ?? /blob:[^\s)]*?:(\d+):\d+/.exec(error.stack ?? "");
  return place ? Number(place[1]) : undefined;
}

const blobOf = (code: string): string => URL.createObjectURL(new Blob([code], { type: "text/javascript" }));

/** The program as calls; one in TypeScript loses its types. */
function transformed(program: string): string {
  try {
    return transform(program, { file: FILE })?.code ?? program;
  } catch (error) {
    try {
      return transform(program, { file: TYPED, stripTypes: true })?.code ?? program;
    } catch {
      throw error;
    }
  }
}

/** What is wrong with the imports of a program; engines name neither the line nor, of what is missing, the module. */
async function requireImports(program: string, places: Readonly<Record<string, string>>): Promise<void> {
  for (const { 0: text, 1: what = "", 3: from = "", index } of program.matchAll(IMPORTS)) {
    const line = program.slice(0, index).split("\n").length + text.slice(0, text.search(/\S/)).split("\n").length - 1;
    const place = `${FILE}:${line}`;
    if (!Object.hasOwn(places, from))
      throw new TypeError(
        `${place}: "${from}" is not here; got an import of it, expected ${Object.keys(places)
          .filter((name) => !name.endsWith("runtime"))
          .join(", ")}`,
      );
    const module = (await import(places[from]!)) as object;
    for (const one of (/\{([^}]*)\}/.exec(what)?.[1] ?? "").split(",")) {
      const name = one.trim().split(/\s/)[0]!;
      if (name !== "" && name !== "type" && !(name in module))
        throw new TypeError(`${place}: ${from} has no \`${name}\``);
    }
  }
}

/** The default export of the program. */
async function modelOf({ program, data }: Request): Promise<Model> {
  const code = transformed(program);
  const table = blobOf(`export default ${JSON.stringify(data)};`);
  const places: Readonly<Record<string, string>> = {
    "nondiff/plain/runtime": new URL("./runtime.js", import.meta.url).href,
    "nondiff/plain": new URL("./plain.js", import.meta.url).href,
    nondiff: new URL("./calls.js", import.meta.url).href,
    "./data.csv": table,
  };
  await requireImports(program, places);
  const linked = code.replace(/(\bfrom\s*|\bimport\s*)(["'])([^"'\n]+)\2/g, (whole, before, _quote, name: string) =>
    Object.hasOwn(places, name) ? `${before}${JSON.stringify(places[name])}` : whole,
  );
  const url = blobOf(linked);
  try {
    const { default: model } = (await import(url)) as { default?: unknown };
    if (typeof model !== "object" || model === null || !("program" in model))
      throw new TypeError("the program exports no model; expected `export default defineModel(…)`");
    return model as Model;
  } catch (error) {
    // Engines do not say where in a module a syntax error is; the transform's parser has, where it read the program.
    if (error instanceof Error) error.message = error.message.replaceAll(url, FILE);
    throw error;
  } finally {
    URL.revokeObjectURL(url);
    URL.revokeObjectURL(table);
  }
}

/** The lines that make conditions, with what their boundaries cost in the gradient that the fit takes. */
function linesOf(model: Model): { lines: BoundaryLine[]; explanation: string } {
  let explained: ReturnType<typeof explain> | undefined;
  const noted = noting(() => {
    explained = explain(model, { collapse: "auto" });
  });
  const { conditions, cost, text } = explained!;
  const nodes = new Map(conditions.map((condition) => [condition.text, condition.nodes]));
  const byLine = new Map<number, Map<string, Noted>>();
  for (const one of noted) {
    if (!byLine.has(one.line)) byLine.set(one.line, new Map());
    byLine.get(one.line)!.set(one.text, one);
  }
  const lines = [...byLine].map(([line, made]) => {
    const total = [...made.keys()].reduce((sum, condition) => sum + (nodes.get(condition) ?? 0), 0);
    const [example = ""] = made.keys();
    return { line, conditions: made.size, example, cost: total / cost.corrected };
  });
  return { lines: lines.sort((p, q) => p.line - q.line), explanation: text };
}

async function run(request: Request): Promise<void> {
  stopped = false;
  isFitting = false;
  const start = performance.now();
  const model = await modelOf(request);
  scope.postMessage({ kind: "lines", ...linesOf(model) });
  const warnings: string[] = [];
  isFitting = true;
  let told = performance.now();
  let elbo: number[] = [];
  const posterior = await fitAsync(model, {
    seed: request.seed,
    onWarning: (message) => void warnings.push(message),
    // A fit whose time is over ends with what it has.
    timeBudget: 600_000,
    now: () => (stopped ? Number.POSITIVE_INFINITY : performance.now()),
    onProgress: (step) => {
      elbo.push(step.elbo);
      if (performance.now() - told < TELLING) return;
      scope.postMessage({ kind: "progress", elbo, gap: step.gap, stage: step.stage ?? "" });
      elbo = [];
      told = performance.now();
    },
  });
  finish(model, posterior, warnings, start);
}

function finish(model: Model, posterior: Posterior, warnings: readonly string[], start: number): void {
  // Out of the draws that the means below are of: with a seed of their own others would be made, which takes as long as the fit.
  const draws = posterior.sample(DRAWS);
  const names = posterior.quantities;
  const hidden = names.length - MOST_SHOWN_NUMBERS;
  const quantities = names.slice(0, MOST_SHOWN_NUMBERS).map(
    (name): Quantity => ({
      name,
      mean: posterior.mean(name),
      sd: posterior.sd(name),
      q05: posterior.quantile(name, 0.05),
      q50: posterior.quantile(name, 0.5),
      q95: posterior.quantile(name, 0.95),
      draws: draws[name]!,
    }),
  );
  const more =
    hidden > 0 ? [`${hidden === 1 ? "1 further number is" : `${hidden} further numbers are`} not shown`] : [];
  scope.postMessage({
    kind: "result",
    model: model.name,
    status: posterior.status ?? "",
    warnings: [...new Set([...posterior.warnings, ...warnings]), ...more],
    elbo: posterior.report?.elbo ?? posterior.elboTrace.at(-1) ?? Number.NaN,
    elboTrace: posterior.elboTrace,
    seconds: (performance.now() - start) / 1000,
    quantities,
  });
}
