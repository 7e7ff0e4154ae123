/**
 * Plain programs decide by `if`. On a value that is not traced they do what JavaScript does: one arm runs. On a latent both arms run, each from
 * the same variables, under the `branch` of the program, and what they leave in a variable becomes one value by selection:
 *
 *     let mean = -2;            decide(gt(z, 0), () => { mean = 5; }, undefined, state)
 *     if (z > 0) mean = 5;      mean is then where(gt(z, 0), 5, -2)
 */
import { and, Condition, or, type Truth, where } from "../../autodiff/expr.ts";
import { both, type State } from "./arms.ts";
import { type Completion, ended, proceed, type Run } from "./completions.ts";
import { currentFrame } from "./frame.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isTraced, type Made, numberOf, select, truthOf } from "./values.ts";

/** An `if` none of whose arms returns. */
export function decide(
  test: unknown,
  then: (() => void) | undefined,
  otherwise: (() => void) | undefined,
  place: string,
  state?: State,
): void {
  if (!isTraced(test)) {
    if (test) then?.();
    else otherwise?.();
    return;
  }
  both(truthOf(test), then, otherwise, place, state);
}

/**
 * An `if` of which some arm may return; `rest` is what follows it. `returns` says which arm always does: "then", "else", "both", or "" where none does.
 * The rest is then part of the other arm, so that `if (z > 0) return f(); g();` is `branch(gt(z, 0), f, g)`.
 */
export function decideAndReturn(
  test: unknown,
  then: Run | undefined,
  otherwise: Run | undefined,
  rest: Run | undefined,
  returns: "then" | "else" | "both" | "",
  place: string,
  state?: State,
): Completion {
  if (!isTraced(test)) return proceed(test ? then?.() : otherwise?.(), rest, place, state);
  const condition = truthOf(test);
  const goOn =
    (arm: Run | undefined): Run =>
    (): Completion =>
      proceed(arm?.(), rest, place, state);
  if (returns === "then") return ended(condition, both(condition, then, goOn(otherwise), place, state), place);
  if (returns === "else") return ended(condition, both(condition, goOn(then), otherwise, place, state), place);
  const completion = ended(condition, both(condition, then, otherwise, place, state), place);
  return returns === "both" ? completion : proceed(completion, rest, place, state);
}

/** `test ? x : y` */
export function choose(
  test: unknown,
  x: () => unknown,
  y: () => unknown,
  isPure: boolean,
  place: string,
  state?: State,
): unknown {
  if (!isTraced(test)) return test ? x() : y();
  const condition = truthOf(test);
  const [taken, other, made] = isPure ? [x(), y()] : both(condition, x, y, place, state);
  // An expression statement such as `z > 0 ? observe(…) : observe(…)` has no value.
  return taken === undefined && other === undefined ? undefined : choice(condition, taken, other, place, made);
}

function choice(condition: Truth, x: unknown, y: unknown, place: string, made?: Made): unknown {
  if (typeof condition === "boolean") return condition ? x : y;
  const numbers = isTraced(x) || typeof x === "number" ? isTraced(y) || typeof y === "number" : false;
  return numbers && !(x instanceof Condition && y instanceof Condition)
    ? where(condition, numberOf(x), numberOf(y))
    : select(condition, x, y, "? :", place, made);
}

/** `x && y` */
export const conjoin: Logical = (...operands) => logical(true, ...operands);

/** `x || y` */
export const disjoin: Logical = (...operands) => logical(false, ...operands);

type Logical = (
  x: unknown,
  y: () => unknown,
  isPure: boolean,
  place: string,
  isStatement: boolean,
  state?: State,
) => unknown;

function logical(isAnd: boolean, ...[x, y, isPure, place, isStatement, state]: Parameters<Logical>): unknown {
  if (!isTraced(x)) return isAnd ? x && y() : x || y();
  const condition = truthOf(x);
  const [then, otherwise] = isAnd ? [y, undefined] : [undefined, y];
  const other = isPure ? y() : both(condition, then, otherwise, place, state)[isAnd ? 0 : 1];
  if (isStatement) return undefined;
  if (x instanceof Condition) {
    if (typeof other === "boolean" || other instanceof Condition)
      return isAnd ? and(condition, other) : or(condition, other);
    return refuse(
      place,
      `\`${isAnd ? "&&" : "||"}\` of a condition on a latent and no truth value; got ${String(typeof other)}, expected a comparison; to try: condition ? x : y`,
    );
  }
  return isAnd ? choice(condition, other, x, place) : choice(condition, x, other, place);
}

/** The error of a `throw`, which only JavaScript's own decisions may lead to: in an arm on a latent it is refused. */
export function thrown(error: unknown, place: string): unknown {
  if (currentFrame()?.arms.length)
    throw new Refusal(
      `${place}: \`throw\` in an arm of a decision on a latent; got ${String(error)}, expected no end of the program there; to try: factor("why", -Infinity) for what cannot be`,
    );
  return error;
}

/** The error that a `catch` of a program got, unless it is none that a program may catch. */
export function caught(error: unknown): unknown {
  if (error instanceof Refusal) throw error;
  const frame = currentFrame();
  if (frame) frame.left = undefined;
  return error;
}
