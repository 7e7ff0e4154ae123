/**
 * Plain programs call `Math` as any JavaScript does. Of plain numbers every function is JavaScript's own; of traced values it is the function of that name of `nondiff`, or
 * made of such: Math.hypot(x, y) is sqrt(x² + y²).
 */
import * as T from "../../autodiff/expr.ts";
import { ceil, floor, round, sign } from "../../program/rounding.ts";
import { located, refuse } from "./refusal.ts";
import { isTraced, numberOf } from "./values.ts";

type Real = T.Real;
type Function = (...values: Real[]) => Real;

const folded =
  (two: (x: Real, y: Real) => Real): Function =>
  (...values) =>
    values.reduce((x, y) => two(x, y));

const half = (x: Real, y: Real): Real => T.div(x, y);

/** The functions of `Math` that traced values have. */
const TRACED: Readonly<Record<string, Function>> = {
  abs: (x) => T.abs(x!),
  exp: (x) => T.exp(x!),
  expm1: (x) => T.expm1(x!),
  log: (x) => T.log(x!),
  log1p: (x) => T.log1p(x!),
  log2: (x) => T.div(T.log(x!), Math.LN2),
  log10: (x) => T.div(T.log(x!), Math.LN10),
  sqrt: (x) => T.sqrt(x!),
  pow: (x, y) => T.pow(x!, y!),
  sin: (x) => T.sin(x!),
  cos: (x) => T.cos(x!),
  tan: (x) => T.tan(x!),
  tanh: (x) => T.tanh(x!),
  sinh: (x) => half(T.sub(T.exp(x!), T.exp(T.neg(x!))), 2),
  cosh: (x) => half(T.add(T.exp(x!), T.exp(T.neg(x!))), 2),
  min: folded(T.min),
  max: folded(T.max),
  sign: (x) => sign(x!),
  floor: (x) => floor(x!),
  ceil: (x) => ceil(x!),
  round: (x) => round(x!),
  trunc: (x) => T.where(T.gt(x!, 0), floor(x!), ceil(x!)),
  hypot: (...values) => T.sqrt(T.sum(values.map((x) => T.square(x)))),
  atan: (x) => T.atan(x!),
  // NaN where |x| > 1, as the root is.
  asin: (x) => arcsine(x!),
  acos: (x) => T.sub(Math.PI / 2, arcsine(x!)),
  atan2: (y, x) => angle(y!, x!),
  // Of a large negative x, log(x + √(x² + 1)) would lose all digits.
  asinh: (x) => odd(x!, (size) => T.log(T.add(size, T.sqrt(T.add(T.square(size), 1))))),
  acosh: (x) => T.log(T.add(x!, T.sqrt(T.mul(T.sub(x!, 1), T.add(x!, 1))))),
  atanh: (x) => half(T.sub(T.log1p(x!), T.log1p(T.neg(x!))), 2),
  cbrt: (x) => odd(x!, (size) => T.pow(size, 1 / 3)),
};

function arcsine(x: Real): Real {
  return T.mul(2, T.atan(T.div(x, T.add(1, T.sqrt(T.mul(T.sub(1, x), T.add(1, x)))))));
}

// f(|x|) with the sign of x, for an f that is 0 at 0.
function odd(x: Real, f: (size: Real) => Real): Real {
  return T.where(T.gt(x, 0), f(x), T.neg(f(T.neg(x))));
}

// The angle of (x, y), in (−π, π]: to the left of the y axis it is counted from that axis, so that conditions are on x and y alone.
function angle(y: Real, x: Real): Real {
  if (y === 0) return T.where(T.gt(x, 0), 0, Math.PI);
  const left = T.sub(T.where(T.ge(y, 0), Math.PI / 2, -Math.PI / 2), T.atan(T.div(x, y)));
  return T.where(T.gt(x, 0), T.atan(T.div(y, x)), left);
}

/** `Math` itself, as in `const { exp } = Math` and `rates.map(Math.exp)`: its functions know latents too. */
export function mathAt(place: string): unknown {
  return Object.fromEntries(
    Object.entries(Object.getOwnPropertyDescriptors(Math)).map(([name, { value }]) => [
      name,
      typeof value === "function" ? (...values: unknown[]) => math(name, place, ...values) : value,
    ]),
  );
}

/** `Math.name(…)` */
export function math(name: string, place: string, ...values: unknown[]): unknown {
  const plain = (Math as unknown as Record<string, (...values: unknown[]) => unknown>)[name];
  if (!values.some(isTraced)) return plain!(...values);
  const traced = Object.hasOwn(TRACED, name) ? TRACED[name] : undefined;
  if (!traced)
    return refuse(
      place,
      `Math.${name} of a latent is not known; got a traced number, expected one of ${Object.keys(TRACED).join(", ")}`,
    );
  try {
    return traced(...values.map(numberOf));
  } catch (error) {
    throw located(error, place);
  }
}
