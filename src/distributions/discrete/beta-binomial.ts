/**
 * Successes among trials whose probability is itself uncertain: `observe(betaBinomial(10, 2, 3), 4)`, which spreads wider than a binomial of the
 * same mean.
 */

import { add, max, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { logFactorial } from "../../math/gamma.ts";
import { COUNTS, type Distribution, discrete, logGamma, positive, upTo, wholeNumber } from "../distribution.ts";
import { beta } from "../interval/beta.ts";
import { tailed } from "../tails.ts";
import { drawTrials, logChoose } from "./binomial.ts";
import { tableTails, unknownTable, wholeNumbers } from "./sums.ts";

/**
 * Beta-binomial: successes in `trials` (a whole number, which may be traced) whose probability is drawn once from beta(a, b): log probability
 * log (trials choose k) + log B(k + a, trials − k + b) − log B(a, b).
 */
export function betaBinomial(trials: Real, a: Real, b: Real): Distribution {
  requireNoMore("betaBinomial", 3, arguments);
  const logBeta = (x: Real, y: Real): Real => sub(add(logGamma(x), logGamma(y)), logGamma(add(x, y)));
  const isNumber = typeof trials === "number";
  const distribution = discrete({
    name: "betaBinomial",
    parameters: [wholeNumber("trials", trials), positive("a", a), positive("b", b)],
    support: isNumber ? upTo(trials) : COUNTS,
    logDensity: (k) => {
      const failures = isNumber ? trials - k : max(sub(trials, k), 0);
      const choices = isNumber
        ? logFactorial(trials) - logFactorial(k) - logFactorial(trials - k)
        : logChoose(trials, k);
      return add(choices, sub(logBeta(add(a, k), add(b, failures)), logBeta(a, b)));
    },
    finiteValues: () => unknownTable("betaBinomial", "trials"),
    draw: (next, trials, a, b) => drawTrials(next, trials, beta(a, b).draw(next)),
  });
  if (!isNumber) return distribution;
  return tailed(
    distribution,
    tableTails(
      distribution,
      () => wholeNumbers("betaBinomial", 0, trials),
      (trials, a, b) => {
        const p = a / (a + b);
        return { mean: trials * p, sd: Math.sqrt((trials * p * (1 - p) * (a + b + trials)) / (a + b + 1)) };
      },
    ),
  );
}
