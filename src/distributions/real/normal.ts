/** The normal: `sample("x", normal(0, 1))`, `observe(normal(x, 0.5), 1.2)`. */
import {
  abs,
  add,
  div,
  exp,
  expm1,
  log,
  logNormalCdf,
  max,
  min,
  mul,
  neg,
  normalCdf,
  type Real,
  square,
  sub,
} from "../../autodiff/expr.ts";
import { HALF_LOG_2PI, normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import type { TailFormulas } from "../tails.ts";

/** Normal with mean `mean` and standard deviation `sd` > 0: log density −½((x − mean)/sd)² − log sd − ½ log 2π. */
export function normal(mean: Real, sd: Real): Distribution {
  return continuous({
    name: "normal",
    parameters: [real("mean", mean), positive("sd", sd)],
    support: REAL_LINE,
    logDensity: (x) => {
      const difference = sub(x, mean);
      // One product, unless sd² overflows or is subnormal.
      const quadratic =
        typeof sd === "number" && sd > 1e-150 && sd < 1e150
          ? mul(-0.5 / (sd * sd), square(difference))
          : mul(-0.5, square(div(difference, sd)));
      return sub(quadratic, add(log(sd), HALF_LOG_2PI));
    },
    draw: (next, mean, sd) => mean + sd * normalQuantile(next()),
    fromNormal: (noise) => add(mean, mul(sd, noise)),
    initial: (mean, sd) => ({ mean, sd }),
  });
}

export function normalTails(mean: Real, sd: Real): TailFormulas {
  const standard = (x: Real): Real => div(sub(x, mean), sd);
  return {
    cdf: (x) => normalCdf(standard(x)),
    logCdf: (x) => logNormalCdf(standard(x)),
    logSurvival: (x) => logNormalCdf(neg(standard(x))),
    logInterval: (low, high) => logNormalInterval(standard(low), standard(high), div(sub(high, low), sd)),
    quantile: (p, mean, sd) => mean + sd * normalQuantile(p),
    moments: (mean, sd) => ({ mean, sd }),
  };
}

/** A piece of an interval below its upper end u is narrow if it is no wider than this over max(1, |u|). */
const NARROW = 0.02;

/**
 * log(Φ(b) − Φ(a)) for a < b; `width` is b − a, which may be known more accurately than the difference is. Relative error of
 * the mass below 1e-12·(1 + m²/1000) for an interval around m, so below 1e-9 up to m = ±500. NaN where b < a.
 */
export function logNormalInterval(a: Real, b: Real, width: Real): Real {
  // The mirror image if that lies more to the left: in the lower tail nothing cancels. Both ends swap at once, as a = −b is b = −a.
  const lower = min(a, neg(b));
  const upper = min(b, neg(a));
  // The interval in two pieces, which no condition chooses between: a narrow one below the upper end, and what is left, maybe nothing.
  const most = div(NARROW, max(1, abs(upper)));
  const cut = max(lower, sub(upper, most));
  const own = min(width, most);
  // Masses over Φ(upper). Of the narrow piece, with middle m and half width h, φ(m)·2h·(1 + h²(m² − 1)/6 + h⁴(m⁴ − 6m² + 3)/120 + …),
  // the integral of the Taylor series of φ.
  const whole = logNormalCdf(upper);
  const h = mul(0.5, own);
  const m = sub(upper, h);
  const hh = square(h);
  const qq = square(mul(h, m));
  const fourth = mul(1 / 120, add(mul(qq, sub(qq, mul(6, hh))), mul(3, square(hh))));
  const series = add(1, add(mul(1 / 6, sub(qq, hh)), fourth));
  const peak = exp(neg(add(add(mul(0.5, square(m)), HALF_LOG_2PI), whole)));
  const narrow = mul(mul(peak, own), series);
  const atCut = logNormalCdf(cut);
  const rest = mul(exp(sub(atCut, whole)), expm1(sub(logNormalCdf(lower), atCut)));
  return add(whole, log(sub(narrow, rest)));
}
