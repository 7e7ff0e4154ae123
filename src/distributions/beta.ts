import { add, type Real, sub } from "../autodiff/expr.ts";
import { type Distribution, logGamma, plain, positive, UNIT_INTERVAL, within } from "./distribution.ts";
import { gammaDraw } from "./gamma.ts";
import { timesLog, timesLog1p } from "./products.ts";

/** Beta with shapes a, b > 0: log density (a − 1) log x + (b − 1) log(1 − x) − log B(a, b) on (0, 1). */
export function beta(a: Real, b: Real): Distribution {
  return {
    name: "beta",
    parameters: [positive("a", a), positive("b", b)],
    support: UNIT_INTERVAL,
    logDensity: within(UNIT_INTERVAL, (x) => {
      const logBeta = sub(add(logGamma(a), logGamma(b)), logGamma(add(a, b)));
      return sub(add(timesLog(sub(a, 1), x), timesLog1p(sub(b, 1), x)), logBeta);
    }),
    draw: (next) => {
      const [x, y] = [gammaDraw(plain("beta", "a", a), next), gammaDraw(plain("beta", "b", b), next)];
      return x / (x + y);
    },
  };
}
