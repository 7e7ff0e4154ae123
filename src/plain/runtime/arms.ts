/**
 * The arms of a decision on a latent both run, each from the same variables, under the `branch` of the program. What they leave in a variable, an entry of an array or
 * a member of an object becomes one value by selection.
 */
import type { Condition, Truth } from "../../autodiff/expr.ts";
import { type Arm, currentFrame, type Frame } from "./frame.ts";
import { refuse } from "./refusal.ts";
import { type Made, select } from "./values.ts";
import { restore, written } from "./writes.ts";

/** The variables that the arms of a decision assign. */
export interface State {
  readonly get: () => unknown[];
  readonly set: (values: readonly unknown[]) => void;
  /** Of each variable its name; "" if nobody reads it after the decision. */
  readonly names: readonly string[];
}

/** Runs both arms from the same state, and leaves in each variable and in what they wrote to the selection of theirs. */
export function both<A, B>(
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
    merged: new Map(),
  };
  written(condition, taken!.wrote, other!.wrote, place, made);
  state?.set(
    before!.map((value, i) => {
      const name = state.names[i]!;
      if (name === "") return value;
      const [x, y] = [taken!.after![i], other!.after![i]];
      const after = select(condition, x, y, name, place, made);
      if (!Object.is(x, y)) made.merged.set(after, [x, y]);
      return after;
    }),
  );
  return [taken!.value, other!.value, made];
}

function inBranch({ context }: Frame, condition: Condition, then: () => void, otherwise: () => void): void {
  context.branch(condition, then, otherwise);
}
