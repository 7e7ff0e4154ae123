/**
 * The course of a search: a climb from where the priors are, further starts, then flips as long as they gain. What it has found, each
 * optimum once, is in `optima` at its end.
 */

import { unpackParameters } from "../../guides/guide.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Posterior } from "../posterior.ts";
import type { FitStage, Stop } from "./climb/ascent.ts";
import { type Flip, type Flipped, flipSamples, flipsOf, settle } from "./flips.ts";
import { type Found, same } from "./optima.ts";
import { DivergenceError } from "./options.ts";
import type { StartReport, Unvisited } from "./report.ts";
import { resultOf } from "./result.ts";
import type { Search } from "./setup.ts";
import { type Start, startAt } from "./starts.ts";

const FIRST_STEPS = 300;
/** Steps of the first phase of a further start. */
export const FURTHER_STEPS = 150;
const FLIP_STEPS = 60;
const SHARES = 4;
const ENOUGH = 20_000;
/** An optimum this much below the best, in nats, weighs 1/1000. */
const WORSE = 7;
/**
 * An end near a known optimum that is this much better, in nats, is another: between two modes, at ±2, lies a wide guide over both,
 * from which a climb that is symmetric, as its points are, does not leave.
 */
const BETTER = 0.5;
/** Flips that are finished in a round, and rounds; what a round must gain, in nats, for another. */
const FINISHED = 3;
/** Flips that are not worse than the best by as much as an optimum may be are finished too, up to so many. */
const AT_MOST = 6;
const ROUNDS = 20;
const GAIN = 0.1;

/** All of it, gradient by gradient. */
export function* courseOf(run: Search): Generator<Stop, Posterior, void> {
  const found: Found[] = [];
  const starts: StartReport[] = [];
  const { ascent, restarts, samples, sampler } = run;
  const { byValues } = sampler.profile;
  const instead = yield* byValues?.instead(run, starts, resultOf) ?? [];
  if (instead) return instead;
  const cases = restarts > 0 ? (run.place?.cases ?? 0) : 0;
  for (let k = 0; k <= restarts + cases; k++) {
    if (k > 0 && !ascent.affords(FURTHER_STEPS * samples)) break;
    const start = startOf(run, k);
    if (k > 0 && run.awaited) yield* run.awaited(k);
    yield* climb(run, found, starts, start, k, k === 0 ? FIRST_STEPS : FURTHER_STEPS);
    if (found.length === 0) {
      const mended = yield* byValues?.mended(run, starts, climb, resultOf) ?? [];
      if (mended) return mended;
      throw yield* atTheStart(run, ascent.failure());
    }
    ascent.allowance = ascent.maxSamples;
    if (found[0]!.status === "unbounded") return yield* resultOf(run, found, starts, []);
    if (k === 0 && (yield* byValues?.isEverything(run, found) ?? [])) break;
  }
  const unvisited = run.flips && ascent.affords(flipSamples()) ? yield* flipping(run, found, starts) : [];
  return yield* resultOf(run, found, starts, unvisited);
}

/** Start k: where the fit begins, then further ones, then those of the cases that a discrete latent has. */
export function startOf({ ascent, from, generator, place, restarts, sampler }: Search, k: number): Start {
  const which = k - restarts;
  const start = startAt(which > 0 ? 2 * k : k, from, sampler.objective.trace.latents, ascent.chart, generator);
  if (k > 0) place?.move(start, k, which);
  return start;
}

// Climbs from a start, unless it leads to a known optimum or to a bad one. Nothing is found where the ELBO is finite nowhere near the first start.
function* climb(
  run: Search,
  found: Found[],
  starts: StartReport[],
  { from, x, temperature }: Start,
  k: number,
  mostSteps: number,
): Generator<FitStage, void, void> {
  const { ascent, climber, restarts, samples, tolerance } = run;
  const before = ascent.samples;
  // One start may not use up what the others need.
  ascent.allowance = before + (restarts > 0 ? Math.max(ascent.maxSamples / SHARES, ENOUGH) : ascent.maxSamples);
  const phase = yield* climber.phase(ascent, x, { start: k, samples, mostSteps, temperature, found });
  if (found.length === 0 && ascent.elbos.every(Number.isNaN) && ascent.steps > 0) return;
  const report = (ended: StartReport["ended"], elbo: number, optimum?: number): void =>
    void starts.push({ from, samples: ascent.samples - before, ended, elbo, optimum });
  const known = ({ x }: { readonly x: Float64Array }): number =>
    found.findIndex((other) => same(other.x, x, ascent.chart));
  const near = known(phase);
  if (near >= 0 && !(phase.elbo > sampledOf(found[near]!) + BETTER)) return report("same", phase.elbo, near);
  if (found.length > 0 && !(phase.elbo > sampledOf(bestOf(found)) - WORSE)) return report("worse", phase.elbo);
  const climbed = yield* climber.finish(ascent, x, phase, k, tolerance);
  const elbo = climbed.gap?.finite ? climbed.gap.elbo : phase.elbo;
  const at = known(climbed);
  const other = found[at];
  if (other && !(elbo > other.elbo + BETTER) && !(climbed.status === "converged" && other.status !== "converged"))
    return report("same", elbo, at);
  const place = other ? at : found.length;
  report(climbed.status, elbo, place);
  found[place] = { ...climbed, elbo };
}

// The ELBO that is to be compared with one that samples have, of which steps that they do not meet are no part.
const sampledOf = ({ elbo, gap }: Found): number => gap?.sampled ?? elbo;

function bestOf(found: readonly Found[]): Found {
  return found.reduce((best, other) => (other.elbo > best.elbo ? other : best));
}

function* flipping(run: Search, found: Found[], starts: StartReport[]): Generator<Stop, Unvisited[], void> {
  const { ascent, restarts, sampler } = run;
  let flipsAt: ((x: Float64Array) => Flip[]) | undefined;
  let k = restarts + 1;
  let unvisited: Unvisited[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const best = bestOf(found);
    flipsAt ??= yield* flipsOf(sampler, ascent.chart);
    const settled: Flipped[] = [];
    const before = starts.length;
    for (const flip of flipsAt(best.x)) {
      if (!ascent.affords(flipSamples())) break;
      const end = yield* settle(ascent, flip, k++);
      if (end) settled.push(end);
    }
    settled.sort((p, q) => q.elbo - p.elbo);
    const promising = settled.filter(({ elbo }, j) => j < FINISHED || (j < AT_MOST && elbo > sampledOf(best) - WORSE));
    for (const { x } of promising) {
      if (!ascent.affords(FLIP_STEPS * run.samples)) break;
      yield* climb(run, found, starts, { from: "flip", x, temperature: 1 }, k++, FLIP_STEPS);
      ascent.allowance = ascent.maxSamples;
      if (bestOf(found).elbo > best.elbo + GAIN) break;
    }
    // Where all that were climbed from came back to known optima, so would the others.
    const back = starts.slice(before).every(({ ended }) => ended === "same");
    unvisited = settled
      .filter(({ x }) => !back && !promising.some((flip) => flip.x === x))
      .filter(({ x }) => !found.some((other) => same(other.x, x, ascent.chart)))
      .map(({ condition, elbo, moved }) => ({ condition: condition(), elbo, latents: moved }));
    if (!(bestOf(found).elbo > best.elbo + GAIN)) break;
  }
  return unvisited;
}

// Nothing was finite at the first points.
function* atTheStart({ sampler, ascent, from }: Search, cause: string): Pieces<Error> {
  const { profile, objective } = sampler;
  const theta = new Float64Array(from.length);
  ascent.chart.thetaInto(theta, from);
  const fault = yield* profile.faultAtStart?.(objective, theta) ?? [];
  if (fault) return fault;
  return new DivergenceError(
    `fit: not finite at the start: ${cause}`,
    1,
    unpackParameters(objective.guide.space, theta),
    new Float64Array(0),
  );
}
