import { add, type Real } from "../autodiff/expr.ts";
import { lgamma } from "../autodiff/special/gamma.ts";
import { type Distribution, plain, probability, type Support, wholeNumber, within } from "./distribution.ts";
import { timesLog, timesLog1p } from "./products.ts";

/** Binomial: successes in `trials` (data, a whole number) with probability p each. */
export function binomial(trials: number, p: Real): Distribution {
  const support: Support = {
    text: `{0, …, ${trials}}`,
    discrete: true,
    contains: (k) => Number.isInteger(k) && k >= 0 && k <= trials,
  };
  return {
    name: "binomial",
    parameters: [wholeNumber("trials", trials), probability("p", p)],
    support,
    logDensity: within(support, (value) => {
      const k = plain("binomial", "value", value);
      const logChoose = lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1);
      return add(add(timesLog(k, p), timesLog1p(trials - k, p)), logChoose);
    }),
    draw: (next) => {
      const probabilityOfOne = plain("binomial", "p", p);
      let successes = 0;
      for (let i = 0; i < trials; i++) if (next() < probabilityOfOne) successes++;
      return successes;
    },
  };
}
