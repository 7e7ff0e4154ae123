/** Three ways to count the entropy of the guide, E[−log q], of equal mean. */
import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { type Target, withTerms } from "./target.ts";

/**
 * "sampled": −log q at the draw. "analytic": log σ + ½ log 2πe for each latent that is live. "sticking-the-landing":
 * as sampled, but without the derivative of log q in its parameters, whose mean is 0 (Roeder, Wu, Duvenaud, NeurIPS 2017).
 */
export type Entropy = "sampled" | "analytic" | "sticking-the-landing";

const HALF_LOG_2PI_E = 1.4189385332046727; // ½ log 2πe

export interface Pathwise {
  readonly target: Target;
  /** Pathwise derivatives of the target's value, or what has their mean. */
  readonly gradient: readonly NodeId[];
}

/** The pathwise term under a choice of entropy; RangeError for an unknown one. */
export function pathwise(caller: string, target: Target, entropy: Entropy): Pathwise {
  const { graph, parameters } = target;
  switch (entropy) {
    case "sampled":
      return { target, gradient: gradient(graph, target.value, parameters) };
    case "analytic": {
      const analytic = withGuideTerms(target, (i) =>
        graph.algebra.add(graph.algebra.log(target.guide.sigma[i]!), graph.constant(HALF_LOG_2PI_E)),
      );
      return { target: analytic, gradient: gradient(graph, analytic.value, parameters) };
    }
    case "sticking-the-landing": {
      const rest = withGuideTerms(target, () => graph.constant(0));
      const path = gradient(graph, rest.value, parameters);
      return { target, gradient: path.map((node, p) => graph.algebra.add(node, pathOfNegativeLogDensity(target, p))) };
    }
    default:
      throw new RangeError(
        `${caller}: unknown entropy; got ${String(entropy)}, expected "sampled", "analytic" or "sticking-the-landing"`,
      );
  }
}

// The terms of the guide come last, one per latent.
function withGuideTerms(target: Target, termOf: (latent: number) => NodeId): Target {
  const { graph, terms, trace } = target;
  const { latents } = trace;
  const start = terms.length - latents.length;
  const zero = graph.constant(0);
  return withTerms(target, [
    ...terms.slice(0, start),
    ...latents.map(({ live }, i) => ({
      site: terms[start + i]!.site,
      node: graph.algebra.where(live, termOf(i), zero),
    })),
  ]);
}

// −∂ log q/∂z · ∂z/∂θ: ε/σ for μ, ε²/σ · sigmoid(ρ) for ρ, where the latent is live.
function pathOfNegativeLogDensity({ graph, guide, live }: Target, parameter: number): NodeId {
  const { algebra: A } = graph;
  const n = guide.mu.length;
  const i = parameter % n;
  const byMu = A.div(guide.epsilon[i]!, guide.sigma[i]!);
  const node = parameter < n ? byMu : A.mul(A.mul(byMu, guide.epsilon[i]!), A.sigmoid(guide.rho[i]!));
  return A.where(live[i]!, node, graph.constant(0));
}
