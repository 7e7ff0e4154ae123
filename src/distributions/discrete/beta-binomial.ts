import { add, type Real, sub } from "../../autodiff/expr.ts";
import { logFactorial } from "../../math/gamma.ts";
import { type Distribution, dataOnly, discrete, logGamma, positive, upTo, wholeNumber } from "../distribution.ts";
import { beta } from "../interval/beta.ts";
import { tailed } from "../tails.ts";
import { binomialDraw } from "./binomial.ts";
import { tableTails, wholeNumbers } from "./sums.ts";

/**
 * Beta-binomial: successes in `trials` (data, a whole number) whose probability is drawn once from beta(a, b): log probability
 * log (trials choose k) + log B(k + a, trials − k + b) − log B(a, b).
 */
export function betaBinomial(trials: number, a: Real, b: Real): Distribution {
  const logBeta = (x: Real, y: Real): Real => sub(add(logGamma(x), logGamma(y)), logGamma(add(x, y)));
  const distribution = discrete({
    name: "betaBinomial",
    parameters: [dataOnly("betaBinomial", wholeNumber("trials", trials)), positive("a", a), positive("b", b)],
    support: upTo(trials),
    logDensity: (k) => {
      const logChoose = logFactorial(trials) - logFactorial(k) - logFactorial(trials - k);
      return add(logChoose, sub(logBeta(add(a, k), add(b, trials - k)), logBeta(a, b)));
    },
    draw: (next, trials, a, b) => binomialDraw(trials, beta(a, b).draw(next), next),
  });
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
