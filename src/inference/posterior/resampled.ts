/**
 * Joint draws of a posterior, of the guide as it is or with weights that make them draws of the posterior itself.
 * Of 16,384 weighted draws 13,107 come from the guide, 1639 from wider ones and 1638 from where the priors lie, unless a fit has adapted the proposal
 * or a posterior answers by those that leave the least noise.
 */

import { inputIndex } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { type OptionTable, requireOptions } from "../../checks/options.ts";
import type { CompletedLatent } from "../../collapse/completion/completed.ts";
import { exp, log } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";
import { normalQuantile } from "../../math/normal.ts";
import { squared } from "../../math/squared.ts";
import { once } from "../../pieces/once.ts";
import type { Quantity } from "../../program/run.ts";
import { makeGenerator, uniformSource } from "../../random/index.ts";
import { count } from "../options.ts";
import { ANSWERING, sdError } from "./adaptation/long-tails.ts";
import { countsLeaving, noiseByComponent } from "./adaptation/noise-by-component.ts";
import { keepPossible, replaceImpossible } from "./adaptation/replaced-draws.ts";
import { targetOf } from "./adaptation/target.ts";
import type { Gaussian } from "./gaussian.ts";
import { countsOf, evenDraws, guideDraws, inProportion, logMixture } from "./guide-draws.ts";
import { type DrawOptions, type Evidence, JointDraws, type JointDrawsParts } from "./joint-draws.ts";
import { averagingWeights } from "./pareto-tail.ts";
import { priorLike, proposalOf } from "./proposal.ts";
import { givenNodes, type InputDraws, type Source, valuesOf } from "./source.ts";

const MOST_DRAWS = 10_000_000;

const DRAW_OPTIONS: OptionTable<DrawOptions> = { draws: "number", seed: "number" };

/** Draws of the guide, or of the particles that answer for it, completed; `draws` is 4096 unless said. */
export function sampledDraws(source: Source, options: DrawOptions = {}): JointDraws {
  const { draws = 4096, seed = 0 } = requireOptions("drawn", options, DRAW_OPTIONS);
  count("draws", "draws", draws, 1, MOST_DRAWS);
  const generator = makeGenerator(seed);
  const particles = source.weighing?.particles;
  const next = uniformSource(generator, 1);
  const kept = particles
    ? chosenDraws(particles, source.trace.latents.length, draws, next)
    : guideDraws(source.components, draws, generator);
  if (!particles) keepPossible(source, kept, draws);
  return new JointDraws(completed(source, kept, draws, next));
}

// So many out of draws of n latents, each as often as every other, give or take one.
function chosenDraws(kept: Float64Array, n: number, draws: number, next: () => number): Float64Array {
  const all = kept.length / n;
  const chosen = inProportion(new Float64Array(all).fill(1 / all), draws, next);
  return Float64Array.from({ length: n * draws }, (_, k) => kept[Math.floor(k / draws) * all + chosen[k % draws]!]!);
}

/** A draw with so small a share of the guide is none of it. */
const NOTHING = 1e-12;

/**
 * Weighted draws that a posterior answers by lie evenly: the fewer ones where little noise is left in them, as where weights correct a good guide, or
 * where latents are completed from large tables, as of two change points among 50 days, 2601. Else more are taken from the guides whose draws make
 * the noise: of a second mode with 2 % of the posterior that only 410 draws of the priors reach, from the priors.
 */
const FEW = 4096;
const MANY = ANSWERING;
/** The standard error of a mean by draws, over the sd, that is left unless more draws are taken. */
const LITTLE_NOISE = 0.005;
/** The standard error of an sd, as a share of it, above which 65,536 draws are taken: in a long tail few of them have most of the variance. */
const LITTLE_ERROR = 0.06;
/** The k-hat of weights above which their spread among few draws says too little of their spread. */
const LIGHT_TAIL = 0.5;
/** Entries of tables for all draws that answer. */
const ENTRIES = 2_097_152;

/**
 * Draws that answer for the posterior, and weights under which they are draws of the guide: undefined where the density is 0 at some that the
 * guide would draw, as nothing can be computed there.
 */
export interface Answers {
  readonly draws: JointDraws;
  readonly guide: Float64Array | undefined;
}

/** The draws that a posterior answers by: particles if it has some, else weighted ones. */
export function answering(source: Source): Answers {
  const most = Math.floor(ENTRIES / Math.max(1, source.drawing?.entries() ?? 1));
  const many = Math.max(FEW, Math.min(MANY, most));
  if (source.weighing?.particles) return { draws: sampledDraws(source, { draws: many }), guide: undefined };
  const proposal = proposalIn(source);
  const weigh = weigher(source);
  const few = weigh(proposal, evenDraws(proposal, FEW, makeGenerator(0)), FEW);
  const counts = many === FEW ? [] : countsAfter(few, countsOf(proposal, FEW));
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all <= FEW) return few;
  const adapted = proposal.map((component, c) => ({ ...component, weight: counts[c]! / all }));
  const found = (draws: number): Weighted => weigh(adapted, evenDraws(adapted, draws, makeGenerator(0)), draws);
  const answer = found(Math.min(many, all));
  const more = Math.min(4 * MANY, most);
  return more > many && !(worstOf(source, answer.draws) < LITTLE_ERROR) ? found(more) : answer;
}

// The largest standard error of the sds of the kept latents, each as a share of its sd.
function worstOf({ trace }: Source, draws: JointDraws): number {
  return Math.max(
    ...trace.latents.map(({ name }) => (draws.names.includes(name) ? sdError(draws.values(name), draws.weights) : 0)),
  );
}

// How many draws of each component leave as little noise as four times as many of all would, or as is little.
function countsAfter({ noises, draws: { kHat } }: Weighted, counts: readonly number[]): readonly number[] {
  const noise = noises.reduce((sum, part) => sum + part, 0);
  const little = kHat < LIGHT_TAIL ? squared(LITTLE_NOISE) : 0;
  return noise <= little ? counts : countsLeaving(Math.max((noise * FEW) / MANY, little), noises, counts);
}

/** Draws with the weights that make them draws of the posterior. */
export function reweightedDraws(source: Source, options: DrawOptions = {}): JointDraws {
  const { draws = MANY, seed = 0 } = requireOptions("reweighted", options, DRAW_OPTIONS);
  count("reweighted", "draws", draws, 1, MOST_DRAWS);
  const proposal = proposalIn(source);
  return weigher(source, seed)(proposal, guideDraws(proposal, draws, makeGenerator(seed)), draws).draws;
}

function proposalIn(source: Source): readonly Gaussian[] {
  return source.weighing?.proposal ?? proposalOf(source);
}

/** Weighted draws with the noise that those of each component of their proposal leave. */
interface Weighted extends Answers {
  readonly noises: readonly number[];
}

/** Gives draws of a proposal, component after component, their weights. */
type Weigher = (proposal: readonly Gaussian[], kept: Float64Array, draws: number) => Weighted;

function weigher(source: Source, seed = 0): Weigher {
  const [frozen] = source.trace.frozen;
  if (frozen)
    throw new TypeError(
      `reweighted: the density of "${source.trace.model.name}" is random; got frozen site "${frozen.name}", expected none`,
    );
  const densityAt = targetOf(source, priorLike(source));
  return (proposal, kept, draws) => {
    const counts = countsOf(proposal, draws);
    const proposed = logMixture(proposal, kept, draws);
    const logWeights = densityAt(kept, draws).map((density, d) => density - proposed[d]!);
    const smoothed = averagingWeights(logWeights);
    const shares = logMixture(source.components, kept, draws).map((density, d) => exp(density - proposed[d]!));
    const mass = shares.reduce((sum, share) => sum + share, 0);
    const isWithin = shares.every((share, d) => share < NOTHING * mass || logWeights[d] !== Number.NEGATIVE_INFINITY);
    const guide = isWithin ? shares.map((share) => share / mass) : undefined;
    // Those of weight 0 have weight 0 still.
    replaceImpossible(kept, draws, (d) => logWeights[d] !== Number.NEGATIVE_INFINITY);
    const parts = completed(source, kept, draws, uniformSource(makeGenerator(seed), 1));
    const evidence = once(() => evidenceOf(logWeights, counts));
    return {
      draws: new JointDraws({ ...parts, ...smoothed, evidence }),
      guide,
      noises: noiseByComponent(kept, smoothed.weights, guide, counts),
    };
  };
}

/** So many draws of a posterior, all of one weight, out of at least as many weighted ones. */
export function unweighted(draws: JointDraws, count: number, next: () => number): Record<string, Float64Array> {
  const chosen = inProportion(draws.weights, count, next);
  return Object.fromEntries(
    draws.names.map((name) => {
      const values = draws.values(name);
      return [name, Float64Array.from(chosen, (from) => values[from]!)];
    }),
  );
}

// The log of the mean weight, and the standard error of that mean over it. How many draws come from each guide is no chance: what counts is the
// spread within these groups.
function evidenceOf(logWeights: Float64Array, counts: readonly number[]): Evidence {
  const logEvidence = logSumExp(logWeights) - log(logWeights.length);
  let [first, sum] = [0, 0];
  for (const count of counts) {
    const shares = logWeights.subarray(first, first + count).map((weight) => exp(weight - logEvidence));
    const mean = shares.reduce((total, share) => total + share, 0) / count;
    const squares = shares.reduce((total, share) => total + (share - mean) * (share - mean), 0);
    if (count > 1) sum += (squares * count) / (count - 1);
    first += count;
  }
  return { logEvidence, logEvidenceError: Math.sqrt(sum) / logWeights.length };
}

function inputsOf({ trace: { latents } }: Source, kept: Float64Array, draws: number): InputDraws {
  return new Map(latents.map(({ node }, i) => [node, kept.subarray(i * draws, (i + 1) * draws)]));
}

function completed(source: Source, kept: Float64Array, draws: number, next: () => number): JointDrawsParts {
  const { trace, drawing } = source;
  const { graph, latents, finite, points, quantities: all } = trace.original ?? trace;
  const nodeOf = new Map([...latents, ...finite].map(({ name, node }) => [name, node]));
  const summedOut = drawing?.latents ?? [];
  const keptInputs = inputsOf(source, kept, draws);
  // Latents that were summed out, and the noise of frozen sites: drawn when they are asked for, which takes longer than all the rest.
  const drawn = once(() => {
    const found: readonly CompletedLatent[] = drawing?.draw(kept, draws, next) ?? [];
    const noises = trace.frozen.map(
      ({ noise }) => [noise, Float64Array.from({ length: draws }, () => normalQuantile(next()))] as const,
    );
    const inputs = [...found.map(({ name, input }) => [nodeOf.get(name)!, input] as const), ...noises];
    return {
      latents: new Map(found.map((latent) => [latent.name, latent])),
      inputs: new Map([...keptInputs, ...inputs]),
    };
  });
  // Summed-out latents beside a parameter are not drawn, nor what depends on them.
  const early = new Set([...keptInputs.keys(), ...givenNodes(trace)]);
  const late = new Set([
    ...early,
    ...summedOut.map((name) => nodeOf.get(name)!),
    ...trace.frozen.map(({ noise }) => noise),
  ]);
  const within = ({ node, live }: Quantity, known: ReadonlySet<NodeId>): boolean =>
    graph.reachable([node, live]).every((below) => inputIndex(graph, below) < 0 || known.has(below));
  const quantities = all.filter((quantity) => within(quantity, late));
  const isEarly = new Set(quantities.filter((quantity) => within(quantity, early)).map(({ name }) => name));
  const valuesBy = (some: readonly Quantity[], inputs: InputDraws): ReadonlyMap<string, Float64Array> => {
    const found = valuesOf(
      source,
      some.flatMap(({ node, live }) => [node, live]),
      inputs,
      draws,
    );
    return new Map(
      some.map(({ name }, q) => [name, found[2 * q]!.map((x, d) => (found[2 * q + 1]![d] === 0 ? Number.NaN : x))]),
    );
  };
  const [earlyOnes, lateOnes] = [true, false].map((is) => quantities.filter(({ name }) => isEarly.has(name) === is));
  const earlyValues = once(() => valuesBy(earlyOnes!, keptInputs));
  const lateValues = once(() => valuesBy(lateOnes!, drawn().inputs));
  const names = new Set(quantities.map(({ name }) => name));
  return {
    count: draws,
    names: [...names],
    values: (name) => (names.has(name) ? (isEarly.has(name) ? earlyValues() : lateValues()).get(name) : undefined),
    inputs: once(() => {
      const { inputs } = drawn();
      return new Map([
        ...[...latents, ...finite].flatMap(({ name, node, ...latent }) => {
          const numbers = "drawn" in latent ? earlyValues().get(name) : inputs.get(node);
          return numbers ? [[name, numbers] as const] : [];
        }),
        ...trace.frozen.map(({ name, noise }) => [name, inputs.get(noise)!] as const),
        ...points.map(
          ({ name }, i) => [name, new Float64Array(draws).fill(source.components[0]!.points![i]!)] as const,
        ),
      ]);
    }),
    summedOut,
    completed: () => drawn().latents,
    averaged: (weights) => drawing?.averaged(kept, draws, weights) ?? new Map(),
    discrete: new Map(finite.map(({ name, values }) => [name, values])),
  };
}
