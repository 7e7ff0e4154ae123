/**
 * A condition may be affine in a variable with a slope that vanishes: then moving the variable does not reach all of the boundary.
 *
 * - In 2y + u − where(y > 1, u, 0) > 0 the slope of u is 0 on one side of another condition: above y = 1 no u matters.
 * - In (u − 1)·y + u² − 1 > 0 it is 0 in a factor that no rewriting shows: no y leads to the boundary u = 1. Such factors
 *   are found by looking at a few random points where a slope is 0.
 *
 * The roots of these conditions are sought instead, along all of their variables.
 */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { factorsOf } from "../../autodiff/graph/product-form.ts";
import { neverZero } from "../../autodiff/graph/signs.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { blocksOf } from "../../conditions/affine-blocks.ts";
import { inBases, type Objective, variablesBelow } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { BoundaryPass } from "../move/boundary-pass.ts";
import type { RootsAlongLines } from "../move/move.ts";
import { RandomPoints, zeros } from "./probe-points.ts";

/** A boundary that its blocks do not reach everywhere gets none, so that its roots are sought. */
export function unreached(roots: RootsAlongLines): BoundaryPass {
  return {
    name: "unreached",
    sentence:
      "A boundary that moving variables does not reach everywhere, as all their slopes vanish somewhere, is searched for roots along lines.",
    run: (objective, boundaries) => withoutUnreached(objective, boundaries, roots),
  };
}

function withoutUnreached(
  objective: Objective,
  boundaries: readonly Boundary[],
  roots: RootsAlongLines,
): readonly Boundary[] {
  const unsafe = boundaries.filter((boundary) => {
    const slopes = slopesOf(boundary);
    return slopes.length > 0 && slopes.every((slope) => mayVanish(objective.graph, slope));
  });
  const bare = new Set([
    ...unsafe.filter((boundary) => flatBeside(objective, boundary)),
    ...withFactors(objective, unsafe, roots),
  ]);
  return bare.size === 0
    ? boundaries
    : boundaries.map((boundary) => (bare.has(boundary) ? { ...boundary, blocks: [] } : boundary));
}

function slopesOf({ blocks }: Boundary): NodeId[] {
  return blocks.flatMap(({ entries }) => entries.map(({ coefficient }) => coefficient));
}

/** Most conditions below slopes whose outcomes are all tried; with more a slope may be 0. */
const MOST_CONDITIONS = 6;

// Whether for some outcomes of the conditions below them all slopes are 0, and something else moves the condition.
function flatBeside(objective: Objective, boundary: Boundary): boolean {
  const { graph } = objective;
  const slopes = slopesOf(boundary);
  const whole = inBases(objective, [boundary.condition])[0]!;
  const conditions = graph.reachable(slopes).filter((node) => graph.op[node] === CODE.positive);
  if (conditions.length > MOST_CONDITIONS) return true;
  for (let outcome = 0; conditions.length > 0 && outcome < 1 << conditions.length; outcome++) {
    const truths = new Map(conditions.map((node, j) => [node, graph.truth(((outcome >> j) & 1) === 1)]));
    const [condition, ...pieces] = substitute(graph, [whole, ...slopes], truths) as [NodeId, ...NodeId[]];
    if (pieces.every((slope) => graph.is(slope, 0)) && variablesBelow(objective, condition).length > 0) return true;
  }
  return false;
}

// The boundaries whose condition is 0 somewhere where all slopes are.
function withFactors(objective: Objective, boundaries: readonly Boundary[], roots: RootsAlongLines): Boundary[] {
  const { graph, guided } = objective;
  const points = new RandomPoints(objective, roots);
  const outputs: NodeId[] = [];
  const looks = boundaries.flatMap((boundary) => {
    const slopes = slopesOf(boundary);
    const nodes = [boundary.condition, ...slopes];
    const elsewhere = outputs.push(...substitute(graph, nodes, guided)) - nodes.length;
    const factors = [...new Set(factorsOf(graph, slopes[0]!))].filter((factor) => mayVanish(graph, factor));
    return factors.flatMap((factor) =>
      points.on({ ...boundary, condition: factor, blocks: blocksOf(objective, factor) }).map(({ at, weight }) => {
        const on = outputs.push(weight, ...substitute(graph, nodes, at)) - nodes.length;
        return { boundary, count: nodes.length, elsewhere, on };
      }),
    );
  });
  if (looks.length === 0) return [];
  const values = points.values(outputs);
  return looks.flatMap(({ boundary, count, elsewhere, on }) => {
    const isZero = Array.from({ length: count }, (_, j) => zeros(values[on + j]!, values[elsewhere + j]!));
    return values[on - 1]!.some((weight, i) => weight > 0 && isZero.every((each) => each[i])) ? [boundary] : [];
  });
}

function mayVanish(graph: Graph, node: NodeId): boolean {
  return !graph.isConstant(node) && !neverZero(graph, node);
}
