/** One of K classes by its index: `sample("class", categorical([0.2, 0.3, 0.5]))` is 0, 1 or 2. */
import { describe, type Real, type RealList, unpacked } from "../../autodiff/expr.ts";
import { type Distribution, discrete, probability, upTo } from "../distribution.ts";
import { timesLog } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { summedMoments, tableTails } from "./sums.ts";

/**
 * Categorical: value k in 0 … K − 1 with probability probabilities[k]; RangeError unless they sum to 1 within 1e-9 where
 * all are numbers. Where one is traced a fit runs the program on numbers at two points, and is refused where they do not sum to 1 there.
 */
export function categorical(probabilities: RealList): Distribution {
  const masses = unpacked(probabilities);
  if (!Array.isArray(masses) || masses.length === 0)
    throw new TypeError(`categorical: no probabilities; got ${describe(masses)}, expected a non-empty array`);
  const last = masses.length - 1;
  checkTotal("categorical", masses);
  return discrete({
    name: "categorical",
    parameters: masses.map((p, k) => probability(`probabilities[${k}]`, p)),
    support: upTo(last),
    logDensity: (k) => timesLog(1, masses[k]!),
    finiteValues: () => ({ values: masses.map((_, k) => k), lostMass: 0 }),
    draw: (next, ...probabilities) => {
      let u = next();
      for (let k = 0; k < last; k++) {
        u -= probabilities[k]!;
        if (u < 0) return k;
      }
      return last;
    },
  });
}

/** Probabilities or weights that are to sum to 1 and do not: of traced ones it is known only where a program is run on plain numbers. */
export class UnnormalisedError extends RangeError {}

/** RangeError unless probabilities sum to 1 within 1e-9, if all are numbers. */
export function checkTotal(caller: string, probabilities: readonly Real[], what = "probabilities"): void {
  const total = probabilities.reduce<number>((sum, p) => (typeof p === "number" ? sum + p : NaN), 0);
  if (Math.abs(total - 1) > 1e-9)
    throw new UnnormalisedError(`${caller}: ${what} do not sum to 1; got a sum of ${total}, expected 1`);
}

export function categoricalTails(...probabilities: Real[]): TailFormulas {
  const values = probabilities.map((_, k) => k);
  const distribution = categorical(probabilities);
  return tableTails(
    distribution,
    () => values,
    () => summedMoments(distribution, values),
  );
}
