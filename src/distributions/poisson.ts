import { log, mul, type Real, sub } from "../autodiff/expr.ts";
import { lgamma } from "../autodiff/special/gamma.ts";
import { COUNTS, type Distribution, plain } from "./distribution.ts";

/** Poisson with rate `rate` ≥ 0: log probability k log λ − λ − log k!. */
export function poisson(rate: Real): Distribution {
  return {
    name: "poisson",
    parameters: [{ name: "rate", value: rate, expected: "rate ≥ 0", valid: (x) => x >= 0 && x < Infinity }],
    support: COUNTS,
    logDensity: (k) => {
      if (k === 0) return mul(-1, rate);
      return sub(sub(mul(k, log(rate)), rate), lgamma(k as number + 1));
    },
    draw: (next) => {
      const lambda = plain("poisson", "rate", rate);
      let [k, p] = [0, Math.exp(-lambda)];
      for (let u = next(); u > p; k++) { u -= p; p *= lambda / (k + 1); }
      return k;
    },
  };
}
