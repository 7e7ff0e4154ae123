/** A scale of which little is known: `sample("tau", halfCauchy(1))` lies above 1 as often as below, and above 10 in 6 of 100 cases. */

import { add, atan, div, log, log1p, max, mul, neg, type Real, square, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as trigonometric from "../../math/trigonometric.ts";
import { continuous, type Distribution, type Moments, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { cauchyCdf, logCauchyInterval } from "../real/cauchy.ts";
import { tailed } from "../tails.ts";

const LOG_2_OVER_PI = -0.4515827052894549; // log(2/π)

/** Half-Cauchy, |Cauchy(0, scale)| with scale > 0 (the median): log density log(2/π) − log scale − log(1 + (x/scale)²) on [0, ∞). */
export function halfCauchy(scale: Real): Distribution {
  requireNoMore("halfCauchy", 1, arguments);
  const standard = (x: Real): Real => div(max(x, 0), scale);
  const distribution = continuous({
    name: "halfCauchy",
    parameters: [positive("scale", scale)],
    support: NONNEGATIVE,
    logDensity: (x) => add(sub(sub(LOG_2_OVER_PI, log(scale)), log1p(square(div(x, scale)))), zeroWhere(x, -Infinity)),
    logDensityInside: (x) => sub(sub(LOG_2_OVER_PI, log(scale)), log1p(square(div(x, scale)))),
    draw: (next, scale) => scale * halfCauchyQuantile(next()),
  });
  const cdf = (x: Real): Real => mul(2 / Math.PI, atan(standard(x)));
  return tailed(distribution, {
    cdf,
    logCdf: (x) => log(cdf(x)),
    logSurvival: (x) => add(Math.LN2, log(cauchyCdf(neg(standard(x))))),
    logInterval: (low, high) => {
      const width = div(sub(max(high, 0), max(low, 0)), scale);
      return add(Math.LN2, logCauchyInterval(standard(low), standard(high), width));
    },
    quantile: (p, scale) => scale * halfCauchyQuantile(p),
    moments: infinite,
    momentsAt: infinite,
  });
}

function infinite(): Moments {
  return { mean: Infinity, sd: Infinity };
}

/** tan(½πp); above a half as the cotangent of the angle that is left, which keeps its digits. */
function halfCauchyQuantile(p: number): number {
  const angle = 0.5 * Math.PI * Math.min(p, 1 - p);
  const tangent = trigonometric.sin(angle) / trigonometric.cos(angle);
  return p <= 0.5 ? tangent : 1 / tangent;
}
