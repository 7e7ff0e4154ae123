/** The largest of many numbers, as the highest water of a year: `observe(gumbel(5, 0.5), 6.2)`. */

import { add, div, exp, expm1, log, max, min, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { log1mexp, tailed } from "../tails.ts";

const EULER = 0.5772156649015329;

/** From here on e^{−t} is so small that 1 − exp(−e^{−t}) is e^{−t} to the last digit. */
const FAR = 40;

/**
 * Gumbel, the limit of maxima, with location (the mode) and scale > 0 (mean location + 0.577·scale): log density
 * −t − e^{−t} − log scale, t = (x − location)/scale.
 */
export function gumbel(location: Real, scale: Real): Distribution {
  requireNoMore("gumbel", 2, arguments);
  const standard = (x: Real): Real => div(sub(x, location), scale);
  const distribution = continuous({
    name: "gumbel",
    parameters: [real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = standard(x);
      return neg(add(add(t, exp(neg(t))), log(scale)));
    },
    draw: (next, location, scale) => location - scale * elementary.log(-elementary.log(next())),
    initial: (location, scale) => ({ mean: location + EULER * scale, sd: (scale * Math.PI) / Math.sqrt(6) }),
  });
  return tailed(distribution, {
    cdf: (x) => exp(neg(exp(neg(standard(x))))),
    logCdf: (x) => neg(exp(neg(standard(x)))),
    logSurvival: (x) => {
      const t = standard(x);
      return sub(log1mexp(exp(neg(min(t, FAR)))), max(sub(t, FAR), 0));
    },
    logInterval: (low, high) => {
      const [a, b] = [standard(low), standard(high)];
      const width = div(sub(high, low), scale);
      // e^{−a} − e^{−b} = e^{−a}·(1 − e^{−width})
      const rise = mul(exp(neg(min(a, FAR))), neg(expm1(neg(width))));
      return sub(log1mexp(rise), add(exp(neg(b)), max(sub(a, FAR), 0)));
    },
    quantile: (p, location, scale) => location - scale * elementary.log(-elementary.log(p)),
    moments: (location, scale) => ({ mean: location + EULER * scale, sd: (scale * Math.PI) / Math.sqrt(6) }),
  });
}
