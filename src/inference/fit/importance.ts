/**
 * How far a fit is from the posterior, by importance weights p(x, z)/q(z) at draws of the guide: the shape of their tail, the evidence, and the
 * ELBO of the optima together. Where the guide is too narrow a few draws weigh more than all others.
 *
 * Draws are stratified: each optimum, a normal, has its share of them, and q is the mixture. A latent in an arm that is not taken has no
 * density in p; it counts there as under the best optimum, so that it cancels where there is one.
 */

import { outOfRange } from "../../autodiff/session.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { evaluationPieces, pointsAtOnce } from "../../autodiff/tape/evaluation.ts";
import { mayLackMoments } from "../../distributions/missing-moments.ts";
import { log } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";
import { HALF_LOG_2PI } from "../../math/normal.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Pieces, piecesOf } from "../../pieces/pieces.ts";
import type { Latent, Trace } from "../../program/run.ts";
import { fillNormals, fillSobolNormals, type Generator, noiseRequest } from "../../random/index.ts";
import { agreedParticles, MOST_GLIDING, settledParticles } from "../posterior/adaptation/agreement.ts";
import { ANSWERING, type LongTail, longTails, type WeighedDraws } from "../posterior/adaptation/long-tails.ts";
import { NEAR, type Weighed, weighedDraws, weighedProposal } from "../posterior/adaptation/population.ts";
import { slopesOf } from "../posterior/adaptation/slopes.ts";
import { stretchedTails } from "../posterior/adaptation/stretches.ts";
import { counted, type Target, targetPieces } from "../posterior/adaptation/target.ts";
import { weighedInParts } from "../posterior/conditional/weighing.ts";
import { type Gaussian, scaled } from "../posterior/gaussian.ts";
import { drawsOfNoise, logMixture } from "../posterior/guide-draws.ts";
import { driftOf, populationOf } from "../posterior/moves/drift.ts";
import { type Unmet, unmetPart } from "../posterior/moves/jumps.ts";
import { type Mode, modesAt } from "../posterior/moves/valleys.ts";
import { paretoSmoothed, TRUSTED } from "../posterior/pareto-tail.ts";
import { priorLike, proposalOf } from "../posterior/proposal.ts";
import type { Source } from "../posterior/source.ts";
import { trackedTails } from "../posterior/tracked-tails.ts";
import type { Found } from "./optima.ts";
import type { Importance } from "./report.ts";

/**
 * Weighs draws of the optima, the best one first, and of a proposal for the posterior, which begins with the normals that are known to look like
 * it if there are some; particles take work in proportion to that of the climbs of `run`; undefined where p is finite at none of them.
 */
export type Weighing = (
  objective: Objective,
  engine: Engine,
  optima: readonly Gaussian[],
  generator: Generator,
  known?: readonly Gaussian[],
  best?: Found,
  run?: Climbs,
) => Pieces<WeighedOptima | undefined>;

/** What climbs have taken: instructions of a sample, and samples. */
interface Climbs {
  readonly size: { readonly lane: number };
  readonly ascent: { readonly samples: number };
}

/** What weights say of the optima of a fit. */
export interface WeighedOptima {
  readonly importance: Importance;
  readonly proposal?: readonly Gaussian[];
  /** Latents and tracked numbers whose sd cannot be told by the draws that answer. */
  readonly longTails?: readonly LongTail[];
  /** Draws of the posterior without weights, where those answer. */
  readonly particles?: Float64Array | undefined;
  /** The modes that the draws that answer tell of, beside that of the best optimum; undefined where they are not to be trusted. */
  readonly modes?: readonly Mode[];
  /** The latent along which a part of the posterior lies that no draw has met, if there is one. */
  readonly unmet?: string;
  /** The latent whose draws do not stay what they are when they move along the posterior, if there is one. */
  readonly drift?: string;
  /** The best optimum: where the ELBO could not be climbed to its end weights that are trusted stand for it. */
  readonly settled: (best: Found) => Found;
}

const DRAWS = 2048;
const POINTS = 256;
const STREAM = 536_870_912;

/** Fewest draws of the posterior that a proposal's draws must be worth to answer for it, and a share that suffices by itself. */
const FEWEST = 100;
const MANY = 0.5;
/** The fewest where there are more latents than `FEW_LATENTS`: a proposal adapted to so few draws in so many dimensions leaves out what none of them met. */
const FEWEST_OF_MANY = 400;
const FEW_LATENTS = 16;
/** Fewest effective draws that are moved to see where the posterior is. */
const FEWEST_MOVED = 32;
/** Least share of the posterior that a guide has elsewhere to be told narrow. */
export const ELSEWHERE = 0.02;
/** The share of known normals in the first proposal, and of one where the posterior was met far from its guide. */
const KNOWN = 0.6;
const MET = 0.15;
/** Particles may take so much work, some four seconds, and this multiple of what the climbs have taken, but no more than some twenty seconds in all. */
const [FREE, SHARE, MOST] = [1e9, 2, 5e9];

export const weighing: Weighing = function* (objective, engine, optima, generator, known = [], best, run) {
  const { trace } = objective;
  // Of a fit that could not afford one gradient no ELBO is known.
  if (optima.some(({ weight }) => Number.isNaN(weight))) return undefined;
  const source = { trace, engine, components: optima, drawing: undefined };
  const effort = { left: Math.min(FREE + (run ? SHARE * run.size.lane * run.ascent.samples : Infinity), MOST) };
  const prior = priorLike(source);
  const made =
    trace.frozen.length === 0 && trace.latents.length > 0 && trace.points.length === 0
      ? yield* targetPieces(source, prior)
      : undefined;
  const target = made && counted(made, effort);
  const elsewhere = (optima.length === 1 && best?.elsewhere) || [];
  const weigh = (at: Target, met: readonly Gaussian[]): Pieces<Weighed | undefined> => {
    const first = begun([...known, ...met], proposalOf(source), known.length > 0 ? KNOWN : MET);
    return weighedProposal(at, optima, first, generator, {
      isEverything: best?.isEverything,
      isElsewhere: met.length > 0,
      inParts: () => weighedInParts(source, at, optima, first, generator),
    });
  };
  const [found, unmet] = target ? yield* weighedAnew(target, optima[0]!, elsewhere, generator, weigh) : [];
  const alone = yield* weighed(objective, engine, optima, generator, target);
  if (!alone) return undefined;
  if (!target || !found)
    return { importance: { ...alone, answers: "guide", weighted: undefined }, settled: (best) => best };
  const { proposal, particles: followed, unweighted, drawn, isShort: isRare = false, ...weighted } = found;
  const isShort = isRare || unmet !== undefined;
  const { kHat, effectiveDraws, draws } = weighted;
  // What draws are too rare to tell of is part of no distance that they tell.
  const distance = isShort ? Math.max(weighted.distance, ELSEWHERE) : weighted.distance;
  const fewest = trace.latents.length > FEW_LATENTS ? FEWEST_OF_MANY : FEWEST;
  const areGood = effectiveDraws >= fewest && (kHat < TRUSTED || effectiveDraws > MANY * draws);
  const isNear = unmet !== undefined || distance < ELSEWHERE;
  const { isTrusted, drift, particles } = yield* moving(source, target, prior, generator, found, {
    areGood,
    isShort,
    isNear,
  });
  // Draws that are too rare somewhere are nearer to the posterior than the guide is all the same, where no particles answer.
  const answers = particles ? "particles" : areGood && distance > NEAR ? "weights" : "guide";
  const answering = particles ? { kept: particles, weights: equally(particles.length / trace.latents.length) } : drawn;
  const isFew = !particles && !unweighted && draws < ANSWERING;
  const many = isFew ? () => weighedDraws(target, proposal, generator, ANSWERING) : undefined;
  const tails = answers === "guide" ? [] : yield* tailsOf(target, trace.latents, answering, many);
  yield;
  const modes =
    particles || isTrusted
      ? modesAt(optima[0]!, [...optima.slice(1), ...elsewhere, ...proposal], answering)
      : undefined;
  const tracked = particles || areGood ? trackedTails(source, answering) : [];
  const settled = (best: Found): Found =>
    best.status === "diverged" || (known.length > 0 && best.status !== "converged")
      ? { ...best, status: isTrusted ? "converged" : best.status, elbo: alone.mixtureElbo }
      : best;
  return {
    importance: { ...alone, answers, weighted: { ...weighted, distance, isShort, isTrusted } },
    proposal,
    longTails: [...tails, ...tracked],
    particles: particles ?? (answers === "weights" ? unweighted : undefined),
    settled,
    ...(modes && { modes }),
    ...(unmet && { unmet: trace.latents[unmet.latent]!.name }),
    ...(drift !== undefined && { drift: trace.latents[drift]!.name }),
  };
};

// Whether weighted draws are to be trusted. Good ones of many latents are moved to see whether they stay where they are; particles answer where they do not, or are not good,
// unless the guide is near to the posterior.
function* moving(
  source: Source,
  target: Target,
  prior: Gaussian,
  generator: Generator,
  { drawn, effectiveDraws, particles: followed }: Weighed,
  { areGood, isShort, isNear }: { readonly areGood: boolean; readonly isShort: boolean; readonly isNear: boolean },
): Pieces<{
  readonly isTrusted: boolean;
  readonly drift?: number | undefined;
  readonly particles?: Float64Array | undefined;
}> {
  const n = source.trace.latents.length;
  const slopes = slopesOf(source);
  const mayMove = !isNear && n > FEW_LATENTS && n <= MOST_GLIDING && !isShort && effectiveDraws > FEWEST_MOVED;
  const begun = (population: number) => populationOf(target, slopes, prior, generator, drawn, population);
  const first = mayMove ? yield* begun(0) : undefined;
  const drift = first && areGood ? yield* driftOf(first, n, effectiveDraws) : undefined;
  const isTrusted = areGood && !isShort && drift === undefined;
  if (isTrusted || isNear) return { isTrusted };
  const second = first && (yield* begun(1));
  const settled = second && (yield* settledParticles(first, second, n));
  return {
    isTrusted,
    drift,
    particles: settled ?? (yield* agreedParticles(target, prior, generator, followed, slopes)),
  };
}

// Weighs draws, and once more with a normal where they have left a part of the posterior out; beside them the part that is left out still.
function* weighedAnew(
  target: Target,
  guide: Gaussian,
  elsewhere: readonly Gaussian[],
  generator: Generator,
  weigh: (target: Target, met: readonly Gaussian[]) => Pieces<Weighed | undefined>,
): Pieces<[found?: Weighed | undefined, unmet?: Unmet | undefined]> {
  const found = yield* weigh(target, elsewhere);
  const unmet = found && (yield* unmetPart(target, guide, generator, found.drawn));
  if (!unmet) return [found];
  const normals = [...elsewhere, unmet.normal];
  const again = yield* weigh(
    target,
    normals.map((normal) => ({ ...normal, weight: 1 / normals.length })),
  );
  return again ? [again, yield* unmetPart(target, guide, generator, again.drawn)] : [found, unmet];
}

// Those that draws tell of, and those that they do not reach. What few draws tell is asked of many: one of 1024 far out, where 0.03 % of the posterior
// is, may stand for 0.08 % and have half of the variance by itself.
function* tailsOf(
  target: Target,
  latents: readonly Latent[],
  answering: WeighedDraws,
  many: (() => Pieces<WeighedDraws | undefined>) | undefined,
): Pieces<LongTail[]> {
  const first = longTails(latents, answering);
  const again = many && first.length > 0 ? yield* many() : undefined;
  const seen = again ? longTails(latents, again) : first;
  const isUnseen = ({ name, prior }: Latent): boolean =>
    !("sampled" in prior) && mayLackMoments(prior) && !seen.some((tail) => tail.name === name);
  return [...seen, ...(yield* stretchedTails(target, latents, isUnseen, answering))];
}

const equally = (count: number): Float64Array => new Float64Array(count).fill(1 / count);

// The last of a proposal is where the priors are, as it is of one that begins with normals that are known.
function begun(known: readonly Gaussian[], proposal: readonly Gaussian[], share: number): readonly Gaussian[] {
  return known.length > 0 ? [...scaled(known, share), ...scaled(proposal, 1 - share)] : proposal;
}

function* weighed(
  { trace, graph }: Objective,
  engine: Engine,
  optima: readonly Gaussian[],
  generator: Generator,
  target: Target | undefined,
): Pieces<Omit<Importance, "answers" | "weighted"> | undefined> {
  const { latents } = trace;
  const n = latents.length;
  const noise = new Float64Array(n * DRAWS);
  fillSobolNormals(noiseRequest({ out: noise, generator, stream: STREAM, lanes: DRAWS, dimensions: n }));
  yield;
  const kept = drawsOfNoise(optima, noise, DRAWS);
  const proposed = logMixture(optima, kept, DRAWS);
  // The target has the same density where no latent lies in an arm, and has been compiled.
  const logs =
    target && latents.every(({ live }) => graph.isConstant(live))
      ? yield* piecesOf(target, kept, DRAWS)
      : yield* logsOf(trace, engine, optima[0]!, kept, generator);
  const logWeights = logs.map((log, d) => {
    const weight = log - proposed[d]!;
    return Number.isNaN(weight) ? -Infinity : weight;
  });
  if (!logWeights.some(Number.isFinite) || logWeights.includes(Infinity)) return undefined;
  yield;
  const { kHat, effectiveDraws, weights } = paretoSmoothed(logWeights);
  // A smoothed weight is w/Σw of those at hand: the largest that was not smoothed tells Σw.
  const order = Array.from(logWeights.keys()).sort((p, q) => logWeights[p]! - logWeights[q]!);
  const middle = order[Math.floor(0.75 * DRAWS)]!;
  const logEvidence = Number.isFinite(logWeights[middle]!)
    ? logWeights[middle]! - log(weights[middle]!) - log(DRAWS)
    : logSumExp(logWeights) - log(DRAWS);
  return {
    kHat,
    effectiveDraws,
    draws: DRAWS,
    logEvidence,
    mixtureElbo: restrictedMean(logWeights),
  };
}

// log p(x, z) at draws z, with the marginal of a normal for a latent in an arm that is not taken, and draws of the noise of frozen sites.
function* logsOf(
  { graph, latents, frozen, terms, checks }: Trace,
  engine: Engine,
  optimum: Gaussian,
  kept: Float64Array,
  generator: Generator,
): Pieces<Float64Array> {
  const n = latents.length;
  const sum = graph.sum(terms.map(({ node }) => node));
  const density = graph.algebra.where(outOfRange(graph, checks), graph.constant(Number.NaN), sum);
  const laneInputs = [...latents.map(({ node }) => node), ...frozen.map(({ noise }) => noise)];
  const nodes = [density, ...latents.map(({ live }) => live)];
  const points = pointsAtOnce(graph, nodes, POINTS);
  const { run, value } = yield* evaluationPieces(graph, nodes, { engine, laneInputs, points });
  const inputs = new Float64Array(laneInputs.length * points);
  const fixed = new Float64Array(frozen.length * DRAWS);
  fillNormals(noiseRequest({ out: fixed, generator, stream: STREAM + 1, lanes: DRAWS, dimensions: frozen.length }));
  const logs = new Float64Array(DRAWS);
  const row = (of: Float64Array, j: number, first: number): Float64Array =>
    of.subarray(j * DRAWS + first, j * DRAWS + first + points);
  for (let first = 0; first < DRAWS; first += points) {
    yield;
    for (let i = 0; i < n; i++) inputs.set(row(kept, i, first), i * points);
    for (let j = 0; j < frozen.length; j++) inputs.set(row(fixed, j, first), (n + j) * points);
    run([], inputs);
    for (let p = 0; p < points; p++) {
      const dead = latents.reduce(
        (total, _, i) => total + (value(1 + i, p) === 0 ? marginal(optimum, i, inputs[i * points + p]!) : 0),
        0,
      );
      logs[first + p] = value(0, p) + dead;
    }
  }
  return logs;
}

// E[log p − log q] where q is restricted to where p is not 0, as far as draws of q tell: −log q rises by the log of their share.
function restrictedMean(logWeights: Float64Array): number {
  const possible = logWeights.filter((weight) => weight > -Infinity);
  return possible.reduce((total, weight) => total + weight, 0) / possible.length + log(possible.length / DRAWS);
}

function marginal({ means, scales }: Gaussian, i: number, z: number): number {
  let variance = 0;
  for (const scale of scales[i]!.values()) variance += scale * scale;
  const apart = z - means[i]!;
  return -0.5 * ((apart * apart) / variance + log(variance)) - HALF_LOG_2PI;
}
