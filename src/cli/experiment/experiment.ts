/** The paper's experiment on one model: ELBO curves, variances along the optimisation, time per iteration. */
import type { Estimator } from "../../estimators/index.ts";
import { packParameters } from "../../guides/guide.ts";
import { adam, type GradientSampler, makeSampler, meanGradientInto } from "../../index.ts";
import { makeMoments, momentsInto } from "../../inference/sampler/moments.ts";
import type { Model } from "../../program/model.ts";
import { makeGenerator } from "../../random/index.ts";
import type { Bias } from "./bias.ts";

export interface ExperimentOptions {
  readonly steps: number;
  readonly learningRate: number;
  readonly samples: readonly number[];
  readonly varianceSamples: number;
  readonly seed: number;
  readonly onProgress: (fraction: number, text: string) => void;
}

/** What one estimator did with one number of samples per gradient. */
export interface Curve {
  readonly estimator: string;
  readonly samples: number;
  /** Iterations at which the ELBO was evaluated, and its values there. */
  readonly iterations: number[];
  readonly elbo: number[];
  /** Standard error of the last ELBO. */
  elboError: number;
  /** Averages over the optimisation: mean variance of the components and variance of the norm of a single-sample gradient. */
  componentVariance: number;
  normVariance: number;
  /** The mean variance of the components again, averaged over the iterations since the last one in `iterations`. */
  readonly varianceTrace: number[];
  /** Median over the optimisation, in ms; the estimators take turns. */
  millisecondsPerIteration: number;
  /** Where it stopped being finite, if it did. */
  diverged?: string;
}

export interface Experiment {
  readonly model: string;
  readonly steps: number;
  readonly learningRate: number;
  readonly varianceSamples: number;
  readonly seed: number;
  /** An estimator that needs more samples per gradient has no curve with fewer. */
  readonly curves: readonly Curve[];
  /** The estimators that do not accept the model, and why. */
  readonly refused?: Readonly<Record<string, string>>;
  readonly bias?: Bias;
}

const CHECKPOINTS = 100;
const ELBO_SAMPLES = 2000;
const VALUE_ONLY: Estimator = { name: "value", build: ({ normals }) => ({ gradient: [], normals }) };

// Streams of noise: the optimisation, the variance measurement, the ELBO.
const [OPTIMISE, VARIANCE, EVALUATE] = [0, 1, 2];

interface Path {
  readonly curve: Curve;
  readonly sampler: GradientSampler;
  readonly theta: Float64Array;
  readonly state: Float64Array;
  readonly gradient: Float64Array;
  readonly times: number[];
  measured: number;
}

/** Runs the estimators on a model side by side, a hundredth of the steps at a time in alternating order. */
export function runExperiment(
  model: Model,
  estimators: ReadonlyMap<string, { readonly make: () => Estimator }>,
  options: ExperimentOptions,
): Experiment {
  const { steps, learningRate, samples, varianceSamples, seed } = options;
  const optimizer = adam({ learningRate });
  const generator = makeGenerator(seed);
  const evaluator = makeSampler(model, VALUE_ONLY);
  const value = makeMoments(evaluator);
  const chunk = Math.max(1, Math.ceil(steps / CHECKPOINTS));
  const curves: Curve[] = [];
  const refused: Record<string, string> = {};
  samples.forEach((n, round) => {
    const paths = [...estimators].flatMap(([name, { make }]): Path[] => {
      const sampler = samplerOf(model, name, make(), refused);
      if (sampler === undefined || (sampler.nodes.reduction?.leastSamples ?? 1) > n) return [];
      const { space } = sampler.objective.guide;
      const theta = packParameters("compare", space);
      const curve: Curve = {
        estimator: name,
        samples: n,
        iterations: [],
        elbo: [],
        elboError: 0,
        componentVariance: 0,
        normVariance: 0,
        varianceTrace: [],
        millisecondsPerIteration: 0,
      };
      const [state, gradient] = [optimizer.init(theta.length), new Float64Array(theta.length)];
      return [{ curve, sampler, theta, state, gradient, times: [], measured: 0 }];
    });
    const evaluate = ({ curve, theta }: Path, iteration: number): void => {
      momentsInto(value, evaluator, theta, { generator, stream: EVALUATE, firstSample: 0, samples: ELBO_SAMPLES });
      curve.iterations.push(iteration);
      curve.elbo.push(value.mean[0]!);
      curve.elboError = Math.sqrt(value.variance[0]! / ELBO_SAMPLES);
    };
    for (const path of paths) evaluate(path, 0);
    for (let done = 0, turn = 0; done < steps; done += chunk, turn++) {
      const count = Math.min(chunk, steps - done);
      const order = turn % 2 === 0 ? paths : [...paths].reverse();
      for (const path of order) {
        if (path.curve.diverged !== undefined) continue;
        try {
          advance(path, done, count);
          evaluate(path, done + count);
        } catch (error) {
          if (done === 0 || !(error instanceof RangeError)) throw error;
          path.curve.diverged = `after iteration ${done}: ${error.message}`;
        }
      }
      options.onProgress(
        (round + (done + count) / steps) / samples.length,
        `${model.name}, ${n} sample${n > 1 ? "s" : ""}`,
      );
    }
    for (const { curve, times, measured } of paths) {
      curve.componentVariance /= measured;
      curve.normVariance /= measured;
      curve.millisecondsPerIteration = median(times);
      curves.push(curve);
    }

    function advance(path: Path, done: number, count: number): void {
      const { curve, sampler, theta, state, gradient, times } = path;
      const moments = makeMoments(sampler);
      // Samples that depend on each other are measured in groups as large as those of a gradient, two of them at least.
      const group = sampler.grouped ? curve.samples : 1;
      const measured = Math.max(varianceSamples, 2 * group);
      let spent = 0;
      let recent = 0;
      for (let step = done; step < done + count; step++) {
        momentsInto(moments, sampler, theta, {
          generator,
          stream: VARIANCE,
          firstSample: step * measured,
          samples: measured,
          group,
          step,
        });
        let total = 0;
        for (let p = 0; p < sampler.size; p++) total += moments.variance[p]!;
        recent += total / sampler.size;
        curve.normVariance += moments.normVariance;
        path.measured++;
        const start = performance.now();
        meanGradientInto(gradient, sampler, theta, {
          generator,
          stream: OPTIMISE,
          firstSample: step * curve.samples,
          samples: curve.samples,
          step,
        });
        optimizer.update(state, theta, gradient, step + 1);
        spent += performance.now() - start;
      }
      times.push(spent / count);
      curve.componentVariance += recent;
      curve.varianceTrace.push(recent / count);
    }
  });
  return { model: model.name, steps, learningRate, varianceSamples, seed, curves, refused };
}

// Undefined, with a note in `refused`, where the estimator does not accept the model.
function samplerOf(
  model: Model,
  name: string,
  estimator: Estimator,
  refused: Record<string, string>,
): GradientSampler | undefined {
  try {
    return makeSampler(model, estimator);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    refused[name] = error.message;
    return undefined;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((p, q) => p - q);
  return sorted[sorted.length >> 1] ?? NaN;
}
