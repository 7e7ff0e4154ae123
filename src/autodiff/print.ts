/** Expressions as text, for messages and `explain`. */
import { CODE, CONSTANT, INPUT, OP_NAMES } from "./codes.ts";
import type { Graph } from "./graph.ts";
import type { NodeId } from "./ops.ts";

const INFIX: { readonly [code: number]: [symbol: string, precedence: number] } = {
  [CODE.or]: ["or", 1],
  [CODE.and]: ["and", 2],
  [CODE.add]: ["+", 4],
  [CODE.sub]: ["-", 4],
  [CODE.mul]: ["*", 5],
  [CODE.div]: ["/", 5],
};
const MOST_LEVELS = 12;

/** The expression of a node, with the names of its inputs; long ones are shortened with "…". */
export function print(graph: Graph, node: NodeId): string {
  return render(graph, node, 0, 0);
}

/** A number, to as many digits as a reader can use. */
export function printNumber(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function render(graph: Graph, node: NodeId, outer: number, level: number): string {
  const code = graph.op[node]!;
  if (code === CONSTANT) return printNumber(graph.value(node));
  if (code === INPUT) return graph.inputs[graph.inputIndex(node)]!.name;
  if (level > MOST_LEVELS) return "…";
  const at = (j: number, precedence: number): string => render(graph, graph.operand(node, j), precedence, level + 1);
  if (code === CODE.positive) return comparison(graph, graph.a[node]!, level + 1);
  if (code === CODE.add && graph.isConstant(graph.a[node]!))
    return infix(outer, 4, `${at(1, 4)} ${signed(graph.value(graph.a[node]!))}`);
  if (code === CODE.add && graph.isConstant(graph.b[node]!))
    return infix(outer, 4, `${at(0, 4)} ${signed(graph.value(graph.b[node]!))}`);
  const form = INFIX[code];
  if (form) return infix(outer, form[1], `${at(0, form[1])} ${form[0]} ${at(1, form[1] + 1)}`);
  if (code === CODE.neg) return `-${at(0, 6)}`;
  if (code === CODE.not) return `not (${at(0, 0)})`;
  const operands = graph.operands(node).map((_, j) => at(j, 0));
  return `${OP_NAMES[code - 2]}(${operands.join(", ")})`;
}

// c > 0 with its constant moved to the right: x + (−2) > 0 reads x > 2.
function comparison(graph: Graph, c: NodeId, level: number): string {
  if (graph.op[c] === CODE.add || graph.op[c] === CODE.sub) {
    const [x, y] = [graph.a[c]!, graph.b[c]!];
    const part = (node: NodeId): string => render(graph, node, 3, level);
    if (graph.op[c] === CODE.sub) return `${part(x)} > ${part(y)}`;
    if (graph.isConstant(x)) return `${part(y)} > ${printNumber(-graph.value(x))}`;
    if (graph.isConstant(y)) return `${part(x)} > ${printNumber(-graph.value(y))}`;
  }
  return `${render(graph, c, 3, level)} > 0`;
}

function infix(outer: number, own: number, text: string): string {
  return own < outer ? `(${text})` : text;
}

function signed(value: number): string {
  return value < 0 ? `- ${printNumber(-value)}` : `+ ${printNumber(value)}`;
}
