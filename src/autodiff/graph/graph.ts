/**
 * A hash-consed graph of scalar operations in static single assignment form, held in typed arrays.
 *
 * Node ids grow from operands to results, so id order is a topological order. Equal nodes are one node; constants are
 * folded and a few identities simplified on construction (`simplify.ts`).
 */

import { balanced } from "../../math/balanced-tree.ts";
import { BASIC_NAMES, CODE, CONSTANT, INPUT } from "../ops/basic-codes.ts";
import type { Algebra, GraphView, NodeId } from "../ops/op.ts";
import { BASIC, isPartial, type OpTable } from "../ops/op-table.ts";
import { simplify } from "./simplify.ts";

/** Bits of a node's flags. */
export const LANE = 1; // differs between samples
export const MASK = 2; // a truth value
export const MASKED = 4; // an adjoint that is zero where its arm was not taken
const PARTIAL = 8; // may be NaN though its inputs are numbers, for who asks `mayBeNaN`

/** What an input stands for; `lane` inputs differ between samples, the others are the same for a whole batch. */
export interface Input {
  readonly name: string;
  readonly lane: boolean;
}

export interface GraphOptions {
  /** Move a unary function into the arms of a `where` when that creates no node (default true). */
  readonly pushIntoWhere?: boolean | undefined;
}

/** Nodes that a graph has room for at first. */
const FEWEST = 1024;
/** Nodes in the list of one operand. */
const MOST_LISTED = 8;
const NO_NUMBERS = new Int32Array(0);

export class Graph {
  size = 0;
  op: Uint8Array = new Uint8Array(FEWEST);
  a: Int32Array = new Int32Array(FEWEST);
  b: Int32Array = new Int32Array(FEWEST);
  c: Int32Array = new Int32Array(FEWEST);
  flags: Uint8Array = new Uint8Array(FEWEST);
  readonly inputs: (Input & { readonly node: NodeId })[] = [];
  /** The graph itself, whose methods are builders by name; those of ops that the graph does not know throw. */
  readonly algebra: Algebra;
  /** How many nodes, the first ones, have their flag PARTIAL. */
  judged = 0;
  /** The ops that may occur in the graph. */
  ops: OpTable = BASIC;
  readonly pushIntoWhere: boolean;
  // A number and its bits, which are what the node of a constant has in place of operands.
  readonly #number: Float64Array = new Float64Array(1);
  readonly #bits: Int32Array = new Int32Array(this.#number.buffer);
  #scratch: Int32Array = NO_NUMBERS;
  // Where equal nodes are found: in the list of their latest operand, which begins with `#first` of it and goes on with
  // `#next`, 0 at its end (node 0 is a leaf); if that is full, in the list of their hash. Nodes are asked for soon after an
  // operand was made, so that a cache holds the list.
  #first: Int32Array = new Int32Array(FEWEST);
  #next: Int32Array = new Int32Array(FEWEST);
  // Constants are in the latter lists, too, by their bits, and −1 ends these. Garbage collectors copy a map of 20,000 numbers and look through it, and not an
  // array of integers.
  readonly #byHash: Int32Array = new Int32Array(16_384).fill(-1);

  constructor(options: GraphOptions = {}) {
    this.pushIntoWhere = options.pushIntoWhere ?? true;
    this.algebra = this as unknown as Algebra;
  }

  /** Makes the ops of another table known, which has to have those of the present one. */
  link(ops: OpTable): void {
    this.ops = ops;
    addBuilders(ops.names);
  }

  /** A new input; inputs are never merged, even under equal names. */
  input(name: string, lane: boolean): NodeId {
    const node = this.#append(INPUT, this.inputs.length, -1, -1, lane ? LANE : 0);
    this.inputs.push({ name, lane, node });
    return node;
  }

  /** The node of a constant; −0 and 0 are two constants, every NaN is one. */
  constant(value: number): NodeId {
    this.#number[0] = Number.isNaN(value) ? Number.NaN : value;
    return this.#hashed(CONSTANT, this.#bits[0]!, this.#bits[1]!, -1, 0);
  }

  /** A truth value that is the same everywhere. */
  truth(value: boolean): NodeId {
    return this.constant(value ? -1 : 0);
  }

  /** The node that applies op `code`, after simplification; unless `make`, −1 rather than a new node, constants excepted. */
  apply(code: number, x: NodeId, y: NodeId = -1, z: NodeId = -1, make: boolean = true): NodeId {
    // Of two operands that commute a constant comes first, else the earlier one.
    if (this.ops.commutes[code]) {
      const isConstant = this.op[y] === CONSTANT;
      if ((this.op[x] === CONSTANT) === isConstant ? y < x : isConstant) {
        const first = y;
        y = x;
        x = first;
      }
    }
    const simple = simplify(this, code, x, y, z);
    if (simple >= 0) return simple;
    return this.#find(code, x, y, z, make);
  }

  /** Σ nodes as a balanced tree, so that changing one term of N makes O(log N) new nodes; 0 for no nodes. */
  sum(nodes: readonly NodeId[]): NodeId {
    return balanced(nodes, (x, y) => this.algebra.add(x, y)) ?? this.constant(0);
  }

  /** The disjunction of masks as a balanced tree; false for no masks. */
  any(masks: readonly NodeId[]): NodeId {
    return balanced(masks, (x, y) => this.algebra.or(x, y)) ?? this.constant(0);
  }

  isConstant(node: NodeId): boolean {
    return this.op[node] === CONSTANT;
  }

  /** Is the node this very constant? */
  is(node: NodeId, value: number): boolean {
    return this.isConstant(node) && this.value(node) === value;
  }

  /** Value of a constant node. */
  value(node: NodeId): number {
    this.#bits[0] = this.a[node]!;
    this.#bits[1] = this.b[node]!;
    return this.#number[0]!;
  }

  hasFlag(node: NodeId, flag: number): boolean {
    return (this.flags[node]! & flag) !== 0;
  }

  arity(node: NodeId): number {
    return this.ops.arity[this.op[node]!]!;
  }

  /** The expression of a node as calls, `mul(2, z)`; what is more than four levels below is shortened to "…". */
  text(node: NodeId, levels: number = 4): string {
    if (this.isConstant(node)) return `${this.value(node)}`;
    if (this.op[node] === INPUT) return this.inputs[this.a[node]!]!.name;
    const operands = this.operands(node).map((operand) => (levels > 0 ? this.text(operand, levels - 1) : "…"));
    return `${this.ops.names[this.op[node]! - 2]}(${operands.join(", ")})`;
  }

  /** Operand j of a node. */
  operand(node: NodeId, j: number): NodeId {
    return (j === 0 ? this.a : j === 1 ? this.b : this.c)[node]!;
  }

  operands(node: NodeId): NodeId[] {
    const arity = this.ops.arity[this.op[node]!]!;
    const x = this.a[node]!;
    const y = this.b[node]!;
    return arity > 2 ? [x, y, this.c[node]!] : arity > 1 ? [x, y] : arity > 0 ? [x] : [];
  }

  /** Whether some operand of a node has a mark that is not 0. */
  reads(node: NodeId, marks: ArrayLike<number>): boolean {
    const arity = this.ops.arity[this.op[node]!]!;
    return (
      arity > 0 &&
      (marks[this.a[node]!] !== 0 ||
        (arity > 1 && marks[this.b[node]!] !== 0) ||
        (arity > 2 && marks[this.c[node]!] !== 0))
    );
  }

  /**
   * The nodes from which `roots` are computed, roots included, in topological order. Cost: their number, not that of the
   * nodes of the graph.
   */
  reachable(roots: readonly NodeId[]): NodeId[] {
    const seen = this.takeScratch();
    let found: NodeId[] = [];
    const see = (node: NodeId): void => {
      if (seen[node] === 0) found.push(node);
      seen[node] = 1;
    };
    roots.forEach(see);
    const top = found.reduce((p, q) => Math.max(p, q), 0); // operands come before results, so that it is a root
    const few = top / 16;
    for (let at = 0; at < found.length && found.length < few; at++) this.operands(found[at]!).forEach(see);
    if (found.length < few) found.sort((p, q) => p - q);
    else found = this.#allBelow(top, seen);
    for (const node of found) seen[node] = 0;
    this.giveBack(seen);
    return found;
  }

  // What the marked nodes are computed from, them included, if these are many: looking at each node of the graph, from the results down, is the
  // faster way then. A method of its own, as an engine that optimises `reachable` would take all the closures of the other way along.
  #allBelow(top: NodeId, seen: Int32Array): NodeId[] {
    const { op, a, b, c } = this;
    const { arity } = this.ops;
    let count = 0;
    for (let node = top; node >= 0; node--) {
      if (seen[node] === 0) continue;
      count++;
      const operands = arity[op[node]!]!;
      if (operands > 0) seen[a[node]!] = 1;
      if (operands > 1) seen[b[node]!] = 1;
      if (operands > 2) seen[c[node]!] = 1;
    }
    // A list of known length takes a third of what one takes that grows.
    const found = new Array<number>(count);
    for (let node = top; count > 0; node--) if (seen[node] !== 0) found[--count] = node;
    return found;
  }

  /** A number per present node, all 0; `giveBack` it when they are 0 again, so that nothing is allocated next time. */
  takeScratch(): Int32Array {
    const taken = this.#scratch.length < this.size ? new Int32Array(this.op.length) : this.#scratch;
    this.#scratch = NO_NUMBERS;
    return taken;
  }

  giveBack(scratch: Int32Array): void {
    this.#scratch = scratch;
  }

  #append(code: number, a: number, b: number, c: number, flags: number): NodeId {
    if (this.size === this.op.length) this.#grow();
    const node = this.size++;
    this.op[node] = code;
    this.a[node] = a;
    this.b[node] = b;
    this.c[node] = c;
    this.flags[node] = flags;
    return node;
  }

  #flagsOf(code: number, x: NodeId, y: NodeId, z: NodeId): number {
    const below = this.flags[x]! | (y >= 0 ? this.flags[y]! : 0) | (z >= 0 ? this.flags[z]! : 0);
    const mask = this.ops.masks[code] ? MASK : 0;
    let masked = false;
    if (code === CODE.where) masked = this.is(y, 0) || this.is(z, 0);
    else if (code === CODE.neg || code === CODE.chain) masked = this.hasFlag(x, MASKED);
    else if (code === CODE.add || code === CODE.sub) masked = this.hasFlag(x, MASKED) && this.hasFlag(y, MASKED);
    else if (code === CODE.mul)
      masked = (this.hasFlag(x, MASKED) && this.#isFinite(y)) || (this.hasFlag(y, MASKED) && this.#isFinite(x));
    return (below & LANE) | mask | (masked ? MASKED : 0);
  }

  // Multiplied by it, a zero stays zero.
  #isFinite(node: NodeId): boolean {
    return this.op[node] === INPUT || (this.isConstant(node) && Number.isFinite(this.value(node)));
  }

  // The node, made unless it is there, or −1.
  #find(code: number, x: NodeId, y: NodeId, z: NodeId, make: boolean): NodeId {
    const { op, a, b, c } = this;
    const owner = Math.max(x, y, z);
    const first = this.#first[owner]!;
    let listed = 0;
    for (let node = first; node > 0; node = this.#next[node]!, listed++)
      if (a[node] === x && b[node] === y && op[node] === code && c[node] === z) return node;
    if (listed === MOST_LISTED) return this.#hashed(code, x, y, z, make ? this.#flagsOf(code, x, y, z) : -1);
    if (!make) return -1;
    const node = this.#append(code, x, y, z, this.#flagsOf(code, x, y, z));
    this.#next[node] = first;
    this.#first[owner] = node;
    return node;
  }

  // The same in the list of its hash.
  #hashed(code: number, x: number, y: number, z: number, flags: number): NodeId {
    const { op, a, b, c } = this;
    const key = hash(code, x, y, z);
    const first = this.#byHash[key]!;
    for (let node = first; node >= 0; node = this.#next[node]!)
      if (a[node] === x && b[node] === y && op[node] === code && c[node] === z) return node;
    if (flags < 0) return -1;
    const node = this.#append(code, x, y, z, flags);
    this.#next[node] = first;
    this.#byHash[key] = node;
    return node;
  }

  #grow(): void {
    this.op = doubled(this.op);
    this.flags = doubled(this.flags);
    this.a = doubled(this.a);
    this.b = doubled(this.b);
    this.c = doubled(this.c);
    this.#first = doubled(this.#first);
    this.#next = doubled(this.#next);
  }
}

// The builders are methods, so that the engine of JavaScript knows from `A.mul` alone which op is applied. Those of linked ops are added once.
function addBuilders(names: readonly string[]): void {
  names.forEach((name, index) => {
    (Graph.prototype as unknown as Record<string, unknown>)[name] ??= function (
      this: Graph,
      x: NodeId,
      y?: NodeId,
      z?: NodeId,
    ) {
      return this.apply(index + 2, x, y, z);
    };
  });
}
addBuilders(BASIC_NAMES);

function doubled<T extends Int32Array | Uint8Array>(from: T): T {
  const to = new (from.constructor as new (length: number) => T)(2 * from.length);
  to.set(from);
  return to;
}

/**
 * May the node be NaN though its inputs are numbers, as log z, and x/y at 0/0? z/3 and z² never are. The first who asks has all nodes up
 * to this one judged, and most programs are without a comparison that asks.
 */
export function mayBeNaN(graph: GraphView, node: NodeId): boolean {
  const { flags, op, a, b, c } = graph;
  for (; graph.judged <= node; graph.judged++) {
    const at = graph.judged;
    const row = op[at]! > INPUT ? graph.ops.rows[op[at]!] : undefined;
    if (!row || flags[at]! & MASK) continue;
    const [y, z] = [b[at]!, c[at]!];
    const below = flags[a[at]!]! | (y >= 0 ? flags[y]! : 0) | (z >= 0 ? flags[z]! : 0);
    const ends = isPartial(row) && (y < 0 || !graph.isConstant(y) || isPartial(row, graph.value(y)));
    flags[at]! |= (below & PARTIAL) | (ends ? PARTIAL : 0);
  }
  return graph.hasFlag(node, PARTIAL);
}

/** Index in `graph.inputs` of an input node, −1 for other nodes. */
export function inputIndex(graph: Graph, node: NodeId): number {
  return graph.op[node] === INPUT ? graph.a[node]! : -1;
}

// An odd number near 2³² times the golden ratio: its multiples differ in their upper bits.
const SPREAD = 0x9e3779b1;

// Which of 2¹⁴ lists: of a million constants each has 60.
function hash(code: number, x: NodeId, y: NodeId, z: NodeId): number {
  return Math.imul(Math.imul(Math.imul(x, SPREAD) ^ y, SPREAD) ^ z ^ code, SPREAD) >>> 18;
}
