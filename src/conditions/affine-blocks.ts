/**
 * Blocks: sets of variables in which a condition is affine, c = Σ_{v∈B} a_v·v + rest, where neither the a_v nor the rest
 * depend on B, not even through other conditions. Given everything else, c is then Gaussian under the guide.
 *
 * A condition is looked at in the bases of the variables (`objective/variables.ts`), each of which one noise moves. Under mean field
 * 2x + y > 1 is affine in x and y with coefficients 2 and 1; under a guide that moves y by C times what x deviates from its mean, in
 * the deviations of both with coefficients 2 + C and 1.
 */

import { gradient } from "../autodiff/graph/gradient.ts";
import { MASK } from "../autodiff/graph/graph.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { neverZero } from "../autodiff/graph/signs.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { inBases, type Objective } from "../objective/objective.ts";

export interface BlockEntry {
  /** Index of the variable. */
  readonly variable: number;
  /** a_v, free of the block, in terms of the bases. */
  readonly coefficient: NodeId;
}

export interface Block {
  readonly entries: readonly BlockEntry[];
  /** c with the block at 0, in terms of the bases. */
  readonly rest: NodeId;
  /** Some coefficient is 0 nowhere. */
  readonly safe: boolean;
}

/** Most blocks of one condition: a slope that vanishes in one is then large in another. */
const MOST_BLOCKS = 3;

/**
 * The blocks of a condition c of the trace, none if there is no variable in which it is affine. One block whose slope cannot vanish
 * (a coefficient is constant) is enough, and is the only one that a boundary is moved onto by; otherwise disjoint blocks, such as x and
 * y of x·y > 1.
 *
 * Rule: variables with a constant coefficient first, then those that are multiplied with the fewest others, then the
 * order of declaration; each joins the first block that it is not multiplied with. With `isPrivate` only variables that
 * it accepts are taken, if there are any.
 *
 * In a product of correlated latents, x·y > 1, one noise moves both factors, so that only y's own is left to be moved, at the slope
 * x, which may be 0 with no other block to make up for it. Such a condition has no blocks: its roots are sought along lines.
 */
export function blocksOf(objective: Objective, traced: NodeId, isPrivate?: (variable: number) => boolean): Block[] {
  const { graph, variables } = objective;
  const [condition] = inBases(objective, [traced]) as [NodeId];
  const isCorrelated = condition !== traced;
  const { candidates, conflicts } = affineVariables(objective, condition);
  if (candidates.length === 0) return [];
  const slopes = gradient(
    graph,
    condition,
    candidates.map((v) => variables[v]!.base),
  );
  const slopeOf = new Map(candidates.map((v, j) => [v, slopes[j]!]));
  const isConstant = (v: number): boolean => graph.isConstant(slopeOf.get(v)!);
  const usable = candidates.filter((v) => !graph.is(slopeOf.get(v)!, 0));
  const own = isPrivate ? usable.filter(isPrivate) : [];
  // A share of a noise may be 0, but not all of what is moved.
  const enough = isCorrelated ? own.some(isConstant) : own.length > 0;
  const order = (enough ? own : usable).sort(
    (p, q) => Number(isConstant(q)) - Number(isConstant(p)) || conflicts.get(p)!.size - conflicts.get(q)!.size || p - q,
  );
  const blocks: number[][] = [];
  for (const v of order) {
    const free = blocks.find((block) => !block.some((other) => conflicts.get(v)!.has(other)));
    if (free) free.push(v);
    else blocks.push([v]);
  }
  const safe = blocks.find((block) => block.some((v) => isConstant(v) || neverZero(graph, slopeOf.get(v)!)));
  if (!safe && isCorrelated && blocks.length === 1) return [];
  return (safe ? [safe] : blocks.slice(0, MOST_BLOCKS)).map((block) => {
    const entries = block.sort((p, q) => p - q).map((variable) => ({ variable, coefficient: slopeOf.get(variable)! }));
    const zeros = new Map(block.map((v) => [variables[v]!.base, graph.constant(0)]));
    return { entries, rest: substitute(graph, [condition], zeros)[0]!, safe: safe !== undefined };
  });
}

interface Affine {
  /** Variables in which the condition is affine, the others given. */
  readonly candidates: number[];
  /** For each of them those that it is multiplied with. */
  readonly conflicts: ReadonlyMap<number, ReadonlySet<number>>;
}

const NONE: ReadonlySet<number> = new Set();
/** Two operands of one op, by their places. */
const PAIRS = [
  [0, 1],
  [0, 2],
  [1, 2],
] as const;

function affineVariables({ graph, variableOf }: Objective, condition: NodeId): Affine {
  const variablesOf = new Map<NodeId, ReadonlySet<number>>(); // all that a node depends on
  const bent = new Set<number>(); // those that move the condition otherwise than affinely
  const conflicts = new Map<number, Set<number>>();
  const union = (p: ReadonlySet<number>, q: ReadonlySet<number>): ReadonlySet<number> =>
    q.size === 0 || p === q ? p : p.size === 0 ? q : new Set([...p, ...q]);
  const conflict = (p: number, q: number): void => {
    if (p === q) bent.add(p);
    conflicts.set(p, (conflicts.get(p) ?? new Set()).add(q));
    conflicts.set(q, (conflicts.get(q) ?? new Set()).add(p));
  };
  const nodes = graph.reachable([condition]);
  // Across a pole a condition may change, and no variable but those of the divisor is moved there.
  if (poles(graph, nodes).size > 0) return { candidates: [], conflicts };
  for (const node of nodes) {
    const of = graph.operands(node).map((operand) => variablesOf.get(operand)!);
    const bend = (some: ReadonlySet<number>): void => {
      for (const v of some) bent.add(v);
    };
    const variable = variableOf.get(node);
    variablesOf.set(node, variable === undefined ? of.reduce(union, NONE) : new Set([variable]));
    if (graph.hasFlag(node, MASK)) continue;
    const groups = graph.ops.facts[graph.op[node]!]?.linear ?? [];
    of.forEach((some, j) => {
      if (!groups.some((group) => group.includes(j))) bend(some);
    });
    // What it is linear in one by one it multiplies.
    for (const [p, q] of PAIRS) {
      const each = [p, q].every((j) => groups.some((group) => group.includes(j)));
      if (!each || groups.some((group) => group.includes(p) && group.includes(q))) continue;
      for (const v of of[p]!) for (const w of of[q]!) if (!bent.has(v) && !bent.has(w)) conflict(v, w);
    }
  }
  const candidates = [...variablesOf.get(condition)!].filter((v) => !bent.has(v)).sort((p, q) => p - q);
  return { candidates, conflicts: new Map(candidates.map((v) => [v, conflicts.get(v) ?? NONE])) };
}
