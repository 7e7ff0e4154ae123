/** A share between 0 and 1: `sample("p", beta(2, 8))` has mean 0.2. */
import { add, div, type Real, sub } from "../../autodiff/expr.ts";
import { logIncompleteBeta } from "../../math/incomplete/incomplete-beta.ts";
import { sigmoid } from "../../math/logistic.ts";
import { continuous, type Distribution, logGamma, positive, UNIT_INTERVAL } from "../distribution.ts";
import { logGammaDraw } from "../positive/gamma.ts";
import { timesLog, timesLog1p } from "../products.ts";
import { numericTails, type TailFormulas } from "../tails.ts";
import { logBetaBelow } from "../traced-shapes.ts";
import { withTraced } from "../traced-tails.ts";

/**
 * Beta with shapes a, b > 0 (mean a/(a + b)): log density (a − 1) log x + (b − 1) log(1 − x) − log B(a, b) on (0, 1).
 * The three log gammas of log B cancel for large shapes: error below 1e-15·(a + b) log(a + b).
 */
export function beta(a: Real, b: Real): Distribution {
  return continuous({
    name: "beta",
    parameters: [positive("a", a), positive("b", b)],
    support: UNIT_INTERVAL,
    logDensity: (x) => {
      const logBeta = sub(add(logGamma(a), logGamma(b)), logGamma(add(a, b)));
      return sub(add(timesLog(sub(a, 1), x), timesLog1p(sub(b, 1), x)), logBeta);
    },
    // Logarithms: draws of small shapes underflow, and 0/0 would follow.
    draw: (next, a, b) => sigmoid(logGammaDraw(a, next) - logGammaDraw(b, next)),
  });
}

export function betaTails(a: Real, b: Real): TailFormulas {
  const moments = (a: number, b: number) => {
    const mean = a / (a + b);
    return { mean, sd: Math.sqrt((mean * (b / (a + b))) / (a + b + 1)) };
  };
  const distribution = beta(a, b);
  const numeric = numericTails(
    distribution,
    (x, a, b) => logIncompleteBeta(a!, b!, x, 1 - x),
    (a, b) => [a! / (a! + b!), moments(a!, b!).sd],
    (a, b) => moments(a!, b!),
  );
  return withTraced(distribution, numeric, () => ({
    centre: div(a, add(a, b)),
    below: (x) => logBetaBelow(a, b, x, sub(1, x)),
    above: (x) => logBetaBelow(b, a, sub(1, x), x),
  }));
}
