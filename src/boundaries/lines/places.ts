/**
 * The places along a line at which decisions change, each in a bracket [a, b] so narrow that nothing else happens there.
 *
 * A piece of the line is settled if the enclosures of all decisions say what they are on it. Of x² > 2 on [0, 8] nothing is known; but
 * the enclosure of its derivative excludes 0, so that it changes once at most: the signs at the ends tell whether, and bisection
 * where, and on both sides of that bracket it is known. What is neither settled nor solved so is split. What is known on a piece
 * is known on its parts, and taken as given where others read it: inside where(x² > 2, …) there is one arm then.
 *
 * What is undecided on a piece of the width of a bracket is one too: if the decision is the same at both ends nothing has changed,
 * as where a curve touches 0, and if several have changed they did so together, as far as doubles can tell.
 */
import type { LineProgram } from "./line-program.ts";

/** A node that may change along the line, as a line program sees it. */
export interface LineDecision {
  /** "mask": the value of the node. "sign": on which side of 0 it is, as a divisor. */
  readonly kind: "mask" | "sign";
  /** Whether its places are sought; those of others are only as far as that helps. */
  readonly isOwn: boolean;
  /** Is it floor(c), which changes where c is whole? */
  readonly isRounding: boolean;
  readonly place: number;
  readonly cone: Int32Array;
  /** Where the values of c and of its derivative c′ lie, for a comparison c > 0 and for floor(c). */
  readonly operand?: number;
  readonly slope?: { readonly place: number; readonly cone: Int32Array };
}

/** Half of the line, in standard deviations, beyond which the density of a normal is 0. */
const REACH = 38;
/** Within these the line is searched through, or the model refused; beyond, as far as it takes few pieces: φ(12) is 2e-32. */
const NEAR = 12;
/**
 * The same where values are rounded: of exp(x) under an sd of 1 there are 160,000 whole values up to t = 12, and 5,000 up to 8.5, beyond
 * which no sample of a normal in double precision lies. φ(8.5) is 8e-17.
 */
const NEAR_ROUNDED = 8.5;
/** Most pieces that are looked at within `NEAR`. */
const PIECES_BUDGET = 20_000;
/** Most pieces that are looked at beyond `NEAR`. */
const FAR_BUDGET = 24;
/** Width of a bracket, relative to t where that is large. */
const WIDTH = 1e-12;
/**
 * After so many pieces a line is a hard one: c comes so near to 0 without crossing it that rounding hides its sign, as exp(x) − 1 − x does
 * for |x| < 1e-8, or there are very many places, as of sin(1/x). Comparisons are then enclosed by c(m) + c′·(t − m) too, and brackets may be
 * wider: what is undecided on one of 1e-8 changes what is counted by 1e-8 of the density there at most.
 */
const HARD = 128;
const WIDTHS: readonly (readonly [pieces: number, width: number])[] = [
  [8192, 1e-5],
  [2048, 1e-6],
  [HARD, 1e-8],
];
/** A bound on how far c gets is taken so many times. */
const SAFETY = 1.01;
/** So many open decisions are solved one by one. */
const FEW = 4;
/** Pieces are split here: no halves, so that their ends do not lie on round numbers, where programs like to switch. */
const SPLIT = 0.4871237;

function widthAfter(pieces: number): number {
  return WIDTHS.find(([used]) => pieces > used)?.[1] ?? WIDTH;
}

export class Places {
  /** The brackets found. */
  count = 0;
  from: Float64Array = new Float64Array(64);
  to: Float64Array = new Float64Array(64);
  /** For each a decision of the kind "sign" whose value may be 0 there, or −1. */
  touched: Int32Array = new Int32Array(64);
  readonly #program: LineProgram;
  readonly #decisions: readonly LineDecision[];
  readonly #roots: Int32Array;
  // 1 for the nodes from which the roots are computed, given the decisions that are the same on all of the line.
  #needed: Uint8Array = new Uint8Array(0);
  readonly #refuse: (decision: number, t: number, pieces: number) => never;
  // Which decisions were needed when places were found.
  readonly #searched: Uint8Array;
  readonly #near: number;
  #isFound = false;
  // A stack of pieces; of each decision 1 where its value on the piece is known.
  #pieces = 0;
  readonly #a: number[] = [];
  readonly #b: number[] = [];
  readonly #known: Uint8Array[] = [];
  readonly #values: Float64Array[] = [];
  // The bracket that `#solve` found.
  #low = 0;
  #high = 0;

  /** `roots` are the places of the values for whose sake decisions are sought. */
  constructor(
    program: LineProgram,
    decisions: readonly LineDecision[],
    roots: Int32Array,
    refuse: (decision: number, t: number, pieces: number) => never,
  ) {
    this.#program = program;
    this.#decisions = decisions;
    this.#roots = roots;
    this.#refuse = refuse;
    this.#searched = new Uint8Array(decisions.length);
    this.#near = decisions.some(({ isRounding }) => isRounding) ? NEAR_ROUNDED : NEAR;
  }

  /**
   * Finds the brackets, for the inputs that the program has been given; calls `refuse` where they are too many to tell apart. They stay
   * what they were where `isMoved` says that no decision reads an input that is another one than before.
   */
  find(isMoved: boolean): void {
    const [decisions, searched] = [this.#decisions, this.#searched];
    this.#needed = this.#program.markNeeded(this.#roots);
    let isSame = !isMoved && this.#isFound;
    for (let k = 0; k < decisions.length; k++) {
      const is = this.#needed[decisions[k]!.place]!;
      if (searched[k] !== is) isSame = false;
      searched[k] = is;
    }
    if (isSame) return;
    this.#isFound = false;
    this.count = 0;
    this.#pieces = 0;
    this.#search();
    this.#isFound = true;
  }

  #search(): void {
    if (!this.#decisions.some(({ isOwn, place }) => isOwn && this.#needed[place] === 1)) return;
    this.#push(-REACH, REACH, -1);
    let [near, far] = [0, 0];
    while (this.#pieces > 0) {
      const top = --this.#pieces;
      const [a, b] = [this.#a[top]!, this.#b[top]!];
      if (b <= -this.#near || a >= this.#near) {
        if (++far > FAR_BUDGET) continue;
      } else near++;
      this.#look(a, b, top, near);
    }
  }

  // Settles a piece or leaves its parts on the stack.
  #look(a: number, b: number, top: number, pieces: number): void {
    const [program, decisions] = [this.#program, this.#decisions];
    const [known, values] = [this.#known[top]!, this.#values[top]!];
    program.setPiece(a, b);
    for (let k = 0; k < decisions.length; k++) if (known[k] === 1) program.assume(decisions[k]!.place, values[k]!);
    const isHard = pieces > HARD;
    let [undecided, touched, own, others] = [-1, -1, 0, 0];
    for (let k = 0; k < decisions.length; k++) {
      if (!decisions[k]!.isOwn || this.#isSettled(k, known, values)) continue;
      if (isHard && this.#isBounded(k, known, values, a, b)) continue;
      undecided = k;
      own++;
      if (decisions[k]!.kind === "sign") touched = k;
    }
    if (undecided < 0) return;
    if (b - a <= widthAfter(pieces) * Math.max(1, -a, b)) {
      this.#add(a, b, touched);
      return;
    }
    for (let k = 0; k < decisions.length; k++) {
      if (decisions[k]!.isOwn || this.#isSettled(k, known, values)) continue;
      if (!(isHard && this.#isBounded(k, known, values, a, b))) others++;
    }
    for (let k = 0; k < decisions.length; k++) {
      const decision = decisions[k]!;
      // Of many others that are open most are not where one of those sought changes.
      if (
        known[k] === 1 ||
        this.#needed[decision.place] === 0 ||
        (others > FEW && !decision.isOwn) ||
        program.isConstant(decision.place) ||
        !this.#isMonotone(decision)
      )
        continue;
      if (this.#solve(decision, a, b)) {
        const [low, high] = [this.#low, this.#high];
        this.#add(low, high, -1);
        // A rounded value may change again beyond.
        if (decision.isRounding) {
          if (pieces > PIECES_BUDGET) this.#refuse(k, a, PIECES_BUDGET);
          this.#push(high, b, top);
          this.#push(a, low, top);
          return;
        }
        const [before, after] = [this.#truthAt(decision, a), this.#truthAt(decision, b)];
        // The piece itself is overwritten by its parts.
        this.#push(high, b, top, k, after);
        this.#push(a, low, top, k, before);
        return;
      }
      known[k] = 1;
      values[k] = this.#truthAt(decision, a);
      if (decision.isOwn && own === 1) return;
      this.#push(a, b, top);
      return;
    }
    if (pieces > PIECES_BUDGET) this.#refuse(undecided, a, PIECES_BUDGET);
    let middle = a + SPLIT * (b - a);
    const edge = this.#near;
    if (a < -edge && b > -edge) middle = -edge;
    else if (a < edge && b > edge) middle = edge;
    this.#push(middle, b, top);
    this.#push(a, middle, top);
  }

  // Whether a decision is one thing on the whole piece.
  #isSettled(k: number, known: Uint8Array, values: Float64Array): boolean {
    const program = this.#program;
    const { kind, place, cone } = this.#decisions[k]!;
    if (known[k] === 1 || this.#needed[place] === 0) return true;
    program.enclose(cone);
    if (kind === "sign" && !program.isPartial(place) && (program.low(place) > 0 || program.high(place) < 0))
      return true;
    if (!program.isConstant(place)) return false;
    // A divisor of one value is not taken as given where it is another one of the same sign.
    if (kind === "mask") {
      known[k] = 1;
      values[k] = program.constant(place);
    }
    return true;
  }

  // Whether a comparison c > 0 is one thing on the whole piece, as c does not get from its value in the middle to 0 with slopes such as
  // it has; floor(c) is, as c does not get to the next whole number. The value in the middle may be nothing but rounding, as that of x − tanh(x) at
  // 1e-9, where pieces side by side would be given two values with no place between them: so it is that of both ends, which neighbours share.
  #isBounded(k: number, known: Uint8Array, values: Float64Array, a: number, b: number): boolean {
    const program = this.#program;
    const decision = this.#decisions[k]!;
    const { operand, slope, cone, isRounding } = decision;
    if (operand === undefined || slope === undefined || program.isPartial(operand)) return false;
    program.enclose(slope.cone);
    const steepest = Math.max(Math.abs(program.low(slope.place)), Math.abs(program.high(slope.place)));
    program.setPoint(a + 0.5 * (b - a));
    program.evaluate(cone);
    const c = program.values[operand]!;
    if (!(Math.abs(isRounding ? c - Math.round(c) : c) > SAFETY * 0.5 * (b - a) * steepest)) return false;
    const value = program.values[decision.place]!;
    if (this.#truthAt(decision, a) !== value || this.#truthAt(decision, b) !== value) return false;
    known[k] = 1;
    values[k] = value;
    return true;
  }

  // Whether c of a comparison c > 0, or of floor(c), rises or falls on all of the piece, so that it passes a level once at most.
  #isMonotone({ operand, slope }: LineDecision): boolean {
    const program = this.#program;
    if (operand === undefined || slope === undefined || program.isPartial(operand)) return false;
    program.enclose(slope.cone);
    return program.low(slope.place) >= 0 || program.high(slope.place) <= 0;
  }

  #truthAt({ place, cone }: LineDecision, t: number): number {
    return this.#valueOf(place, cone, t);
  }

  #valueOf(place: number, cone: Int32Array, t: number): number {
    this.#program.setPoint(t);
    this.#program.evaluate(cone);
    return this.#program.values[place]!;
  }

  // Whether a decision changes on [a, b], where its operand is monotone; the bracket of one change is in `#low` and `#high`.
  #solve({ operand, cone, isRounding }: LineDecision, a: number, b: number): boolean {
    let [low, high] = [a, b];
    let level = 0;
    let atLow = this.#valueOf(operand!, cone, a);
    let atHigh = this.#valueOf(operand!, cone, b);
    if (isRounding) {
      const [least, most] = [Math.floor(Math.min(atLow, atHigh)), Math.floor(Math.max(atLow, atHigh))];
      if (!(least < most)) return false;
      // Of many values one in the middle, so that what is left on both sides is as much.
      level = least + Math.ceil(0.5 * (most - least));
      [atLow, atHigh] = [atLow - level, atHigh - level];
    }
    // floor(c) has a value from where c reaches it.
    const above = isRounding ? atLow >= 0 : atLow > 0;
    if (above === (isRounding ? atHigh >= 0 : atHigh > 0)) return false;
    // Secant steps, and a bisection after each that did not halve the bracket.
    for (let bisects = false; high - low > WIDTH * Math.max(1, -low, high); ) {
      const width = high - low;
      const share = bisects ? SPLIT : atLow / (atLow - atHigh);
      const inside = share > 0 && share < 1 ? low + share * width : low + SPLIT * width;
      const margin = 0.4 * WIDTH * Math.max(1, -low, high);
      for (let side = bisects ? 0 : -1; side < 2; side += 2) {
        const t = inside + side * margin;
        if (!(low < t && t < high)) continue;
        const value = this.#valueOf(operand!, cone, t) - level;
        if ((isRounding ? value >= 0 : value > 0) === above) {
          low = t;
          atLow = value;
        } else {
          high = t;
          atHigh = value;
        }
      }
      bisects = high - low > 0.5 * width;
    }
    this.#low = low;
    this.#high = high;
    return true;
  }

  // Adds a piece with what is known on the one at `parent`, and of one decision more.
  #push(a: number, b: number, parent: number, decision = -1, value = 0): void {
    const at = this.#pieces++;
    if (at === this.#known.length) {
      this.#known.push(new Uint8Array(this.#decisions.length));
      this.#values.push(new Float64Array(this.#decisions.length));
    }
    [this.#a[at], this.#b[at]] = [a, b];
    if (parent < 0) this.#known[at]!.fill(0);
    else if (parent !== at) {
      this.#known[at]!.set(this.#known[parent]!);
      this.#values[at]!.set(this.#values[parent]!);
    }
    if (decision < 0) return;
    this.#known[at]![decision] = 1;
    this.#values[at]![decision] = value;
  }

  // Where two noises make a divisor 0 to rounding, as those of x − y do on a few doubles in a row, it is undecided on two pieces side by side, and
  // at the end that they share ℓ is 0/0: they are one place.
  #add(a: number, b: number, touched: number): void {
    const last = this.count - 1;
    if (touched >= 0 && last >= 0 && this.touched[last] === touched && this.to[last] === a) {
      this.to[last] = b;
      return;
    }
    if (this.count === this.from.length) {
      const { from, to, touched: which } = this;
      this.from = new Float64Array(2 * this.count);
      this.to = new Float64Array(2 * this.count);
      this.touched = new Int32Array(2 * this.count);
      this.from.set(from);
      this.to.set(to);
      this.touched.set(which);
    }
    this.touched[this.count] = touched;
    this.from[this.count] = a;
    this.to[this.count++] = b;
  }
}
