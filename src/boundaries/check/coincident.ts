/**
 * Boundaries that coincide although no rewriting shows it, such as z³ − z² + z > 1 beside z > 1: found by looking at a
 * few random points of one of them, where the condition of the other is then 0 up to rounding, and merged into one.
 */
import { gradient } from "../../autodiff/graph/gradient.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import type { BoundaryPass } from "../move/boundary-pass.ts";
import type { RootsAlongLines } from "../move/move.ts";
import { RandomPoints, zeros } from "./probe-points.ts";
import { rivalsAmong } from "./rivals.ts";

const MOST_PAIRS = 4096;

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
  const pairs: [Boundary, Boundary][] = [];
  // The one that is moved onto at the least cost takes the other in.
  for (const { of, others } of rivalsAmong(objective, boundaries)) {
    for (const other of others) pairs.push([of, other]);
    if (pairs.length > MOST_PAIRS) return boundaries;
  }
  if (pairs.length === 0) return boundaries;
  let merged = boundaries;
  const into = new Map<Boundary, Boundary>();
  for (const [p, q, first, second, sign] of look(objective, pairs, roots)) {
    if (first === 0 && second === 0) continue;
    if (first < 1 || second < 1 || sign === 0)
      throw new RangeError(
        `corrected: conditions \`${p.text()}\` and \`${q.text()}\` coincide in part; got the same boundary at some points only, expected boundaries that are the same or different; write them as one condition`,
      );
    const owner = into.get(p) ?? p;
    if (into.has(q) || owner === q) continue;
    const current = merged.find(({ condition }) => condition === owner.condition)!;
    const joined: Boundary = {
      ...current,
      predicates: [
        ...current.predicates,
        ...q.predicates.map(({ node, sign: own }) => ({ node, sign: (own * sign) as 1 | -1 })),
      ],
      affected: objective.terms.filter((term) => current.affected.includes(term) || q.affected.includes(term)),
    };
    merged = merged.filter((boundary) => boundary !== q).map((boundary) => (boundary === current ? joined : boundary));
    into.set(q, owner);
  }
  return merged;
}

type Look = readonly [p: Boundary, q: Boundary, onFirst: number, onSecond: number, sign: -1 | 0 | 1];

// For each pair: the share of points of p's boundary on which q's condition is 0, the reverse, and whether both grow together.
function look(objective: Objective, pairs: readonly (readonly [Boundary, Boundary])[], roots: RootsAlongLines): Look[] {
  const { graph, guided, variables } = objective;
  const { algebra: A } = graph;
  const points = new RandomPoints(objective, roots);
  const inputs = variables.map(({ node }) => node);
  const outputs: NodeId[] = [];
  const places = (nodes: readonly NodeId[]): number => outputs.push(...nodes) - nodes.length;
  const looks = pairs.map(([p, q]) => {
    const slopesOfQ = gradient(graph, q.condition, inputs);
    const products = gradient(graph, p.condition, inputs).map((node, i) => A.mul(node, slopesOfQ[i]!));
    const together = graph.sum(products);
    return {
      pair: [p, q] as const,
      here: places(substitute(graph, [p.condition, q.condition], guided)),
      onP: points.on(p).map(({ at, weight }) => places([weight, ...substitute(graph, [q.condition, together], at)])),
      onQ: points.on(q).map(({ at, weight }) => places([weight, ...substitute(graph, [p.condition], at)])),
    };
  });
  const values = points.values(outputs);
  return looks.map(({ pair: [p, q], here, onP, onQ }) => {
    const share = (places: readonly number[], elsewhere: readonly number[]): number => {
      const reached = places.flatMap((at) => zeros(values[at + 1]!, elsewhere).filter((_, i) => values[at]![i]! > 0));
      return reached.length === 0 ? 0 : reached.filter(Boolean).length / reached.length;
    };
    const signs = new Set(
      onP.flatMap((at) => values[at + 2]!.filter((_, i) => values[at]![i]! > 0).map((together) => Math.sign(together))),
    );
    const [sign] = signs.size === 1 ? [...signs] : [0];
    return [p, q, share(onP, values[here + 1]!), share(onQ, values[here]!), sign as -1 | 0 | 1];
  });
}
