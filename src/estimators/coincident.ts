/**
 * Boundaries that coincide although no rewriting shows it, such as z³ − z² + z > 1 beside z > 1: found by looking at a
 * few random points of one of them, where the condition of the other is then 0 up to rounding, and merged into one.
 * Conditions with constant coefficients need no such look: their scaled forms are compared (`boundaries.ts`).
 */
import { gradient } from "../autodiff/gradient.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { type Replacement, substitute } from "../autodiff/substitute.ts";
import { compileTape, runLanes, runUniform } from "../autodiff/tape.ts";
import { fillNormals, makeGenerator } from "../random/index.ts";
import type { Boundary } from "./boundaries.ts";
import { ownSurfaces } from "./boundary-terms.ts";
import { curveOf } from "./curve.ts";
import type { Derived } from "./estimator.ts";
import { type Target, variablesBelow } from "./target.ts";

const POINTS = 16;
const SEED = 1806_00176; // any; the points are the same every time
/** A condition this small against its values elsewhere is 0: 16 digits less some for cancellation. */
const ZERO = 1e-9;
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
  const { graph, guided, normals, parameters, variables } = target;
  const { algebra: A } = graph;
  const derived: Derived[] = [];
  const extra: NodeId[] = [];
  const places = new Map<Boundary, { at: Replacement; weight: NodeId }>();
  const placeOf = (boundary: Boundary): { at: Replacement; weight: NodeId } => {
    let place = places.get(boundary);
    if (!place) {
      if (boundary.blocks.length > 0) place = ownSurfaces(target, boundary)[0]!;
      else {
        const curve = curveOf(target, boundary);
        derived.push(...curve.derived);
        extra.push(...curve.normals);
        place = curve.surfaces[0]!;
      }
      places.set(boundary, place);
    }
    return place;
  };
  const inputs = variables.map(({ node }) => node);
  const outputs = pairs.flatMap(([p, q]) => {
    const [onP, onQ] = [placeOf(p), placeOf(q)];
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
  const laneInputs = [...normals, ...extra, ...derived.flatMap(({ nodes }) => nodes)];
  const tape = compileTape(graph, outputs, { laneInputs, lanes: POINTS });
  const theta = Float64Array.from(parameters, (_, p) => (p < parameters.length / 2 ? 0.25 : 1)); // where does not matter
  for (const { node, offset } of tape.uniformInputs) tape.slots[offset] = theta[parameters.indexOf(node)]!;
  const generator = makeGenerator(SEED);
  fillNormals(tape.slots, tape.noiseOffset, tape.stride, generator, 0, 0, POINTS, normals.length + extra.length);
  const place = new Map(laneInputs.map((node, i) => [node, tape.noiseOffset + i * tape.stride]));
  for (const { reads, nodes, fill } of derived) {
    const [from, to] = [reads, nodes].map((some) => some.map((node) => place.get(node)!)) as [number[], number[]];
    fill(tape.slots, from, to, POINTS, theta, generator, 0, 0);
  }
  runUniform(tape);
  runLanes(tape, POINTS);
  const read = (output: number): number[] => {
    const { offset, lane } = tape.outputs[output]!;
    return Array.from({ length: POINTS }, (_, i) => tape.slots[offset + (lane ? i : 0)]!);
  };
  return pairs.map(([p, q], k) => {
    const [qOnP, together, weightP, pOnQ, weightQ, pHere, qHere] = Array.from({ length: 7 }, (_, j) =>
      read(7 * k + j),
    ) as [number[], number[], number[], number[], number[], number[], number[]];
    const share = (values: number[], weights: number[], elsewhere: number[]): number => {
      const scale = Math.max(...elsewhere.map(Math.abs));
      const reached = values.filter((_, i) => weights[i]! > 0);
      return reached.length === 0
        ? 0
        : reached.filter((value) => Math.abs(value) <= ZERO * scale).length / reached.length;
    };
    const signs = new Set(together.filter((_, i) => weightP[i]! > 0).map(Math.sign));
    const [sign] = signs.size === 1 ? [...signs] : [0];
    return [p, q, share(qOnP, weightP, qHere), share(pOnQ, weightQ, pHere), sign as -1 | 0 | 1];
  });
}
