/**
 * Joint draws of a posterior, of the guide as it is or with weights that make them draws of the posterior itself. The proposal of weighted
 * draws is the guide with a share of what the priors say, so that no region of posterior mass is out of reach where the guide has
 * thin tails: 13,107 of 16,384 draws come from the guide, 3277 from where the priors lie.
 */
import { outOfRange } from "../../autodiff/session.ts";
import type { CompletedLatent } from "../../collapse/completion/completed.ts";
import { exp, log } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";
import { normalQuantile } from "../../math/normal.ts";
import { makeGenerator, uniformSource } from "../../random/index.ts";
import { count } from "../options.ts";
import { type Gaussian, sdOf } from "./gaussian.ts";
import { countsOf, guideDraws, independent, logDensities, logMixture } from "./guide-draws.ts";
import { type DrawOptions, JointDraws, type JointDrawsParts } from "./joint-draws.ts";
import { paretoSmoothed } from "./pareto-tail.ts";
import { type InputDraws, type Source, valuesOf } from "./source.ts";

/** The share of the priors in the proposal. */
const PRIOR_SHARE = 0.2;
/** Guides of an equal share of this much at least. */
const LEAST_SHARE = 0.2;
/** Where a prior does not know where it lies, the guide with its sds times this stands for it. */
const WIDER = 3;
const MOST_DRAWS = 10_000_000;

/** Draws of the guide, completed; `draws` is 4096 unless said. */
export function sampledDraws(source: Source, { draws = 4096, seed = 0 }: DrawOptions = {}): JointDraws {
  count("draws", "draws", draws, 1, MOST_DRAWS);
  const generator = makeGenerator(seed);
  const kept = guideDraws(source.components, draws, generator);
  return new JointDraws(completed(source, kept, draws, uniformSource(generator, 1)));
}

/** Draws with the weights that make them draws of the posterior; `draws` is 16,384 unless said. */
export function reweightedDraws(source: Source, { draws = 16_384, seed = 0 }: DrawOptions = {}): JointDraws {
  count("reweighted", "draws", draws, 1, MOST_DRAWS);
  const [frozen] = source.trace.frozen;
  if (frozen)
    throw new TypeError(
      `reweighted: the density of "${source.trace.model.name}" is random; got frozen site "${frozen.name}", expected none`,
    );
  const generator = makeGenerator(seed);
  const prior = priorLike(source);
  const proposal = [...guidesOf(source), prior];
  const kept = guideDraws(proposal, draws, generator);
  const target = logTarget(source, prior, kept, draws);
  const proposed = logMixture(proposal, kept, draws);
  const logWeights = target.map((density, d) => density - proposed[d]!);
  const logEvidence = logSumExp(Array.from(logWeights)) - log(draws);
  const parts = completed(source, kept, draws, uniformSource(generator, 1));
  const logEvidenceError = relativeError(logWeights, logEvidence, countsOf(proposal, draws));
  return new JointDraws({ ...parts, ...paretoSmoothed(logWeights), logEvidence, logEvidenceError });
}

// The standard error of the mean weight over that mean. How many draws come from each guide is no chance: what counts is the spread
// within these groups.
function relativeError(logWeights: Float64Array, logEvidence: number, counts: readonly number[]): number {
  let [first, sum] = [0, 0];
  for (const count of counts) {
    const shares = logWeights.subarray(first, first + count).map((weight) => exp(weight - logEvidence));
    const mean = shares.reduce((total, share) => total + share, 0) / count;
    const squares = shares.reduce((total, share) => total + (share - mean) * (share - mean), 0);
    if (count > 1) sum += (squares * count) / (count - 1);
    first += count;
  }
  return Math.sqrt(sum) / logWeights.length;
}

// Guides that a fit has found with their shares of the proposal; the weakest are proposed often enough to be seen.
function guidesOf({ components, proposals = [] }: Source): Gaussian[] {
  const guides = proposals.length > 1 ? proposals : components;
  const shares = guides.map(({ weight }) => Math.max(weight, LEAST_SHARE / guides.length));
  const total = shares.reduce((sum, share) => sum + share, 0);
  return guides.map((guide, k) => ({ ...guide, weight: ((1 - PRIOR_SHARE) * shares[k]!) / total }));
}

// Independent normals where the priors of the kept latents lie, on the scale of the guide.
function priorLike({ trace: { latents }, components: [first] }: Source): Gaussian {
  const starts = latents.map(({ start }, i) => start?.() ?? { mean: first!.means[i]!, sd: WIDER * sdOf(first!, i) });
  return independent(
    starts.map(({ mean }) => mean),
    starts.map(({ sd }) => sd),
    PRIOR_SHARE,
  );
}

// The log joint density of model and kept latents at each draw, −∞ where a stated range is left. A latent in an arm that is not taken has
// no density there: that of the proposal's prior stands for it, which integrates to 1.
function logTarget(source: Source, prior: Gaussian, kept: Float64Array, draws: number): Float64Array {
  const { graph, latents, terms, checks } = source.trace;
  const { algebra: A } = graph;
  const sum = graph.sum(terms.map(({ node }) => node));
  const density = A.where(outOfRange(graph, checks), graph.constant(Number.NEGATIVE_INFINITY), sum);
  const nodes = [density, ...latents.map(({ live }) => live)];
  const [total, ...lives] = valuesOf(source, nodes, inputsOf(source, kept, draws), draws);
  const own = logDensities(prior, kept, draws);
  lives.forEach((live, i) => {
    for (let d = 0; d < draws; d++) if (live[d] === 0) total![d]! += own[i * draws + d]!;
  });
  return total!;
}

function inputsOf({ trace: { latents } }: Source, kept: Float64Array, draws: number): InputDraws {
  return new Map(latents.map(({ node }, i) => [node, kept.subarray(i * draws, (i + 1) * draws)]));
}

function completed(source: Source, kept: Float64Array, draws: number, next: () => number): JointDrawsParts {
  const { trace, drawing } = source;
  const { graph, latents, finite, points, quantities: all } = trace.original ?? trace;
  const drawn: readonly CompletedLatent[] = drawing?.draw(kept, draws, next) ?? [];
  const nodeOf = new Map([...latents, ...finite].map(({ name, node }) => [name, node]));
  const inputs: InputDraws = new Map([
    ...inputsOf(source, kept, draws),
    ...drawn.map(({ name, input }) => [nodeOf.get(name)!, input] as const),
    ...trace.frozen.map(
      ({ noise }) => [noise, Float64Array.from({ length: draws }, () => normalQuantile(next()))] as const,
    ),
  ]);
  // Summed-out latents beside a parameter are not drawn, nor what depends on them.
  const known = new Set([...inputs.keys(), ...trace.points.map(({ node }) => node)]);
  const quantities = all.filter(({ node, live }) =>
    graph.reachable([node, live]).every((below) => graph.inputIndex(below) < 0 || known.has(below)),
  );
  const nodes = quantities.flatMap(({ node, live }) => [node, live]);
  const found = valuesOf(source, nodes, inputs, draws);
  const values = quantities.map(({ name }, q): [string, Float64Array] => [
    name,
    found[2 * q]!.map((x, d) => (found[2 * q + 1]![d] === 0 ? Number.NaN : x)),
  ]);
  return {
    count: draws,
    values: new Map(values),
    inputs: new Map([
      ...[...latents, ...finite].flatMap(({ name, node }) => {
        const numbers = inputs.get(node);
        return numbers ? [[name, numbers] as const] : [];
      }),
      ...trace.frozen.map(({ name, noise }) => [name, inputs.get(noise)!] as const),
      ...points.map(({ name }, i) => [name, new Float64Array(draws).fill(source.components[0]!.points![i]!)] as const),
    ]),
    completed: drawn,
    discrete: new Map(finite.map(({ name, values }) => [name, values])),
  };
}
