/**
 * What `npm run bench -- --against DIR` prints: this build beside that of another checkout, in one run. Both do the same work by their
 * public names, take turns, and a row is the median of the ratios of their times: 1.05 says that the new one takes 5 % longer.
 */
import { pathToFileURL } from "node:url";
import type { Backend, Estimator, Model, Package } from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { type Candidate, type Effort, sideBySide, type Timing } from "./tools/timing.ts";

/** By how much a row may be slower. */
export const ALLOWED = 1.03;
const SAMPLES = 1024;

const EFFORT: { readonly [L in Length]: Effort & { readonly fitSteps: number } } = {
  smoke: { repeats: 1, milliseconds: 0.05, samples: 32, fitSteps: 2 },
  short: { repeats: 11, milliseconds: 15, samples: SAMPLES, fitSteps: 500 },
  full: { repeats: 31, milliseconds: 60, samples: SAMPLES, fitSteps: 2000 },
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

/** What a library does once; `answer` is what both have to agree on, to rounding. */
interface Work {
  readonly run: () => number;
  readonly answer: () => ArrayLike<number>;
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

/** Why a row cannot be compared, or the work of both. */
function worksOf({ workOf }: Row, libraries: readonly [old: Package, now: Package]): string | readonly [Work, Work] {
  const [old, now] = libraries.map((library): Work | string => {
    try {
      return workOf(library);
    } catch (error) {
      return (error as Error).message;
    }
  }) as [Work | string, Work | string];
  if (typeof old !== "string" && typeof now !== "string") return [old, now];
  if (typeof old === "string" && typeof now === "string") return "refused by both";
  return `refused by the ${typeof old === "string" ? "old" : "new"} one: ${typeof old === "string" ? old : now}`;
}

/** The largest difference, relative to the larger of the number and 1e-6 of the largest one. */
function difference(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const scale = 1e-6 * Math.max(...Array.from(x, Math.abs));
  return Math.max(...Array.from(x, (value, i) => Math.abs(value - y[i]!) / Math.max(Math.abs(value), scale, 1e-300)));
}

/** Prints a row for each; how many are slower, differ or are refused by one of them. */
export function compare(
  rows: readonly Row[],
  libraries: readonly [old: Package, now: Package],
  { repeats, milliseconds }: Pick<Effort, "repeats" | "milliseconds">,
  print: Print,
  time: (candidates: readonly Candidate[], repeats: number, milliseconds: number) => Timing[] = sideBySide,
): number {
  const widths = [62, 12, 8, 0];
  print(columns(["", "old, ms", "new/old", ""], widths));
  let faults = 0;
  for (const row of rows) {
    const works = worksOf(row, libraries);
    if (typeof works === "string") {
      if (works !== "refused by both") faults++;
      print(columns([row.name, "", "", works], widths));
      continue;
    }
    const [old, now] = works.map(({ answer }) => answer()) as [ArrayLike<number>, ArrayLike<number>];
    const apart = difference(old, now);
    const candidates = works.map(({ run }, index) => ({ name: index === 0 ? "old" : "new", run }));
    let [first, second] = time(candidates, repeats, milliseconds) as [Timing, Timing];
    // What looks slower is looked at again, three times as long: of 200 rows some are by chance.
    if (second.ratio > ALLOWED) [first, second] = time(candidates, 3 * repeats, milliseconds) as [Timing, Timing];
    const marks = [
      ...(second.ratio > ALLOWED ? ["SLOWER"] : []),
      ...(apart < 1e-9 ? [] : [`DIFFERS by ${apart.toExponential(1)}`]),
    ];
    if (marks.length > 0) faults++;
    print(columns([row.name, first.median.toPrecision(3), second.ratio.toFixed(3), marks.join(", ")], widths));
  }
  return faults;
}

/** Compares the builds of two folders; the number of rows with a mark. `only` leaves out rows whose names are without it. */
export async function bench(
  length: Length,
  print: Print,
  folders: readonly [old: string, now: string],
  only: string = "",
): Promise<number> {
  const effort = EFFORT[length];
  const [old, now] = await Promise.all(folders.map(packageIn));
  const rows = rowsOf(effort).filter(({ name }) => name.includes(only));
  print(
    `New: ${folders[1]}, old: ${folders[0]}; ${effort.samples} samples, fits of ${effort.fitSteps} steps × 16 samples`,
  );
  const faults = compare(rows, [old!, now!], effort, print);
  print(
    `${rows.length} rows, ${faults} slower by more than ${Math.round((ALLOWED - 1) * 100)} %, different or refused`,
  );
  return faults;
}
