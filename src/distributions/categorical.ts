import type { Real } from "../autodiff/expr.ts";
import { type Distribution, plain, probability, type Support, within } from "./distribution.ts";
import { timesLog } from "./products.ts";

/** Categorical: value k in 0 … K − 1 with probability probabilities[k]; plain ones must sum to 1 within 1e-9. */
export function categorical(probabilities: readonly Real[]): Distribution {
  if (!Array.isArray(probabilities) || probabilities.length === 0)
    throw new TypeError(`categorical: no probabilities; got ${String(probabilities)}, expected a non-empty array`);
  const last = probabilities.length - 1;
  const total = probabilities.reduce<number>((sum, p) => (typeof p === "number" ? sum + p : NaN), 0);
  if (Math.abs(total - 1) > 1e-9)
    throw new RangeError(`categorical: probabilities do not sum to 1; got a sum of ${total}, expected 1`);
  const support: Support = {
    text: `{0, …, ${last}}`,
    discrete: true,
    contains: (k) => Number.isInteger(k) && k >= 0 && k <= last,
  };
  return {
    name: "categorical",
    parameters: probabilities.map((p, k) => probability(`probabilities[${k}]`, p)),
    support,
    logDensity: within(support, (k) => timesLog(1, probabilities[plain("categorical", "value", k)]!)),
    draw: (next) => {
      let u = next();
      for (let k = 0; k < last; k++) {
        u -= plain("categorical", `probabilities[${k}]`, probabilities[k]!);
        if (u < 0) return k;
      }
      return last;
    },
  };
}
