/**
 * Conditions with factors that no rewriting shows, such as (u − 1)·y + u² − 1 > 0: the boundary u = 1 is not reached by
 * moving y, as the slope is 0 there. Found by looking at a few random points where a slope is 0.
 */
import type { Graph } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { POSITIVE, signOf } from "../autodiff/signs.ts";
import { substitute } from "../autodiff/substitute.ts";
import { blocksOf } from "./block.ts";
import type { Boundary } from "./boundaries.ts";
import { factorsOf } from "./factors.ts";
import { RandomPoints, zeros } from "./points.ts";
import type { Target } from "./target.ts";

/** Throws RangeError naming a condition that is 0 where all slopes of its blocks are. */
export function requireCovered(target: Target, boundaries: readonly Boundary[]): void {
  const { graph, guided } = target;
  const points = new RandomPoints(target);
  const outputs: NodeId[] = [];
  const looks = boundaries.flatMap((boundary) => {
    const { blocks, condition } = boundary;
    const slopes = blocks.flatMap(({ entries }) => entries.map(({ coefficient }) => coefficient));
    if (slopes.length === 0 || slopes.some((slope) => graph.isConstant(slope))) return [];
    const nodes = [condition, ...slopes];
    const elsewhere = outputs.push(...substitute(graph, nodes, guided)) - nodes.length;
    const factors = [...new Set(factorsOf(graph, slopes[0]!))].filter((factor) => mayVanish(graph, factor));
    return factors.flatMap((factor) =>
      points.on({ ...boundary, condition: factor, blocks: blocksOf(target, factor) }).map(({ at, weight }) => {
        const on = outputs.push(weight, ...substitute(graph, nodes, at)) - nodes.length;
        return { boundary, factor, count: nodes.length, elsewhere, on };
      }),
    );
  });
  if (looks.length === 0) return;
  const values = points.values(outputs);
  for (const { boundary, factor, count, elsewhere, on } of looks) {
    const isZero = Array.from({ length: count }, (_, j) => zeros(values[on + j]!, values[elsewhere + j]!));
    if (values[on - 1]!.some((weight, i) => weight > 0 && isZero.every((each) => each[i])))
      throw new RangeError(
        `corrected: condition \`${boundary.text()}\` is 0 wherever \`${graph.text(factor)}\` is, and so are its slopes; got a factor of it that is not written as one, expected a product`,
      );
  }
}

function mayVanish(graph: Graph, node: NodeId): boolean {
  return !graph.isConstant(node) && signOf(graph, node) !== POSITIVE;
}
