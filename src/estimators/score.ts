import { gradient } from "../autodiff/graph/gradient.ts";
import { LANE } from "../autodiff/graph/graph.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { scores } from "../guides/mean-field.ts";
import { ANALYTIC_ENTROPY, type Entropy, requireEntropy } from "../objective/entropy.ts";
import type { Objective } from "../objective/objective.ts";
import type { Estimator, EstimatorNodes } from "./estimator.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { type NoiseOptions, withNoise } from "./sample-points.ts";

export interface ScoreOptions extends NoiseOptions {
  /** "leave-one-out": from each sample's ℓ the mean of the others' is taken; needs 2 samples per gradient. Default "none". */
  readonly baseline?: "none" | "leave-one-out";
  /** Leave out, for each latent, the terms of ℓ that do not depend on it, be it through a condition (default false). */
  readonly raoBlackwell?: boolean;
  /**
   * How the guide's entropy is counted (default "sampled"). "analytic": by its own derivative, not in the products with the
   * score. There is no "sticking-the-landing": this estimator has the score of log q and no path.
   */
  readonly entropy?: Exclude<Entropy, "sticking-the-landing">;
}

/**
 * The score-function estimator (REINFORCE): ℓ(z)·∇θ log q(z).
 *
 * Estimates: ∇θ ELBO. Using: values of ℓ only. Requires: nothing of the density.
 * Unbiased when: always, with either option. State: none. Source: Ranganath, Gerrish, Blei, AISTATS 2014, with its
 * Rao-Blackwellisation (under a factorised guide); leave-one-out: Kool, van Hoof, Welling, 2019, "Buy 4 REINFORCE samples".
 * Its variance is that of ℓ itself, often too large to be of use.
 */
export function score(options: ScoreOptions = {}): Estimator {
  const { baseline = "none", raoBlackwell = false } = options;
  if (baseline !== "none" && baseline !== "leave-one-out")
    throw new RangeError(`score: unknown baseline; got ${String(baseline)}, expected "none" or "leave-one-out"`);
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
  const objective = analytic ? ANALYTIC_ENTROPY.run(original) : original;
  const { graph, guide, live, value, normals } = objective;
  const { algebra: A } = graph;
  const own = scores(graph, guide).map((node, p) => A.where(live[p % live.length]!, node, graph.constant(0)));
  const values = raoBlackwell ? valuesByLatent(objective) : live.map(() => (analytic ? varying(objective) : value));
  const weights = [...values, ...values];
  const entropy = analytic ? entropyGradient(objective) : [];
  if (leaveOne) return { value, gradient: own, normals, reduction: leaveOneOut("score", weights, entropy) };
  const products = own.map((node, p) => A.mul(weights[p]!, node));
  return { value, gradient: analytic ? products.map((node, p) => A.add(node, entropy[p]!)) : products, normals };
}

// ∇θ of Σ log σ over the live latents.
function entropyGradient({ graph, guide, live, parameters }: Objective): NodeId[] {
  const { algebra: A } = graph;
  const logs = graph.sum(guide.sigma.map((sigma) => A.log(sigma)));
  return gradient(graph, logs, parameters).map((node, p) => A.where(live[p % live.length]!, node, graph.constant(0)));
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

// For each latent, the sum of the terms that it, or its noise, can change.
function valuesByLatent({ graph, terms, trace, guide, guided }: Objective): NodeId[] {
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  const drawn = substitute(graph, roots, guided);
  return trace.latents.map(({ node: latent }, i) => {
    const depends = new Set([latent, guide.epsilon[i]!]);
    for (const node of nodes) if (graph.operands(node).some((operand) => depends.has(operand))) depends.add(node);
    return graph.sum(drawn.filter((_, t) => depends.has(roots[t]!)));
  });
}
