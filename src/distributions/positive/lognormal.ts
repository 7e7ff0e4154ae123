/** A positive number known up to a factor: `sample("size", lognormal(0, 1))` has median 1 and lies between 1/7 and 7 in 95 of 100 cases. */
import { add, exp, log, mul, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, POSITIVE } from "../distribution.ts";
import { normal, normalTails } from "../real/normal.ts";
import { logOfEnd, type TailFormulas } from "../tails.ts";

/** Lognormal, log x ~ N(mean, sd) with sd > 0: the log density of log x under that normal minus log x, on (0, ∞). */
export function lognormal(mean: Real, sd: Real): Distribution {
  const { parameters, logDensity } = normal(mean, sd);
  return continuous({
    name: "lognormal",
    parameters,
    support: POSITIVE,
    logDensity: (x) => sub(logDensity(log(x)), log(x)),
    draw: (next, mean, sd) => elementary.exp(mean + sd * normalQuantile(next())),
    fromNormal: (noise) => exp(add(mean, mul(sd, noise))),
  });
}

export function lognormalTails(mean: Real, sd: Real): TailFormulas {
  const { cdf, logCdf, logSurvival, logInterval } = normalTails(mean, sd);
  return {
    cdf: (x) => cdf!(logOfEnd(x)),
    logCdf: (x) => logCdf!(logOfEnd(x)),
    logSurvival: (x) => logSurvival!(logOfEnd(x)),
    logInterval: (low, high) => logInterval!(logOfEnd(low), logOfEnd(high)),
    quantile: (p, mean, sd) => elementary.exp(mean + sd * normalQuantile(p)),
    moments: (mean, sd) => {
      const centre = elementary.exp(mean + 0.5 * sd * sd);
      return { mean: centre, sd: centre * Math.sqrt(elementary.expm1(sd * sd)) };
    },
  };
}
