/**
 * Nodes as functions of one input t, the other inputs given: their values at a point, and intervals that enclose them on a piece of
 * the line. For x = μ + σ·t and the node log(max(x, 0)) the enclosure on x ∈ [1, 2] is [0, 0.69], and on x ∈ [−2, −1] it is the one
 * value −∞.
 *
 * Enclosures are those of the root search (`roots/interval-rules.ts`), with one thing more: a node that has the same value at every
 * point of the piece, to the last bit, is known by that value. So max(x, 0) is +0 on [−2, −1], and 1/max(x, 0) is ∞ there and not
 * something about which nothing is known.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { ALL_OPS } from "../../autodiff/ops/all-ops.ts";
import { CODE, INPUT, OP_NAMES } from "../../autodiff/ops/codes.ts";
import { codesWith } from "../../autodiff/ops/facts/behaviours.ts";
import type { Kernel } from "../../autodiff/ops/kernels.generated.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { IntervalRule } from "../../roots/enclosures.ts";
import { makeEnclosures, put } from "../../roots/enclosures.ts";
import { RULES } from "../../roots/interval-rules.ts";

export class LineProgram {
  /** The inputs other than t whose values `setInputs` takes, in this order. */
  readonly inputs: readonly NodeId[];
  /** Values at the point that was looked at last, by place. */
  readonly values: Float64Array;
  readonly #placeOf: Map<NodeId, number>;
  readonly #code: Uint8Array;
  readonly #primals: readonly Primal[];
  /** Kernels, which read and write arrays: engines allocate numbers that functions take and return, which cost a quarter of the time. */
  readonly #kernels: readonly (Kernel | undefined)[];
  /** By place, `STRIDE` apart, where a kernel writes and what it reads. */
  readonly #offsets: Int32Array;
  /** Truth values, which kernels keep apart. */
  readonly #masks: Int32Array;
  readonly #makesMask: Uint8Array;
  readonly #rules: readonly (IntervalRule | undefined)[];
  /** 1 for masks and steps, which are one value where both ends are. */
  readonly #steps: Uint8Array;
  readonly #x: Int32Array;
  readonly #y: Int32Array;
  readonly #z: Int32Array;
  readonly #arity: Uint8Array;
  readonly #moving: Uint8Array;
  readonly #needed: Uint8Array;
  readonly #t: number;
  readonly #fixed: Int32Array;
  readonly #inputPlaces: Int32Array;
  readonly #box: ReturnType<typeof makeEnclosures>;
  /** 1 where a node has one value on all of the piece, which is then in `#constants`. */
  readonly #constant: Uint8Array;
  readonly #constants: Float64Array;
  readonly #pieceOf: Int32Array;
  readonly #pointOf: Int32Array;
  #piece = 0;
  #point = 0;

  /** The program of `roots` along the input t. */
  constructor(graph: Graph, roots: readonly NodeId[], t: NodeId) {
    const nodes = graph.reachable([t, ...roots]);
    const size = nodes.length;
    this.#placeOf = new Map(nodes.map((node, place) => [node, place]));
    const at = (node: NodeId): number => this.#placeOf.get(node) ?? 0;
    this.#code = Uint8Array.from(nodes, (node) => graph.op[node]!);
    this.#primals = nodes.map((node) => ALL_OPS.rows[graph.op[node]!]?.primal ?? UNDEFINED);
    this.#kernels = nodes.map((node) => ALL_OPS.kernels[OP_NAMES[graph.op[node]! - 2]!]?.at(-1));
    this.#offsets = new Int32Array(STRIDE * size);
    this.#masks = new Int32Array(size);
    this.#makesMask = Uint8Array.from(nodes, (node) => Number(ALL_OPS.masks[graph.op[node]!]));
    this.#rules = nodes.map((node) => RULE_OF[graph.op[node]!]);
    this.#steps = Uint8Array.from(nodes, (node) => Number(FLAT.has(graph.op[node]!)));
    this.#arity = Uint8Array.from(nodes, (node) => graph.arity(node));
    const operand = (j: number): Int32Array =>
      Int32Array.from(nodes, (node) => (j < graph.arity(node) ? at(graph.operand(node, j)) : 0));
    [this.#x, this.#y, this.#z] = [operand(0), operand(1), operand(2)];
    for (let place = 0; place < size; place++)
      this.#offsets.set([place, this.#x[place]!, this.#y[place]!, this.#z[place]!], STRIDE * place);
    this.#t = at(t);
    this.#moving = new Uint8Array(size);
    this.#needed = new Uint8Array(size);
    nodes.forEach((node, place) => {
      this.#moving[place] = Number(node === t || graph.operands(node).some((below) => this.#moving[at(below)] === 1));
    });
    this.values = new Float64Array(size);
    this.#box = makeEnclosures(size);
    this.#constant = new Uint8Array(size);
    this.#constants = new Float64Array(size);
    this.#pieceOf = new Int32Array(size);
    this.#pointOf = new Int32Array(size);
    this.inputs = nodes.filter((node) => graph.op[node] === INPUT && node !== t);
    this.#inputPlaces = Int32Array.from(this.inputs, at);
    const fixed: number[] = [];
    nodes.forEach((node, place) => {
      if (graph.isConstant(node)) this.#fix(place, graph.value(node));
      else if (this.#moving[place] === 0 && this.#arity[place]! > 0) fixed.push(place);
    });
    this.#fixed = Int32Array.from(fixed);
  }

  /** Where the value of a node lies. */
  place(node: NodeId): number {
    return this.#placeOf.get(node)!;
  }

  moves(node: NodeId): boolean {
    return this.#moving[this.place(node)] === 1;
  }

  /** The places of the nodes that t moves and from which `roots` are computed, from below to above. */
  cone(roots: readonly NodeId[]): Int32Array {
    const needed = this.#needed.fill(0);
    let top = -1;
    for (const node of roots) {
      const place = this.place(node);
      needed[place] = 1;
      top = Math.max(top, place);
    }
    let count = 0;
    for (let place = top; place >= 0; place--) {
      if (needed[place] === 0 || this.#moving[place] === 0) continue;
      count++;
      const arity = this.#arity[place]!;
      if (arity > 0) needed[this.#x[place]!] = 1;
      if (arity > 1) needed[this.#y[place]!] = 1;
      if (arity > 2) needed[this.#z[place]!] = 1;
    }
    const found = new Int32Array(count);
    for (let place = top; count > 0; place--)
      if (needed[place] === 1 && this.#moving[place] === 1) found[--count] = place;
    return found;
  }

  /** Computes what t does not move. */
  setInputs(values: ArrayLike<number>): void {
    for (let i = 0; i < this.#inputPlaces.length; i++) this.#fix(this.#inputPlaces[i]!, values[i]!);
    const fixed = this.#fixed;
    for (let i = 0; i < fixed.length; i++) {
      const place = fixed[i]!;
      this.#run(place);
      this.#setConstant(place, this.values[place]!);
    }
  }

  /**
   * Marks what roots are computed from, given what t does not move: of where(z > 1, a, b) one arm alone, and nothing of b in z > 1 and b,
   * where z > 1 is known and does not hold.
   */
  markNeeded(roots: Int32Array): Uint8Array {
    const needed = this.#needed.fill(0);
    const [code, values] = [this.#code, this.values];
    for (let i = 0; i < roots.length; i++) needed[roots[i]!] = 1;
    for (let place = needed.length - 1; place >= 0; place--) {
      if (needed[place] === 0 || this.#moving[place] === 0) continue;
      const [x, y, arity] = [this.#x[place]!, this.#y[place]!, this.#arity[place]!];
      let only = -1;
      if (code[place] === CODE.where) {
        if (this.#moving[x] === 0) only = values[x] !== 0 ? y : this.#z[place]!;
      } else if (code[place] === CODE.and || code[place] === CODE.or) {
        const decides = code[place] === CODE.and ? 0 : -1;
        if (this.#moving[x] === 0 && values[x] === decides) only = x;
        else if (this.#moving[y] === 0 && values[y] === decides) only = y;
      }
      if (only >= 0) needed[only] = 1;
      else {
        if (arity > 0) needed[x] = 1;
        if (arity > 1) needed[y] = 1;
        if (arity > 2) needed[this.#z[place]!] = 1;
      }
    }
    return needed;
  }

  /** Makes t the point that `evaluate` works at. */
  setPoint(t: number): void {
    this.#point++;
    this.values[this.#t] = t;
    this.#pointOf[this.#t] = this.#point;
  }

  /** Computes the values of a cone at the point. */
  evaluate(cone: Int32Array): void {
    const stamp = this.#point;
    const pointOf = this.#pointOf;
    for (let i = 0; i < cone.length; i++) {
      const place = cone[i]!;
      if (pointOf[place] === stamp) continue;
      pointOf[place] = stamp;
      this.#run(place);
    }
  }

  /** Makes [a, b] the piece that `enclose` works on. */
  setPiece(a: number, b: number): void {
    this.#piece++;
    put(this.#box, this.#t, a, b, 0);
    this.#constant[this.#t] = 0;
    this.#pieceOf[this.#t] = this.#piece;
  }

  /** Encloses the values of a cone on the piece. */
  enclose(cone: Int32Array): void {
    const stamp = this.#piece;
    const pieceOf = this.#pieceOf;
    for (let i = 0; i < cone.length; i++) {
      const place = cone[i]!;
      if (pieceOf[place] === stamp) continue;
      pieceOf[place] = stamp;
      this.#encloseOne(place);
    }
  }

  /** Takes a node for one value on all of the piece, where that is known otherwise. */
  assume(place: number, value: number): void {
    this.#pieceOf[place] = this.#piece;
    this.#setConstant(place, value);
  }

  /** Whether a node has one value on all of the piece. */
  isConstant(place: number): boolean {
    return this.#constant[place] === 1;
  }

  /** The value of such a node. */
  constant(place: number): number {
    return this.#constants[place]!;
  }

  low(place: number): number {
    return this.#box.lo[place]!;
  }

  high(place: number): number {
    return this.#box.hi[place]!;
  }

  /** Whether a node may jump or be no number on the piece. */
  isPartial(place: number): boolean {
    return this.#box.partial[place] !== 0;
  }

  // Computes the value of a node from those of its operands.
  #run(place: number): void {
    const masks = this.#masks;
    this.#kernels[place]!(this.values, masks, 1, this.#offsets, STRIDE * place);
    if (this.#makesMask[place] === 1) this.values[place] = masks[place]!;
  }

  #fix(place: number, value: number): void {
    this.values[place] = value;
    this.#masks[place] = value;
    this.#setConstant(place, value);
  }

  #setConstant(place: number, value: number): void {
    this.#constant[place] = 1;
    this.#constants[place] = value;
    put(this.#box, place, value, value, Number.isNaN(value) ? 1 : 0);
  }

  #encloseOne(place: number): void {
    const code = this.#code[place]!;
    const x = this.#x[place]!;
    const y = this.#y[place]!;
    const z = this.#z[place]!;
    const constant = this.#constantOf(code, place, x, y, z);
    if (constant !== undefined) {
      this.#setConstant(place, constant);
      return;
    }
    this.#constant[place] = 0;
    this.#rules[place]!(this.#box, place, x, y, z);
    if (this.#steps[place] === 0) return;
    const { lo, hi } = this.#box;
    if (lo[place] === hi[place]) this.#setConstant(place, lo[place]!);
  }

  // The value of a node that has one value on all of the piece, as far as its operands show it.
  #constantOf(code: number, place: number, x: number, y: number, z: number): number | undefined {
    const known = this.#constant;
    const values = this.#constants;
    const { lo, hi, partial } = this.#box;
    const arity = this.#arity[place]!;
    if (known[x] === 1 && (arity < 2 || known[y] === 1) && (arity < 3 || known[z] === 1)) {
      return this.#primals[place]!(values[x]!, values[y]!, values[z]!);
    }
    switch (code) {
      case CODE.where: {
        const chosen = values[x] !== 0 ? y : z;
        return known[x] === 1 && known[chosen] === 1 ? values[chosen] : undefined;
      }
      case CODE.max:
        if (known[y] === 1 && partial[x] === 0 && hi[x]! < lo[y]!) return values[y];
        return known[x] === 1 && partial[y] === 0 && hi[y]! < lo[x]! ? values[x] : undefined;
      case CODE.min:
        if (known[y] === 1 && partial[x] === 0 && lo[x]! > hi[y]!) return values[y];
        return known[x] === 1 && partial[y] === 0 && lo[y]! > hi[x]! ? values[x] : undefined;
      case CODE.div:
        return known[y] === 1 && values[y] === 0 && this.#hasSign(x) ? lo[x]! / values[y]! : undefined;
      case CODE.mul:
      case CODE.chain:
        if (known[y] === 1 && values[y] === 0 && this.#hasSign(x)) return Math.sign(lo[x]!) * values[y]!;
        return known[x] === 1 && values[x] === 0 && this.#hasSign(y) ? Math.sign(lo[y]!) * values[x]! : undefined;
      default:
        return undefined;
    }
  }

  // Whether a node is finite and of one sign on all of the piece.
  #hasSign(place: number): boolean {
    const { lo, hi, partial } = this.#box;
    return partial[place] === 0 && (lo[place]! > 0 || hi[place]! < 0) && hi[place]! - lo[place]! < Infinity;
  }
}

/** A kernel reads where its result and at most three operands lie, then the operands' steps from lane to lane: none, for one lane. */
const STRIDE = 7;

type Primal = (x: number, y: number, z: number) => number;

// Of inputs and constants nothing is computed.
const UNDEFINED: Primal = () => Number.NaN;

const RULE_OF = /* @__PURE__ */ rulesByCode();

function rulesByCode(): readonly (IntervalRule | undefined)[] {
  return [undefined, undefined, ...OP_NAMES.map((name) => RULES[name])];
}
const FLAT: ReadonlySet<number> = /* @__PURE__ */ codesWith(({ pieces }) => pieces === "flat");
