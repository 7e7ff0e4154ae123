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
  const runs = runsOf(graph, uses);
  const fused: (Instruction | undefined)[] = [undefined];
  const place = new Int32Array(graph.size + 3); // in `fused`, by node; ABSORBED: in the instruction of another
  for (let at = reachable.length - 1; at >= 0; at--) {
    if (at % NODES_EACH === 0) yield;
    const node = reachable[at]!;
    if (place[node] === ABSORBED || graph.arity(node) === 0) continue;
    const found = runs(node) ?? pairOf(graph, uses, node);
    if (!found) continue;
    place[node] = fused.push(found.instruction) - 1;
    for (const inner of found.absorbed) place[inner] = ABSORBED;
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

interface Match {
  readonly instruction: Instruction;
  readonly absorbed: readonly NodeId[];
}

function pairOf(graph: Graph, uses: Int32Array, node: NodeId): Match | undefined {
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
      const operands = graph.operands(inner);
      for (let j = graph.arity(node) - 1; j >= 0; j--) if (j !== at) operands.push(graph.operand(node, j));
      // A node that is computed once per batch reads uniform values throughout.
      const isLane = (operand: NodeId): boolean => graph.hasFlag(operand, LANE);
      if (lane && !permits(rowOf(name), operands.map(isLane))) continue;
      return { instruction: { node, name, operands }, absorbed: [inner] };
    }
  }
  return undefined;
}

const NONE: readonly NodeId[] = [];

interface RunTerm {
  readonly family: TermSum;
  readonly operands: readonly NodeId[];
  /** The nodes of the term, which nothing else reads. */
  readonly absorbed: readonly NodeId[];
}

// What finds the last additions of a sum and makes them one instruction.
function runsOf(graph: Graph, uses: Int32Array): (node: NodeId) => Match | undefined {
  const { add, sub, mul, square, chain, where } = CODE;
  const isLane = (node: NodeId): boolean => graph.hasFlag(node, LANE);
  const once = (node: NodeId, code: number): boolean => graph.op[node] === code && uses[node] === 1;
  // Whether a node is a sum that ends in the addition of a term, which is uniform only if the sum is.
  const endsInTerm = (node: NodeId): boolean =>
    graph.op[node] === add || (graph.op[node] === sub && isLane(node) === isLane(graph.b[node]!));
  const [one, minusOne] = [graph.constant(1), graph.constant(-1)];
  const isSum = (node: NodeId, lane: boolean): boolean => uses[node] === 1 && isLane(node) === lane && endsInTerm(node);
  const termOf = (node: NodeId, sign: 1 | -1): RunTerm => {
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    const factor = sign > 0 ? one : minusOne;
    if (once(node, square)) return { family: "squares", operands: [factor, x], absorbed: [node] };
    if (sign > 0 && once(node, chain) && !isLane(x)) return { family: "chains", operands: [x, y], absorbed: [node] };
    if (sign > 0 && once(node, where) && !isLane(y) && !isLane(graph.c[node]!))
      return { family: "select", operands: [x, y, graph.c[node]!], absorbed: [node] };
    if (sign > 0 && once(node, mul) && !(isLane(x) && isLane(y))) {
      const u = isLane(x) ? y : x;
      const v = isLane(x) ? x : y;
      return once(v, square) && isLane(v) === isLane(node)
        ? { family: "squares", operands: [u, graph.a[v]!], absorbed: [node, v] }
        : { family: "dot", operands: [u, v], absorbed: [node] };
    }
    return { family: "dot", operands: [factor, node], absorbed: NONE };
  };
  // `lastTerm` leaves here what remains of a sum without its last term.
  let rest: NodeId;
  const lastTerm = (node: NodeId): RunTerm => {
    const lane = isLane(node);
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    rest = x;
    if (graph.op[node] === sub) return termOf(y, -1);
    if (isLane(x) !== lane || (isSum(x, lane) && isLane(y) === lane)) return termOf(y, 1);
    rest = y;
    if (isLane(y) !== lane || isSum(y, lane)) return termOf(x, 1);
    const first = termOf(x, 1);
    if (first.absorbed.length > 0) return first;
    rest = x;
    return termOf(y, 1);
  };
  return (root) => {
    if (!endsInTerm(root)) return undefined;
    const lane = isLane(root);
    let term = lastTerm(root);
    const { family } = term;
    const terms = [term];
    const rests = [rest];
    while (terms.length < COUNTS[0]! && isSum(rest, lane)) {
      term = lastTerm(rest);
      if (term.family !== family) break;
      terms.push(term);
      rests.push(rest);
    }
    // A sum that begins with a product, u·x + v·y, is dot2 of −0: −0 + u·x is u·x, signs of zeros included.
    const start = rests[rests.length - 1]!;
    if (family === "dot" && terms.length < COUNTS[0]! && isLane(start) === lane) {
      const first = termOf(start, 1);
      if (first.family === "dot" && first.absorbed.length > 0) {
        terms.push(first);
        rests.push(graph.constant(-0));
      }
    }
    const count = COUNTS.find((most) => most <= terms.length)!;
    const name = SUMS_OF[family][count];
    if (name === undefined) return undefined;
    const operands = [rests[count - 1]!];
    const absorbed = rests.slice(0, count - 1);
    for (let at = count - 1; at >= 0; at--) {
      for (const operand of terms[at]!.operands) operands.push(operand);
      for (const inner of terms[at]!.absorbed) absorbed.push(inner);
    }
    return { instruction: { node: root, name, operands }, absorbed };
  };
}
