/**
 * Tables are added here. Of n tables over one variable that change at one threshold each the sum takes about 3n additions and not n²: below its
 * threshold a table counts with its first entry, above with its last, so that an entry of the sum is a running sum of last entries
 * from below plus one of first entries from above. No difference is taken, so that nothing cancels and an entry may be infinite.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { mapped, visits } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { type Axis, compressed, type Table } from "../table.ts";
import type { Tabulation } from "../tabulation.ts";
import { linearSums } from "./linear-sums.ts";

/** Tables or entries of a piece of the work. */
const EACH = 256;

/** Tables with more runs than this are added up entry by entry. */
const FEW_RUNS = 8;

/** The sum of tables over the same variables. */
export function* sumOf(tables: Tabulation, group: readonly Table[]): Pieces<Table> {
  const groups = yield* byAxes(group);
  const alike: Table[] = [];
  for (const same of groups.values()) {
    if (alike.length % EACH === 0) yield;
    alike.push(same.length === 1 ? same[0]! : yield* added(tables, same));
  }
  if (alike.length === 1) return alike[0]!;
  if (alike[0]!.axes.length !== 1) return yield* added(tables, alike);
  const few = alike.filter(({ entries }) => entries.length <= FEW_RUNS);
  const many = alike.filter(({ entries }) => entries.length > FEW_RUNS);
  const parts = few.length > 0 ? [yield* runningSum(tables, few), ...many] : many;
  return parts.length === 1 ? parts[0]! : yield* added(tables, parts);
}

/** The sum of tables, entry by entry. */
export function* added(tables: Tabulation, group: readonly Table[]): Pieces<Table> {
  const impossible = tables.graph.constant(Number.NEGATIVE_INFINITY);
  return yield* tables.combining(group, (entries) =>
    entries.includes(impossible) ? impossible : tables.graph.sum(entries),
  );
}

function* byAxes(group: readonly Table[]): Pieces<Map<string, Table[]>> {
  const found = new Map<string, Table[]>();
  yield* visits(group, EACH, (table) => {
    append(found, keyOf(table), table);
  });
  return found;
}

/** The same for tables that distinguish the same values of the same variables. */
export function keyOf({ axes }: Table): string {
  return axes.length === 1 ? keyOfAxis(axes[0]!) : axes.map(keyOfAxis).join(";");
}

function keyOfAxis({ variable, starts }: Axis): string {
  return `${variable}:${starts.join()}`;
}

function* runningSum(tables: Tabulation, group: readonly Table[]): Pieces<Table> {
  const { graph } = tables;
  const [{ variable, starts }] = tables.joined(group) as [Table["axes"][number]];
  const placeOf = new Map(starts.map((start, place) => [start, place]));
  const size = starts.length;
  // By place: what counts from there on, what counts before it, and what counts from one place to another.
  const rising = starts.map((): NodeId[] => []);
  const falling = starts.map((): NodeId[] => []);
  const middle: { from: number; to: number; node: NodeId }[] = [];
  yield* visits(group, EACH, ({ axes, entries }) => {
    const places = axes[0]!.starts.map((start) => placeOf.get(start)!);
    const last = places.length - 1;
    rising[places[last]!]!.push(entries[last]!);
    if (last > 0) falling[places[1]!]!.push(entries[0]!); // of one cell alone it counts everywhere, from place 0 on
    for (let j = 1; j < last; j++) middle.push({ from: places[j]!, to: places[j + 1]!, node: entries[j]! });
  });
  yield;
  const linear = middle.length === 0 ? linearSums(graph, rising, falling) : undefined;
  if (linear) return compressed({ axes: [{ variable, starts }], entries: linear });
  const entries = starts.map((): NodeId[] => []);
  let sum: NodeId | undefined;
  const add = (nodes: readonly NodeId[]): void => {
    if (nodes.length > 0) sum = graph.sum(sum === undefined ? nodes : [sum, graph.sum(nodes)]);
  };
  for (let place = 0; place < size; place++) {
    if (place % EACH === 0) yield;
    add(rising[place]!);
    if (sum !== undefined) entries[place]!.push(sum);
  }
  sum = undefined;
  for (let place = size - 1; place > 0; place--) {
    if (place % EACH === 0) yield;
    add(falling[place]!);
    if (sum !== undefined) entries[place - 1]!.push(sum);
  }
  yield;
  intervalSums(graph, size, middle).forEach((node, place) => {
    if (node !== undefined) entries[place]!.push(node);
  });
  return compressed({
    axes: [{ variable, starts }],
    entries: yield* mapped(entries, EACH, (parts) => graph.sum(parts)),
  });
}

/** At every place the sum of what counts from one place to before another: over a binary tree, in whose nodes intervals are laid down. */
function intervalSums(
  graph: Graph,
  size: number,
  intervals: readonly { readonly from: number; readonly to: number; readonly node: NodeId }[],
): (NodeId | undefined)[] {
  if (intervals.length === 0) return [];
  const held = new Map<number, NodeId[]>();
  for (const { from, to, node } of intervals)
    for (let low = from + size, high = to + size; low < high; low >>= 1, high >>= 1) {
      if (low & 1) append(held, low++, node);
      if (high & 1) append(held, --high, node);
    }
  // Node i of the tree lies below node i >> 1, and the places are its last ones.
  const sums: (NodeId | undefined)[] = [undefined];
  for (let i = 1; i < 2 * size; i++) {
    const parts = [...(i > 1 && sums[i >> 1] !== undefined ? [sums[i >> 1]!] : []), ...(held.get(i) ?? [])];
    sums[i] = parts.length > 0 ? graph.sum(parts) : undefined;
  }
  return sums.slice(size);
}
