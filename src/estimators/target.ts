/** What an estimator differentiates: a traced model under a guide, ℓ(z, θ) = log p(x, z) − log q_θ(z). */
import type { Graph, GraphOptions } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { substitute } from "../autodiff/substitute.ts";
import { type MeanField, meanField, negativeLogDensity } from "../guides/mean-field.ts";
import type { Model } from "../program/model.ts";
import { type Trace, trace } from "../program/trace.ts";

/** One additive term of ℓ, as a function of the latents z and their noise ε. */
export interface TargetTerm {
  readonly site: string;
  readonly node: NodeId;
}

export interface Target {
  readonly trace: Trace;
  readonly graph: Graph;
  readonly guide: MeanField;
  /** [μ…, ρ…]: the inputs with respect to which the ELBO is differentiated. */
  readonly parameters: readonly NodeId[];
  /** Inputs to fill with standard normals: ε of each latent, then the noise of the frozen sites. */
  readonly normals: readonly NodeId[];
  readonly terms: readonly TargetTerm[];
  /** ℓ at the guide's draw. */
  readonly value: NodeId;
  /** Substitution z → μ + σε; holds what has been rebuilt with it. */
  readonly guided: Map<NodeId, NodeId>;
  /** For each latent, whether the guide's draw uses it. */
  readonly live: readonly NodeId[];
}

export function buildTarget(model: Model, options?: GraphOptions): Target {
  const traced = trace(model, options);
  const { graph, latents } = traced;
  const guide = meanField(graph, latents);
  const zero = graph.constant(0);
  const terms: TargetTerm[] = traced.terms.map(({ site, node }) => ({ site, node }));
  latents.forEach(({ name, live }, i) => {
    terms.push({
      site: `guide of "${name}"`,
      node: graph.algebra.where(live, negativeLogDensity(graph, guide, i), zero),
    });
  });
  const guided = new Map<NodeId, NodeId>(latents.map(({ node }, i) => [node, guide.z[i]!]));
  const live = substitute(
    graph,
    latents.map((latent) => latent.live),
    guided,
  );
  return {
    trace: traced,
    graph,
    guide,
    parameters: [...guide.mu, ...guide.rho],
    normals: [...guide.epsilon, ...traced.frozen.map(({ noise }) => noise)],
    terms,
    value: graph.sum(
      substitute(
        graph,
        terms.map(({ node }) => node),
        guided,
      ),
    ),
    guided,
    live,
  };
}

/** The substitution that moves the latents to μ + σ·ε′ and the frozen noise to that given, and nothing else. */
export function placedAt(
  target: Target,
  epsilon: readonly NodeId[],
  frozenNoise: readonly NodeId[] = [],
): Map<NodeId, NodeId> {
  const { graph, guide, trace: traced } = target;
  const { algebra: A } = graph;
  const map = new Map<NodeId, NodeId>();
  traced.latents.forEach(({ node }, i) => {
    map.set(
      node,
      epsilon[i] === guide.epsilon[i] ? guide.z[i]! : A.add(guide.mu[i]!, A.mul(guide.sigma[i]!, epsilon[i]!)),
    );
    map.set(guide.epsilon[i]!, epsilon[i]!);
  });
  frozenNoise.forEach((noise, i) => {
    map.set(traced.frozen[i]!.noise, noise);
  });
  return map;
}
