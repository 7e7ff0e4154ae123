/**
 * Jumps that reach a sum by ways that they do not change themselves. With the states of a chain summed out its sum is
 *
 *     where(c₁, …, where(c₂, …, where(c₃, f, g) + h) + …),
 *
 * and across c₃ it jumps by f − g where c₁ and c₂ lead there, and by 0 elsewhere. Which samples these are is the slope of the sum in the
 * innermost `where`, as reverse mode has it: it is one for all boundaries, and that of a node is made of those of the nodes above.
 * So the jumps of a chain of n ifs take O(n) operations, and not O(n²) as when each is followed from its condition to the sum.
 */
import { type Graph, MASK } from "../../autodiff/graph/graph.ts";
import { linearOperands } from "../../autodiff/graph/linear-operands.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { type Replacement, substitute } from "../../autodiff/graph/substitute.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";

/** With fewer choices on the way a jump is followed to the roots in as few operations. */
const FEWEST = 3;

/** A node whose difference counts with a weight. */
export interface Foot {
  readonly node: NodeId;
  readonly weight: NodeId;
}

/** What lies below some roots. */
export interface Cone {
  readonly roots: readonly NodeId[];
  /** All nodes below the roots, ascending. */
  readonly nodes: Int32Array;
  /** The slopes of the sum of the roots in nodes, at the draw of the guide, as far as they are known. */
  readonly slopes: Map<NodeId, NodeId>;
}

/** How the jump of some roots reaches them. */
export interface Paths {
  /** How many nodes may be gates (`gates.ts`), at most: conditions, and choices of a number, that change with what flips. */
  readonly gates: number;
  /** The nodes of which the jump is the weighted sum; undefined where little is on the way to them. */
  readonly feet: () => readonly Foot[] | undefined;
}

/** The paths from predicates that flip to the roots; `isUnmoved` tells which nodes have the value on the boundary that they have at the guide's draw. */
export function pathsFrom(
  graph: Graph,
  guided: Replacement,
  cone: Cone,
  flipping: readonly NodeId[],
  isUnmoved: (node: NodeId) => boolean,
): Paths {
  const isFlipping = new Set(flipping);
  const { jumps, gates } = jumpsAmong(graph, cone.nodes, isFlipping);
  return { gates, feet: () => feetOf(graph, guided, cone, isFlipping, jumps, isUnmoved) };
}

function feetOf(
  graph: Graph,
  guided: Replacement,
  { roots, nodes, slopes }: Cone,
  isFlipping: ReadonlySet<NodeId>,
  jumps: Uint8Array,
  isUnmoved: (node: NodeId) => boolean,
): Foot[] | undefined {
  const one = graph.constant(1);
  // By node the ways to it from those above that pass a jump on; some are reached in other ways too.
  const waysTo = new Map<NodeId, Way[]>();
  const isShared = new Uint8Array(jumps.length);
  for (const root of roots) if (jumps[root]) waysTo.set(root, []);
  const slopeOf = (node: NodeId, ways: readonly Way[]): NodeId => {
    const known = isShared[node] ? undefined : slopes.get(node);
    if (known !== undefined) return known;
    const parts = ways.map((way) => passedOn(graph, guided, way));
    const slope = graph.sum(roots.includes(node) ? [one, ...parts] : parts);
    if (!isShared[node]) slopes.set(node, slope);
    return slope;
  };
  const feet: Foot[] = [];
  let open = waysTo.size;
  let choices = 0;
  // What is open is among the nodes, below those that were visited.
  for (let k = nodes.length - 1; open > 0; k--) {
    const node = nodes[k]!;
    if (!jumps[node]) continue;
    const ways = waysTo.get(node);
    if (ways) open--;
    const places =
      ways && !isShared[node] && !isFlipping.has(node) ? passing(graph, node, jumps, isUnmoved) : undefined;
    if (places) {
      const slope = slopeOf(node, ways!);
      if (graph.op[node] === CODE.where) choices++;
      for (const place of places) {
        const operand = graph.operand(node, place);
        if (!jumps[operand]) continue;
        if (!waysTo.has(operand)) open++;
        append(waysTo, operand, { node, places, place, slope });
      }
      continue;
    }
    if (ways) feet.push({ node, weight: slopeOf(node, ways) });
    for (let j = graph.arity(node) - 1; j >= 0; j--) isShared[graph.operand(node, j)] = 1;
  }
  return choices < FEWEST ? undefined : feet;
}

/** A node that passes the jump of an operand on, with its own slope and the operands in which it is linear. */
interface Way {
  readonly node: NodeId;
  readonly slope: NodeId;
  readonly places: readonly number[];
  readonly place: number;
}

// Which nodes have a flipping one below them, and how many of these may be gates.
function jumpsAmong(
  graph: Graph,
  nodes: Int32Array,
  flipping: ReadonlySet<NodeId>,
): { readonly jumps: Uint8Array; readonly gates: number } {
  const jumps = new Uint8Array(nodes[nodes.length - 1]! + 1);
  let gates = 0;
  let lowest = jumps.length;
  for (const node of flipping) {
    jumps[node] = 1;
    lowest = Math.min(lowest, node);
  }
  for (const node of nodes) {
    if (node < lowest || jumps[node]) continue;
    for (let j = graph.arity(node) - 1; j >= 0; j--) if (jumps[graph.operand(node, j)]) jumps[node] = 1;
    if (jumps[node] && (graph.hasFlag(node, MASK) || choosesNumber(graph, node))) gates++;
  }
  return { jumps, gates };
}

function choosesNumber(graph: Graph, node: NodeId): boolean {
  return graph.op[node] === CODE.where && (graph.isConstant(graph.b[node]!) || graph.isConstant(graph.c[node]!));
}

// The operands in which a node is linear, if all that jump are among them and the others are where they were.
function passing(
  graph: Graph,
  node: NodeId,
  jumps: Uint8Array,
  isUnmoved: (node: NodeId) => boolean,
): readonly number[] | undefined {
  const places = linearOperands(graph, node, (operand) => jumps[operand] === 1);
  if (!places) return undefined;
  for (let j = graph.arity(node) - 1; j >= 0; j--)
    if (!places.includes(j) && !isUnmoved(graph.operand(node, j))) return undefined;
  return places;
}

// The slope times that of the node in its operand. A linear function takes slopes as it takes values: where(c, x, y) of slope s is x of slope where(c, s, 0).
function passedOn(graph: Graph, guided: Replacement, { node, places, place, slope }: Way): NodeId {
  const [x, y, z] = graph.operands(node).map((operand, j) => {
    if (j === place) return slope;
    return places.includes(j) ? graph.constant(0) : substitute(graph, [operand], guided)[0]!;
  });
  return graph.apply(graph.op[node]!, x!, y, z);
}
