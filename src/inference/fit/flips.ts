/**
 * Boundary flips: starts on the other side of conditions that the guide has decided.
 *
 * A guide that sits in z > 0 with μ = 1 and σ = 0.1 never sees what is beyond, and no gradient tells. So its mean is reflected across the
 * boundary, to −1; in general, with c = Σ a_i·z_i + b decided as |c| > sd(c), by μ_i −= 2c·a_i·σ_i²/Σ a²σ², the nearest point to reflect through in sds.
 * There a latent that other sites depend on is often worth little until these have moved: so what was reflected is held while the others take
 * some steps, and then all move.
 */

import { evaluationPieces } from "../../autodiff/tape/evaluation.ts";
import type { Chart } from "../../guides/chart.ts";
import { exp } from "../../math/elementary.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { GradientSampler } from "../sampler/sampler.ts";
import type { Ascent, FitStage } from "./climb/ascent.ts";
import { naturalPhase } from "./climb/natural/natural-phase.ts";

/** A point beyond a boundary. */
export interface Flip {
  /** Prints the condition; of thousands few are asked for. */
  readonly condition: () => string;
  readonly x: Float64Array;
  /** The latents that were reflected. */
  readonly moved: readonly number[];
  /** By how many sds of c the boundary was decided. */
  readonly distance: number;
  /** Parallel boundaries are of one family. */
  readonly family: number;
}

/** A flip after some steps, with an estimate of its ELBO. */
export interface Flipped extends Flip {
  readonly elbo: number;
}

const PARALLEL = 4;
const STEPS = 15;
const HELD = 8;
const SAMPLES = 16;
const SCREENED = 64;

/** How many samples a flip costs. */
export const flipSamples = (): number => STEPS * SAMPLES + SCREENED;

/** Finds the flips of a point; made once for all points, in pieces. */
export function* flipsOf(sampler: GradientSampler, chart: Chart): Pieces<(x: Float64Array) => Flip[]> {
  const { objective, profile, analysis } = sampler;
  const { trace, graph } = objective;
  const n = chart.latents;
  const nodes: number[] = [];
  const linear = analysis().boundaries.flatMap(({ condition, blocks, family, text }) => {
    const entries = (blocks[0]?.entries ?? []).filter(({ variable }) => variable < n);
    if (entries.length === 0) return [];
    nodes.push(condition, ...entries.map(({ coefficient }) => coefficient));
    return [{ text, family, latents: entries.map(({ variable }) => variable), at: nodes.length - entries.length - 1 }];
  });
  const laneInputs = [...trace.latents.map(({ node }) => node), ...trace.frozen.map(({ noise }) => noise)];
  const values = new Float64Array(laneInputs.length);
  const { run, value } = yield* evaluationPieces(graph, nodes, { engine: profile.engine, laneInputs });
  return (x) => {
    const { means, scales } = chart.partsOf(x);
    values.set(means);
    run([], values);
    const flips = linear.flatMap(({ text, family, latents, at }): Flip[] => {
      const c = value(at);
      const slopes = latents.map((_, j) => value(at + 1 + j));
      const variance = latents.reduce((sum, i, j) => sum + slopes[j]! * slopes[j]! * exp(2 * scales[i]!), 0);
      const distance = Math.abs(c) / Math.sqrt(variance);
      if (!(distance > 1 && distance < Infinity)) return [];
      const y = x.slice();
      latents.forEach((i, j) => {
        y[i]! -= (2 * c * slopes[j]! * exp(2 * scales[i]!)) / variance;
      });
      return [{ condition: text, x: y, moved: latents.filter((i) => y[i] !== x[i]), distance, family }];
    });
    return nearest(distinct(flips.sort((p, q) => p.distance - q.distance)));
  };
}

// Conditions that reflect alike, up to rounding, are one flip.
function distinct(flips: readonly Flip[]): Flip[] {
  const seen = new Set<string>();
  return flips.filter(({ x, moved }) => {
    const key = moved.map((i) => `${i}:${x[i]!.toPrecision(4)}`).join();
    if (seen.has(key)) return false;
    seen.add(key);
    return moved.length > 0;
  });
}

// Keeps the nearest ones of parallel boundaries, such as z > 0.1, z > 0.2, … of a change point: starts elsewhere reach the others.
function nearest(flips: readonly Flip[]): Flip[] {
  const counts = new Map<number, number>();
  return flips.filter(({ family }) => {
    const count = counts.get(family) ?? 0;
    counts.set(family, count + 1);
    return count < PARALLEL;
  });
}

/** Some steps from a flip, and the ELBO there; undefined where it is not finite. */
export function* settle(ascent: Ascent, flip: Flip, start: number): Generator<FitStage, Flipped | undefined, void> {
  const options = { start, samples: SAMPLES, mostSteps: STEPS, temperature: 1, held: flip.moved, heldSteps: HELD };
  const { x, ended } = yield* naturalPhase(ascent, flip.x, options);
  if (ended !== "steps") return undefined;
  const g = new Float64Array(x.length);
  const elbo = ascent.gradientInto(g, x, { kind: "screen", start, batch: 0, count: SCREENED });
  yield "search";
  return Number.isNaN(elbo) ? undefined : { ...flip, x, elbo };
}
