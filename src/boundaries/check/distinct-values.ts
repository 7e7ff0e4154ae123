/**
 * A proof by values that two conditions are 0 together next to nowhere, where the forms of the two do not show it (`distinctness.ts`).
 *
 * The boundary of the first is a graph, v = −rest/slope. If the second, as a function of the other variables on that graph, is analytic
 * and not 0 at one point, it is 0 on a null set at most: x > exp(y) and x > 1 are 0 together at y = 0 alone. Functions with kinks
 * and selections are analytic piece by piece, so that each piece is looked at. x > 0.4 beside x·max(1, y) > 0.4 fails, as on the piece
 * where the maximum is 1 the second is 0 all over x = 0.4. So does y > 0 beside x + tanh(x/y) > 0.5, which is no more analytic at y = 0 than x/y
 * is: it jumps there, though it has a value.
 */
import { behaviourOf } from "../../autodiff/graph/behaviour.ts";
import type { Graph } from "../../autodiff/graph/graph.ts";
import { linearForm } from "../../autodiff/graph/linear-form.ts";
import { poleOf } from "../../autodiff/graph/poles.ts";
import { neverNegative, neverZero } from "../../autodiff/graph/signs.ts";
import { CODE, INPUT } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import { type Condition, distinctByForm } from "./distinctness.ts";

/** Whether it is proven that a graph, the boundary of `on`, and the places where `of` is 0 have next to nothing in common. */
export function provenDistinct(objective: Objective, on: Condition, of: Condition): boolean {
  if (distinctByForm(on, of)) return true;
  const [first] = on.steep;
  return first !== undefined && apartOnGraph(objective, on, of, first);
}

/** Most choices of arms that are tried one by one; with more nothing is proven. */
const MOST_CHOICES = 6;
/** How far from 0 the inputs are put, point by point. */
const SPREADS = [0.7, 0.7, 2, 2, 5, 10];
/** A value this small against those beside it is 0: 16 digits less some for cancellation. */
const ZERO = 1e-9;

// Whether `of` is not 0 all over a piece of the graph v = −rest/slope that is the boundary of `on`.
function apartOnGraph({ graph, variables }: Objective, on: Condition, of: Condition, v: number): boolean {
  const moved = variables[v]!.base;
  const choices: NodeId[] = [];
  const nodes = smoothBelow(graph, [on.node, of.node], choices);
  if (!nodes?.every((node) => isAnalytic(graph, node))) return false;
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  // What an op has no operand for is read behind the others, where 0 stands.
  const none = nodes.length;
  const steps = nodes.map((node, place) => {
    const code = graph.op[node]!;
    const [x = none, y = none, z = none] = graph.operands(node).map((operand) => placeOf.get(operand) ?? none);
    const choice = choices.indexOf(choiceAt(graph, node) ?? -1);
    return { place, code, from: [x, y, z] as const, choice, primal: graph.ops.rows[code]?.primal };
  });
  const inner = steps.filter(({ place }) => graph.arity(nodes[place]!) > 0);
  // Where the graph is asks for what `on` is computed from alone, which is little of a long `of`.
  const below = new Set(smoothBelow(graph, [on.node], []));
  const innerOf = new Map([
    [on.node, inner.filter(({ place }) => below.has(nodes[place]!))],
    [of.node, inner],
  ]);
  const leaves = steps.filter(({ place }) => graph.arity(nodes[place]!) === 0);
  const values = new Float64Array(none + 1);
  // Places of what is divided by.
  const divisors = [...new Set(nodes.map((node) => placeOf.get(poleOf(graph, node)?.at ?? -1)))].filter(
    (place) => place !== undefined,
  );
  const compute = (root: NodeId, at: number, point: number, arms: number): number => {
    for (const { place } of leaves) {
      const node = nodes[place]!;
      if (graph.isConstant(node)) values[place] = graph.value(node);
      else if (node === moved) values[place] = at;
      else values[place] = SPREADS[point]! * (2 * ((0.754877666 * (place + 1) + 0.569840291 * (point + 1)) % 1) - 1);
    }
    for (const { place, code, choice, primal, from } of innerOf.get(root)!) {
      const x = values[from[0]]!;
      const y = values[from[1]]!;
      const z = values[from[2]]!;
      values[place] = choice < 0 ? primal!(x, y, z) : armOf(code, ((arms >> choice) & 1) === 1, x, y, z);
    }
    return values[placeOf.get(root)!]!;
  };
  for (let arms = 0; arms < 1 << choices.length; arms++) {
    const isApart = SPREADS.some((_, point) => {
      const rest = compute(on.node, 0, point, arms);
      const there = -rest / (compute(on.node, 1, point, arms) - rest);
      if (!Number.isFinite(there)) return false;
      const [[value, ...divided], ...sides] = [0, 1, -1].map((step) => {
        const root = compute(of.node, there + step, point, arms);
        return [root, ...divisors.map((place) => values[place]!)].map(Math.abs);
      }) as [[number, ...number[]], ...number[][]];
      if (divided.some((divisor, j) => !isAway(divisor, column(sides, j + 1)))) return false;
      const beside = column(sides, 0);
      // A node that is infinite on the graph and not beside it has places of change that come as near to the graph as one likes.
      if (value === Infinity) return beside.every((other) => other === Infinity);
      return isAway(value, beside);
    });
    if (!isApart) return false;
  }
  return true;
}

const column = (rows: readonly number[][], j: number): number[] => rows.map((row) => row[j]!);

// Whether a magnitude is not 0, given those beside it.
const isAway = (value: number, beside: readonly number[]): boolean =>
  Number.isFinite(value) && value > ZERO * Math.max(0, ...beside.filter(Number.isFinite));

// The nodes from which roots are computed but for comparisons, from below to above, and the choices there; undefined where these are too many.
function smoothBelow(graph: Graph, roots: readonly NodeId[], choices: NodeId[]): NodeId[] | undefined {
  const found = new Set(roots);
  for (const node of found) {
    const choice = choiceAt(graph, node);
    if (choice !== undefined && !choices.includes(choice) && choices.push(choice) > MOST_CHOICES) return undefined;
    const selects = graph.op[node] === CODE.where;
    graph.operands(node).forEach((operand, j) => {
      if (!(selects && j === 0)) found.add(operand);
    });
  }
  return [...found].sort((p, q) => p - q);
}

// The condition that decides between two arms of a node; else the node itself.
function choiceAt(graph: Graph, node: NodeId): NodeId | undefined {
  switch (graph.op[node]) {
    case CODE.where:
      return graph.a[node]!;
    case CODE.max:
    case CODE.min:
    case CODE.abs:
    case CODE.sign:
      return node;
    default:
      return undefined;
  }
}

function armOf(code: number, isFirst: boolean, x: number, y: number, z: number): number {
  if (code === CODE.where) return isFirst ? y : z;
  if (code === CODE.abs) return isFirst ? x : -x;
  if (code === CODE.sign) return isFirst ? 1 : -1;
  return isFirst ? x : y;
}

// Whether a node is an analytic function of its operands, piece by piece, on a domain that is one piece: where the operand is positive,
// or linear.
function isAnalytic(graph: Graph, node: NodeId): boolean {
  if (graph.arity(node) === 0 || choiceAt(graph, node) !== undefined) return true;
  const x = graph.a[node]!;
  if (neverNegative(graph, x) && neverZero(graph, x)) return true;
  const { from, pieces } = behaviourOf(graph, node);
  if (pieces !== "one") return false;
  // A quotient is one function on both sides of its pole; log Γ has further poles below.
  if (from === Number.NEGATIVE_INFINITY) return (poleOf(graph, node)?.over ?? 0) >= 0;
  if (from !== 0 || graph.op[node] === CODE.normalQuantileOfSurprisal) return false;
  // Beyond the edge such a node is continued by its value there, as log max(x, 0) (`conditions/definedness.ts`).
  const [p, q] = [graph.a[x]!, graph.b[x]!];
  const of = graph.op[x] !== CODE.max ? x : graph.isConstant(p) ? q : p;
  return [...linearForm(graph, of).coefficients.keys()].every((atom) => graph.op[atom] === INPUT);
}
