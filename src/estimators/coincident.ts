/**
 * Boundaries that coincide although no rewriting shows it, such as z³ − z² + z > 1 beside z > 1: found by looking at a
 * few random points of one of them, where the condition of the other is then 0 up to rounding, and merged into one.
 * Conditions with constant coefficients need no such look: their scaled forms are compared (`boundaries.ts`).
 */
import { gradient } from "../autodiff/gradient.ts";
import { substitute } from "../autodiff/substitute.ts";
import type { Boundary } from "./boundaries.ts";
import { RandomPoints, zeros } from "./points.ts";
import { type Target, variablesBelow } from "./target.ts";

const MOST_PAIRS = 4096;

/** The boundaries, coincident ones merged; RangeError naming both where two coincide in part, which is not handled. */
export function mergeCoincident(target: Target, boundaries: readonly Boundary[]): readonly Boundary[] {
  const { graph } = target;
  const isSimple = ({ blocks }: Boundary): boolean =>
    blocks.length > 0 && blocks[0]!.entries.every(({ coefficient }) => graph.isConstant(coefficient));
  const [simple, others] = [boundaries.filter(isSimple), boundaries.filter((boundary) => !isSimple(boundary))];
  if (others.length === 0) return boundaries;
  const byVariables = new Map<string, Boundary[]>();
  for (const q of others) {
    const key = variablesBelow(target, q.condition).join();
    const known = byVariables.get(key);
    if (known) known.push(q);
    else byVariables.set(key, [q]);
  }
  const pairs: [Boundary, Boundary][] = [];
  const left = new Set(others);
  // The one that is moved onto at the least cost takes the other in.
  for (const p of [...simple, ...others]) {
    left.delete(p);
    for (const q of byVariables.get(variablesBelow(target, p.condition).join()) ?? [])
      if (left.has(q) && p.family !== q.family) pairs.push([p, q]);
    if (pairs.length > MOST_PAIRS) return boundaries;
  }
  if (pairs.length === 0) return boundaries;
  let merged = boundaries;
  const into = new Map<Boundary, Boundary>();
  for (const [p, q, first, second, sign] of look(target, pairs)) {
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
      affected: target.terms.filter((term) => current.affected.includes(term) || q.affected.includes(term)),
    };
    merged = merged.filter((boundary) => boundary !== q).map((boundary) => (boundary === current ? joined : boundary));
    into.set(q, owner);
  }
  return merged;
}

type Look = readonly [p: Boundary, q: Boundary, onFirst: number, onSecond: number, sign: -1 | 0 | 1];

// For each pair: the share of points of p's boundary on which q's condition is 0, the reverse, and whether both grow together.
function look(target: Target, pairs: readonly (readonly [Boundary, Boundary])[]): Look[] {
  const { graph, guided, variables } = target;
  const { algebra: A } = graph;
  const points = new RandomPoints(target);
  const inputs = variables.map(({ node }) => node);
  const outputs = pairs.flatMap(([p, q]) => {
    const [onP, onQ] = [points.on(p)[0]!, points.on(q)[0]!];
    const slopesOfQ = gradient(graph, q.condition, inputs);
    const products = gradient(graph, p.condition, inputs).map((node, i) => A.mul(node, slopesOfQ[i]!));
    return [
      ...substitute(graph, [q.condition, graph.sum(products)], onP.at),
      onP.weight,
      ...substitute(graph, [p.condition], onQ.at),
      onQ.weight,
      ...substitute(graph, [p.condition, q.condition], guided),
    ];
  });
  const values = points.values(outputs);
  return pairs.map(([p, q], k) => {
    const [qOnP, together, weightP, pOnQ, weightQ, pHere, qHere] = values.slice(7 * k, 7 * k + 7) as [
      number[],
      number[],
      number[],
      number[],
      number[],
      number[],
      number[],
    ];
    const share = (on: number[], weights: number[], elsewhere: number[]): number => {
      const reached = zeros(on, elsewhere).filter((_, i) => weights[i]! > 0);
      return reached.length === 0 ? 0 : reached.filter(Boolean).length / reached.length;
    };
    const signs = new Set(together.filter((_, i) => weightP[i]! > 0).map(Math.sign));
    const [sign] = signs.size === 1 ? [...signs] : [0];
    return [p, q, share(qOnP, weightP, qHere), share(pOnQ, weightQ, pHere), sign as -1 | 0 | 1];
  });
}
