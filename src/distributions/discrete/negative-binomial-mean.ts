/**
 * Counts that vary more than a Poisson's, by mean and dispersion, as regressions of counts have them: `observe(negativeBinomialByMean(exp(eta),
 * phi), 7)`.
 */

import { add, div, log, log1p, mul, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { logFactorial } from "../../math/gamma.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import type { LogTails } from "../../math/incomplete/incomplete-gamma.ts";
import { COUNTS, type Distribution, discrete, logGamma, positive } from "../distribution.ts";
import { gammaDraw } from "../positive/gamma.ts";
import { tailed } from "../tails.ts";
import { drawCount } from "./poisson.ts";
import { countTails } from "./sums.ts";

/**
 * Negative binomial by its mean > 0 and dispersion φ > 0, variance mean + mean²/φ, so that a large φ is nearly a Poisson: size φ and
 * p = φ/(φ + mean) of `negativeBinomial`. Log probability log Γ(k + φ) − log k! − log Γ(φ) − φ log(1 + mean/φ) − k log(1 + φ/mean).
 */
export function negativeBinomialByMean(mean: Real, dispersion: Real): Distribution {
  requireNoMore("negativeBinomialByMean", 2, arguments);
  const distribution = discrete({
    name: "negativeBinomialByMean",
    parameters: [positive("mean", mean), positive("dispersion", dispersion)],
    support: COUNTS,
    logDensity: (k) => {
      const failures = mul(dispersion, log1p(div(mean, dispersion)));
      const successes = k === 0 ? 0 : mul(k, sub(log(add(mean, dispersion)), log(mean)));
      const chosen = k === 0 ? 0 : sub(sub(logGamma(add(dispersion, k)), logFactorial(k)), logGamma(dispersion));
      return sub(chosen, add(failures, successes));
    },
    draw: (next, mean, dispersion) => drawCount(next, (gammaDraw(dispersion, next) * mean) / dispersion),
  });
  const moments = (mean: number, dispersion: number) => ({ mean, sd: Math.sqrt(mean + (mean * mean) / dispersion) });
  if (typeof mean !== "number" || typeof dispersion !== "number")
    return tailed(distribution, countTails(distribution, moments));
  const total = mean + dispersion;
  const tails = (k: number): LogTails => logIncompleteBeta(dispersion, k + 1, dispersion / total, mean / total);
  return tailed(
    distribution,
    countTails(distribution, moments, { logCdf: (k) => tails(k)[0], logSurvival: (k) => tails(k)[1] }),
  );
}
