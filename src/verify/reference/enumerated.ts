/**
 * A trace whose discrete latents are summed out by listing their values: for z ∈ {0, 1} under bernoulli(0.3), observed through
 * normal(z, 1), the term log(0.7·N(x; 0, 1) + 0.3·N(x; 1, 1)) takes the place of the observation. Nothing is analysed: terms that share a
 * discrete latent are summed together over all combinations of values, which is slow and right.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { logSumExp } from "../../autodiff/log-sum-exp.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { RangeCheck } from "../../autodiff/session.ts";
import type { FiniteLatent, Term, Trace } from "../../program/run.ts";

/** Combinations of values of discrete latents that one term may depend on. */
const MOST_COMBINATIONS = 4096;

/** The trace without discrete latents; RangeError where the terms of one group have too many combinations of values. */
export function enumerated(caller: string, trace: Trace): Trace {
  const { graph, finite, terms, model } = trace;
  if (finite.length === 0) return trace;
  const groups = groupsOf(trace);
  const summed = groups.map(({ members, parts }): Term => {
    requireFew(caller, model.name, members);
    return {
      site: `discrete "${members.map(({ name }) => name).join('", "')}"`,
      node: summedOver(graph, members, parts),
      live: graph.truth(true),
    };
  });
  const grouped = new Set(groups.flatMap(({ parts }) => parts));
  const rest = terms.filter((term) => !grouped.has(term));
  return { ...trace, finite: [], terms: [...rest, ...summed], checks: checksOver(caller, trace) };
}

// A range that a discrete latent may leave, as the index of `pick` does, is left where one of its values leaves it.
function checksOver(caller: string, { graph, finite, checks, model }: Trace): RangeCheck[] {
  return checks.map((check) => {
    const below = new Set(graph.reachable([check.ok, check.value]));
    const members = finite.filter(({ node }) => below.has(node));
    if (members.length === 0) return check;
    requireFew(caller, model.name, members);
    const within = combinationsOf(graph, members).map(
      (chosen) => substitute(graph, [check.ok, check.value], chosen) as [NodeId, NodeId],
    );
    const oks = within.map(([ok]) => ok);
    return { ...check, value: within[0]![1], ok: oks.reduce((all, ok) => graph.algebra.and(all, ok)) };
  });
}

function requireFew(caller: string, model: string, members: readonly FiniteLatent[]): void {
  const combinations = members.reduce((product, { values }) => product * values.length, 1);
  if (combinations > MOST_COMBINATIONS)
    throw new RangeError(
      `${caller}: the discrete latents of model "${model}" have too many values together; got ${combinations} combinations of ${members.length} latents, expected at most ${MOST_COMBINATIONS}`,
    );
}

function combinationsOf(graph: Graph, members: readonly FiniteLatent[]): Map<NodeId, NodeId>[] {
  return members.reduce<Map<NodeId, NodeId>[]>(
    (before, { node, values }) =>
      before.flatMap((chosen) => values.map((value) => new Map([...chosen, [node, graph.constant(value)]]))),
    [new Map()],
  );
}

interface Group {
  readonly members: FiniteLatent[];
  readonly parts: Term[];
}

// Discrete latents that some term, or the prior of one of them, has in common.
function groupsOf({ graph, finite, terms }: Trace): Group[] {
  const scopeOf = (roots: readonly NodeId[]): FiniteLatent[] => {
    const below = new Set(graph.reachable(roots));
    return finite.filter(({ node }) => below.has(node));
  };
  const groupOf = new Map<FiniteLatent, Group>(finite.map((latent) => [latent, { members: [latent], parts: [] }]));
  const join = (latents: readonly FiniteLatent[]): Group | undefined => {
    const [first, ...rest] = [...new Set(latents.map((latent) => groupOf.get(latent)!))];
    for (const { members, parts } of rest) {
      first!.members.push(...members);
      first!.parts.push(...parts);
      for (const member of members) groupOf.set(member, first!);
    }
    return first;
  };
  for (const latent of finite) join([latent, ...scopeOf([latent.live, ...latent.logMasses])]);
  for (const term of terms) join(scopeOf([term.node]))?.parts.push(term);
  return [...new Set(groupOf.values())];
}

// log Σ exp(log masses + terms) over the combinations. A latent that is not live has one value, of probability 1.
function summedOver(graph: Graph, members: readonly FiniteLatent[], parts: readonly Term[]): NodeId {
  const { algebra: A } = graph;
  const [zero, never] = [graph.constant(0), graph.constant(-Infinity)];
  const masses = members.reduce<NodeId[][]>(
    (before, { live, logMasses }) =>
      before.flatMap((chosen) => logMasses.map((mass, k) => [...chosen, A.where(live, mass, k === 0 ? zero : never)])),
    [[]],
  );
  return logSumExp(
    graph,
    combinationsOf(graph, members).map((chosen, c) =>
      graph.sum(substitute(graph, [...masses[c]!, ...parts.map(({ node }) => node)], chosen)),
    ),
  );
}
