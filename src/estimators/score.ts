/**
 * The score-function gradient: ℓ(z) times the derivative of log q(z). It needs no derivative of ℓ, so that no if can bias it, and often has a
 * hundred times the variance of `corrected`.
 */

import { adjoints } from "../autodiff/graph/gradient.ts";
import { LANE } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { requireNoMore } from "../checks/arguments.ts";
import { requireOptions } from "../checks/options.ts";
import { entropyOf } from "../guides/guide.ts";
import { scoresOf } from "../guides/scores.ts";
import { ANALYTIC_ENTROPY, type Entropy, requireEntropy } from "../objective/entropy.ts";
import type { Objective } from "../objective/objective.ts";
import { oneOf } from "../objective/one-of.ts";
import { finished } from "../pieces/pieces.ts";
import { type Estimator, type EstimatorNodes, NOISE_OPTIONS, type NoiseOptions } from "./estimator.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { withNoise } from "./sample-points.ts";

export interface ScoreOptions extends NoiseOptions {
  /** "leave-one-out": from each sample's ℓ the mean of the others' is taken; needs 2 samples per gradient. Default "none". */
  readonly baseline?: "none" | "leave-one-out" | undefined;
  /** Leave out, for each parameter, the terms of ℓ that no noise in its score moves, be it through a condition (default false). */
  readonly raoBlackwell?: boolean | undefined;
  /**
   * How the guide's entropy is counted (default "sampled"). "analytic": by its own derivative, not in the products with the
   * score. There is no "sticking-the-landing": this estimator has the score of log q and no path.
   */
  readonly entropy?: Exclude<Entropy, "sticking-the-landing"> | undefined;
}

/**
 * The score-function estimator (REINFORCE): ℓ(z)·∇θ log q(z).
 *
 * Estimates: ∇θ ELBO. Using: values of ℓ only. Requires: nothing of the density.
 * Unbiased when: always, with either option. State: none. Source: Ranganath, Gerrish, Blei, AISTATS 2014, with its
 * Rao-Blackwellisation (for each parameter by the noises in its score, which under a factorised guide is one); leave-one-out: Kool, van Hoof, Welling, 2019, "Buy 4 REINFORCE samples".
 * Its variance is that of ℓ itself, often too large to be of use.
 */
export function score(options: ScoreOptions = {}): Estimator {
  requireNoMore("score", 1, arguments);
  requireOptions<ScoreOptions>("score", options, {
    baseline: "any",
    raoBlackwell: "boolean",
    entropy: "any",
    ...NOISE_OPTIONS,
  });
  const { raoBlackwell = false } = options;
  const baseline = oneOf("score", "baseline", options.baseline, ["none", "leave-one-out"]);
  const entropy = requireEntropy("score", options.entropy);
  const analytic = entropy === "analytic";
  if (entropy === "sticking-the-landing")
    throw new RangeError(
      'score: no such entropy; got sticking-the-landing, which leaves out the score of log q and keeps its path, where this estimator is the score and has no path, expected "sampled" or "analytic"',
    );
  return withNoise(
    {
      name: "score",
      differentiates: false,
      build: (objective) => build(objective, baseline === "leave-one-out", raoBlackwell, analytic),
    },
    options,
  );
}

function build(original: Objective, leaveOne: boolean, raoBlackwell: boolean, analytic: boolean): EstimatorNodes {
  const [point] = original.trace.points;
  if (point)
    throw new RangeError(
      `score: no score of what has no spread; got param "${point.name}" in model "${original.trace.model.name}", expected an estimator with a path, such as corrected()`,
    );
  const objective = analytic ? ANALYTIC_ENTROPY.run(original) : original;
  const { graph, guide, value, normals } = objective;
  const { algebra: A } = graph;
  const alive = aliveByNoise(objective);
  const own = scoresOf(graph, guide)((i, node) => A.where(alive[i]!, node, graph.constant(0)));
  const weights = raoBlackwell ? valuesByParameter(objective) : own.map(() => (analytic ? varying(objective) : value));
  const entropy = analytic ? entropyGradient(objective) : [];
  if (leaveOne) return { value, gradient: own, normals, reduction: leaveOneOut("score", weights, entropy) };
  const products = own.map((node, p) => A.mul(weights[p]!, node));
  return { value, gradient: analytic ? products.map((node, p) => A.add(node, entropy[p]!)) : products, normals };
}

// For each latent, whether its noise moves a latent that is live. Where it does not, its score times ℓ has the mean 0: whether any
// of the latents that it moves is live is decided before the first of them.
function aliveByNoise(objective: Objective): NodeId[] {
  const { graph, trace, variables, variableOf } = objective;
  const live = liveOf(objective);
  return trace.latents.map((_, i) => graph.any(variables[i]!.column.map(({ node }) => live[variableOf.get(node)!]!)));
}

// For each latent, whether the guide's draw uses it.
function liveOf({ graph, guided, trace: { latents } }: Objective): NodeId[] {
  return substitute(
    graph,
    latents.map(({ live }) => live),
    guided,
  );
}

// ∇θ of the entropies of the live latents.
function entropyGradient(objective: Objective): NodeId[] {
  const { graph, guide, parameters } = objective;
  const [zero, one] = [graph.constant(0), graph.constant(1)];
  const seeds = liveOf(objective).map(
    (mask, i) => [entropyOf(graph, guide, i), graph.algebra.where(mask, one, zero)] as const,
  );
  return finished(adjoints(graph, seeds, parameters));
}

// ℓ without the terms that are the same in all samples: times a score they have the mean 0.
function varying({ graph, terms, guided }: Objective): NodeId {
  const drawn = substitute(
    graph,
    terms.map(({ node }) => node),
    guided,
  );
  return graph.sum(drawn.filter((node) => graph.hasFlag(node, LANE)));
}

// For each parameter, the sum of the terms that the noises in its score can change.
function valuesByParameter({ graph, terms, variables, guide, guided }: Objective): NodeId[] {
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  const drawn = substitute(graph, roots, guided);
  const known = new Map<string, NodeId>();
  return scoresOf(
    graph,
    guide,
  )((_, node) => node).map((score) => {
    const below = new Set(graph.reachable([score]));
    const noises = variables.filter(({ epsilon }) => below.has(epsilon));
    const key = noises.map(({ epsilon }) => epsilon).join();
    let value = known.get(key);
    if (value === undefined) {
      const depends = new Set(noises.flatMap(({ epsilon, column }) => [epsilon, ...column.map(({ node }) => node)]));
      for (const node of nodes) if (graph.operands(node).some((operand) => depends.has(operand))) depends.add(node);
      value = graph.sum(drawn.filter((_, t) => depends.has(roots[t]!)));
      known.set(key, value);
    }
    return value;
  });
}
