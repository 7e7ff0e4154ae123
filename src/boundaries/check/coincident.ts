/**
 * Boundaries that coincide although no rewriting shows it, such as z³ − z² + z > 1 beside z > 1: found by looking at a
 * few random points of one of them, where the condition of the other is then 0 up to rounding, and merged into one.
 */

import { gradient } from "../../autodiff/graph/gradient.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import { remembered } from "../find/memo.ts";
import type { BoundaryPass } from "../move/boundary-pass.ts";
import type { RootsAlongLines } from "../move/move.ts";
import { meetings } from "./meetings.ts";
import { RandomPoints } from "./probe-points.ts";
import { rivalsAmong } from "./rivals.ts";

/**
 * Merges coincident boundaries, with what seeks roots for those without blocks; throws RangeError naming both where two coincide
 * in part, which is not handled.
 */
export function coincident(roots: RootsAlongLines): BoundaryPass {
  return {
    name: "coincident",
    sentence: "Boundaries that coincide although no rewriting shows it, such as z³ − z² + z > 1 and z > 1, become one.",
    run: (objective, boundaries) => mergeCoincident(objective, boundaries, roots),
  };
}

function mergeCoincident(
  objective: Objective,
  boundaries: readonly Boundary[],
  roots: RootsAlongLines,
): readonly Boundary[] {
  const rivals = rivalsAmong(objective, boundaries);
  if (rivals.length === 0) return boundaries;
  const points = new RandomPoints(objective, roots);
  const shares = meetings(objective, points, rivals);
  // The one that is moved onto at the least cost, which comes first, takes the others in.
  const ownerOf = new Map<Boundary, Boundary>();
  for (const { of: p, others } of rivals)
    for (const q of others) {
      const [onP, onQ] = [shares(p, q), shares(q, p)];
      if (onP === 0 && onQ === 0) continue;
      if (onP < 1 || onQ < 1) throw coincideInPart(p, q);
      if (!ownerOf.has(q)) ownerOf.set(q, ownerOf.get(p) ?? p);
    }
  if (ownerOf.size === 0) return boundaries;
  const joined = new Map<Boundary, Boundary>();
  for (const [q, owner, sign] of withSigns(objective, points, [...ownerOf])) {
    if (sign === 0) throw coincideInPart(owner, q);
    const { predicates, affected, ...rest } = joined.get(owner) ?? owner;
    const own = q.predicates.map((predicate) => ({ node: predicate.node, sign: (predicate.sign * sign) as 1 | -1 }));
    joined.set(owner, { ...rest, predicates: [...predicates, ...own], affected: [...affected, ...q.affected] });
  }
  return boundaries
    .filter((boundary) => !ownerOf.has(boundary))
    .map((boundary) => {
      const merged = joined.get(boundary);
      if (!merged) return boundary;
      const reached = new Set(merged.affected);
      return { ...merged, affected: objective.terms.filter((term) => reached.has(term)) };
    });
}

function coincideInPart(p: Boundary, q: Boundary): RangeError {
  return new RangeError(
    `corrected: conditions \`${p.text()}\` and \`${q.text()}\` coincide in part; got the same boundary at some points only, expected boundaries that are the same or different; write them as one condition`,
  );
}

// Whether the condition of a boundary grows with that of its owner (1), against it (−1), or now this and now that (0).
function withSigns(
  objective: Objective,
  points: RandomPoints,
  pairs: readonly (readonly [Boundary, Boundary])[],
): (readonly [Boundary, Boundary, -1 | 0 | 1])[] {
  const { graph, variables } = objective;
  const inputs = variables.map(({ node }) => node);
  const outputs: NodeId[] = [];
  const slopesOf = remembered((boundary: Boundary) => gradient(graph, boundary.condition, inputs));
  const places = pairs.map(([q, owner]) => {
    const products = slopesOf(owner).map((node, i) => graph.algebra.mul(node, slopesOf(q)[i]!));
    const together = graph.sum(products);
    return points.on(owner).map(({ at, weight }) => {
      const [there] = substitute(graph, [together], at) as [NodeId];
      return outputs.push(weight, there) - 2;
    });
  });
  const values = points.values(outputs);
  return pairs.map(([q, owner], k) => {
    const signs = new Set(
      places[k]!.flatMap((at) =>
        values[at + 1]!.filter((_, i) => values[at]![i]! > 0).map((slope) => Math.sign(slope)),
      ),
    );
    const [sign] = signs.size === 1 ? [...signs] : [0];
    return [q, owner, sign as -1 | 0 | 1];
  });
}
