import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import type { Estimator, EstimatorNodes } from "./estimator.ts";
import { leaveOneOut } from "./leave-one-out.ts";
import { type NoiseOptions, withNoise } from "./noise.ts";
import type { Target } from "./target.ts";

export interface ScoreOptions extends NoiseOptions {
  /** "leave-one-out": from each sample's ℓ the mean of the others' is taken; needs 2 samples per gradient. Default "none". */
  readonly baseline?: "none" | "leave-one-out";
  /** Leave out, for each latent, the terms of ℓ that do not depend on it, be it through a condition (default false). */
  readonly raoBlackwell?: boolean;
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
  return withNoise({ name: "score", build: (target) => build(target, baseline, raoBlackwell) }, options);
}

function build(target: Target, baseline: "none" | "leave-one-out", raoBlackwell: boolean): EstimatorNodes {
  const { graph, guide, live, value, normals } = target;
  const { algebra: A } = graph;
  const zero = graph.constant(0);
  // ∂ log q/∂μ = ε/σ and ∂ log q/∂ρ = (ε² − 1)/σ · sigmoid(ρ), where the latent is live.
  const mu = guide.epsilon.map((epsilon, i) => A.where(live[i]!, A.div(epsilon, guide.sigma[i]!), zero));
  const rho = guide.epsilon.map((epsilon, i) => {
    const factor = A.div(A.sigmoid(guide.rho[i]!), guide.sigma[i]!);
    return A.where(live[i]!, A.mul(A.add(A.square(epsilon), A.constant(-1)), factor), zero);
  });
  const scores = [...mu, ...rho];
  const values = raoBlackwell ? valuesByLatent(target) : mu.map(() => value);
  const weights = [...values, ...values];
  if (baseline === "leave-one-out") return { gradient: scores, normals, reduction: leaveOneOut("score", weights) };
  return { gradient: scores.map((node, p) => A.mul(weights[p]!, node)), normals };
}

// For each latent, the sum of the terms that it, or its noise, can change.
function valuesByLatent({ graph, terms, trace, guide, guided }: Target): NodeId[] {
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  const drawn = substitute(graph, roots, guided);
  return trace.latents.map(({ node: latent }, i) => {
    const depends = new Set([latent, guide.epsilon[i]!]);
    for (const node of nodes) if (graph.operands(node).some((operand) => depends.has(operand))) depends.add(node);
    return graph.sum(drawn.filter((_, t) => depends.has(roots[t]!)));
  });
}
