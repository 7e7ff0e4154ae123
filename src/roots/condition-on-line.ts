/**
 * A condition and its inner conditions (events) along one input t, looked at with what each look costs counted: enclosures over a
 * piece of the line, values at a point, and the signs that both settle. For z² > 2 on [1, 2] the enclosure of z² − 2 is [−1, 2], of no
 * certain sign; on [1.5, 2] it is [0.25, 2], positive. `Finder` decides with these where to look next.
 */
import type { NodeId } from "../autodiff/ops/op.ts";
import type { ConditionPlan, Event, Sought } from "./condition-plan.ts";
import { BELOW, Workspace } from "./evaluation.ts";

/** Undecided events of which every combination of signs is tried: 1024 enclosures. With more, c counts as not clear and is split. */
const MOST_UNDECIDED = 10;

export interface Settings {
  readonly reach: number;
  readonly budget: number;
  readonly refuseJumpsWithin: number;
  /** Name of the input. */
  readonly along: string;
  /** The text of a node; of the condition if there is none. */
  readonly text: (node?: NodeId) => string;
}

export class ConditionOnLine {
  protected readonly plan: ConditionPlan;
  protected readonly budget: number;
  protected readonly text: (node?: NodeId) => string;
  protected readonly along: string;
  protected readonly work: Workspace;
  protected readonly undecided: Int32Array;
  /** Interval evaluations since `find` was called. */
  protected spent = 0;
  /** What `at` has computed: c and its derivative at a point. */
  protected value = 0;
  protected slope = 0;

  constructor(plan: ConditionPlan, { budget, along, text }: Settings) {
    this.plan = plan;
    this.budget = budget;
    this.text = text;
    this.along = along;
    this.work = new Workspace(plan);
    this.undecided = new Int32Array(plan.events.length);
  }

  /** Does the sought exclude 0 on [a, b] for either sign of every event that is undecided there (of ten at most)? */
  protected isClear(sought: Sought, a: number, b: number): boolean {
    const { state } = this.work;
    const undecided = this.undecided;
    let count = 0;
    for (let event = 0; event < state.length; event++) if (state[event] === 0) undecided[count++] = event;
    if (count === 0 || count > MOST_UNDECIDED) return false;
    let clear = true;
    for (let signs = 0; clear && signs < 1 << count; signs++) {
      for (let j = 0; j < count; j++) state[undecided[j]!] = (signs >> j) & 1 ? 1 : BELOW;
      clear = this.enclosedSign(sought, a, b) !== 0;
    }
    for (let j = 0; j < count; j++) state[undecided[j]!] = 0;
    return clear;
  }

  /** ±1 if the sought excludes 0 on [a, b] (−1 also where it is undefined), else 0. */
  protected enclosedSign(sought: Sought, a: number, b: number): number {
    this.spend(sought, a);
    const { box } = this.work;
    this.work.setPiece(a, b);
    this.work.enclose(sought.value);
    if (box.lo[sought.position]! > 0) return 1;
    return box.hi[sought.position]! >= 0 ? 0 : -1;
  }

  /**
   * ±1 if the enclosure just computed, of sign `sign`, settles the side of 0 on which an event is, else 0. Where only a
   * division reads it, it may touch 0 from one side: c is undefined there, and the same beyond.
   */
  protected settledSign(event: Event, sign: number): number {
    const { lo, hi, partial } = this.work.box;
    const { position, strict, masked } = event;
    if (sign > 0) return partial[position] === 0 ? 1 : 0;
    if (sign < 0) return -1;
    if (hi[position]! <= 0 && !(strict && masked)) return -1;
    return lo[position]! >= 0 && strict && !masked && partial[position] === 0 ? 1 : 0;
  }

  /** The sign of an event between cuts; it may be 0 at a point where it touches 0. */
  protected signInside(event: Event, a: number, b: number): number {
    const middle = a + (b - a) / 2;
    const sign = this.sign(event, middle);
    return sign > 0 || this.work.values[event.position]! !== 0 ? sign : this.sign(event, a + (middle - a) / 2);
  }

  /** ±1 if the sought, whose enclosure has just been computed, is continuous and strictly monotone there, else 0. */
  protected direction(sought: Sought): number {
    const { box } = this.work;
    if (box.partial[sought.position] !== 0) return 0;
    this.spent++;
    this.work.enclose(sought.derivative);
    return box.lo[sought.slope]! > 0 ? 1 : box.hi[sought.slope]! < 0 ? -1 : 0;
  }

  protected at(sought: Sought, t: number): void {
    const { values } = this.work;
    this.work.setPoint(t);
    this.work.evaluate(sought.value);
    this.work.evaluate(sought.derivative);
    this.value = values[sought.position]!;
    this.slope = values[sought.slope]!;
  }

  /** +1 where the computed sought is positive, else −1. */
  protected sign(sought: Sought, t: number): number {
    this.work.setPoint(t);
    this.work.evaluate(sought.value);
    return this.work.values[sought.position]! > 0 ? 1 : -1;
  }

  protected spend(sought: Sought, t: number): void {
    if (++this.spent <= this.budget) return;
    const inner = sought === this.plan.condition ? "" : `, cutting at \`${this.text(sought.node)}\` = 0`;
    throw new RangeError(
      `find: the roots of \`${this.text()}\` along ${this.along} are not isolated; got ${this.budget} interval evaluations used up at ${this.along}=${t}${inner}, expected fewer; try a larger budget`,
    );
  }

  protected refuse(t: number): never {
    throw new RangeError(
      `find: the roots of \`${this.text()}\` along ${this.along} cannot be isolated; got a value within rounding of 0 at ${this.along}=${t} without a certain change of sign, expected roots that are simple and apart from jumps`,
    );
  }
}
