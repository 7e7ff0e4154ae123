/** Messages and `explain` show expressions as text: what a program wrote as gt(mul(2, z), 1) reads `2 * z > 1`. */

import { CODE, CONSTANT, INPUT, OP_NAMES } from "../ops/codes.ts";
import type { NamedSum, NodeId, OpName } from "../ops/op.ts";
import { type Graph, inputIndex } from "./graph.ts";

const INFIX: { readonly [K in OpName]?: readonly [symbol: string, precedence: number] } = {
  or: ["or", 1],
  and: ["and", 2],
  add: ["+", 4],
  sub: ["-", 4],
  mul: ["*", 5],
  div: ["/", 5],
};
const MOST_LEVELS = 12;
/** A longer text has fewer levels, unless parts have names as in a listing: conditions of a loop whose state feeds back have thousands of parts within twelve. */
const LONGEST = 400;

/** The expression of a node, with the names of its inputs and of nodes in `names`; long ones are shortened with "…". */
export function print(graph: Graph, node: NodeId, names?: ReadonlyMap<NodeId, string>): string {
  for (let level = 0; ; level++) {
    const text = render(graph, node, 0, level, names);
    if (names || text.length <= LONGEST || level === MOST_LEVELS) return text;
  }
}

/** A number, to as many digits as a reader can use. */
export function printNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function render(graph: Graph, node: NodeId, outer: number, level: number, names?: ReadonlyMap<NodeId, string>): string {
  const name = names?.get(node);
  if (name !== undefined) return name;
  const code = graph.op[node]!;
  if (code === CONSTANT) return printNumber(graph.value(node));
  if (code === INPUT) return graph.inputs[inputIndex(graph, node)]!.name;
  if (level > MOST_LEVELS) return "…";
  const operands = graph.operands(node);
  const at = (operand: NodeId, precedence: number): string => render(graph, operand, precedence, level + 1, names);
  const [x, y] = operands as [NodeId, NodeId];
  if (code === CODE.positive) return names?.has(x) ? `${at(x, 0)} > 0` : comparison(graph, x, (side) => at(side, 3));
  if (code === CODE.neg) return `-${at(x, 6)}`;
  if (code === CODE.not) return `not (${at(x, 0)})`;
  const found = code === CODE.add ? (namedSum(graph, x, y) ?? namedSum(graph, y, x)) : undefined;
  if (found) return `${found.name}(${found.operands.map((operand) => at(operand, 0)).join(", ")})`;
  const op = OP_NAMES[code - 2]!;
  const form = INFIX[op];
  if (!form) return `${op}(${operands.map((operand) => at(operand, 0)).join(", ")})`;
  const [symbol, precedence] = form;
  // A constant is added last, a negative one is subtracted.
  const [first, last] = code === CODE.add && graph.isConstant(x) ? [y, x] : [x, y];
  const right = at(last, precedence + 1);
  const text = `${at(first, precedence)} ${symbol === "+" && right[0] === "-" ? `- ${right.slice(1)}` : `${symbol} ${right}`}`;
  return precedence < outer ? `(${text})` : text;
}

const namedSum = (graph: Graph, x: NodeId, y: NodeId): NamedSum | undefined =>
  graph.ops.rows[graph.op[x]!]?.sumWith?.(graph, x, y);

// c > 0 with its constant moved to the right: x + (−2) > 0 reads x > 2.
function comparison(graph: Graph, c: NodeId, at: (side: NodeId) => string): string {
  const [x, y] = [graph.a[c]!, graph.b[c]!];
  if (graph.op[c] === CODE.sub) return `${at(x)} > ${at(y)}`;
  if (graph.op[c] === CODE.add)
    for (const [rest, constant] of [
      [x, y],
      [y, x],
    ] as const)
      if (graph.isConstant(constant)) return `${at(rest)} > ${printNumber(-graph.value(constant))}`;
  return `${at(c)} > 0`;
}
