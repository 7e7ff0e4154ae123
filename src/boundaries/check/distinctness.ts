/**
 * Proofs that two conditions are 0 together nowhere but on a set that no sample meets. Where they were, and one of them were moved
 * onto its boundary alone, the other would have changed with it and not be seen.
 *
 * What is proven: the boundary of the first condition is a graph, v = −rest/slope, of a variable v in which it is affine with a slope
 * that is 0 nowhere. Then the two are distinct
 *
 * - if both are linear, as their forms differ (`find/boundaries.ts` makes one boundary of equal forms);
 * - if the second does not contain v: x > exp(y) and y > 0, for all y but one are apart;
 * - if values show it: x > exp(y) and x > 1 are told apart by those on the graph (`distinct-values.ts`, which `nondiff/core` lacks).
 */
import { linearForm } from "../../autodiff/graph/linear-form.ts";
import { neverZero } from "../../autodiff/graph/signs.ts";
import { INPUT } from "../../autodiff/ops/basic-codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { inBases, type Objective, variablesBelow } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";

/** A condition as the proofs see it. */
export interface Condition {
  /** The node of c, written in the bases of the variables. */
  readonly node: NodeId;
  /** The noises that move it, through other conditions too. */
  readonly variables: ReadonlySet<number>;
  /** Those in which it is affine with a slope that is 0 nowhere. */
  readonly steep: ReadonlySet<number>;
  readonly isLinear: boolean;
}

/** A boundary that is to be moved onto by its one block. */
export function conditionOf(objective: Objective, { condition, blocks }: Boundary): Condition {
  const { graph } = objective;
  const steep = (blocks[0]?.entries ?? []).filter(({ coefficient }) => neverZero(graph, coefficient));
  return {
    ...asCondition(objective, condition),
    steep: new Set(blocks.length === 1 ? steep.map(({ variable }) => variable) : []),
    isLinear: [...linearForm(graph, condition).coefficients.keys()].every((atom) => graph.op[atom] === INPUT),
  };
}

/** A node that is no condition of a boundary, but is 0 where something changes, as the x of 1/x. */
export function asCondition(objective: Objective, traced: NodeId): Condition {
  const [node] = inBases(objective, [traced]) as [NodeId];
  return { node, variables: new Set(variablesBelow(objective, node)), steep: new Set(), isLinear: false };
}

/** Whether the forms of two conditions, of which that of `on` is moved onto, show that they are 0 together next to nowhere. */
export function distinctByForm(on: Condition, of: Condition): boolean {
  if (on.isLinear && of.isLinear) return true;
  for (const v of on.steep) if (!of.variables.has(v)) return true;
  for (const v of of.steep) if (!on.variables.has(v)) return true;
  return false;
}
