/**
 * `Math` of plain programs. Of plain numbers every function is JavaScript's own; of traced values it is the function of that name of `nondiff`, or
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
};

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
