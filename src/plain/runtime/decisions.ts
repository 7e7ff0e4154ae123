/**
 * Plain programs decide by `if`. On a value that is not traced they do what JavaScript does: one arm runs. On a latent both arms run, each from
 * the same variables, under the `branch` of the program, and what they leave in a variable becomes one value by selection:
 *
 *     let mean = -2;            decide(gt(z, 0), () => { mean = 5; }, undefined, state)
 *     if (z > 0) mean = 5;      mean is then where(gt(z, 0), 5, -2)
 *
 * An arm that returns gives its result in an array of one, `[value]`, and an arm that goes on gives undefined.
 */
import { and, Condition, not, or, type Truth, where } from "../../autodiff/expr.ts";
import { type Arm, currentFrame, type Frame } from "./frame.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isTraced, type Made, numberOf, select, truthOf } from "./values.ts";
import { restore, written } from "./writes.ts";

/** The variables that the arms of a decision assign. */
export interface State {
  readonly get: () => unknown[];
  readonly set: (values: readonly unknown[]) => void;
  /** Of each variable its name; "" if nobody reads it after the decision. */
  readonly names: readonly string[];
}

/** A result of a function where a condition holds; elsewhere the function goes on. */
class Sometimes {
  readonly when: Condition;
  readonly value: unknown;

  constructor(when: Condition, value: unknown) {
    this.when = when;
    this.value = value;
  }
}

/** What an arm ends with: undefined if it goes on, `[value]` if it returns value. */
type Completion = readonly [unknown] | Sometimes | undefined;
type Run = () => Completion;

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
  if (!isTraced(test)) return (test ? then?.() : otherwise?.()) ?? rest?.();
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

/** A block `{ … }` that may return, and what follows it. */
export function block(run: Run, rest: Run | undefined, place: string, state?: State): Completion {
  return proceed(run(), rest, place, state);
}

/** What a function returns. */
export function result(completion: Completion): unknown {
  // Where it does not return it goes on to its end, with undefined.
  if (completion instanceof Sometimes)
    return select(completion.when, completion.value, undefined, "return", "a function");
  return completion?.[0];
}

function proceed(completion: Completion, rest: Run | undefined, place: string, state?: State): Completion {
  if (!completion) return rest?.();
  if (!(completion instanceof Sometimes) || !rest) return completion;
  const { when, value } = completion;
  return ended(
    when,
    both(when, () => [value] as const, rest, place, state),
    place,
  );
}

// The completion of a decision from those of its arms.
function ended(
  condition: Truth,
  [taken, other, made]: readonly [Completion, Completion, Made?],
  place: string,
): Completion {
  if (!taken && !other) return undefined;
  const value = (completion: Completion): unknown =>
    completion instanceof Sometimes ? completion.value : completion?.[0];
  const joined =
    taken && other ? select(condition, value(taken), value(other), "return", place, made) : value(taken ?? other);
  const [p, q] = [whenOf(taken), whenOf(other)];
  const when = p === true && q === true ? true : or(and(condition, p), and(not(condition), q));
  if (typeof when === "boolean") return when ? [joined] : undefined;
  // Nobody needs it where nothing follows.
  when.session.unusedConditions.delete(when);
  return new Sometimes(when, joined);
}

function whenOf(completion: Completion): Truth {
  return completion instanceof Sometimes ? completion.when : completion !== undefined;
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

// Runs both arms from the same state, and leaves in each variable and in what they wrote to the selection of theirs.
function both<A, B>(
  condition: Truth,
  then: (() => A) | undefined,
  otherwise: (() => B) | undefined,
  place: string,
  state: State | undefined,
): [A | undefined, B | undefined, Made?] {
  if (typeof condition === "boolean") return condition ? [then?.(), undefined] : [undefined, otherwise?.()];
  const frame = currentFrame();
  if (!frame)
    return refuse(
      place,
      "a decision on a latent in no plain program; got a traced condition, expected a call from a program that was given to `defineModel` of nondiff/plain",
    );
  const before = state?.get();
  const run = <T>(code: (() => T) | undefined) => {
    const arm: Arm = { fresh: new WeakSet(), writes: new Map() };
    frame.arms.push(arm);
    try {
      const value = code?.();
      const after = state?.get();
      return { value, after, wrote: restore(arm), fresh: arm.fresh };
    } finally {
      frame.arms.pop();
      if (before) state!.set(before);
    }
  };
  let taken: ReturnType<typeof run<A>> | undefined;
  let other: ReturnType<typeof run<B>> | undefined;
  inBranch(
    frame,
    condition,
    () => {
      taken = run(then);
    },
    () => {
      other = run(otherwise);
    },
  );
  const made: Made = {
    isFresh: (object) => taken!.fresh.has(object) || other!.fresh.has(object),
    selected: new Map(),
  };
  written(condition, taken!.wrote, other!.wrote, place, made);
  state?.set(
    before!.map((value, i) => {
      const name = state.names[i]!;
      return name === "" ? value : select(condition, taken!.after![i], other!.after![i], name, place, made);
    }),
  );
  return [taken!.value, other!.value, made];
}

function inBranch({ context }: Frame, condition: Condition, then: () => void, otherwise: () => void): void {
  context.branch(condition, then, otherwise);
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
  return error;
}
