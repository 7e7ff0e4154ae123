/** A number between two ends: `sample("knee", uniform(0, 10))`; `observe(uniform(0, end), 2.9)` says that the latent `end` is at least 2.9. */
import { difference } from "../../autodiff/difference.ts";
import { add, clamp, div, Expr, log, min, mul, normalCdf, type Real, sub } from "../../autodiff/expr.ts";
import { betweenReals, continuous, type Distribution, type Parameter, real } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import type { TailFormulas } from "../tails.ts";

/**
 * Uniform on [low, high] with low < high: log density −log(high − low). Ends may be traced; of data beyond a traced end the density is 0, so
 * that a latent end is bounded by them.
 */
export function uniform(low: Real, high: Real): Distribution {
  const width = (): Real => difference(high, low);
  const traced = low instanceof Expr || high instanceof Expr;
  const upper: Parameter = traced
    ? real("high", high)
    : { ...real("high", high), expected: `high > low = ${low}`, valid: (x) => x > low && x < Infinity };
  const density = (): Real => sub(0, log(width()));
  return continuous({
    name: "uniform",
    parameters: [real("low", low), upper],
    support: betweenReals(low, high),
    logDensity: (x) => add(density(), zeroWhere(div(min(sub(x, low), sub(high, x)), width()), -Infinity)),
    logDensityInside: density,
    draw: (next, low, high) => low + (high - low) * next(),
    fromNormal: (noise) => add(low, mul(width(), normalCdf(noise))),
  });
}

export function uniformTails(low: Real, high: Real): TailFormulas {
  const below = (x: Real): Real => div(sub(clamp(x, low, high), low), difference(high, low));
  return {
    cdf: below,
    logCdf: (x) => log(below(x)),
    logSurvival: (x) => log(div(sub(high, clamp(x, low, high)), difference(high, low))),
    logInterval: (a, b) => log(div(sub(clamp(b, low, high), clamp(a, low, high)), difference(high, low))),
    quantile: (p, low, high) => low + (high - low) * p,
    moments: (low, high) => ({ mean: low + 0.5 * (high - low), sd: (high - low) / Math.sqrt(12) }),
  };
}
