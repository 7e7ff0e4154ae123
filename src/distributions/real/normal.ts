import {
  abs,
  add,
  div,
  log,
  log1p,
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
import { normalQuantile } from "../../math/normal.ts";
import { choose } from "../choice.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { log1mexp, type TailFormulas } from "../tails.ts";

const HALF_LOG_2PI = 0.9189385332046728; // ½ log 2π

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

/** Half widths up to this, in units of 1/max(1, |m|) for an interval around m, are narrow. */
const NARROW = 0.01;

/**
 * log(Φ(b) − Φ(a)) for a < b; `width` is b − a, which may be known more accurately than the difference is. Relative error of
 * the mass below 1e-12·(1 + m²/1000) for an interval around m, so below 1e-9 up to m = ±500.
 */
export function logNormalInterval(a: Real, b: Real, width: Real): Real {
  // The mirror image if that lies more to the left: in the lower tail nothing cancels. Both ends swap at once, as a = −b is b = −a.
  const lower = min(a, neg(b));
  const upper = min(b, neg(a));
  // Φ(upper)·(1 − Φ(lower)/Φ(upper)), of which the second factor cancels where both are nearly the same.
  const below = logNormalCdf(upper);
  const wide = add(below, log1mexp(sub(below, logNormalCdf(lower))));
  // φ(m)·2h·(1 + h²(m² − 1)/6 + h⁴(m⁴ − 6m² + 3)/120 + …), the integral of the Taylor series of φ around the middle m.
  const m = mul(0.5, add(lower, upper));
  const h = mul(0.5, width);
  const hh = square(h);
  const qq = square(mul(h, m));
  const fourth = mul(1 / 120, add(mul(qq, sub(qq, mul(6, hh))), mul(3, square(hh))));
  const series = log1p(add(mul(1 / 6, sub(qq, hh)), fourth));
  const narrow = add(sub(log(width), add(mul(0.5, square(m)), HALF_LOG_2PI)), series);
  return choose(sub(NARROW, max(h, abs(mul(h, m)))), narrow, wide);
}
