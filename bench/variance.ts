/**
 * What `npm run bench:variance` prints: variances along one optimisation path per model, all estimators at the same
 * points and per gradient of 16 samples, as the variance of a baseline divided by that of `corrected`.
 */
import {
  adam,
  type CorrectedOptions,
  cheating,
  corrected,
  drawnChoices,
  type Estimator,
  type GradientSampler,
  influenza,
  lyy18,
  type Model,
  makeGenerator,
  makeMoments,
  makeSampler,
  meanGradientInto,
  momentsInto,
  packParameters,
  planCorrection,
  SAMPLED,
  temperature,
  textmsg,
  walk,
  xornet,
} from "./library.ts";
import type { Length } from "./main.ts";

/** Samples per gradient. */
const GROUP = 16;
const [OPTIMISE, VARIANCE] = [0, 1]; // streams of noise

interface Effort {
  readonly checkpoints: readonly number[];
  /** Gradients of 16 samples at each checkpoint. */
  readonly gradients: number;
}
const EFFORT: { readonly [L in Length]: Effort } = {
  smoke: { checkpoints: [0, 10], gradients: 8 },
  short: { checkpoints: [0, 100, 1000, 3000, 10_000], gradients: 1024 },
  full: { checkpoints: [0, 100, 1000, 3000, 10_000], gradients: 4096 },
};

interface Case {
  readonly model: Model;
  readonly learningRate: number;
  readonly baseline: () => Estimator;
  /** What the ratio must reach, of the default, and of independent samples (at the start only, where it says so). */
  readonly target: number;
  readonly independent?: { readonly target: number; readonly atStart?: boolean };
}
// Step sizes of the papers.
export const CASES: readonly Case[] = [
  { model: textmsg, learningRate: 0.001, baseline: lyy18, target: 3 },
  { model: influenza, learningRate: 0.001, baseline: lyy18, target: 20 },
  {
    model: temperature,
    learningRate: 0.001,
    baseline: lyy18,
    target: 50,
    independent: { target: 20, atStart: true },
  },
  { model: cheating, learningRate: 0.0015, baseline: lyy18, target: 10, independent: { target: 10 } },
  { model: walk, learningRate: 0.0015, baseline: lyy18, target: 30, independent: { target: 30 } },
  { model: xornet, learningRate: 0.01, baseline: oneBoundary, target: 100, independent: { target: 100 } },
];

export const DEFAULT = "rqmc antithetic sampled marginalised";
export const INDEPENDENT = "random independent sampled marginalised";
const COMBINATIONS: ReadonlyMap<string, CorrectedOptions> = new Map(
  (["rqmc", "random"] as const).flatMap((points) =>
    (["antithetic", "independent"] as const).flatMap((pairing) =>
      (["sampled", "analytic", "sticking-the-landing"] as const).flatMap((entropy) =>
        [true, false].map((marginalise): [string, CorrectedOptions] => [
          `${points} ${pairing} ${entropy} ${marginalise ? "marginalised" : "plain"}`,
          { points, pairing, entropy, marginalise },
        ]),
      ),
    ),
  ),
);

type Print = (line: string) => void;

/** Prints the tables, as Markdown, for the models given. */
export function bench(length: Length, print: Print, _native?: unknown, cases: readonly Case[] = CASES): void {
  const effort = EFFORT[length];
  const paths = cases.map((each) => ({ ...each, ratios: ratiosOf(each, effort) }));
  const steps = effort.checkpoints.map((step) => `step ${step}`);
  for (const [title, name] of [
    ["The default", DEFAULT],
    ["Independent samples", INDEPENDENT],
  ] as const) {
    print(
      `\n${title}: variance of the baseline divided by that of \`corrected\`, ${effort.gradients} gradients each\n`,
    );
    table(
      ["model", "baseline", ...steps, "geometric mean", "target"],
      paths.map(({ model, baseline, ratios, target, independent }) => {
        const row = ratios.get(name)!;
        const aim = name === DEFAULT ? target : independent?.target;
        const goal =
          aim === undefined ? "" : `${aim}${name === INDEPENDENT && independent?.atStart ? " at step 0" : ""}`;
        return [model.name, baseline().name, ...row.map(short), short(geometricMean(row)), goal];
      }),
      print,
    );
  }
  const rows = [...COMBINATIONS.keys()].map((name) => {
    const means = paths.map(({ ratios }) => geometricMean(ratios.get(name)!));
    return {
      name,
      means,
      all: geometricMean(means),
      worst: Math.min(...paths.flatMap(({ ratios }) => ratios.get(name)!)),
    };
  });
  print("\nEvery combination of options: geometric means over the steps, over all models, and the least of all\n");
  table(
    ["points", "pairing", "entropy", "conditions", ...paths.map(({ model }) => model.name), "all", "least"],
    rows
      .sort((p, q) => q.all - p.all)
      .map(({ name, means, all, worst }) => [...name.split(" "), ...means.map(short), short(all), short(worst)]),
    print,
  );
}

/** By combination of options, the ratio at each checkpoint. */
export function ratiosOf(
  { model, learningRate, baseline }: Case,
  { checkpoints, gradients }: Effort,
  names: Iterable<string> = COMBINATIONS.keys(),
): ReadonlyMap<string, readonly number[]> {
  const generator = makeGenerator(1);
  const optimizer = adam({ learningRate });
  const leader = makeSampler(model, corrected());
  const { space } = leader.objective.guide;
  const theta = packParameters("bench", space);
  const state = optimizer.init(theta.length);
  const slope = new Float64Array(theta.length);
  const reference = makeSampler(model, baseline());
  const samplers = new Map([...names].map((name) => [name, makeSampler(model, corrected(COMBINATIONS.get(name)!))]));
  const ratios = new Map([...samplers.keys()].map((name): [string, number[]] => [name, []]));
  let step = 0;
  for (const checkpoint of checkpoints) {
    for (; step < checkpoint; step++) {
      meanGradientInto(slope, leader, theta, {
        generator,
        stream: OPTIMISE,
        firstSample: step * GROUP,
        samples: GROUP,
      });
      optimizer.update(state, theta, slope, step + 1);
    }
    const draw = { generator, stream: VARIANCE, firstSample: 0, samples: gradients * GROUP, group: GROUP };
    const varianceOf = (sampler: GradientSampler): number => {
      const moments = makeMoments(sampler);
      momentsInto(moments, sampler, theta, draw);
      return moments.variance.subarray(0, sampler.size).reduce((total, value) => total + value, 0);
    };
    const least = varianceOf(reference);
    for (const [name, sampler] of samplers) ratios.get(name)!.push(least / varianceOf(sampler));
  }
  return ratios;
}

// One boundary drawn uniformly for each sample, times their number: for models where `lyy18` is not defined.
function oneBoundary(): Estimator {
  return {
    name: "one boundary drawn",
    build: (target) => {
      const { graph, normals } = target;
      const { algebra: A } = graph;
      const accepts = (blocks: readonly unknown[]): boolean => blocks.length > 0;
      const { path, boundaries, term } = planCorrection(target, {
        entropy: SAMPLED,
        passes: [],
        boundaryPasses: [],
        accepts,
      });
      const node = graph.input("boundary", true);
      const sums = path.gradient.map((path) => [path]);
      boundaries.forEach((boundary, k) => {
        const drawn = A.equal(node, A.constant(k));
        for (const [index, summand] of term(boundary))
          sums[index]!.push(A.where(drawn, A.mul(A.constant(boundaries.length), summand), A.constant(0)));
      });
      return {
        gradient: sums.map((terms) => graph.sum(terms)),
        normals,
        derived: [drawnChoices([{ node, count: boundaries.length }])],
      };
    },
  };
}

function table(head: readonly string[], rows: readonly (readonly string[])[], print: Print): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  print(line(head));
  print(line(head.map(() => "---")));
  for (const row of rows) print(line(row));
}

const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);

export const short = (value: number): string =>
  value >= 1e5 ? value.toExponential(1) : value >= 100 ? value.toFixed(0) : value.toPrecision(2);
