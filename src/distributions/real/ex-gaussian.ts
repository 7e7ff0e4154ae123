/** A normal with an exponential delay added, as response times are: `observe(exGaussian(0.4, 0.05, 5), 0.7)` has mean 0.6. */

import { add, div, exp, log, logNormalCdf, logSumExp, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { log1mexp, searchedQuantile, splitInterval, tailed } from "../tails.ts";

/**
 * Exponentially modified normal, the sum of N(mean, sd²) and an exponential with that rate λ (mean of the sum mean + 1/λ): log density
 * log λ − r z + ½r² + log Φ(z − r), z = (x − mean)/sd, r = λ·sd.
 */
export function exGaussian(mean: Real, sd: Real, rate: Real): Distribution {
  requireNoMore("exGaussian", 3, arguments);
  // z, and the log of the density divided by the rate, which is in the masses, too.
  const parts = (x: Real): [z: Real, logPart: Real] => {
    const z = div(sub(x, mean), sd);
    const r = mul(rate, sd);
    return [z, add(mul(r, sub(mul(0.5, r), z)), logNormalCdf(sub(z, r)))];
  };
  const moments = (mean: number, sd: number, rate: number) => ({
    mean: mean + 1 / rate,
    sd: Math.sqrt(sd * sd + 1 / (rate * rate)),
  });
  const distribution = continuous({
    name: "exGaussian",
    parameters: [real("mean", mean), positive("sd", sd), positive("rate", rate)],
    support: REAL_LINE,
    logDensity: (x) => add(log(rate), parts(x)[1]),
    draw: (next, mean, sd, rate) => mean + sd * normalQuantile(next()) - elementary.log(next()) / rate,
    initial: moments,
  });
  // P(X > x) = Φ(−z) + e^part, P(X ≤ x) = Φ(z) − e^part
  const logCdf = (x: Real): Real => {
    const [z, part] = parts(x);
    const below = logNormalCdf(z);
    return add(below, log1mexp(sub(below, part)));
  };
  const logSurvival = (x: Real): Real => {
    const [z, part] = parts(x);
    return logSumExp([logNormalCdf(neg(z)), part]);
  };
  return tailed(distribution, {
    cdf: (x) => exp(logCdf(x)),
    logCdf,
    logSurvival,
    logInterval: (low, high) => splitInterval({ logCdf, logSurvival }, mean, low, high),
    quantile: searchedQuantile(distribution, { logCdf, logSurvival }, (...own) => {
      const { mean, sd } = moments(own[0]!, own[1]!, own[2]!);
      return [mean, sd];
    }),
    moments,
  });
}
