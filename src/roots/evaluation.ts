/** A plan of a condition is run in two ways: over a piece of the line, which encloses every value, and at a point. */
import { ALL_OPS } from "../autodiff/ops/all-ops.ts";
import { OP_NAMES } from "../autodiff/ops/codes.ts";
import { type ConditionPlan, WIDTH } from "./condition-plan.ts";
import { type Enclosures, type IntervalRule, makeEnclosures, TINY } from "./enclosures.ts";
import { RULES } from "./interval-rules.ts";

// Made in a function, as other tables of calls are, so that bundlers can leave them out.
const RULE_OF = /* @__PURE__ */ rulesByCode();
function rulesByCode(): readonly (IntervalRule | undefined)[] {
  return [undefined, undefined, ...OP_NAMES.map((name) => RULES[name])];
}

/** The sign of an event that is below 0 and not 0 itself. */
export const BELOW = -2;

/**
 * The positions of a plan. `state` holds the sign of each event on the present cell (0: not known); an event with a
 * known sign is held to its side of 0 in whatever is computed. Nothing here allocates after construction.
 */
export class Workspace {
  readonly box: Enclosures;
  readonly values: Float64Array;
  readonly state: Int8Array;
  readonly #plan: ConditionPlan;
  readonly #positionOfT: number;

  constructor(plan: ConditionPlan) {
    this.#plan = plan;
    this.#positionOfT = plan.inputs.length;
    this.box = makeEnclosures(plan.size);
    this.values = new Float64Array(plan.size);
    this.state = new Int8Array(plan.events.length);
    for (const [position, value] of plan.constants) this.#fix(position, value);
  }

  /** Computes what does not depend on t. */
  setInputs(inputs: ArrayLike<number>): void {
    const { fixed } = this.#plan;
    for (let i = 0; i < this.#positionOfT; i++) this.#fix(i, inputs[i]!);
    this.#run(fixed);
    for (let i = 1; i < fixed.length; i += WIDTH) this.#fix(fixed[i]!, this.values[fixed[i]!]!);
  }

  /** Makes [a, b] the piece that `enclose` works on. */
  setPiece(a: number, b: number): void {
    const { box } = this;
    box.lo[this.#positionOfT] = a;
    box.hi[this.#positionOfT] = b;
    if (this.#plan.eventOfT >= 0) this.#holdBox(this.#positionOfT, this.#plan.eventOfT);
  }

  /** Encloses the results of `code` over the piece. */
  enclose(code: Int32Array): void {
    const { box } = this;
    for (let i = 0; i < code.length; i += WIDTH) {
      RULE_OF[code[i]!]!(box, code[i + 1]!, code[i + 2]!, code[i + 3]!, code[i + 4]!);
      if (code[i + 5]! >= 0) this.#holdBox(code[i + 1]!, code[i + 5]!);
    }
  }

  /** Makes t the point that `evaluate` works on. */
  setPoint(t: number): void {
    this.values[this.#positionOfT] = t;
    if (this.#plan.eventOfT >= 0) this.#holdValue(this.#positionOfT, this.#plan.eventOfT);
  }

  /** Computes the results of `code` at the point, as a tape would. */
  evaluate(code: Int32Array): void {
    this.#run(code);
  }

  #run(code: Int32Array): void {
    const { values } = this;
    for (let i = 0; i < code.length; i += WIDTH) {
      const { primal } = ALL_OPS.rows[code[i]!]!;
      values[code[i + 1]!] = primal(values[code[i + 2]!]!, values[code[i + 3]!]!, values[code[i + 4]!]!);
      if (code[i + 5]! >= 0) this.#holdValue(code[i + 1]!, code[i + 5]!);
    }
  }

  #fix(position: number, value: number): void {
    this.values[position] = value;
    this.box.lo[position] = value;
    this.box.hi[position] = value;
    this.box.partial[position] = Number.isNaN(value) ? 1 : 0;
  }

  // An event that is not positive may be 0 throughout (masks are false there), a divisor may not.
  #edge(event: number): number {
    return this.state[event] === BELOW || this.#plan.events[event]!.strict ? -TINY : 0;
  }

  #holdBox(position: number, event: number): void {
    const { lo, hi } = this.box;
    if (this.state[event]! > 0) {
      if (lo[position]! < TINY) lo[position] = TINY;
      if (hi[position]! < TINY) hi[position] = TINY;
    } else if (this.state[event]! < 0) {
      const edge = this.#edge(event);
      if (lo[position]! > edge) lo[position] = edge;
      if (hi[position]! > edge) hi[position] = edge;
    }
  }

  #holdValue(position: number, event: number): void {
    const { values } = this;
    if (this.state[event]! > 0 && values[position]! < TINY) values[position] = TINY;
    else if (this.state[event]! < 0) values[position] = Math.min(values[position]!, this.#edge(event));
  }
}
