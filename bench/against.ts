/**
 * What `npm run bench -- --against DIR` prints: this build beside that of another checkout, in one run. Both do the same work by their
 * public names, in turns, each in a process of its own, and a row is the ratio of their times: 1.05 says that the new one takes 5 % longer.
 */
import { pathToFileURL } from "node:url";
import type { Backend, Estimator, Model, Package } from "./library.ts";
import type { Length } from "./main.ts";
import {
  type Comparison,
  compared,
  messages,
  type Prepared,
  type Side,
  serve,
  sideIn,
  type Turns,
  type Work,
} from "./tools/beside.ts";
import { columns, type Print } from "./tools/print.ts";
import { median } from "./tools/timing.ts";

/** By how much a row may be slower. */
export const ALLOWED = 1.03;
/** Pairs of processes in which a row is looked at again that looks slower. */
const AGAIN = 4;
const SAMPLES = 1024;

/** How much is measured; `samples` are those of a gradient. */
interface Effort extends Turns {
  readonly samples: number;
  readonly fitSteps: number;
}

const EFFORT: { readonly [L in Length]: Effort } = {
  smoke: { turns: 1, milliseconds: 0.05, warm: 0.1, samples: 32, fitSteps: 2 },
  short: { turns: 12, milliseconds: 20, warm: 400, samples: SAMPLES, fitSteps: 500 },
  full: { turns: 30, milliseconds: 40, warm: 1000, samples: SAMPLES, fitSteps: 2000 },
};

const MODELS = ["textmsg", "influenza", "temperature", "cheating", "walk", "xornet"] as const;
const ESTIMATORS: { readonly [name: string]: (library: Package) => Estimator } = {
  corrected: ({ index }) => index.corrected(),
  "all boundaries": ({ index }) => index.corrected({ marginalise: false }),
  lyy18: ({ index }) => index.lyy18(),
  reparam: ({ index }) => index.reparam(),
  score: ({ index }) => index.score(),
};
const BACKENDS: { readonly [name: string]: (library: Package) => Backend | undefined } = {
  interpreter: () => undefined,
  "WebAssembly kernels": ({ wasm }) => wasm.wasmKernels(),
  "generated WebAssembly": ({ wasm }) => wasm.wasm({ after: 0 }),
  "generated JavaScript": ({ jit }) => jit.jit(),
};

/** The package as it was built in a folder. */
export async function packageIn(folder: string): Promise<Package> {
  const entry = async (name: string): Promise<object> => {
    try {
      return await import(pathToFileURL(`${folder}/dist/${name}.js`).href);
    } catch (error) {
      throw new Error(
        `bench: no build to compare with; got ${folder}, expected a checkout after npm run build (${(error as Error).message})`,
      );
    }
  };
  const [index, models, wasm, jit] = await Promise.all(["index", "models/index", "wasm", "jit"].map(entry));
  return { index, models, wasm, jit } as Package;
}

export interface Row {
  readonly name: string;
  /** Throws where the estimator refuses the model. */
  readonly workOf: (library: Package) => Work;
}

/** Every model × estimator × back end, making the tape of every model × estimator, whole fits on every back end. */
export function rowsOf({ samples, fitSteps }: { readonly samples: number; readonly fitSteps: number }): Row[] {
  const gradients = MODELS.flatMap((model) =>
    Object.entries(ESTIMATORS).flatMap(([estimator, make]) =>
      Object.entries(BACKENDS).map(([backend, on]) => ({
        name: `gradient: ${model}, ${estimator}, ${backend}`,
        workOf: (library: Package) => gradientWork(library, library.models[model], make(library), samples, on(library)),
      })),
    ),
  );
  const making = MODELS.flatMap((model) =>
    Object.entries(ESTIMATORS).map(([estimator, make]) => ({
      name: `making: ${model}, ${estimator}`,
      workOf: (library: Package) => makingWork(library, library.models[model], make(library)),
    })),
  );
  const fits = MODELS.flatMap((model) =>
    Object.entries(BACKENDS).map(([backend, on]) => ({
      name: `fit: ${model}, ${backend}`,
      workOf: (library: Package) => fitWork(library, library.models[model], fitSteps, on(library)),
    })),
  );
  return [...gradients, ...making, ...fits];
}

/** A gradient of further samples in every run, noise included. */
function gradientWork(
  { index }: Package,
  model: Model,
  estimator: Estimator,
  samples: number,
  backend?: Backend,
): Work {
  const sampler = index.makeSampler(model, estimator, { ...(backend && { backend }) });
  const { mu, rho } = model.init!;
  const theta = Float64Array.of(...Array.from(mu), ...Array.from(rho));
  const out = new Float64Array(theta.length);
  const generator = index.makeGenerator(1);
  const from = (firstSample: number): number =>
    index.meanGradientInto(out, sampler, theta, { generator, stream: 0, firstSample, samples });
  let runs = 0;
  return {
    run: () => from(samples * runs++),
    answer: () => {
      const elbo = from(0);
      return [elbo, ...out];
    },
  };
}

/** Tracing and compiling: what a model costs before its first sample. */
function makingWork({ index }: Package, model: Model, estimator: Estimator): Work {
  const make = (): number => {
    const sampler = index.makeSampler(model, estimator);
    return (sampler.means ?? sampler.each)().tape.slots.length;
  };
  const slots = make(); // now, so that a refusal shows before anything is timed
  return { run: make, answer: () => [Math.sign(slots)] };
}

function fitWork({ index }: Package, model: Model, steps: number, backend?: Backend): Work {
  const traceOf = (): Float64Array =>
    index.fit(model, {
      steps,
      samples: 16,
      seed: 1,
      optimizer: index.adam({ learningRate: 0.001 }),
      onWarning: () => undefined,
      ...(backend && { backend }),
    }).elboTrace;
  return { run: () => traceOf()[steps - 1]!, answer: () => traceOf().slice(0, 1) };
}

/** The largest difference, relative to the larger of the number and 1e-6 of the largest one. */
function difference(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const scale = 1e-6 * Math.max(...Array.from(x, Math.abs));
  return Math.max(...Array.from(x, (value, i) => Math.abs(value - y[i]!) / Math.max(Math.abs(value), scale, 1e-300)));
}

/** Starts both builds at the work of a row. */
export type Opened = (row: Row) => readonly [old: Side, now: Side];

/** What is to be said of a row whose sides cannot be compared. */
function refusalOf(old: Prepared, now: Prepared): string | undefined {
  if ("refusal" in old && "refusal" in now) return "refused by both";
  if ("refusal" in old) return `refused by the old one: ${old.refusal}`;
  if ("refusal" in now) return `refused by the new one: ${now.refusal}`;
  return undefined;
}

/** Looks at a row in one pair of processes: by how much the answers are apart and what is measured, or that it is refused. */
async function look(
  row: Row,
  opened: Opened,
  turns: Turns,
): Promise<string | { readonly apart: number; readonly measured: Comparison }> {
  const sides = opened(row);
  try {
    const [old, now] = [await sides[0].prepare(), await sides[1].prepare()];
    const refusal = refusalOf(old, now);
    if (refusal) return refusal;
    const [x, y] = [old, now].map((prepared) => ("answer" in prepared ? prepared.answer : [])) as [number[], number[]];
    return { apart: difference(x, y), measured: await compared(sides, turns) };
  } finally {
    for (const side of sides) side.end();
  }
}

/** The comparison whose ratio is in the middle: what is compiled differs a little from process to process. */
function middle(all: readonly Comparison[]): Comparison {
  const ratio = median(all.map((one) => one.ratio));
  return { ...all[0]!, ratio };
}

/** Prints a row for each; how many are slower, differ or are refused by one of them. */
export async function compare(rows: readonly Row[], opened: Opened, turns: Turns, print: Print): Promise<number> {
  const widths = [62, 10, 8, 10, 8, 0];
  print(columns(["", "old, ms", "new/old", "old, kB", "new/old", ""], widths));
  let faults = 0;
  for (const row of rows) {
    const seen = await look(row, opened, turns);
    if (typeof seen === "string") {
      if (seen !== "refused by both") faults++;
      print(columns([row.name, "", "", "", "", seen], widths));
      continue;
    }
    const all = [seen.measured];
    // What looks slower is looked at again, in other processes: of 200 rows some are by chance.
    if (seen.measured.ratio > ALLOWED)
      for (let again = 0; again < AGAIN; again++) {
        const more = await look(row, opened, turns);
        if (typeof more !== "string") all.push(more.measured);
      }
    const { time, ratio, bytes, bytesRatio } = middle(all);
    const marks = [
      ...(ratio > ALLOWED ? ["SLOWER"] : []),
      ...(seen.apart < 1e-9 ? [] : [`DIFFERS by ${seen.apart.toExponential(1)}`]),
    ];
    if (marks.length > 0) faults++;
    const memory = !(bytes >= KILOBYTE) ? ["", ""] : [(bytes / KILOBYTE).toFixed(0), bytesRatio.toFixed(3)];
    print(columns([row.name, time.toPrecision(3), ratio.toFixed(3), ...memory, marks.join(", ")], widths));
  }
  return faults;
}

const KILOBYTE = 1000;

/** Serves the process that started this one with the work of a row, by the build in a folder. */
export async function serveRow(folder: string, name: string): Promise<void> {
  const library = await packageIn(folder);
  const length: Length = name.startsWith(FULL) ? "full" : "short";
  const row = rowsOf(EFFORT[length]).find((one) => one.name === name.slice(length === "full" ? FULL.length : 0))!;
  serve(() => row.workOf(library), messages);
}

// Before the name of a row, that it is one of `--full`.
const FULL = "full ";

/** Compares the builds of two folders by processes that import `bundle`; the number of rows with a mark. `only` leaves out rows whose names are without it. */
export async function bench(
  length: Length,
  print: Print,
  folders: readonly [old: string, now: string],
  bundle: string,
  only: string = "",
): Promise<number> {
  const effort = EFFORT[length];
  for (const folder of folders) await packageIn(folder); // throws where there is no build
  const rows = rowsOf(effort).filter(({ name }) => name.includes(only));
  print(
    `New: ${folders[1]}, old: ${folders[0]}; ${effort.samples} samples, fits of ${effort.fitSteps} steps × 16 samples`,
  );
  const asked = length === "full" ? FULL : "";
  const opened: Opened = ({ name }) => {
    const [old, now] = folders.map((folder) => sideIn(bundle, folder, asked + name)) as [Side, Side];
    return [old, now];
  };
  const faults = await compare(rows, opened, effort, print);
  print(
    `${rows.length} rows, ${faults} slower by more than ${Math.round((ALLOWED - 1) * 100)} %, different or refused`,
  );
  return faults;
}
