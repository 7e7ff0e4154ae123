/** A scale of which a magnitude is known: `sample("sd", halfNormal(2))` lies below 4 in 95 of 100 cases. */
import { abs, add, div, erf, log, logNormalCdf, max, mul, neg, type Real, square, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { erf as erfOfNumber } from "../../math/erf.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { logNormalInterval } from "../real/normal.ts";
import type { TailFormulas } from "../tails.ts";

const HALF_LOG_2_OVER_PI = -0.22579135264472744; // ½ log(2/π)

/** Half-normal, |N(0, scale)| with scale > 0: log density −½(x/scale)² − log scale + ½ log(2/π) on [0, ∞). */
export function halfNormal(scale: Real): Distribution {
  return continuous({
    name: "halfNormal",
    parameters: [positive("scale", scale)],
    support: NONNEGATIVE,
    logDensity: (x) => {
      const density = sub(HALF_LOG_2_OVER_PI, add(mul(0.5, square(div(x, scale))), log(scale)));
      return add(density, zeroWhere(x, -Infinity));
    },
    draw: (next, scale) => scale * Math.abs(normalQuantile(next())),
    fromNormal: (noise) => mul(scale, abs(noise)),
  });
}

export function halfNormalTails(scale: Real): TailFormulas {
  const standard = (x: Real): Real => div(max(x, 0), scale);
  const cdf = (x: Real): Real => erf(mul(Math.SQRT1_2, standard(x)));
  return {
    cdf,
    logCdf: (x) => log(cdf(x)),
    logSurvival: (x) => add(Math.LN2, logNormalCdf(neg(standard(x)))),
    logInterval: (low, high) => {
      const width = div(sub(max(high, 0), max(low, 0)), scale);
      return add(Math.LN2, logNormalInterval(standard(low), standard(high), width));
    },
    quantile: (p, scale) => scale * halfNormalQuantile(p),
    moments: (scale) => ({ mean: scale * Math.sqrt(2 / Math.PI), sd: scale * Math.sqrt(1 - 2 / Math.PI) }),
  };
}

/** The x with erf(x/√2) = p. */
function halfNormalQuantile(p: number): number {
  // Of the two tails of the normal the lower one keeps the digits of p near 1, and Newton's method on erf those of p near 0.
  if (p > 0.1) return Math.abs(normalQuantile(0.5 * (1 - p)));
  let x = p * Math.sqrt(Math.PI / 2);
  for (let step = 0; step < 3; step++)
    x -= (erfOfNumber(Math.SQRT1_2 * x) - p) * Math.sqrt(Math.PI / 2) * elementary.exp(0.5 * x * x);
  return x;
}
