/** The same gradient computed by different means: by hand, and by tapes on every back end. */
import { corrected } from "../src/estimators/corrected.ts";
import type { Derived, Estimator } from "../src/estimators/estimator.ts";
import { lyy18 } from "../src/estimators/lyy18.ts";
import { type GradientSampler, makeSampler, meanGradientInto, type SamplerOptions } from "../src/inference/sampler.ts";
import { influenza } from "../src/models/influenza.ts";
import { temperature } from "../src/models/temperature.ts";
import { textmsg } from "../src/models/textmsg.ts";
import type { Model } from "../src/program/model.ts";
import { fillNormals, makeGenerator } from "../src/random/index.ts";
import type { HandWritten } from "./hand/gradient.ts";
import { handInfluenza } from "./hand/influenza.ts";
import { handTemperature } from "./hand/temperature.ts";
import { handTextmsg } from "./hand/textmsg.ts";

// Each function is made once: of a second closure of the same code the engine would no longer know the constants.
export const HAND_WRITTEN: readonly { readonly model: Model; readonly hand: HandWritten }[] = [
  { model: textmsg, hand: handTextmsg() },
  { model: influenza, hand: handInfluenza() },
  { model: temperature, hand: handTemperature() },
];

/** What is written by hand: the boundary term of every condition, in every sample. */
export const ALL_BOUNDARIES: Estimator = corrected({ marginalise: false });

/** The paper's estimator: one boundary drawn for each sample. */
export const ONE_BOUNDARY: Estimator = lyy18();

/** A gradient of `samples` samples with its noise made beforehand; every run gives the same [∂μ…, ∂ρ…, ℓ], summed. */
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

/** Rows of `lanes` samples: the normals that the estimator asks for, then the index of each boundary it draws. */
function noiseOf({ nodes, size }: GradientSampler, firstSample: number, lanes: number): Float64Array {
  const { normals, derived: [choices] = [] } = nodes;
  const drawn = normals.length * lanes;
  const noise = new Float64Array(drawn + (choices?.nodes.length ?? 0) * lanes);
  const generator = makeGenerator(1);
  fillNormals(noise, 0, lanes, generator, 0, firstSample, lanes, normals.length);
  const places = choices?.nodes.map((_, row) => drawn + row * lanes) ?? [];
  choices?.fill(noise, [], places, lanes, new Float64Array(size), generator, 0, firstSample);
  return noise;
}

/** What the programs in bench/c read: numbers of latents, rows of noise, samples, constants; parameters, noise, constants. */
export function inputsOf(
  model: Model,
  { constants }: HandWritten,
  samples: number,
  estimator: Estimator = ALL_BOUNDARIES,
): Float64Array {
  const theta = pointOf(model);
  const noise = noiseOf(makeSampler(model, estimator), 0, samples);
  const header = [theta.length / 2, noise.length / samples, samples, constants.length];
  return Float64Array.of(...header, ...theta, ...noise, ...constants);
}

export function byHand(model: Model, { add }: HandWritten, samples: number): BatchedGradient {
  const theta = pointOf(model);
  const noise = noiseOf(makeSampler(model, ALL_BOUNDARIES), 0, samples);
  const out = new Float64Array(theta.length + 1);
  const run = (): number => {
    out.fill(0);
    add(out, theta, noise, samples, samples);
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
  return onSampler(name, makeSampler(model, prepared(estimator, samples), options), samples);
}

/** With a sampler of a prepared estimator. */
export function onSampler(name: string, sampler: GradientSampler, samples: number): BatchedGradient {
  const theta = pointOf(sampler.model);
  const mean = new Float64Array(theta.length);
  const out = new Float64Array(theta.length + 1);
  const draw = { generator: makeGenerator(1), stream: 0, firstSample: 0, samples };
  const run = (): number => {
    const elbo = meanGradientInto(mean, sampler, theta, draw);
    for (let p = 0; p < mean.length; p++) out[p] = samples * mean[p]!;
    out[mean.length] = samples * elbo;
    return out[0]!;
  };
  return { name, out, run };
}

/** The estimator with noise for `samples` samples that is made on its first use and copied from then on. */
export function prepared(estimator: Estimator, samples: number): Estimator {
  const keep = (rows: number, make: (noise: Float64Array) => void): Float64Array => {
    const noise = new Float64Array(rows * samples);
    make(noise);
    return noise;
  };
  const copy = (out: Float64Array, offset: number, noise: Float64Array, from: number, lanes: number): void => {
    for (let i = 0; i < lanes; i++) out[offset + i] = noise[from + i]!;
  };
  let normals: Float64Array | undefined;
  return {
    ...estimator,
    noise: {
      fill: (out, offset, stride, generator, stream, first, lanes, dimensions) => {
        normals ??= keep(dimensions, (noise) => {
          fillNormals(noise, 0, samples, generator, stream, 0, samples, dimensions);
        });
        for (let d = 0; d < dimensions; d++) copy(out, offset + d * stride, normals, d * samples + first, lanes);
      },
    },
    build: (target, boundaries) => {
      const nodes = estimator.build(target, boundaries);
      const derived = nodes.derived?.map((choices): Derived => {
        let drawn: Float64Array | undefined;
        return {
          ...choices,
          fill(out, _reads, places, lanes, theta, generator, stream, first) {
            drawn ??= keep(places.length, (noise) => {
              const rows = Array.from(places, (_, j) => j * samples);
              choices.fill(noise, [], rows, samples, theta, generator, stream, 0);
            });
            for (let j = 0; j < places.length; j++) copy(out, places[j]!, drawn, j * samples + first, lanes);
          },
        };
      });
      return derived ? { ...nodes, derived } : nodes;
    },
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
