/**
 * Blocks: sets of variables in which a condition is affine, c = Σ_{v∈B} a_v·v + rest, where neither the a_v nor the rest
 * depend on B, not even through other conditions. Given everything else, c is then Gaussian under the guide.
 *
 * A condition is looked at in the bases of the variables (`objective/variables.ts`), each of which one noise moves. Under mean field
 * 2x + y > 1 is affine in x and y with coefficients 2 and 1; under a guide that moves y by C times what x deviates from its mean, in
 * the deviations of both with coefficients 2 + C and 1.
 */

import { gradient } from "../autodiff/graph/gradient.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { neverZero } from "../autodiff/graph/signs.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { INPUT } from "../autodiff/ops/basic-codes.ts";
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

/** Some of the variables that can be moved; of each it can ask whether its slope is constant. */
type Narrowing = (usable: number[], isConstant: (variable: number) => boolean, isCorrelated: boolean) => number[];

/** Narrows to variables of a kind, if there are any. */
export function among(isOfKind: (variable: number) => boolean): Narrowing {
  return (usable, isConstant, isCorrelated) => {
    const own = usable.filter(isOfKind);
    // A share of a noise may be 0, but not all of what is moved.
    return (isCorrelated ? own.some(isConstant) : own.length > 0) ? own : usable;
  };
}

/**
 * The blocks of a condition c of the trace, none if there is no variable in which it is affine. One block whose slope cannot vanish
 * (a coefficient is constant) is enough, and is the only one that a boundary is moved onto by; otherwise disjoint blocks, such as x and
 * y of x·y > 1.
 *
 * Rule: variables that are multiplied with the fewest others first, none if a coefficient is constant, then the order of declaration; each
 * joins the first block that it is not multiplied with. Of the variables those are taken that
 * `narrowed` leaves, as `among` does.
 *
 * In a product of correlated latents, x·y > 1, one noise moves both factors, so that only y's own is left to be moved, at the slope
 * x, which may be 0 with no other block to make up for it. Such a condition has no blocks: its roots are sought along lines.
 */
export function blocksOf(objective: Objective, traced: NodeId, narrowed: Narrowing = (usable) => usable): Block[] {
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
  const order = narrowed(usable, isConstant, isCorrelated).sort(
    (p, q) => conflicts.get(p)!.size - conflicts.get(q)!.size,
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

function affineVariables({ graph, variableOf }: Objective, condition: NodeId): Affine {
  const nodes = graph.reachable([condition]);
  const groupsOf = (node: NodeId): readonly (readonly number[])[] => graph.ops.facts[graph.op[node]!]?.linear ?? NONE;
  // From above: what leads up to the condition through an operand in which an op is not linear.
  const bent = new Uint8Array(condition + 1);
  // What depends on a variable that does not.
  const dependent = new Uint8Array(condition + 1);
  const conflicts = new Map<number, Set<number>>();
  for (let at = nodes.length - 1; at >= 0; at--) {
    const node = nodes[at]!;
    const v = bent[node] || graph.op[node] !== INPUT ? undefined : variableOf.get(node);
    if (v !== undefined) {
      dependent[node] = 1;
      conflicts.set(v, new Set());
    }
    const groups = groupsOf(node);
    for (let j = graph.arity(node) - 1; j >= 0; j--)
      if (bent[node] || !hasAll(groups, j, j)) bent[graph.operand(node, j)] = 1;
  }
  // Across a pole a condition may change, and no variable but those of the divisor is moved there.
  if (conflicts.size === 0 || poles(graph, nodes).size > 0) return { candidates: [], conflicts };
  // Only the factors of products are asked for: with a list for each of n sums, one on the other, n conditions would take n³ steps.
  const variablesBelow = (node: NodeId): readonly number[] =>
    graph.reachable([node]).flatMap((below) => (dependent[below] ? (variableOf.get(below) ?? []) : []));
  for (const node of nodes) {
    const arity = graph.arity(node);
    for (let q = 0; q < arity; q++) {
      if (!dependent[graph.operand(node, q)]) continue;
      dependent[node] = 1;
      // An op that is linear in two operands one by one, and not in both together, multiplies them.
      for (let p = 0; p < q; p++)
        if (dependent[graph.operand(node, p)] && !hasAll(groupsOf(node), p, q))
          for (const v of variablesBelow(graph.operand(node, p)))
            for (const w of variablesBelow(graph.operand(node, q)))
              [conflicts.get(v)!.add(w), conflicts.get(w)!.add(v)];
    }
  }
  // A square is a variable multiplied with itself.
  const candidates = [...conflicts.keys()].filter((v) => !conflicts.get(v)!.has(v)).sort((p, q) => p - q);
  return { candidates, conflicts };
}

const NONE: readonly (readonly number[])[] = [];

// Whether one of the groups of operands in which an op is linear has both places.
function hasAll(groups: readonly (readonly number[])[], p: number, q: number): boolean {
  for (const group of groups) if (group.includes(p) && group.includes(q)) return true;
  return false;
}
