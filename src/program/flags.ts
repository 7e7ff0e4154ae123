/**
 * A latent that is 0 or 1, and data that are, may stand for a condition: with heads ~ bernoulli(0.3) `where(heads, 3, 0)` is
 * `where(gt(heads, 0), 3, 0)`. What is computed of one, `mul(heads, 2)`, is a number.
 */
import {
  where as byTruth,
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

/** `x` where the condition holds, else `y`; of a discrete latent that is 0 or 1, where that is 1. */
export function where(condition: TruthOrFlag, x: Real, y: Real): Real {
  requireNoMore("where", 3, arguments);
  for (const arm of [x, y]) requireReal(arm, "where");
  return byTruth(truthOf(condition), x, y);
}

/** All of them hold. */
export function and(...conditions: TruthOrFlag[]): Truth {
  return ofTruths(...conditions.map(truthOf));
}

/** One of them holds, or more. */
export function or(...conditions: TruthOrFlag[]): Truth {
  return oneOfTruths(...conditions.map(truthOf));
}

/** It does not hold. */
export function not(condition: TruthOrFlag): Truth {
  requireNoMore("not", 1, arguments);
  return ofTruth(truthOf(condition));
}
