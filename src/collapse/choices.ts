/**
 * Functions of numbers that conditions choose, as such choices: log Φ((0.5 − where(c, 1, 0))/0.001) is where(c, −125007, 0), of which a
 * sample computes the truth of c alone. Prior masses of switches whose target other conditions set are of this kind.
 */
import { type Graph, MASK } from "../autodiff/graph/graph.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";

/** With more numbers than this a function stays what it is. */
const MOST_LEAVES = 8;

/** Choices of one graph; what is known of a node is known for all that read it. */
export class Choices {
  readonly #graph: Graph;
  /** By node the choice that it is, and between how many numbers; 0 for what reads more than conditions. */
  readonly #known = new Map<NodeId, { readonly node: NodeId; readonly leaves: number }>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The node as a choice between numbers; itself where it is none. */
  of(root: NodeId): NodeId {
    const graph = this.#graph;
    if (graph.isConstant(root)) return root;
    if (!this.#known.has(root)) {
      // The numbers below, as far as they are not known.
      const below = new Set([root]);
      // A set goes on to what is added while it is walked.
      for (const node of below) {
        if (graph.hasFlag(node, MASK)) continue;
        for (let j = graph.arity(node) - 1; j >= 0; j--) {
          const operand = graph.operand(node, j);
          if (!graph.hasFlag(operand, MASK) && !this.#known.has(operand)) below.add(operand);
        }
      }
      for (const node of [...below].sort((p, q) => p - q)) this.#known.set(node, this.#made(node));
    }
    return this.#known.get(root)!.node;
  }

  #made(node: NodeId): { readonly node: NodeId; readonly leaves: number } {
    const graph = this.#graph;
    if (graph.isConstant(node)) return { node, leaves: 1 };
    const operands = graph.operands(node);
    const known = operands.map((operand) => this.#known.get(operand));
    const isWhere = graph.op[node] === CODE.where;
    // A condition counts for no number, and where alone may have one.
    const leaves = known.reduce((product, each, j) => product * (each?.leaves ?? Number(isWhere && j === 0)), 1);
    const total = isWhere ? known[1]!.leaves + known[2]!.leaves : leaves;
    if (operands.length === 0 || leaves === 0 || total > MOST_LEAVES) return { node, leaves: 0 };
    const parts = operands.map((operand, j) => known[j]?.node ?? operand);
    return { node: this.#applied(graph.op[node]!, parts), leaves: total };
  }

  // An op on choices, as a choice between its values.
  #applied(code: number, parts: readonly NodeId[]): NodeId {
    const graph = this.#graph;
    const [x, y, z] = parts as [NodeId, NodeId, NodeId];
    const open = code === CODE.where ? undefined : parts.find((part) => graph.op[part] === CODE.where);
    if (open === undefined) return graph.apply(code, x, y, z);
    const condition = graph.a[open]!;
    const [held, failed] = [graph.b, graph.c].map((arm) =>
      this.#applied(
        code,
        parts.map((part) => (graph.op[part] === CODE.where && graph.a[part] === condition ? arm[part]! : part)),
      ),
    );
    return graph.algebra.where(condition, held!, failed!);
  }
}
