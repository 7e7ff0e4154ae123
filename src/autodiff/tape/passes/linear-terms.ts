/**
 * A linear function of lane nodes is taken apart into the nodes that it sums and what each is multiplied by: 3·(x − 2·y) into 3 times x
 * and −6 times y.
 */

import { type Graph, LANE } from "../../graph/graph.ts";
import { CODE, OP_NAMES } from "../../ops/codes.ts";
import type { NodeId } from "../../ops/op.ts";

/** Terms added one after the other; runs are added pairwise, which bounds the rounding error. */
const RUN = 16;

/** A lane node and what it is multiplied by. Coefficients that are known are added up, the others are listed. */
export interface Term {
  /** −1 for the uniform part. */
  readonly node: NodeId;
  readonly known: number;
  readonly plus: readonly NodeId[];
  readonly minus: readonly NodeId[];
  /** Whether a coefficient 0 gives 0 whatever it multiplies. */
  readonly absorbs: boolean;
}

interface Collected extends Term {
  known: number;
  /** What rounding `known` lost. */
  lost: number;
  plus: NodeId[];
  minus: NodeId[];
  absorbs: boolean;
}

/** The node of a term's coefficient. */
export function coefficientOf(graph: Graph, { known, plus, minus }: Term): NodeId {
  const { algebra: A } = graph;
  if (minus.length === 0) return total(graph, A.constant(known), plus);
  const taken = total(graph, A.constant(0), minus);
  if (known !== 0 || plus.length > 0) return A.sub(total(graph, A.constant(known), plus), taken);
  // A quotient by −1: simplification would move a negation out of the product, where it costs each lane a subtraction.
  return A.div(taken, A.constant(-1));
}

const NONE: NodeId[] = [];

/** Takes linear functions apart; what it works on is kept from one to the next. */
export class LinearTerms {
  readonly #graph: Graph;
  readonly #opens: Uint8Array;
  /** By 1 + a node, 1 + the place of its term; 0 for none. */
  readonly #place: Int32Array;
  // What is still to be taken apart: nodes, what each is multiplied by, a number and a uniform node or −1 for 1, and whether
  // a 0 absorbs. The arrays stay as long as they once were.
  #height = 0;
  readonly #nodes: NodeId[] = [];
  readonly #factors: number[] = [];
  readonly #uniforms: NodeId[] = [];
  readonly #absorbs: boolean[] = [];

  /** `opens`: of each linear node, bits that say when it is taken apart. */
  constructor(graph: Graph, opens: Uint8Array) {
    this.#graph = graph;
    this.#opens = opens;
    this.#place = new Int32Array(opens.length + 1);
  }

  /** The terms of a linear node, in which those with one of the bits `which` are opened too. */
  inside(root: NodeId, which: number): Term[] {
    this.#open(root, 1, -1, false);
    return this.#collected(which);
  }

  /** The terms of a sum of terms, of which the linear nodes with one of the bits `which` are opened. */
  of(sum: readonly Term[], which: number): Term[] {
    for (const { node, known, plus, minus, absorbs } of sum) {
      if (known !== 0 || plus.length + minus.length === 0) this.#push(node, known, -1, absorbs);
      for (const uniform of plus) this.#push(node, 1, uniform, absorbs);
      for (const uniform of minus) this.#push(node, -1, uniform, absorbs);
    }
    return this.#collected(which);
  }

  #push(node: NodeId, factor: number, uniform: NodeId, absorbs: boolean): void {
    const height = this.#height++;
    this.#nodes[height] = node;
    this.#factors[height] = factor;
    this.#uniforms[height] = uniform;
    this.#absorbs[height] = absorbs;
  }

  #open(node: NodeId, factor: number, uniform: NodeId, absorbs: boolean): void {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const x = graph.a[node]!;
    const y = graph.b[node]!;
    switch (graph.op[node]) {
      case CODE.add:
        this.#push(x, factor, uniform, absorbs);
        this.#push(y, factor, uniform, absorbs);
        break;
      case CODE.sub:
        this.#push(x, factor, uniform, absorbs);
        this.#push(y, -factor, uniform, absorbs);
        break;
      case CODE.neg:
        this.#push(x, -factor, uniform, absorbs);
        break;
      case CODE.div:
        if (uniform < 0 && graph.isConstant(y)) this.#push(x, factor / graph.value(y), -1, absorbs);
        else this.#push(x, factor < 0 ? -1 : 1, A.div(this.#product(Math.abs(factor), uniform), y), absorbs);
        break;
      case CODE.mul:
        if (graph.hasFlag(x, LANE)) this.#pushMultiple(x, y, factor, uniform, absorbs);
        else this.#pushMultiple(y, x, factor, uniform, absorbs);
        break;
      case CODE.chain:
        if (!graph.hasFlag(x, LANE)) this.#pushMultiple(y, x, factor, uniform, true);
        else this.#pushMultiple(graph.b[x]!, A.chain(graph.a[x]!, y), factor, uniform, true);
        break;
      default:
        throw new TypeError(
          `gather: op "${OP_NAMES[graph.op[node]! - 2]}" cannot be taken apart; expected a linear one`,
        );
    }
  }

  #pushMultiple(node: NodeId, by: NodeId, factor: number, uniform: NodeId, absorbs: boolean): void {
    const graph = this.#graph;
    if (uniform < 0 && graph.isConstant(by)) this.#push(node, factor * graph.value(by), -1, absorbs);
    else this.#push(node, factor, uniform < 0 ? by : graph.algebra.mul(uniform, by), absorbs);
  }

  // A number times a uniform node, −1 for 1.
  #product(factor: number, uniform: NodeId): NodeId {
    const { algebra: A } = this.#graph;
    return uniform < 0 ? A.constant(factor) : factor === 1 ? uniform : A.mul(A.constant(factor), uniform);
  }

  #collected(which: number): Term[] {
    const graph = this.#graph;
    const found: Collected[] = [];
    while (this.#height > 0) {
      const height = --this.#height;
      const node = this.#nodes[height]!;
      const factor = this.#factors[height]!;
      const uniform = this.#uniforms[height]!;
      const absorbs = this.#absorbs[height]!;
      if ((this.#opens[node]! & which) !== 0) this.#open(node, factor, uniform, absorbs);
      else if (graph.hasFlag(node, LANE)) this.#add(found, node, factor, uniform, absorbs);
      else if (uniform < 0 && graph.isConstant(node)) this.#add(found, -1, factor * graph.value(node), -1, absorbs);
      else this.#add(found, -1, factor, uniform < 0 ? node : graph.algebra.mul(uniform, node), absorbs);
    }
    for (const term of found) {
      this.#place[term.node + 1] = 0;
      if (Number.isFinite(term.lost)) term.known += term.lost;
    }
    return found;
  }

  #add(found: Collected[], node: NodeId, factor: number, uniform: NodeId, absorbs: boolean): void {
    if (this.#place[node + 1] === 0)
      this.#place[node + 1] = found.push({ node, known: 0, lost: 0, plus: NONE, minus: NONE, absorbs });
    const term = found[this.#place[node + 1]! - 1]!;
    if (absorbs) term.absorbs = true;
    if (uniform < 0) {
      // Neumaier's sum: there may be as many as observations.
      const { known } = term;
      term.known += factor;
      term.lost += Math.abs(known) >= Math.abs(factor) ? known - term.known + factor : factor - term.known + known;
      return;
    }
    const coefficient = this.#product(Math.abs(factor), uniform);
    const list = factor < 0 ? term.minus : term.plus;
    if (list !== NONE) list.push(coefficient);
    else if (factor < 0) term.minus = [coefficient];
    else term.plus = [coefficient];
  }
}

// Sums of one kind are fused; constants come first.
function kindOf(graph: Graph, node: NodeId): number {
  const code = graph.op[node]!;
  if (code !== CODE.mul) return 256 * code;
  const x = graph.a[node]!;
  return 256 * code + graph.op[graph.hasFlag(x, LANE) ? x : graph.b[node]!]!;
}

/** first + Σ nodes, added in order of their kinds and ids, so that equal sums are one node. */
export function total(graph: Graph, first: NodeId, nodes: readonly NodeId[]): NodeId {
  if (nodes.length === 0) return first;
  if (nodes.length === 1) {
    const [node] = nodes as [NodeId];
    return graph.is(first, 0) && !graph.is(node, 0) ? node : graph.apply(CODE.add, first, node);
  }
  const keys = new Float64Array(nodes.length);
  for (let j = 0; j < keys.length; j++) keys[j] = 2 ** 32 * kindOf(graph, nodes[j]!) + nodes[j]!;
  const ordered = new Int32Array(keys.sort()); // modulo 2³²
  const runs: NodeId[] = [];
  for (let at = 0; at < ordered.length; ) {
    const end = Math.min(at + RUN, ordered.length);
    let sum = at === 0 ? first : graph.constant(0);
    if (graph.isConstant(sum) && graph.isConstant(ordered[at]!)) {
      // What is known is added as numbers, which makes no node of a sum on the way.
      let value = graph.value(sum);
      for (; at < end && graph.isConstant(ordered[at]!); at++) value += graph.value(ordered[at]!);
      sum = graph.constant(value);
    }
    for (; at < end; at++) sum = graph.apply(CODE.add, sum, ordered[at]!);
    if (end === nodes.length && runs.length === 0) return sum;
    runs.push(sum);
  }
  return graph.sum(runs);
}
