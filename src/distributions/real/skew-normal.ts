/** A normal that leans to one side: `observe(skewNormal(0, 1, 4), y)` is nearly a half-normal. */

import {
  add,
  div,
  exp,
  log,
  log1p,
  logNormalCdf,
  max,
  min,
  mul,
  neg,
  type Real,
  sqrt,
  square,
  sub,
} from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { log1mexp } from "../../math/incomplete/log-differences.ts";
import { HALF_LOG_2PI, normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { numericTails, tailed } from "../tails.ts";
import { fallIntegral, rangeIntegral, withTraced } from "../traced-tails.ts";

const LOG_2_MINUS_HALF_LOG_2PI = -0.22579135264472744; // log 2 − ½ log 2π

/**
 * Skew normal with location, scale > 0 and shape α on ℝ (0 is the normal, α > 0 leans to the right): log density
 * log 2 + log φ(t) + log Φ(αt) − log scale, t = (x − location)/scale.
 */
export function skewNormal(location: Real, scale: Real, shape: Real): Distribution {
  requireNoMore("skewNormal", 3, arguments);
  const moments = (location: number, scale: number, shape: number) => {
    const mean = (shape / Math.sqrt(1 + shape * shape)) * Math.sqrt(2 / Math.PI);
    return { mean: location + scale * mean, sd: scale * Math.sqrt(1 - mean * mean) };
  };
  const distribution = continuous({
    name: "skewNormal",
    parameters: [real("location", location), positive("scale", scale), real("shape", shape)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = div(sub(x, location), scale);
      const constant = sub(LOG_2_MINUS_HALF_LOG_2PI, log(scale));
      return add(sub(constant, mul(0.5, square(t))), logNormalCdf(mul(shape, t)));
    },
    draw: (next, location, scale, shape) => {
      // δ|Z₀| + √(1 − δ²)·Z₁ with δ = α/√(1 + α²)
      const norm = Math.sqrt(1 + shape * shape);
      return location + (scale * (shape * Math.abs(normalQuantile(next())) + normalQuantile(next()))) / norm;
    },
    initial: moments,
  });
  const start = (...own: number[]): [number, number] => {
    const { mean, sd } = moments(own[0]!, own[1]!, own[2]!);
    return [mean, sd];
  };
  const tails = (x: number, ...[location, scale, shape]: number[]): LogTails => {
    const t = (x - location!) / scale!;
    const isBelow = t < moments(0, 1, shape!).mean;
    const tail = (isBelow ? logSkewBelow(t, shape!) : logSkewBelow(-t, -shape!)) as number;
    const rest = log1mexp(-tail);
    return isBelow ? [tail, rest] : [rest, tail];
  };
  const numeric = numericTails(distribution, tails, start, (...own) => moments(own[0]!, own[1]!, own[2]!));
  const standard = (x: Real): Real => div(sub(x, location), scale);
  const traced = withTraced(distribution, numeric, () => ({
    centre: add(location, mul(scale, mul(Math.sqrt(2 / Math.PI), div(shape, sqrt(add(1, square(shape))))))),
    below: (x) => logSkewBelow(standard(x), shape),
    above: (x) => logSkewBelow(neg(standard(x)), neg(shape)),
  }));
  return tailed(distribution, traced);
}

/**
 * log P(T ≤ t) of the standard distribution for t up to its mean: that of the part below 0, and the rest. So no integral starts far from 0, where a large
 * shape makes the density rise from nothing. Relative error below 1e-10 for shapes up to ±10, 1e-6 up to ±50, tested.
 */
function logSkewBelow(t: Real, shape: Real): Real {
  const low = min(t, 0);
  const high = sub(t, low); // so that at 0 one of the two has the slope of t
  const log2Density = (x: Real): Real => sub(logNormalCdf(mul(shape, x)), mul(0.5, square(x)));
  // φ(z)/Φ(z), whose slope is −h(z + h)
  const hazard = (z: Real): Real => exp(sub(sub(mul(-0.5, square(z)), HALF_LOG_2PI), logNormalCdf(z)));
  const rise = (x: Real): Real => sub(mul(shape, hazard(mul(shape, x))), x);
  const [start, h] = [log2Density(low), hazard(mul(shape, low))];
  const integral = fallIntegral({
    // Not above 0, which rounding alone makes it where the two are huge: of both −1e38 e to the power of what is left is ∞.
    at: (s) => min(0, sub(log2Density(sub(low, s)), start)),
    slope: (s) => rise(sub(low, s)),
    start: max(rise(low), 0),
    bend: add(1, mul(square(shape), mul(h, max(add(mul(shape, low), h), 0)))),
  });
  const below = add(start, log(integral));
  // 0 below 0; above it the part below 0 is no less than 1/(π·shape), so that the least one, e^−700, is never seen.
  const rest = rangeIntegral(log2Density, high);
  return add(add(below, log1p(mul(rest, exp(min(neg(below), 700))))), LOG_2_MINUS_HALF_LOG_2PI);
}
