import { add, exp, log, mul, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, POSITIVE } from "../distribution.ts";
import { normal } from "../real/normal.ts";

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
