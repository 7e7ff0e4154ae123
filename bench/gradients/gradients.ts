/** The same gradient computed by different means: by hand, and by tapes on every back end. */

import type { HandWritten } from "../hand/gradient.ts";
import { handInfluenza } from "../hand/influenza.ts";
import { handTemperature } from "../hand/temperature.ts";
import { handTextmsg } from "../hand/textmsg.ts";
import {
  corrected,
  type Estimator,
  fillNormals,
  type GradientSampler,
  influenza,
  type LaneInputs,
  lyy18,
  type Model,
  makeGenerator,
  makeSampler,
  meanGradientInto,
  type Noise,
  type NoiseRequest,
  noiseRequest,
  type SamplerOptions,
  temperature,
  textmsg,
  wholeNormalTable,
} from "../library.ts";

export interface Written {
  readonly model: Model;
  readonly hand: HandWritten;
}

// Each function is made once: of a second closure of the same code the engine would no longer know the constants.
export const HAND_WRITTEN: readonly Written[] = [
  { model: textmsg, hand: handTextmsg() },
  { model: influenza, hand: handInfluenza() },
  { model: temperature, hand: handTemperature() },
];

/** What is written by hand: the boundary term of every condition, in every sample. */
export const ALL_BOUNDARIES: Estimator = corrected({ marginalise: false });

/** The paper's estimator: one boundary drawn for each sample. */
export const ONE_BOUNDARY: Estimator = lyy18();

/** A gradient of `samples` samples, [∂μ…, ∂ρ…, ℓ], summed; the same in every run, unless its noise is fresh. */
export interface BatchedGradient {
  readonly name: string;
  readonly out: Float64Array;
  readonly run: () => number;
}

/** A point of the parameters where no part of the gradient vanishes by accident. */
export function pointOf({ init }: Model): Float64Array {
  const { mu, rho } = init!;
  return Float64Array.from(
    [...Array.from(mu), ...Array.from(rho)],
    (value, i) => value + 0.05 * Math.sin(i + 1) * 1e-2,
  );
}

/** Distance of rows of noise: not a power of two, at which they would share few places of a cache. */
const strideOf = (samples: number): number => samples + 8;
const SEED = 1;

/** Rows of samples: the normals that the estimator asks for, then the index of each boundary it draws. */
function noiseOf({ nodes, size }: GradientSampler, samples: number): Float64Array {
  const { normals, derived: [choices] = [] } = nodes;
  const stride = strideOf(samples);
  const places = (choices?.nodes ?? []).map((_, row) => (normals.length + row) * stride);
  const noise = new Float64Array((normals.length + places.length) * stride);
  const generator = makeGenerator(SEED);
  const request = noiseRequest({ out: noise, stride, generator, lanes: samples, dimensions: normals.length });
  fillNormals(request);
  choices?.fill({ ...request, slots: noise, from: [], to: places, theta: new Float64Array(size) });
  return noise;
}

/**
 * What the programs in bench/c read: numbers of latents, rows of normals, samples, their rows' distance, seed, numbers in the
 * table of normals, constants; then parameters, noise, table, constants.
 */
export function inputsOf(
  model: Model,
  { constants }: HandWritten,
  samples: number,
  estimator: Estimator = ALL_BOUNDARIES,
): Float64Array {
  const theta = pointOf(model);
  const sampler = makeSampler(model, estimator);
  const { length } = sampler.nodes.normals;
  const table = wholeNormalTable();
  const header = [theta.length / 2, length, samples, strideOf(samples), SEED, table.length, constants.length];
  const parts = [header, theta, noiseOf(sampler, samples), table, constants];
  const inputs = new Float64Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    inputs.set(part, at);
    at += part.length;
  }
  return inputs;
}

export function byHand(model: Model, { add }: HandWritten, samples: number): BatchedGradient {
  const theta = pointOf(model);
  const noise = noiseOf(makeSampler(model, ALL_BOUNDARIES), samples);
  const out = new Float64Array(theta.length + 1);
  const run = (): number => {
    out.fill(0);
    add(out, theta, noise, strideOf(samples), samples);
    return out[0]!;
  };
  return { name: "by hand", out, run };
}

/** By the library. */
export function byTape(
  name: string,
  model: Model,
  samples: number,
  { estimator = ALL_BOUNDARIES, ...options }: SamplerOptions & { readonly estimator?: Estimator } = {},
): BatchedGradient {
  return onSampler(name, makeSampler(model, prepared(estimator), options), samples);
}

/** With a sampler of a prepared estimator. */
export function onSampler(name: string, sampler: GradientSampler, samples: number): BatchedGradient {
  return onDraws(name, sampler, samples, () => 0);
}

/** With a sampler, noise included: of further samples in every run, as in a fit. The first run is that of the samples from 0 on. */
export function onFreshNoise(name: string, sampler: GradientSampler, samples: number): BatchedGradient {
  return onDraws(name, sampler, samples, (run) => run * samples);
}

function onDraws(
  name: string,
  sampler: GradientSampler,
  samples: number,
  firstOf: (run: number) => number,
): BatchedGradient {
  const theta = pointOf(sampler.model);
  const mean = new Float64Array(theta.length);
  const out = new Float64Array(theta.length + 1);
  const generator = makeGenerator(SEED);
  let runs = 0;
  const run = (): number => {
    const draw = { generator, stream: 0, firstSample: firstOf(runs++), samples };
    const elbo = meanGradientInto(mean, sampler, theta, draw);
    for (let p = 0; p < mean.length; p++) out[p] = samples * mean[p]!;
    out[mean.length] = samples * elbo;
    return out[0]!;
  };
  return { name, out, run };
}

/** The estimator with noise that is made on its first use and copied from then on, all rows of a pass at once. */
export function prepared(estimator: Estimator): Estimator {
  const normals = remembered();
  const noise: Noise = {
    fill: (request) => {
      normals(request, () => fillNormals({ ...request, rowFill: undefined }));
    },
  };
  return {
    ...estimator,
    build: (objective, repertoire, analysis) => {
      const nodes = { ...estimator.build(objective, repertoire, analysis), noise };
      const derived = nodes.derived?.map((choices): LaneInputs => {
        const drawn = remembered();
        return {
          ...choices,
          fill(request) {
            const { slots: out, to, lanes, firstSample } = request;
            const stride = to.length > 1 ? to[1]! - to[0]! : lanes;
            drawn({ out, at: to[0]!, stride, dimensions: to.length, firstSample, lanes }, () => choices.fill(request));
          },
        };
      });
      return derived ? { ...nodes, derived } : nodes;
    },
  };
}

type Rows = Pick<NoiseRequest, "out" | "at" | "stride" | "dimensions" | "firstSample" | "lanes">;

/** What fills rows as `make` does, but copies what it made of the same samples, if that was laid out alike. */
function remembered() {
  const passes = new Map<number, { readonly stride: number; readonly lanes: number; readonly values: Float64Array }>();
  return ({ out, at, stride, dimensions, firstSample, lanes }: Rows, make: () => void): void => {
    const known = passes.get(firstSample);
    if (known?.stride === stride && known.lanes === lanes) {
      // At once where that is mostly rows, row by row where it is mostly what lies between them.
      if (stride < 2 * lanes) out.set(known.values, at);
      else
        for (let row = 0; row < dimensions; row++)
          for (let i = 0; i < lanes; i++) out[at + row * stride + i] = known.values[row * stride + i]!;
      return;
    }
    make();
    passes.set(firstSample, { stride, lanes, values: out.slice(at, at + (dimensions - 1) * stride + lanes) });
  };
}

/**
 * Largest difference of two gradients, relative to the larger of the component and 1e-6 of the largest one: sums of
 * some thousand terms that cancel agree to about that.
 */
export function disagreement(x: Float64Array, y: Float64Array): number {
  const scale = 1e-6 * x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return x.reduce((worst, value, i) => Math.max(worst, Math.abs(value - y[i]!) / Math.max(Math.abs(value), scale)), 0);
}
