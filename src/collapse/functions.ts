/**
 * Functions of finite variables that take few values, as variables of their own. In a sum of twenty flags the flags have 2²⁰ patterns and
 * the sum has 21 values: with the sum of the first four flags as a variable, and that of the next four, up to the sum of all, no
 * table is larger than 11 · 11 entries. So a count is summed out as the convolution of its parts, and of "is any of them on" two values are left.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { compressed, type Table } from "./table.ts";
import type { Variable } from "./variable.ts";

/** Tables of fewer entries are left as they are. */
const LEAST_ENTRIES = 16;

/** The values of a node that are worth a variable, numbers in order: at most half as many as its table has entries. */
export function valuesOfFunction(graph: Graph, { axes, entries }: Table): NodeId[] | undefined {
  if (axes.length < 2 || entries.length < LEAST_ENTRIES) return undefined;
  const values = [...new Set(entries)];
  if (2 * values.length > entries.length) return undefined;
  return values.every((node) => graph.isConstant(node))
    ? values.sort((p, q) => graph.value(p) - graph.value(q))
    : values;
}

/** The variable of a node with these values. Given those that its table is over it has one value for certain. */
export function functionOf(graph: Graph, node: NodeId, table: Table, values: readonly NodeId[]): Variable {
  const { axes, entries } = table;
  const [certain, impossible] = [graph.constant(0), graph.constant(Number.NEGATIVE_INFINITY)];
  return {
    name: `value ${node}`,
    size: values.length,
    reads: [node],
    readAt: (_read, value) => values[value]!,
    runs: () => values.map((_, value) => value),
    logMasses: values.map((value) =>
      compressed({ axes, entries: entries.map((entry) => (entry === value ? certain : impossible)) }),
    ),
    live: graph.truth(true),
    meaning: { kind: "function", of: axes.map(({ variable }) => variable) },
  };
}
