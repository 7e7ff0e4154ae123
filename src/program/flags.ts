/**
 * A latent that is 0 or 1, and data that are, may stand for a condition: with heads ~ bernoulli(0.3) `where(heads, 3, 0)` is
 * `where(gt(heads, 0), 3, 0)`. What is computed of one, `mul(heads, 2)`, is a number.
 */
import {
  where as byTruth,
  Condition,
  describe,
  Expr,
  gt,
  not as ofTruth,
  and as ofTruths,
  or as oneOfTruths,
  type Real,
  requireReal,
  type Truth,
} from "../autodiff/expr.ts";
import { requireNoMore } from "../checks/arguments.ts";

/** The value of a latent that is 0 or 1. */
export class Flag extends Expr {}

/** A truth value, or a number that is 0 or 1 in place of one. */
export type TruthOrFlag = Truth | Real;

/** The truth value; anything that is none stays as it is, for whoever checks it. */
export function truthOf(value: TruthOrFlag): Truth {
  if (value instanceof Flag) return gt(value, 0);
  return value === 0 || value === 1 ? value === 1 : (value as Truth);
}

// The truth value, if there is one.
function requireTruth(caller: string, value: TruthOrFlag): Truth {
  const truth = truthOf(value);
  if (typeof truth !== "boolean" && !(truth instanceof Condition))
    throw new TypeError(
      `${caller}: not a truth value; got ${describe(value)}, expected a boolean or a comparison such as gt(x, 0)`,
    );
  return truth;
}

/** `x` where the condition holds, else `y`; of a discrete latent that is 0 or 1, where that is 1. */
export function where(condition: TruthOrFlag, x: Real, y: Real): Real;
export function where(condition: TruthOrFlag, x: Real, y: Real, ...more: readonly unknown[]): Real {
  requireNoMore("where", 3, more);
  for (const arm of [x, y]) requireReal(arm, "where");
  return byTruth(requireTruth("where", condition), x, y);
}

/** All of them hold. */
export function and(...conditions: TruthOrFlag[]): Truth {
  return ofTruths(...conditions.map((condition) => requireTruth("and", condition)));
}

/** One of them holds, or more. */
export function or(...conditions: TruthOrFlag[]): Truth {
  return oneOfTruths(...conditions.map((condition) => requireTruth("or", condition)));
}

/** It does not hold. */
export function not(condition: TruthOrFlag): Truth;
export function not(condition: TruthOrFlag, ...more: readonly unknown[]): Truth {
  requireNoMore("not", 1, more);
  return ofTruth(requireTruth("not", condition));
}
