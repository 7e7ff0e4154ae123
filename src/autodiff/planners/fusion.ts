/**
 * Several nodes of a graph as one instruction: a product that is only added to something is `mulAdd`, and the last additions of a sum,
 * as in ((r + u·x) + v·y) with uniform u and v, are `dot2`. The bits are those of the nodes one by one.
 */

import type { Pieces } from "../../pieces/pieces.ts";
import { type Graph, LANE } from "../graph/graph.ts";
import { useCounts } from "../graph/users.ts";
import { CODE, INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import { COUNTS, FUSED_BY_OUTER, FUSED_OPS, rowOf, SUMS_OF } from "../tape/instruction-table.ts";
import { permits, type TermSum } from "../tape/instructions.ts";
import type { Steps } from "../tape/passes/step-functions.ts";
import { depthFirst, type Instruction, plain, type Schedule } from "../tape/plan.ts";

/**
 * The instructions for `outputs` and for the inputs that `steps` computes, with what can be fused in one. It takes time linear in the
 * number of nodes.
 */
export function* fusePieces(graph: Graph, outputs: readonly NodeId[], steps: Steps): Pieces<Schedule> {
  const kept = outputs.concat([...steps.instructions.values()].flatMap(({ operands }) => operands));
  const reachable = graph.reachable(kept);
  const uses = useCounts(graph, reachable, kept); // an output is never absorbed; three constants may be added below
  const fused: (Instruction | undefined)[] = [undefined];
  const place = new Int32Array(graph.size + 3); // in `fused`, by node; ABSORBED: in the instruction of another
  const runs = runsOf(graph, uses, place);
  for (let at = reachable.length - 1; at >= 0; at--) {
    if (at % NODES_EACH === 0) yield;
    const node = reachable[at]!;
    if (place[node] === ABSORBED || graph.arity(node) === 0) continue;
    const found = runs(node) ?? pairOf(graph, uses, place, node);
    if (found) place[node] = fused.push(found) - 1;
  }
  const instructionOf = (node: NodeId): Instruction => fused[place[node]!] ?? plain(graph, node);
  const uniform: Instruction[] = [];
  for (const node of reachable)
    if (graph.op[node]! > INPUT && !graph.hasFlag(node, LANE) && place[node] !== ABSORBED)
      uniform.push(instructionOf(node));
  yield;
  return { uniform, lane: depthFirst(graph, outputs, (node) => steps.instructions.get(node) ?? instructionOf(node)) };
}

const ABSORBED = -1;
/** Nodes of a piece of the work. */
const NODES_EACH = 4096;

// A node and one of its operands as one instruction, which absorbs the operand.
function pairOf(graph: Graph, uses: Int32Array, place: Int32Array, node: NodeId): Instruction | undefined {
  const names = FUSED_BY_OUTER.get(graph.op[node]!);
  if (!names) return undefined;
  const lane = graph.hasFlag(node, LANE);
  for (const name of names) {
    const fused = FUSED_OPS[name];
    const first = graph.ops.commutes[graph.op[node]!] ? 0 : fused.at;
    for (let at: number = fused.at; at >= first; at--) {
      const inner = graph.operand(node, at);
      if (uses[inner] !== 1 || graph.op[inner] !== CODE[fused.inner]) continue;
      if (graph.hasFlag(inner, LANE) !== lane) continue;
      const own = graph.operands(inner);
      const operands = graph.arity(node) > 1 ? own.concat(graph.operand(node, 1 - at)) : own;
      // A node that is computed once per batch reads uniform values throughout.
      const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
      if (lane && !permits(rowOf(name), operands.map(isLane))) continue;
      place[inner] = ABSORBED;
      return { node, name, operands };
    }
  }
  return undefined;
}

/** A term at the end of a sum. A few are filled again and again: what each sum made anew was a tenth of what planning asked memory for. */
interface RunTerm {
  family: TermSum;
  /** What its instruction reads: u and v of u·v; the third is −1 but for a choice between two. */
  x: NodeId;
  y: NodeId;
  z: NodeId;
  /** The nodes of the term, which nothing else reads; −1 for none. */
  own: NodeId;
  inner: NodeId;
  /** What remains of the sum without it. */
  rest: NodeId;
}

const noTerm = (): RunTerm => ({ family: "dot", x: -1, y: -1, z: -1, own: -1, inner: -1, rest: -1 });

function setTerm(term: RunTerm, family: TermSum, x: NodeId, y: NodeId, own: NodeId, z = -1, inner = -1): void {
  term.family = family;
  term.x = x;
  term.y = y;
  term.z = z;
  term.own = own;
  term.inner = inner;
}

// What finds the last additions of a sum and makes them one instruction, which absorbs them.
function runsOf(graph: Graph, uses: Int32Array, place: Int32Array): (node: NodeId) => Instruction | undefined {
  const { add, sub, mul, square, chain, where } = CODE;
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const once = (node: NodeId, code: number): boolean => graph.op[node] === code && uses[node] === 1;
  // Whether a node is a sum that ends in the addition of a term, which is uniform only if the sum is.
  const endsInTerm = (node: NodeId): boolean =>
    graph.op[node] === add || (graph.op[node] === sub && isLane(node) === isLane(graph.b[node]!));
  const [one, minusOne] = [graph.constant(1), graph.constant(-1)];
  const isSum = (node: NodeId, lane: boolean): boolean => uses[node] === 1 && isLane(node) === lane && endsInTerm(node);
  const fillTerm = (term: RunTerm, node: NodeId, sign: 1 | -1): void => {
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    const factor = sign > 0 ? one : minusOne;
    if (once(node, square)) setTerm(term, "squares", factor, x, node);
    else if (sign > 0 && once(node, chain) && !isLane(x)) setTerm(term, "chains", x, y, node);
    else if (sign > 0 && once(node, where) && !isLane(y) && !isLane(graph.c[node]!))
      setTerm(term, "select", x, y, node, graph.c[node]!);
    else if (sign > 0 && once(node, mul) && !(isLane(x) && isLane(y))) {
      const u = isLane(x) ? y : x;
      const v = isLane(x) ? x : y;
      if (once(v, square) && isLane(v) === isLane(node)) setTerm(term, "squares", u, graph.a[v]!, node, -1, v);
      else setTerm(term, "dot", u, v, node);
    } else setTerm(term, "dot", factor, node, -1);
  };
  const fillLastTerm = (term: RunTerm, node: NodeId): void => {
    const lane = isLane(node);
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    if (graph.op[node] === sub) fillTerm(term, y, -1);
    else if (isLane(x) !== lane || (isSum(x, lane) && isLane(y) === lane)) fillTerm(term, y, 1);
    else {
      fillTerm(term, x, 1);
      term.rest = y;
      if (isLane(y) !== lane || isSum(y, lane) || term.own >= 0) return;
      fillTerm(term, y, 1);
    }
    term.rest = x;
  };
  const terms = Array.from({ length: COUNTS[0]! }, noTerm);
  // The terms of a sum from its last one on, as many of one family as an instruction takes; how many there are.
  const fillTerms = (root: NodeId): number => {
    const lane = isLane(root);
    fillLastTerm(terms[0]!, root);
    const { family } = terms[0]!;
    let length = 1;
    while (length < terms.length && isSum(terms[length - 1]!.rest, lane)) {
      fillLastTerm(terms[length]!, terms[length - 1]!.rest);
      if (terms[length]!.family !== family) break;
      length++;
    }
    // A sum that begins with a product, u·x + v·y, is dot2 of −0: −0 + u·x is u·x, signs of zeros included.
    const start = terms[length - 1]!.rest;
    if (family === "dot" && length < terms.length && isLane(start) === lane) {
      const first = terms[length]!;
      fillTerm(first, start, 1);
      if (first.family !== "dot" || first.own < 0) return length;
      first.rest = graph.constant(-0);
      length++;
    }
    return length;
  };
  return (root) => {
    if (!endsInTerm(root)) return undefined;
    const length = fillTerms(root);
    const [{ family, z: third }] = terms as [RunTerm];
    const count = COUNTS.find((most) => most <= length)!;
    const name = SUMS_OF[family][count];
    if (name === undefined) return undefined;
    // A list of known length takes a third of what one takes that grows.
    const operands = new Array<NodeId>(1 + count * (third >= 0 ? 3 : 2));
    operands[0] = terms[count - 1]!.rest;
    let next = 1;
    for (let at = count - 1; at >= 0; at--) {
      const { x, y, z, own, inner, rest } = terms[at]!;
      operands[next++] = x;
      operands[next++] = y;
      if (z >= 0) operands[next++] = z;
      if (own >= 0) place[own] = ABSORBED;
      if (inner >= 0) place[inner] = ABSORBED;
      if (at < count - 1) place[rest] = ABSORBED;
    }
    return { node: root, name, operands };
  };
}
