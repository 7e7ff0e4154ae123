/**
 * Data of which only a bound is known: `observe(censored(exponential(rate), -Infinity, 10), 10)` says "still alive after 10 years" and counts P(X ≥
 * 10).
 */

import { Expr, type Real } from "../../autodiff/expr.ts";
import { refuseKind } from "../../autodiff/traced.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { wholeNumbers } from "../discrete/sums.ts";
import { type Distribution, dataOnly, type FiniteValues, type Support } from "../distribution.ts";
import { logMass } from "../log-mass.ts";
import { type VectorDistribution, vector } from "../vector/vector-distribution.ts";
import { endOf, requireEnds, withMasses } from "./parts.ts";

/**
 * Data that were cut off: of a value at or below `low` it is known only that it is, and likewise at or above `high`. Such a datum counts the
 * mass there, log P(X ≤ low) or log P(X ≥ high), and any other one its density: `censored(exponential(rate), -Infinity, 10)` for
 * lifetimes when a study ends after 10 years. The ends are numbers, one of which may be infinite. Data only, but of counts; see `intervalCensored` for
 * data of which two ends of their own are known.
 */
export function censored(distribution: Distribution, low: number = -Infinity, high: number = Infinity): Distribution {
  requireNoMore("censored", 3, arguments);
  const whole = withMasses("censored", distribution);
  requireEnds("censored", low, high, false);
  const { name, parameters, support, logDensity, draw, cdf, finiteValues } = whole;
  const ends = [endOf("low", low), endOf("high", high)].map((end) => dataOnly("censored", end));
  const own: Support = {
    kind: "interval",
    lower: low,
    upper: high,
    text: support.text,
    discrete: support.discrete,
    contains: (x) => (x <= low || x >= high ? !Number.isNaN(x) : support.contains(x)),
  };
  // The greatest value below `high`, of counts.
  const below = support.discrete ? Math.ceil(high) - 1 : high;
  return {
    name: `censored ${name}`,
    parameters: [...parameters, ...ends],
    support: own,
    logDensity: (x) => {
      if (typeof x !== "number") refuseKind(`censored ${name}`, "data", x, "a number");
      if (x <= low) return logMass(whole, -Infinity, low);
      return x >= high ? logMass(whole, below, Infinity) : logDensity(x);
    },
    draw: (next) => Math.min(high, Math.max(low, draw(next))),
    cdf: cdf && ((x) => censoredCdf(cdf, low, high, x)),
    ...(support.discrete && {
      finiteValues: (tailMass?: number): FiniteValues => {
        const first = Math.max(low, support.lower);
        const whole = Number.isFinite(first) && high < Infinity && support.kind === "integers";
        // Between two ends all values are known, whatever the parameters are.
        const { values, lostMass } = whole
          ? { values: wholeNumbers(name, Math.ceil(first), Math.floor(high)), lostMass: 0 }
          : finiteValues!(tailMass);
        const kept = values.map((value) => Math.min(high, Math.max(low, value)));
        const ends = [low, ...(support.upper > high ? [high] : [])].filter(
          (end) => Number.isFinite(end) && end >= support.lower,
        );
        return { values: [...new Set([...kept, ...ends])].sort((p, q) => p - q), lostMass };
      },
    }),
  };
}

/** P(X ≤ x) of the values cut off at low and high. */
function censoredCdf(cdf: (x: Real) => Real, low: number, high: number, x: Real): Real {
  if (x instanceof Expr) throw new TypeError("censored: the cdf is known for numbers only; got a traced value");
  if (x < low) return 0;
  return x >= high ? 1 : cdf(x);
}

/**
 * Data known to an interval: `observe(intervalCensored(normal(m, s)), [2, 3])` counts log P(2 < X ≤ 3). Either end may be infinite, as
 * for data that are censored at places of their own.
 */
export function intervalCensored(distribution: Distribution): VectorDistribution {
  requireNoMore("intervalCensored", 1, arguments);
  const whole = withMasses("intervalCensored", distribution);
  return vector({
    name: `interval-censored ${whole.name}`,
    parameters: whole.parameters,
    length: 2,
    support: {
      text: "pairs low < high",
      discrete: false,
      fault: ([low, high]) => (low! < high! ? undefined : `[${low}, ${high}], expected low < high`),
    },
    logDensity: ([low, high]) => logMass(whole, low!, high!),
    draw: () => {
      throw new TypeError(
        `interval-censored ${whole.name}: a distribution of intervals has no draws; got a request for one, expected a draw of ${whole.name}`,
      );
    },
  });
}
