/**
 * What `npm run bench:nets` prints: the price of the nets that look after every gradient (`estimators/draw/watched.ts`, `boundaries/nets`).
 * The same work with and without them takes turns in one process; 1.02 says that nets take 2 % of the time without.
 */
import {
  adam,
  cheating,
  corrected,
  cp3,
  type Estimator,
  estimateGradient,
  fit,
  influenza,
  type Model,
  makeGenerator,
  makeSampler,
  meanGradientInto,
  packParameters,
  selectedTerms,
  temperature,
  textmsg,
  walk,
  xornet,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { sideBySide, type Timing } from "./tools/timing.ts";

const MODELS: readonly (() => Model)[] = [
  () => textmsg,
  () => influenza,
  () => temperature,
  () => cheating,
  () => walk,
  () => xornet,
  cp3,
];

const EFFORT: { readonly [L in Length]: { readonly repeats: number; readonly milliseconds: number } } = {
  smoke: { repeats: 1, milliseconds: 0.05 },
  short: { repeats: 15, milliseconds: 20 },
  full: { repeats: 41, milliseconds: 60 },
};

/** `corrected` of the same terms that nobody looks after. */
export function withoutNets(): Estimator {
  const { build, ...estimator } = corrected();
  return {
    ...estimator,
    differentiates: false, // nor are steep steps sought
    build: (objective, repertoire, analysis) => {
      const { requireSame, ...others } = repertoire;
      return build(objective, { ...others, select: selectedTerms }, analysis);
    },
  };
}

/** Work that is done with either estimator. */
type Work = (model: Model, estimator: Estimator) => () => number;

const QUIET = { onWarning: () => undefined };

/** Each column, with what it returns, which both have to agree on. */
export const WORK: { readonly [name: string]: Work } = {
  "steady gradient": (model, estimator) => {
    const sampler = makeSampler(model, estimator);
    const { space } = sampler.objective.guide;
    const theta = packParameters("bench", space, model.init);
    const out = new Float64Array(sampler.size);
    const generator = makeGenerator(1);
    let runs = 0;
    return () =>
      meanGradientInto(out, sampler, theta, { generator, stream: 0, firstSample: 1024 * runs++, samples: 1024 });
  },
  "with making": (model, estimator) => () => estimateGradient(model, { estimator, samples: 1000, ...QUIET }).elbo,
  "10,000 with making": (model, estimator) => () =>
    estimateGradient(model, { estimator, samples: 10_000, ...QUIET }).elbo,
  "fit, 2,000 × 16": (model, estimator) => () =>
    fit(model, { estimator, steps: 2000, samples: 16, seed: 1, optimizer: adam({ learningRate: 0.001 }), ...QUIET })
      .elboTrace[0]!,
  fit: (model, estimator) => () => fit(model, { estimator, seed: 1, collapse: false, ...QUIET }).elboTrace.at(-1)!,
};

/** Prints a row for each model. */
export async function bench(length: Length, print: Print): Promise<void> {
  const { repeats, milliseconds } = EFFORT[length];
  const widths = [14, ...Object.keys(WORK).map(() => 20)];
  print(columns(["nets on ÷ off", ...Object.keys(WORK)], widths));
  for (const make of MODELS) {
    const model = make();
    const ratios = Object.values(WORK).map((work) => {
      const runs = [withoutNets(), corrected()].map((estimator) => work(model, estimator)) as [
        () => number,
        () => number,
      ];
      const [off, on] = runs.map((run) => run()) as [number, number];
      if (off !== on) throw new Error(`bench: nets change numbers of ${model.name}; got ${on}, expected ${off}`);
      const [first, second] = sideBySide(
        runs.map((run, index) => ({ name: index === 0 ? "off" : "on", run })),
        repeats,
        milliseconds,
      ) as [Timing, Timing];
      return `${first.median.toPrecision(3)} ms × ${second.ratio.toFixed(3)}`;
    });
    print(columns([model.name, ...ratios], widths));
  }
}
