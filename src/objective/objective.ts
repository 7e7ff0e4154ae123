/** An estimator differentiates an objective: a traced model under a guide, ℓ(z, θ) = log p(x, z) − log q_θ(z). */
import { type Graph, type GraphOptions, MASK } from "../autodiff/graph/graph.ts";
import { DenseReplacement, type Replacement, SparseReplacement, substitute } from "../autodiff/graph/substitute.ts";
import { INPUT } from "../autodiff/ops/basic-codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { outOfRange } from "../autodiff/session.ts";
import { refuseKind } from "../autodiff/traced.ts";
import { type Guide, type GuideNodes, latentAt, negativeLogDensity } from "../guides/guide.ts";
import { meanField } from "../guides/mean-field.ts";
import { withPoints } from "../guides/points.ts";
import type { Model } from "../program/model.ts";
import { continuous, type Trace, trace } from "../program/trace.ts";
import { type Variable, variablesOf } from "./variables.ts";

/** One additive term of ℓ, as a function of the latents z and their noise ε. */
export interface ObjectiveTerm {
  readonly site: string;
  readonly node: NodeId;
}

export interface Objective {
  readonly trace: Trace;
  readonly graph: Graph;
  readonly guide: GuideNodes;
  /** The guide's: the inputs with respect to which the ELBO is differentiated. */
  readonly parameters: readonly NodeId[];
  /** Latents in declaration order, then the noise of frozen sites. */
  readonly variables: readonly Variable[];
  /** The index of a variable, by its inputs `node` and `base`. */
  readonly variableOf: ReadonlyMap<NodeId, number>;
  /** Substitution that writes each latent in the bases of the noises that move it; undefined where these are the latents. */
  readonly based: Replacement | undefined;
  /** Inputs to fill with standard normals, one per variable. */
  readonly normals: readonly NodeId[];
  readonly terms: readonly ObjectiveTerm[];
  /** ℓ at the guide's draw. */
  readonly value: NodeId;
  /** Substitution of the guide's draw for each latent; holds what has been rebuilt with it. */
  readonly guided: Replacement;
}

/**
 * Traces a model with all statements of `nondiff` and puts it under a guide, mean field unless told otherwise; `rewrite` may make the
 * trace one over fewer latents.
 */
export function buildObjective(
  model: Model,
  options?: GraphOptions,
  chosen?: Guide,
  rewrite: (trace: Trace) => Trace = same,
): Objective {
  return objectiveOf(continuous(rewrite(trace(model, options))), withPoints(chosen ?? meanField()));
}

/** Puts a traced model under a guide, mean field unless told otherwise. */
export function objectiveOf(traced: Trace, chosen: Guide = meanField()): Objective {
  if (typeof chosen?.over !== "function") refuseKind("guide", "a guide", chosen, "one such as meanField()");
  const { graph, latents } = traced;
  const { algebra: A } = graph;
  const guide = chosen.over(traced).place(graph);
  const zero = graph.constant(0);
  const draws = latents.map((_, i) => latentAt(graph, guide, i, (j) => guide.epsilon[j]!));
  const terms: ObjectiveTerm[] = [...traced.terms];
  latents.forEach(({ name, live }, i) => {
    terms.push({ site: `guide of "${name}"`, node: A.where(live, negativeLogDensity(graph, guide, i), zero) });
  });
  const bases = guide.bases?.(latents.map(({ node }) => node));
  const variables = variablesOf(traced, guide, bases);
  const guided = new DenseReplacement();
  latents.forEach(({ node }, i) => {
    guided.set(node, draws[i]!);
  });
  for (const { node, base, sigma, epsilon } of variables) if (base !== node) guided.set(base, A.mul(sigma, epsilon));
  return withTerms(
    {
      trace: traced,
      graph,
      guide,
      parameters: guide.parameters,
      variables,
      variableOf: new Map(variables.flatMap(({ node, base }, v) => [[node, v] as const, [base, v] as const])),
      based: bases?.written,
      normals: variables.map(({ epsilon }) => epsilon),
      terms,
      value: zero,
      guided,
    },
    terms,
  );
}

const same = (whole: Trace): Trace => whole;

/** A value at the guide's draw, NaN where a range that the program states is left. */
export function inRange({ graph, guided, trace: { checks } }: Objective, value: NodeId): NodeId {
  const [outside] = substitute(graph, [outOfRange(graph, checks)], guided) as [NodeId];
  return graph.algebra.where(outside, graph.constant(Number.NaN), value);
}

/** The terms −log q, one for each latent, which are the last. */
export function guideTermsOf({ terms, trace: { latents } }: Objective): readonly ObjectiveTerm[] {
  return terms.slice(terms.length - latents.length);
}

/** The objective with other terms; the value follows. */
export function withTerms(objective: Objective, terms: readonly ObjectiveTerm[]): Objective {
  const { graph, guided } = objective;
  const roots = terms.map(({ node }) => node);
  return { ...objective, terms, value: graph.sum(substitute(graph, roots, guided)) };
}

/**
 * The substitution that draws latents from other noises than their own and changes nothing else; `noise` has those of the
 * variables that get another one. Under mean field latent v becomes μ_v + σ_v·ε′_v, and no other changes.
 */
export function placedAt(
  { graph, guide, variables, variableOf, guided }: Objective,
  noise: Iterable<readonly [variable: number, epsilon: NodeId]>,
): SparseReplacement {
  const { algebra: A } = graph;
  const map = new SparseReplacement(guided);
  const mixed = new Set<number>();
  for (const [variable, epsilon] of noise) {
    const { base, mean, sigma, epsilon: own, column } = variables[variable]!;
    if (epsilon === own) continue;
    map.set(own, epsilon);
    if (base !== own) map.set(base, A.add(mean, A.mul(sigma, epsilon)));
    for (const { node } of column) if (node !== base) mixed.add(variableOf.get(node)!);
  }
  for (const latent of mixed) {
    const { node } = variables[latent]!;
    map.set(
      node,
      latentAt(graph, guide, latent, (j) => map.get(guide.epsilon[j]!) ?? guide.epsilon[j]!),
    );
  }
  return map;
}

/** The variables whose own inputs a node is computed from, in order. */
export function variablesBelow({ graph, variableOf }: Objective, node: NodeId): number[] {
  const found = new Set<number>();
  for (const below of graph.reachable([node])) {
    const variable = graph.op[below] === INPUT ? variableOf.get(below) : undefined;
    if (variable !== undefined) found.add(variable);
  }
  return [...found].sort((p, q) => p - q);
}

/** The variables whose noise moves a node, in order: more than those below it where the guide correlates latents. */
export function noisesBelow(objective: Objective, node: NodeId): number[] {
  return variablesBelow(objective, inBases(objective, [node])[0]!);
}

/** Nodes of the trace with every latent written in the bases of the noises that move it. */
export function inBases({ graph, based }: Objective, nodes: readonly NodeId[]): readonly NodeId[] {
  return based ? substitute(graph, nodes, based) : nodes;
}

/** Which nodes of `nodes` (in topological order) some of the inputs move by themselves, not only by switching conditions. */
export function smoothlyMoved(graph: Graph, inputs: readonly NodeId[], nodes: readonly NodeId[]): Uint8Array {
  const moved = new Uint8Array(graph.size);
  for (const node of inputs) moved[node] = 1;
  for (const node of nodes) if (!(graph.flags[node]! & MASK) && graph.reads(node, moved)) moved[node] = 1;
  return moved;
}
