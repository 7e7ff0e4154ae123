/**
 * Methods on the values of a program: `z.mul(2).add(1).gt(0)` is `gt(add(mul(z, 2), 1), 0)`.
 *
 * A traced number may turn out to be a plain one, as z·0 does, and programs also run on plain numbers, as in `simulate`. So numbers and booleans have
 * the methods too, while such a program runs and no longer: `withMethods` puts them on four prototypes and takes them off again.
 */
import * as E from "../autodiff/expr.ts";

/** The methods of numbers; each is the function of its name, with the number as first argument. */
export interface NumberMethods {
  /** x + y, and so on. */
  add(y: E.Real, ...more: readonly E.Real[]): Value;
  /** x − y */
  sub(y: E.Real): Value;
  /** x · y, and so on. */
  mul(y: E.Real, ...more: readonly E.Real[]): Value;
  /** x / y */
  div(y: E.Real): Value;
  /** x to the power y; for x < 0 defined where y is an integer constant. */
  pow(y: E.Real): Value;
  /** The smallest one. */
  min(y: E.Real, ...more: readonly E.Real[]): Value;
  /** The largest one. */
  max(y: E.Real, ...more: readonly E.Real[]): Value;
  /** x, but not below `low` nor above `high`. */
  clamp(low: E.Real, high: E.Real): Value;
  /** −x */
  neg(): Value;
  /** eˣ */
  exp(): Value;
  /** Natural logarithm; −∞ at 0, NaN below. */
  log(): Value;
  /** log(1 + x), accurate near 0. */
  log1p(): Value;
  /** eˣ − 1, accurate near 0. */
  expm1(): Value;
  /** Square root; NaN below 0. */
  sqrt(): Value;
  /** x² */
  square(): Value;
  /** |x| */
  abs(): Value;
  /** max(x, 0) */
  relu(): Value;
  /** Sine (radians). */
  sin(): Value;
  /** Cosine (radians). */
  cos(): Value;
  /** Tangent (radians). */
  tan(): Value;
  /** Hyperbolic tangent. */
  tanh(): Value;
  /** 1 / (1 + e⁻ˣ) */
  sigmoid(): Value;
  /** log(1 + eˣ) */
  softplus(): Value;
  /** log |Γ(x)| */
  lgamma(): Value;
  /** ψ(x) */
  digamma(): Value;
  /** Error function. */
  atan(): Value;
  erf(): Value;
  /** Φ(x) */
  normalCdf(): Value;
  /** log Φ(x), accurate in both tails. */
  logNormalCdf(): Value;
  /** x > y */
  gt(y: E.Real): Fact;
  /** x < y */
  lt(y: E.Real): Fact;
  /** x ≥ y */
  ge(y: E.Real): Fact;
  /** x ≤ y */
  le(y: E.Real): Fact;
}

/** The methods of truth values. */
export interface TruthMethods {
  /** This and all of the others hold. */
  and(...others: readonly E.Truth[]): Fact;
  /** This or one of the others holds. */
  or(...others: readonly E.Truth[]): Fact;
  /** It does not hold. */
  not(): Fact;
  /** `x` where it holds, `y` elsewhere: `z.gt(0).where(5, -2)`. */
  where(x: E.Real, y: E.Real): Value;
}

/** A number with methods: of a latent, and of what methods return. Functions such as `exp` and `normal` take it as any other. */
export type Value = E.Expr & NumberMethods;
/** A truth value with methods: `z.gt(0).and(y.lt(1)).not()`. */
export type Fact = E.Condition & TruthMethods;

type Whole = (...values: never[]) => unknown;

const NUMBERS: Readonly<Record<keyof NumberMethods, Whole>> = {
  add: E.add,
  sub: E.sub,
  mul: E.mul,
  div: E.div,
  pow: E.pow,
  min: E.min,
  max: E.max,
  clamp: E.clamp,
  neg: E.neg,
  exp: E.exp,
  log: E.log,
  log1p: E.log1p,
  expm1: E.expm1,
  sqrt: E.sqrt,
  square: E.square,
  abs: E.abs,
  relu: E.relu,
  sin: E.sin,
  cos: E.cos,
  tan: E.tan,
  tanh: E.tanh,
  sigmoid: E.sigmoid,
  softplus: E.softplus,
  lgamma: E.lgamma,
  digamma: E.digamma,
  atan: E.atan,
  erf: E.erf,
  normalCdf: E.normalCdf,
  logNormalCdf: E.logNormalCdf,
  gt: E.gt,
  lt: E.lt,
  ge: E.ge,
  le: E.le,
};

const TRUTHS: Readonly<Record<keyof TruthMethods, Whole>> = { and: E.and, or: E.or, not: E.not, where: E.where };

/** The same value with methods, as a type: `value(exp(z)).add(1)`, `value(3).sub(z)`. It has them inside a program alone. */
export function value(x: E.Real): Value {
  return E.requireReal(x, "value") as Value;
}

let depth = 0;

/** What the function returns, which runs with the methods in place. */
export function withMethods<T>(run: () => T): T {
  if (depth++ === 0) place();
  try {
    return run();
  } finally {
    if (--depth === 0) take();
  }
}

const holders = (): [object, Readonly<Record<string, Whole>>][] => [
  [E.Expr.prototype, NUMBERS],
  [Number.prototype, NUMBERS],
  [E.Condition.prototype, TRUTHS],
  [Boolean.prototype, TRUTHS],
];

function place(): void {
  for (const [holder, methods] of holders())
    for (const [name, f] of Object.entries(methods)) Object.defineProperty(holder, name, descriptorOf(f));
}

function take(): void {
  for (const [holder, methods] of holders())
    for (const name of Object.keys(methods)) delete (holder as Record<string, unknown>)[name];
}

// In strict code `this` of a method of a number is the number itself.
const descriptorOf = (f: Whole): PropertyDescriptor => ({
  configurable: true,
  value(this: unknown, ...rest: unknown[]) {
    return f(...([this, ...rest] as never[]));
  },
});
