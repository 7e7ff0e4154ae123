import { add, type Real, sub } from "../autodiff/expr.ts";
import { lgamma } from "../autodiff/special/gamma.ts";
import { COUNTS, type Distribution, logGamma, plain, positive, positiveProbability, within } from "./distribution.ts";
import { gammaDraw } from "./gamma.ts";
import { poissonDraw } from "./poisson.ts";
import { timesLog, timesLog1p } from "./products.ts";

/** Negative binomial: failures before `size` > 0 successes of probability p: log Γ(k + size) − log k! − log Γ(size) + size log p + k log(1 − p). */
export function negativeBinomial(size: Real, p: Real): Distribution {
  return {
    name: "negativeBinomial",
    parameters: [positive("size", size), positiveProbability("p", p)],
    support: COUNTS,
    logDensity: within(COUNTS, (value) => {
      const k = plain("negativeBinomial", "value", value);
      const choose = sub(sub(logGamma(add(size, k)), logGamma(size)), lgamma(k + 1));
      return add(add(choose, timesLog(size, p)), timesLog1p(k, p));
    }),
    draw: (next) => {
      const success = plain("negativeBinomial", "p", p);
      const rate = (gammaDraw(plain("negativeBinomial", "size", size), next) * (1 - success)) / success;
      return poissonDraw(rate, next);
    },
  };
}
