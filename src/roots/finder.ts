/**
 * The finder has all roots of a condition c along one input t, with a guarantee.
 *
 * The line is cut at the roots of the inner conditions (events) on which c or its derivative switches; cuts are found
 * by the same method. Between cuts a piece is settled if the enclosure of c excludes 0 or that of c′ does (c is strictly
 * monotone, and the signs at its ends tell whether there is a root); otherwise it is split. The sign at a point is that
 * of the computed c, the truth of c > 0, so that two pieces never disagree about the end they share.
 *
 * Within the few doubles of a cut both continuations are enclosed. If they exclude 0 and do not touch, c jumps there but
 * has no root. If they touch, c is continuous as far as doubles can tell, and if both are monotone in one direction, a
 * change of sign is a root. Everything else is refused. An event whose sign stays undecided somewhere is no error by
 * itself: there c is enclosed for both signs.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import { ConditionOnLine, type Settings } from "./condition-on-line.ts";
import type { ConditionPlan, Event, Sought } from "./condition-plan.ts";
import { EPSILON, TINY } from "./enclosures.ts";
import { BELOW } from "./evaluation.ts";
import { AFTER, BEFORE, BLURRED, Cells, OPEN, Pieces } from "./pieces.ts";

// Doubles on each side of a cut; two at least, so that an enclosure beside it has a width.
const FIRST_MARGIN = 4;
// √u over a cut at 1 is [1e-162, 1e-8], log u is [−744, −34]: only the first tends to 0.
const EDGE_TOLERANCE = 1e-3;
// Interval evaluations spent on the cuts of one kink in one cell.
const KINK_BUDGET = 500;

/** A plan with its workspace; see `RootFinder` for what `find` promises. */
export class Finder extends ConditionOnLine {
  readonly inputs: readonly NodeId[];
  readonly #reach: number;
  readonly #refuseJumpsWithin: number;
  readonly #stack = new Pieces();
  readonly #cuts = new Pieces();
  #cells: Cells;
  #next: Cells;
  #roots: Float64Array = new Float64Array(0);
  #found = 0;

  constructor(plan: ConditionPlan, settings: Settings) {
    super(plan, settings);
    this.inputs = plan.inputs;
    this.#reach = settings.reach;
    this.#refuseJumpsWithin = settings.refuseJumpsWithin;
    this.#cells = new Cells(plan.events.length);
    this.#next = new Cells(plan.events.length);
  }

  find(values: ArrayLike<number>, roots: Float64Array): number {
    const { condition, events } = this.plan;
    this.#checkValues(values);
    if (condition === undefined) return 0;
    const work = this.work;
    work.setInputs(values);
    work.state.fill(0);
    this.spent = 0;
    this.#found = 0;
    this.#roots = roots;
    this.#cells.count = 0;
    this.#cells.add(-this.#reach, this.#reach, OPEN, work.state, -1, 0);
    for (let event = 0; event < events.length; event++) this.#cutAt(events[event]!, event);
    for (let cell = 0; cell < this.#cells.count; cell++) {
      const kind = this.#cells.kind[cell]!;
      if (kind === AFTER) continue;
      this.#cells.load(cell, work.state);
      if (kind === OPEN) this.#search(condition, undefined, this.#cells.from[cell]!, this.#cells.to[cell]!);
      else if (kind === BEFORE) this.#crossCut(condition, cell);
      else this.#crossBlur(condition, this.#cells.from[cell]!, this.#cells.to[cell]!);
    }
    return this.#found;
  }

  /** Splits the cells at the roots of an event. */
  #cutAt(event: Event, index: number): void {
    const cells = this.#cells;
    const next = this.#next;
    const { state } = this.work;
    next.count = 0;
    for (let cell = 0; cell < cells.count; cell++) {
      const from = cells.from[cell]!;
      const to = cells.to[cell]!;
      cells.load(cell, state);
      if (cells.kind[cell] !== OPEN) {
        next.add(
          from,
          to,
          cells.kind[cell]!,
          state,
          index,
          this.settledSign(event, this.enclosedSign(event, from, to)),
        );
        continue;
      }
      const cuts = this.#cuts;
      cuts.count = 0;
      if (!this.#search(event, event, from, to)) {
        next.add(from, to, OPEN, state, index, 0);
        continue;
      }
      let start = from;
      for (let cut = 0; cut < cuts.count; cut++) {
        const a = cuts.from[cut]!;
        const b = cuts.to[cut]!;
        if (a > start) next.add(start, a, OPEN, state, index, this.signInside(event, start, a));
        if (cuts.kind[cut] === BLURRED) next.add(a, b, BLURRED, state, index, 0);
        else {
          next.add(a, b, BEFORE, state, index, this.sign(event, a) > 0 ? 1 : BELOW);
          next.add(a, b, AFTER, state, index, this.sign(event, b) > 0 ? 1 : BELOW);
        }
        start = b;
      }
      if (to > start) next.add(start, to, OPEN, state, index, this.signInside(event, start, to));
    }
    this.#cells = next;
    this.#next = cells;
  }

  /**
   * Settles [from, to], left to right. Roots of the condition are written out; if the sought is an event, the doubles
   * around each root become a cut. False if a kink is given up: c is continuous there and can do without that cut.
   */
  #search(sought: Sought, event: Event | undefined, from: number, to: number): boolean {
    const limit = event?.kink ? this.spent + KINK_BUDGET : Infinity;
    const stack = this.#stack;
    stack.count = 0;
    stack.push(from, to, 0);
    while (stack.count > 0) {
      if (this.spent > limit) return false;
      const top = --stack.count;
      const a = stack.from[top]!;
      const b = stack.to[top]!;
      const sign = this.enclosedSign(sought, a, b);
      if (event === undefined ? sign !== 0 : this.settledSign(event, sign) !== 0) continue;
      const direction = this.direction(sought);
      this.at(sought, b);
      const valueAtB = this.value;
      const slopeAtB = this.slope;
      this.at(sought, a);
      const slopeAtA = this.slope;
      if (direction !== 0 && !Number.isNaN(this.value) && !Number.isNaN(valueAtB)) {
        if (this.value > 0 === valueAtB > 0) continue;
        const root = this.#solve(sought, a, b, this.value > 0);
        if (event === undefined) this.#push(root);
        else this.#bracket(event, root, from, to);
        continue;
      }
      const middle = a + (b - a) / 2;
      if (!(a < middle && middle < b) || b - a <= 4 * EPSILON * Math.max(-a, b)) {
        if (event === undefined) this.refuse(a);
        this.#cut(a, b, BLURRED);
      } else if (stack.kind[top] === 1 || !this.#splitAtExtremum(sought, a, b, slopeAtA, slopeAtB)) {
        stack.push(middle, b, 0);
        stack.push(a, middle, 0);
      }
    }
    return true;
  }

  /** Splits around an estimate of the extremum of c, if its slopes at the ends suggest one; exact for a parabola. */
  #splitAtExtremum(sought: Sought, a: number, b: number, slopeAtA: number, slopeAtB: number): boolean {
    if (!(slopeAtA < 0 ? slopeAtB > 0 : slopeAtA > 0 && slopeAtB < 0)) return false;
    const curvature = slopeAtB / (b - a) - slopeAtA / (b - a);
    const extremum = a - slopeAtA / curvature;
    this.at(sought, extremum);
    // Half the distance at which a parabola through the extremum is 0.
    const margin = 0.5 * Math.sqrt(Math.abs((2 * this.value) / curvature));
    const left = extremum - margin;
    const right = extremum + margin;
    if (!(a < left && left < extremum && extremum < right && right < b)) return false;
    const stack = this.#stack;
    stack.push(right, b, 1);
    stack.push(left, right, 1);
    stack.push(a, left, 1);
    return true;
  }

  /** Newton's method, safeguarded by bisection, on [a, b] where c is monotone and changes its sign. */
  #solve(sought: Sought, a: number, b: number, positiveAtA: boolean): number {
    let x = a + (b - a) / 2;
    let step = b - a;
    while (a < x && x < b) {
      this.at(sought, x);
      if (this.value === 0) return x;
      if (this.value > 0 === positiveAtA) a = x;
      else b = x;
      const newton = this.value / this.slope;
      const towards = x - newton;
      if (Math.abs(newton) <= EPSILON * Math.abs(x)) return Math.min(Math.max(towards, a), b);
      // Bisect where Newton's step leaves the bracket or shrinks too slowly.
      const good = towards > a && towards < b && Math.abs(newton) <= 0.5 * step;
      step = good ? Math.abs(newton) : (b - a) / 2;
      x = good ? towards : a + (b - a) / 2;
    }
    return x;
  }

  /** Makes the doubles around a root of an event a cut: so many that its sign is certain on both sides. */
  #bracket(event: Event, root: number, start: number, end: number): void {
    const { box } = this.work;
    this.enclosedSign(event, root, root);
    const rounding = Math.max(Math.abs(box.lo[event.position]!), Math.abs(box.hi[event.position]!));
    this.at(event, root);
    const blur = (2 * rounding) / Math.abs(this.slope);
    const margin = Math.max(FIRST_MARGIN * Math.max(EPSILON * Math.abs(root), TINY), blur < Infinity ? blur : 0);
    let from = root;
    for (let step = margin; from > start; step *= 2) {
      from = Math.max(start, root - step);
      if (this.settledSign(event, this.enclosedSign(event, from, from)) !== 0) break;
    }
    let to = root;
    for (let step = margin; to < end; step *= 2) {
      to = Math.min(end, root + step);
      if (this.settledSign(event, this.enclosedSign(event, to, to)) !== 0) break;
    }
    this.#cut(from, to, BEFORE);
  }

  /** Adds a cut; cuts that touch become one that is blurred. */
  #cut(from: number, to: number, kind: number): void {
    const cuts = this.#cuts;
    const last = cuts.count - 1;
    if (last >= 0 && from <= cuts.to[last]!) {
      cuts.from[last] = Math.min(from, cuts.from[last]!);
      cuts.to[last] = Math.max(to, cuts.to[last]!);
      cuts.kind[last] = BLURRED;
    } else cuts.push(from, to, kind);
  }

  /** A cut of an event: c must jump there without touching 0, or go through it in one direction. */
  #crossCut(sought: Sought, cell: number): void {
    const { box, state } = this.work;
    const { position } = sought;
    const a = this.#cells.from[cell]!;
    const b = this.#cells.to[cell]!;
    const signBefore = this.enclosedSign(sought, a, b);
    const emptyBefore = Number.isNaN(box.lo[position]);
    const lowBefore = emptyBefore ? 0 : box.lo[position]!;
    const highBefore = emptyBefore ? 0 : box.hi[position]!;
    const partialBefore = box.partial[position]! !== 0;
    const directionBefore = this.direction(sought);
    const startsPositive = this.sign(sought, a) > 0;
    const clearBefore = signBefore !== 0 || this.isClear(sought, a, b);
    this.#cells.load(cell + 1, state);
    const signAfter = this.enclosedSign(sought, a, b);
    if (signBefore !== 0 && signBefore === signAfter) return;
    const emptyAfter = Number.isNaN(box.lo[position]);
    const lowAfter = emptyAfter ? 0 : box.lo[position]!;
    const highAfter = emptyAfter ? 0 : box.hi[position]!;
    // Both sides stop at the last double before the event's 0, so that what is continuous is up to a width apart. A side
    // on which c is undefined stands for the value 0: c that tends to 0 at the edge of its domain is refused.
    const width = highBefore - lowBefore + (highAfter - lowAfter);
    const gap = Math.max(lowBefore, lowAfter) - Math.min(highBefore, highAfter);
    const edge = emptyBefore || emptyAfter;
    const touches = width < Infinity && gap <= (edge ? EDGE_TOLERANCE * width : width);
    const blurred = !edge && (partialBefore || box.partial[position] !== 0);
    const directionAfter = this.direction(sought);
    if ((!touches || blurred) && clearBefore && (signAfter !== 0 || this.isClear(sought, a, b))) {
      const refuses = sought === this.plan.condition && Math.abs(a) < this.#refuseJumpsWithin;
      if (refuses && startsPositive !== this.sign(sought, b) > 0) this.#checkJump(cell, a);
      return;
    }
    if (!touches || directionBefore === 0 || directionBefore !== directionAfter) this.refuse(a);
    if (startsPositive !== this.sign(sought, b) > 0) this.#push(a + (b - a) / 2);
  }

  /**
   * c jumps across 0 at a cut. Where an inner condition switches, that condition's boundary is the place; at a pole or at the
   * edge of a domain there would be none.
   */
  #checkJump(cell: number, t: number): void {
    const { events } = this.plan;
    const { state } = this.work;
    this.#cells.load(cell, state);
    const before = state.slice();
    this.#cells.load(cell + 1, state);
    const event = events.find((_, index) => before[index] !== state[index]);
    if (event?.masked) return;
    throw new RangeError(
      `find: \`${this.text()}\` jumps across 0 at ${this.along}=${t}, where \`${this.text(event?.node)}\` is 0; expected a condition without such a pole or edge, for instance with the denominators multiplied out`,
    );
  }

  #crossBlur(sought: Sought, a: number, b: number): void {
    if (this.enclosedSign(sought, a, b) !== 0) return;
    const direction = this.direction(sought);
    if (this.isClear(sought, a, b)) return;
    if (direction === 0) this.refuse(a);
    const startsPositive = this.sign(sought, a) > 0;
    if (startsPositive !== this.sign(sought, b) > 0) this.#push(this.#solve(sought, a, b, startsPositive));
  }

  #push(root: number): void {
    if (this.#found === this.#roots.length)
      throw new RangeError(
        `find: more roots of \`${this.text()}\` along ${this.along} than the array holds; got room for ${this.#found}`,
      );
    this.#roots[this.#found++] = root;
  }

  #checkValues(values: ArrayLike<number>): void {
    if (values.length !== this.inputs.length)
      throw new RangeError(
        `find: one value for each input is needed; got ${values.length}, expected ${this.inputs.length}`,
      );
    for (let i = 0; i < values.length; i++)
      if (Number.isNaN(values[i]))
        throw new RangeError(`find: an input of \`${this.text()}\` is NaN; got \`${this.text(this.inputs[i])}\`=NaN`);
  }
}
