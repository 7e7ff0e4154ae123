/**
 * The sum over one of two latents with nested thresholds, in time linear in the number of thresholds. Two change points s and t with
 * counts of rate c after t, of b between them and of a before s have a table of n² entries; but as t moves up by a day, that day's
 * factor becomes that of b for all s below the day and that of a for all s above. So the sum over s is kept in two parts,
 *
 *     m(t) = log(Σ_{s ≤ t} … + Σ_{s > t} …),
 *
 * each of which changes by one factor per day, and one value of s goes from the second to the first. It is the forward algorithm of the
 * hidden Markov model that the two thresholds are. Factors are only added, never taken away, so that nothing cancels.
 */

import type { Graph } from "../../autodiff/graph/graph.ts";
import { logSumExp } from "../../autodiff/log-sum-exp.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Table } from "../table.ts";

/** Values of a variable in a piece of the work. */
const EACH = 64;

/** A change of a table at a value of the other variable: to two values, left and right of a boundary. */
interface Event {
  /** The value of the other variable from which on the table is changed. */
  readonly at: number;
  readonly boundary: number;
  /** The value before, whatever the summed variable is. */
  readonly before: NodeId;
  readonly left: NodeId;
  readonly right: NodeId;
}

/**
 * log Σ_s exp(base(s) + Σ tables(s, t)) at every value of t, of which there are `size`; undefined where the tables do not allow for it.
 * `summedFirst` says whether s is the first axis of the tables.
 */
export function* swept(
  graph: Graph,
  base: readonly NodeId[],
  tables: readonly Table[],
  size: number,
  summedFirst: boolean,
): Pieces<NodeId[] | undefined> {
  const infinite = graph.constant(Number.NEGATIVE_INFINITY);
  const view = viewOf(tables, size, base.length, summedFirst);
  if (!view) return undefined;
  yield;
  const message = yield* forward(graph, view.mirrored ? [...base].reverse() : base, view.events, size, infinite);
  return view.turned ? message.reverse() : message;
}

/**
 * base(s) + Σ tables(s, t) for every s and t, of tables that `swept` allows: two additions an entry, as from one t to the next the few factors
 * change that are there. By s and t, or by t and s if `summedFirst` is false.
 */
export function sweptWeights(
  graph: Graph,
  base: readonly NodeId[],
  tables: readonly Table[],
  size: number,
  summedFirst: boolean,
): NodeId[] {
  const { events, turned, mirrored } = viewOf(tables, size, base.length, summedFirst)!;
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  const plus = plusOf(graph, impossible);
  const waiting = waitingOf(graph, events, plus);
  const entries = new Array<NodeId>(base.length * size);
  for (let i = 0; i < base.length; i++) {
    const s = mirrored ? base.length - 1 - i : i;
    let sum = base[s]!;
    let next = 0;
    for (let j = 0; j < size; j++) {
      for (; next < events.length && events[next]!.at <= j; next++)
        sum = plus(sum, i < events[next]!.boundary ? events[next]!.left : events[next]!.right);
      const t = turned ? size - 1 - j : j;
      entries[summedFirst ? s * size + t : t * base.length + s] = plus(sum, waiting[next]!);
    }
  }
  return entries;
}

/** Tables as events in order. */
interface View {
  readonly events: readonly Event[];
  /** Whether t is read backwards, and s. */
  readonly turned: boolean;
  readonly mirrored: boolean;
}

function viewOf(tables: readonly Table[], size: number, summedSize: number, summedFirst: boolean): View | undefined {
  for (const turned of [false, true])
    for (const mirrored of [false, true]) {
      const events = eventsOf(tables, size, summedSize, summedFirst, turned, mirrored);
      if (events) return { events, turned, mirrored };
    }
  return undefined;
}

function plusOf(graph: Graph, impossible: NodeId): (x: NodeId, y: NodeId) => NodeId {
  return (x, y) => (x === impossible || y === impossible ? impossible : graph.algebra.add(x, y));
}

// The value that counts before each event for all of the sum.
function waitingOf(graph: Graph, events: readonly Event[], plus: (x: NodeId, y: NodeId) => NodeId): NodeId[] {
  const waiting: NodeId[] = [...events.map(({ before }) => before), graph.constant(0)];
  for (let j = events.length - 1; j >= 0; j--) waiting[j] = plus(waiting[j]!, waiting[j + 1]!);
  return waiting;
}

// The tables as events in order, with t read backwards if turned and s if mirrored; undefined unless all fit.
function eventsOf(
  tables: readonly Table[],
  size: number,
  summedSize: number,
  summedFirst: boolean,
  turned: boolean,
  mirrored: boolean,
): Event[] | undefined {
  const events: Event[] = [];
  for (const { axes, entries } of tables) {
    if (axes.length !== 2 || axes.some(({ starts }) => starts.length !== 2)) return undefined;
    const [s, t] = summedFirst ? [axes[0]!, axes[1]!] : [axes[1]!, axes[0]!];
    const entry = (i: number, j: number): NodeId => {
      const [row, column] = [mirrored ? 1 - i : i, turned ? 1 - j : j];
      return entries[summedFirst ? 2 * row + column : 2 * column + row]!;
    };
    if (entry(0, 0) !== entry(1, 0)) return undefined;
    const [boundary, at] = [s.starts[1]!, t.starts[1]!];
    events.push({
      at: turned ? size - at : at,
      boundary: mirrored ? summedSize - boundary : boundary,
      before: entry(0, 0),
      left: entry(0, 1),
      right: entry(1, 1),
    });
  }
  events.sort((p, q) => p.at - q.at || p.boundary - q.boundary);
  const isOrdered = events.every(({ boundary }, j) => j === 0 || boundary >= events[j - 1]!.boundary);
  return isOrdered ? events : undefined;
}

function* forward(
  graph: Graph,
  base: readonly NodeId[],
  events: readonly Event[],
  size: number,
  impossible: NodeId,
): Pieces<NodeId[]> {
  const plus = plusOf(graph, impossible);
  const both = (x: NodeId, y: NodeId): NodeId => logSumExp(graph, [x, y]);
  const above: NodeId[] = [...base, impossible];
  for (let s = base.length - 1; s >= 0; s--) {
    if (s % EACH === 0) yield;
    above[s] = both(base[s]!, above[s + 1]!);
  }
  const waiting = waitingOf(graph, events, plus);
  let left = impossible;
  let passed = graph.constant(0); // what was added right of the boundary
  let boundary = 0;
  let next = 0;
  const message: NodeId[] = [];
  for (let t = 0; t < size; t++) {
    if (t % EACH === 0) yield;
    for (; next < events.length && events[next]!.at <= t; next++) {
      const event = events[next]!;
      const moved = logSumExp(graph, base.slice(boundary, event.boundary));
      boundary = event.boundary;
      left = plus(both(left, plus(moved, passed)), event.left);
      passed = plus(passed, event.right);
    }
    message.push(plus(both(left, plus(above[boundary]!, passed)), waiting[next]!));
  }
  return message;
}
