/**
 * Masses of distributions from their formulas. A formula is given for values inside the support, as −expm1(−rate·x) for the
 * exponential; `tailed` adds what is the same for all: 0 and 1 beyond the ends of the support, and the checks.
 */
import { describe, Expr, expm1, log, neg, type Real } from "../autodiff/expr.ts";
import { type Distribution, type Moments, parameterNumbers, type Tails } from "./distribution.ts";

/** Tails before their checks: formulas inside the support, quantiles and moments from numbers in parameter order. */
export interface TailFormulas extends Omit<Tails, "quantile" | "moments"> {
  readonly quantile?: (p: number, ...parameters: number[]) => number;
  readonly moments?: (...parameters: number[]) => Moments | undefined;
}

/** The distribution with the tails that the formulas give. Every field is written out: a spread takes 50 µs, and models make very many records. */
export function tailed(distribution: Distribution, formulas: TailFormulas): Distribution {
  const { name, parameters, support, logDensity, logDensityInside, draw, fromNormal, initial } = distribution;
  const { cdf, logCdf, logSurvival, logInterval, quantile, moments, finiteValues } = formulas;
  return {
    name,
    parameters,
    support,
    logDensity,
    logDensityInside,
    draw,
    fromNormal,
    initial,
    cdf: cdf && ((x) => within(distribution, cdf, 0, 1, x)),
    logCdf: logCdf && ((x) => within(distribution, logCdf, -Infinity, 0, x)),
    logSurvival: logSurvival && ((x) => within(distribution, logSurvival, 0, -Infinity, x)),
    logInterval,
    quantile:
      quantile && ((p) => quantile(checkedProbability(name, p), ...parameterNumbers(name, "quantile", parameters))),
    moments:
      moments &&
      (() =>
        parameters.some(({ value }) => value instanceof Expr)
          ? undefined
          : moments(...parameterNumbers(name, "moments", parameters))),
    finiteValues,
  };
}

/** A formula inside the support, and what it is below and above. Discrete formulas see whole numbers: P(X ≤ 2.5) is P(X ≤ 2). */
function within(
  { name, support }: Distribution,
  formula: (x: Real) => Real,
  below: number,
  above: number,
  x: Real,
): Real {
  if (x instanceof Expr) return formula(x);
  if (typeof x !== "number")
    throw new TypeError(`${name}: value is not a number; got ${describe(x)}, expected a number or a traced value`);
  if (Number.isNaN(x)) return NaN;
  if (support.discrete ? x < support.lower : x <= support.lower) return below;
  if (x >= support.upper) return above;
  return formula(support.kind === "integers" ? Math.floor(x) : x);
}

function checkedProbability(name: string, p: number): number {
  if (p >= 0 && p <= 1) return p;
  throw new RangeError(`${name}: no quantile at this probability; got ${describe(p)}, expected a number in [0, 1]`);
}

/** log(1 − e^{−x}) for x ≥ 0, accurate for small x. */
export function log1mexp(x: Real): Real {
  return log(neg(expm1(neg(x))));
}
