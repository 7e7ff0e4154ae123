/**
 * The functions that programs are made of, with checks of what they are given: `exp("2")` says so by its name, and `sum(x, y)` of two lists, of which
 * JavaScript would drop the second, is an error. Inside the library, and in `nondiff/core`, the same functions run without, in fewer bytes.
 */

import { isIndexed, isListed, requireNoMore } from "../checks/arguments.ts";
import type { Real, RealList, Truth } from "./expr.ts";
import * as E from "./expr.ts";

const ofOne =
  (name: string, of: (x: Real) => Real): ((x: Real) => Real) =>
  (x: Real, ...more: readonly unknown[]) => {
    if (!isIndexed(more)) requireNoMore(name, 1, more);
    return of(E.requireReal(x, name));
  };

const ofTwo =
  <T>(name: string, of: (x: Real, y: Real) => T): ((x: Real, y: Real) => T) =>
  (x: Real, y: Real, ...more: readonly unknown[]) => {
    requireNoMore(name, 2, more);
    return of(E.requireReal(x, name), E.requireReal(y, name));
  };

const ofAll =
  (name: string, of: typeof E.add): typeof E.add =>
  (x: Real, y: Real, ...more: readonly Real[]) => {
    E.requireReal(x, name);
    let all = of(x, E.requireReal(y, name));
    if (!isListed(more)) for (const next of more) all = of(all, E.requireReal(next, name));
    return all;
  };

/** x + y, and so on. */
export const add: typeof E.add = /* @__PURE__ */ ofAll("add", E.add);
/** x − y */
export const sub: (x: Real, y: Real) => Real = /* @__PURE__ */ ofTwo("sub", E.sub);
/** x · y, and so on. */
export const mul: typeof E.add = /* @__PURE__ */ ofAll("mul", E.mul);
/** x / y */
export const div: (x: Real, y: Real) => Real = /* @__PURE__ */ ofTwo("div", E.div);
/** −x */
export const neg: (x: Real) => Real = /* @__PURE__ */ ofOne("neg", E.neg);
/** x to the power y; for x < 0 defined where y is an integer constant. */
export const pow: (x: Real, y: Real) => Real = /* @__PURE__ */ ofTwo("pow", E.pow);
/** eˣ */
export const exp: (x: Real) => Real = /* @__PURE__ */ ofOne("exp", E.exp);
/** Natural logarithm; −∞ at 0, NaN below. */
export function log(x: Real): Real;
export function log(x: Real, ...more: readonly unknown[]): Real {
  // Not even an index: log(x, 2) is meant to the base 2.
  requireNoMore("log", 1, more);
  return E.log(E.requireReal(x, "log"));
}
/** log(1 + x), accurate near 0. */
export const log1p: (x: Real) => Real = /* @__PURE__ */ ofOne("log1p", E.log1p);
/** eˣ − 1, accurate near 0. */
export const expm1: (x: Real) => Real = /* @__PURE__ */ ofOne("expm1", E.expm1);
/** Square root; NaN below 0. */
export const sqrt: (x: Real) => Real = /* @__PURE__ */ ofOne("sqrt", E.sqrt);
/** x² */
export const square: (x: Real) => Real = /* @__PURE__ */ ofOne("square", E.square);
/** |x|; its derivative at 0 is taken as 0. */
export const abs: (x: Real) => Real = /* @__PURE__ */ ofOne("abs", E.abs);
/** The smallest one; where two are equal the derivative is that of the later one. */
export const min: typeof E.add = /* @__PURE__ */ ofAll("min", E.min);
/** The largest one; where two are equal the derivative is that of the later one. */
export const max: typeof E.add = /* @__PURE__ */ ofAll("max", E.max);
/** max(x, 0); its derivative at 0 is taken as 0. */
export const relu: (x: Real) => Real = /* @__PURE__ */ ofOne("relu", E.relu);
/** Sine (radians). */
export const sin: (x: Real) => Real = /* @__PURE__ */ ofOne("sin", E.sin);
/** Cosine (radians). */
export const cos: (x: Real) => Real = /* @__PURE__ */ ofOne("cos", E.cos);
/** Tangent (radians). */
export const tan: (x: Real) => Real = /* @__PURE__ */ ofOne("tan", E.tan);
/** Hyperbolic tangent. */
export const tanh: (x: Real) => Real = /* @__PURE__ */ ofOne("tanh", E.tanh);
/** 1 / (1 + e⁻ˣ) */
export const sigmoid: (x: Real) => Real = /* @__PURE__ */ ofOne("sigmoid", E.sigmoid);
/** log(1 + eˣ), stable for every x. */
export const softplus: (x: Real) => Real = /* @__PURE__ */ ofOne("softplus", E.softplus);
/** log |Γ(x)| */
export const lgamma: (x: Real) => Real = /* @__PURE__ */ ofOne("lgamma", E.lgamma);
/** ψ(x) = d/dx log Γ(x) */
export const digamma: (x: Real) => Real = /* @__PURE__ */ ofOne("digamma", E.digamma);
/** The angle whose tangent is x, between −π/2 and π/2. */
export const atan: (x: Real) => Real = /* @__PURE__ */ ofOne("atan", E.atan);
/** Error function. */
export const erf: (x: Real) => Real = /* @__PURE__ */ ofOne("erf", E.erf);
/** Φ(x), the standard normal distribution function. */
export const normalCdf: (x: Real) => Real = /* @__PURE__ */ ofOne("normalCdf", E.normalCdf);
/** log Φ(x), accurate in both tails. */
export const logNormalCdf: (x: Real) => Real = /* @__PURE__ */ ofOne("logNormalCdf", E.logNormalCdf);
/** x > y. On numbers a boolean; on traced values a condition for `where` and `branch`. */
export const gt: (x: Real, y: Real) => Truth = /* @__PURE__ */ ofTwo("gt", E.gt);
/** x < y */
export const lt: (x: Real, y: Real) => Truth = /* @__PURE__ */ ofTwo("lt", E.lt);
/** x ≥ y: where both are numbers and y > x does not hold. Like every comparison it is false where a side is NaN. */
export const ge: (x: Real, y: Real) => Truth = /* @__PURE__ */ ofTwo("ge", E.ge);
/** x ≤ y: y ≥ x. */
export const le: (x: Real, y: Real) => Truth = /* @__PURE__ */ ofTwo("le", E.le);

/** x, but not below `low` nor above `high`; throws RangeError for numbers low > high. */
export function clamp(x: Real, low: Real, high: Real): Real;
export function clamp(x: Real, low: Real, high: Real, ...more: readonly unknown[]): Real {
  requireNoMore("clamp", 3, more);
  for (const value of [x, low, high]) E.requireReal(value, "clamp");
  return E.clamp(x, low, high);
}

// Holes are no numbers either; what is no list is left to whoever asks for one.
function requireReals(list: RealList, caller: string): RealList {
  return Array.isArray(list) ? Array.from(list, (value) => E.requireReal(value, caller)) : list;
}

/** Σ x_i, as a balanced tree; 0 for an empty list. */
export function sum(list: RealList): Real;
export function sum(list: RealList, ...more: readonly unknown[]): Real {
  requireNoMore("sum", 1, more);
  return E.sum(requireReals(list, "sum"));
}

/** Σ x_i · y_i; throws RangeError when the lengths differ. */
export function dot(left: RealList, right: RealList): Real;
export function dot(left: RealList, right: RealList, ...more: readonly unknown[]): Real {
  requireNoMore("dot", 2, more);
  return E.dot(requireReals(left, "dot"), requireReals(right, "dot"));
}

/** log Σ exp(x_i) without overflow; −∞ for an empty list. */
export function logSumExp(list: RealList): Real;
export function logSumExp(list: RealList, ...more: readonly unknown[]): Real {
  requireNoMore("logSumExp", 1, more);
  return E.logSumExp(requireReals(list, "logSumExp"));
}
