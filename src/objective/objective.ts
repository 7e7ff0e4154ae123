/** What an estimator differentiates: a traced model under a guide, ℓ(z, θ) = log p(x, z) − log q_θ(z). */
import { type Graph, type GraphOptions, MASK } from "../autodiff/graph/graph.ts";
import { DenseReplacement, type Replacement, SparseReplacement, substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { outOfRange } from "../autodiff/session.ts";
import { type MeanField, meanField, negativeLogDensity } from "../guides/mean-field.ts";
import type { Model } from "../program/model.ts";
import { type Trace, trace } from "../program/trace.ts";

/** One additive term of ℓ, as a function of the latents z and their noise ε. */
export interface ObjectiveTerm {
  readonly site: string;
  readonly node: NodeId;
}

/** A random number of the program: a latent, μ + σ·ε under the guide, or the standard normal noise of a frozen site. */
export interface Variable {
  readonly name: string;
  /** The input that stands for it in the trace. */
  readonly node: NodeId;
  readonly mu: NodeId;
  readonly sigma: NodeId;
  /** Its standard normal; the same as `node` for frozen noise. */
  readonly epsilon: NodeId;
}

export interface Objective {
  readonly trace: Trace;
  readonly graph: Graph;
  readonly guide: MeanField;
  /** [μ…, ρ…]: the inputs with respect to which the ELBO is differentiated. */
  readonly parameters: readonly NodeId[];
  /** Latents in declaration order, then the noise of frozen sites. */
  readonly variables: readonly Variable[];
  /** The index of a variable, by the input that stands for it in the trace. */
  readonly variableOf: ReadonlyMap<NodeId, number>;
  /** Inputs to fill with standard normals, one per variable. */
  readonly normals: readonly NodeId[];
  readonly terms: readonly ObjectiveTerm[];
  /** ℓ at the guide's draw. */
  readonly value: NodeId;
  /** Substitution z → μ + σε; holds what has been rebuilt with it. */
  readonly guided: Replacement;
  /** For each latent, whether the guide's draw uses it. */
  readonly live: readonly NodeId[];
}

export function buildObjective(model: Model, options?: GraphOptions): Objective {
  const traced = trace(model, options);
  const { graph, latents, frozen } = traced;
  const { algebra: A } = graph;
  const guide = meanField(graph, latents);
  const zero = graph.constant(0);
  const terms: ObjectiveTerm[] = [...traced.terms];
  latents.forEach(({ name, live }, i) => {
    terms.push({ site: `guide of "${name}"`, node: A.where(live, negativeLogDensity(graph, guide, i), zero) });
  });
  const variables: Variable[] = latents.map(({ name, node }, i) => ({
    name,
    node,
    mu: guide.mu[i]!,
    sigma: guide.sigma[i]!,
    epsilon: guide.epsilon[i]!,
  }));
  for (const { name, noise } of frozen)
    variables.push({ name, node: noise, mu: zero, sigma: graph.constant(1), epsilon: noise });
  const guided = new DenseReplacement();
  latents.forEach(({ node }, i) => {
    guided.set(node, guide.z[i]!);
  });
  const live = substitute(
    graph,
    latents.map((latent) => latent.live),
    guided,
  );
  return withTerms(
    {
      trace: traced,
      graph,
      guide,
      parameters: [...guide.mu, ...guide.rho],
      variables,
      variableOf: new Map(variables.map(({ node }, v) => [node, v])),
      normals: variables.map(({ epsilon }) => epsilon),
      terms,
      value: zero,
      guided,
      live,
    },
    terms,
  );
}

/** A value at the guide's draw, NaN where a range that the program states is left. */
export function inRange({ graph, guided, trace: { checks } }: Objective, value: NodeId): NodeId {
  const [outside] = substitute(graph, [outOfRange(graph, checks)], guided) as [NodeId];
  return graph.algebra.where(outside, graph.constant(Number.NaN), value);
}

/** The objective with other terms; the value follows. */
export function withTerms(objective: Objective, terms: readonly ObjectiveTerm[]): Objective {
  const { graph, guided } = objective;
  const roots = terms.map(({ node }) => node);
  return { ...objective, terms, value: graph.sum(substitute(graph, roots, guided)) };
}

/** The substitution that moves variables to μ + σ·ε′ and nothing else; `noise` has ε′ of those that have another one than their own. */
export function placedAt(
  { graph, variables, guided }: Objective,
  noise: Iterable<readonly [variable: number, epsilon: NodeId]>,
): SparseReplacement {
  const { algebra: A } = graph;
  const map = new SparseReplacement(guided);
  for (const [variable, epsilon] of noise) {
    const { node, mu, sigma, epsilon: own } = variables[variable]!;
    if (epsilon === own) continue;
    map.set(own, epsilon);
    if (node !== own) map.set(node, A.add(mu, A.mul(sigma, epsilon)));
  }
  return map;
}

/** The variables that a node is computed from, in order. */
export function variablesBelow({ graph, variableOf }: Objective, node: NodeId): number[] {
  return graph
    .reachable([node])
    .flatMap((below) => variableOf.get(below) ?? [])
    .sort((p, q) => p - q);
}

/** Which nodes of `nodes` (in topological order) some of the inputs move by themselves, not only by switching conditions. */
export function smoothlyMoved(graph: Graph, inputs: readonly NodeId[], nodes: readonly NodeId[]): Uint8Array {
  const moved = new Uint8Array(graph.size);
  for (const node of inputs) moved[node] = 1;
  for (const node of nodes) {
    if (graph.hasFlag(node, MASK)) continue;
    for (let j = graph.arity(node) - 1; j >= 0; j--) if (moved[graph.operand(node, j)] === 1) moved[node] = 1;
  }
  return moved;
}
