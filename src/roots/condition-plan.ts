/**
 * A condition compiled for the search of its roots along one input: which nodes are computed once per call, which once
 * per piece, and at which inner conditions the line must be cut first.
 *
 * An event is a node u whose sign decides how the condition continues: the operand of a mask, of `sign`, `log` or
 * `sqrt`, a divisor (poles). On one side of its roots the condition is continuous and its derivative node is right.
 * Masks that only the derivative reads (kinks of min, max, abs) are events too, so that a root on a kink is found.
 */

import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import { gradient } from "../autodiff/graph/gradient.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import { poleOf } from "../autodiff/graph/poles.ts";
import { CODE, INPUT } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

/** Numbers per instruction: op code, position of the result, of three operands, index of the event it decides or −1. */
export const WIDTH = 6;

/** A function of t whose roots are sought, with its derivative, as instructions. */
export interface Sought {
  readonly node: NodeId;
  readonly value: Int32Array;
  /** Instructions of the derivative that are not among those of the value. */
  readonly derivative: Int32Array;
  readonly position: number;
  readonly slope: number;
}

export interface Event extends Sought {
  /** Divides or has its sign taken: 0 itself belongs to neither side. */
  readonly strict: boolean;
  /** A mask reads it: where it is 0 the mask is false. */
  readonly masked: boolean;
  /** Only derivatives switch at it; what reads it is continuous there. */
  readonly kink: boolean;
}

export interface ConditionPlan {
  readonly inputs: readonly NodeId[];
  /** Number of positions; the inputs come first, then t. */
  readonly size: number;
  readonly constants: readonly (readonly [position: number, value: number])[];
  /** Instructions that do not depend on t. */
  readonly fixed: Int32Array;
  /** In an order in which each is only read by later ones. */
  readonly events: readonly Event[];
  /** The event that t itself is, or −1. */
  readonly eventOfT: number;
  /** Undefined if the condition does not depend on t. */
  readonly condition: Sought | undefined;
}

interface Found {
  readonly node: NodeId;
  strict: boolean;
  masked: boolean;
  kink: boolean;
  readonly value: readonly NodeId[];
  readonly derivative: readonly NodeId[];
  readonly slope: NodeId;
}

/** Adds the derivatives of the condition and of its events to the graph. */
export function makePlan(graph: Graph, condition: NodeId, t: NodeId): ConditionPlan {
  const { moves, lowered, ordered } = alongLine(graph, t);
  const found = new Map<NodeId, Found>();
  const open = new Set<NodeId>();
  const visit = (node: NodeId): Found => {
    open.add(node);
    const [slope] = gradient(graph, node, [t]) as [NodeId];
    const value = ordered(node);
    const inValue = new Set(value);
    const derivative = ordered(slope).filter((each) => !inValue.has(each));
    for (const each of value) if (moves(each)) for (const decision of decisions(graph, each)) cut(decision, false);
    for (const each of derivative)
      if (moves(each) && isSwitch(graph, each)) for (const decision of decisions(graph, each)) cut(decision, true);
    open.delete(node);
    return { node, strict: false, masked: false, kink: true, value, derivative, slope };
  };
  const cut = ({ at, strict, masked }: Decision, kink: boolean): void => {
    const u = lowered(at);
    if (open.has(u) || !moves(u)) return;
    const event = found.get(u) ?? visit(u);
    event.strict ||= strict;
    event.masked ||= masked;
    event.kink &&= kink;
    found.set(u, event);
  };
  const last = visit(lowered(condition));
  const events = [...found.values()];

  const nodes = new Set([...events, last].flatMap(({ value, derivative }) => [...value, ...derivative]));
  const inputs = [...nodes].filter((node) => graph.op[node] === INPUT && node !== t).sort((x, y) => x - y);
  const position = new Map<NodeId, number>();
  for (const node of [...inputs, t, ...nodes]) if (!position.has(node)) position.set(node, position.size);
  const eventOf = new Map(events.map(({ node }, index) => [node, index]));
  const at = (node: NodeId): number => position.get(lowered(node))!;
  const instructions = (list: readonly NodeId[]): Int32Array => {
    const code: number[] = [];
    for (const node of list) {
      if (graph.op[node]! <= INPUT) continue;
      const [x, y, z] = graph.operands(node) as [NodeId, NodeId?, NodeId?];
      code.push(graph.op[node]!, at(node), at(x), at(y ?? x), at(z ?? x), eventOf.get(node) ?? -1);
    }
    return Int32Array.from(code);
  };
  const target = (each: Found): Sought => ({
    node: each.node,
    value: instructions(each.value.filter(moves)),
    derivative: instructions(each.derivative.filter(moves)),
    position: at(each.node),
    slope: at(each.slope),
  });
  return {
    inputs,
    size: position.size,
    constants: [...nodes].filter((node) => graph.isConstant(node)).map((node) => [at(node), graph.value(node)]),
    fixed: instructions([...nodes].filter((node) => !moves(node))),
    events: events.map((each) => ({
      ...target(each),
      strict: each.strict,
      masked: each.masked,
      kink: each.kink,
    })),
    eventOfT: eventOf.get(t) ?? -1,
    condition: moves(last.node) ? target(last) : undefined,
  };
}

interface Decision {
  readonly at: NodeId;
  readonly strict: boolean;
  readonly masked: boolean;
}

/** The nodes whose sign decides how `node` continues: where it jumps, begins to be defined, or has a pole. */
function decisions(graph: Graph, node: NodeId): Decision[] {
  if (graph.arity(node) === 0) return [];
  const { from, jump } = behaviourOf(graph, node);
  const [x, y] = [graph.a[node]!, graph.b[node]!];
  const found: Decision[] = [];
  if (jump !== "none") found.push({ at: jump.at(graph, x, y), strict: jump.apart, masked: true });
  // A power of unknown exponent may end where its base is 0.
  if (from !== Number.NEGATIVE_INFINITY)
    found.push({ at: from ? graph.algebra.sub(x, graph.constant(from)) : x, strict: false, masked: false });
  const pole = poleOf(graph, node);
  if (pole) found.push({ at: pole.at, strict: true, masked: false });
  return found;
}

function isSwitch(graph: Graph, node: NodeId): boolean {
  return graph.arity(node) > 0 && behaviourOf(graph, node).jump !== "none";
}

/** What depends on t, and the form in which it is computed. */
function alongLine(graph: Graph, t: NodeId) {
  const { algebra: A } = graph;
  const known: boolean[] = [];
  const moves = (node: NodeId): boolean => {
    for (let each = known.length; each <= node; each++)
      known.push(each === t || graph.operands(each).some((operand) => known[operand]));
    return known[node]!;
  };
  /** tan x as sin x / cos x and x = y as x − y = 0, whose roots are poles and jumps. */
  const lowered = (node: NodeId): NodeId => {
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    if (graph.op[node] === CODE.tan && moves(node)) return A.div(A.sin(x), A.cos(x));
    if (graph.op[node] === CODE.equal && moves(node) && !graph.is(x, 0) && !graph.is(y, 0))
      return A.equal(A.sub(x, y), A.constant(0));
    return node;
  };
  /** The nodes from which `root` is computed, operands first. */
  const ordered = (root: NodeId): NodeId[] => {
    const done = new Set<NodeId>();
    const stack = [lowered(root)];
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const before = stack.length;
      if (!done.has(node))
        for (const operand of graph.operands(node)) if (!done.has(lowered(operand))) stack.push(lowered(operand));
      if (stack.length > before) continue;
      stack.pop();
      done.add(node);
    }
    return [...done];
  };
  return { moves, lowered, ordered };
}
