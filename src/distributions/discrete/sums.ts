/**
 * Masses of discrete distributions by sums over their values: P(X ≤ 2) of a Poisson is p₀ + p₁ + p₂, whether its rate is traced or
 * not. A finite table has all of them at hand; where there are infinitely many, the tail is summed until what is left is nothing.
 */

import { exp, logSumExp, neg, type Real } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { type Distribution, type FiniteValues, type Moments, parameterNumbers } from "../distribution.ts";
import { log1mexp, type TailFormulas } from "../tails.ts";

/** Most values of a distribution that are listed, and most terms of a sum over them. */
export const MOST_VALUES = 10_000;

const TAIL_MASS = 1e-12;

/** log P(X ≤ k) and log P(X > k) of a distribution on whole numbers, for whole numbers k. */
export interface CountMasses {
  readonly logCdf: (k: number) => Real;
  readonly logSurvival: (k: number) => Real;
}

/**
 * Masses of a distribution on finitely many values: the array that `list` makes, in increasing order. Cdf and survival are by formulas
 * where there are some, else by sums.
 */
export function tableTails(
  distribution: Distribution,
  list: () => readonly number[],
  moments: (...parameters: number[]) => Moments,
  formulas?: CountMasses,
): TailFormulas {
  const { name, logDensity } = distribution;
  const sumWhere = (wanted: (value: number) => boolean): Real => logSumExp(list().filter(wanted).map(logDensity));
  const data = (x: Real): number => numberOnly(name, x);
  const logCdf = (x: Real): Real => formulas?.logCdf(data(x)) ?? sumWhere((value) => value <= data(x));
  return {
    cdf: (x) => exp(logCdf(x)),
    logCdf,
    logSurvival: (x) => formulas?.logSurvival(data(x)) ?? sumWhere((value) => value > data(x)),
    ...(!formulas && { logInterval: (low, high) => sumWhere((value) => value > data(low) && value <= data(high)) }),
    quantile: (p) => {
      const values = list();
      let below = 0;
      for (const value of values) {
        below += elementary.exp(logDensity(value) as number);
        if (below >= p) return value;
      }
      return values[values.length - 1]!;
    },
    moments,
    finiteValues: () => ({ values: list(), lostMass: 0 }),
  };
}

/** Of a distribution whose values end at a traced number: who lists them has to know where that lies. */
export function unknownTable(name: string, parameter: string): never {
  throw new TypeError(`${name}: ${parameter}: not data; got a traced number, expected a number`);
}

/** low, low + 1, …, high, of which there are not too many. */
export function wholeNumbers(name: string, low: number, high: number): number[] {
  const count = high - low + 1;
  if (count > MOST_VALUES) tooMany(name, count);
  return Array.from({ length: Math.max(0, count) }, (_, i) => low + i);
}

/** Mean and sd of values under a distribution whose parameters are numbers, by sums. */
export function summedMoments({ logDensity }: Distribution, values: readonly number[]): Moments {
  const masses = values.map((value) => elementary.exp(logDensity(value) as number));
  const mean = values.reduce((total, value, i) => total + masses[i]! * value, 0);
  const variance = values.reduce((total, value, i) => total + masses[i]! * squared(value - mean), 0);
  return { mean, sd: Math.sqrt(variance) };
}

/**
 * Masses of a distribution on 0, 1, 2, …: by formulas where there are some; else by sums from 0, and P(X > k) as 1 − P(X ≤ k), whose
 * error of 1e-16·(1 + k) is not relative.
 */
export function countTails(
  distribution: Distribution,
  moments: (...parameters: number[]) => Moments,
  formulas?: CountMasses,
): TailFormulas {
  const { name, parameters, logDensity } = distribution;
  const logCdf = (x: Real): Real => {
    const last = numberOnly(name, x);
    if (formulas) return formulas.logCdf(last);
    if (last >= MOST_VALUES) tooMany(name, last + 1);
    return logSumExp(Array.from({ length: last + 1 }, (_, k) => logDensity(k)));
  };
  const logSurvival = (x: Real): Real =>
    formulas ? formulas.logSurvival(numberOnly(name, x)) : log1mexp(neg(logCdf(x)));
  return {
    cdf: (x) => exp(logCdf(x)),
    logCdf,
    logSurvival,
    ...(!formulas && {
      logInterval: (low, high) => {
        const first = Math.max(0, Math.floor(numberOnly(name, low)) + 1);
        return logSumExp(wholeNumbers(name, first, Math.floor(numberOnly(name, high))).map(logDensity));
      },
    }),
    quantile: (p) => countQuantile(p, { logCdf, logSurvival }),
    moments,
    finiteValues: (tailMass = TAIL_MASS) => {
      parameterNumbers(name, "finiteValues", parameters);
      return cutTail(distribution, tailMass);
    },
  };
}

/** The least k in first, first + 1, …, last with P(X ≤ k) ≥ p. */
export function countQuantile(
  p: number,
  { logCdf, logSurvival }: CountMasses,
  first: number = 0,
  last: number = Infinity,
): number {
  if (p === 1) return last;
  const reached = (k: number): boolean =>
    k >= last ||
    (p < 0.5 ? (logCdf(k) as number) >= elementary.log(p) : (logSurvival(k) as number) <= elementary.log1p(-p));
  let high = first;
  for (let step = 1; !reached(high); step *= 2) high += step;
  let low = first - 1;
  for (let gap = high - low; gap > 1; gap = high - low) {
    const middle = low + Math.floor(gap / 2);
    if (reached(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * 0, 1, …, K with the least K that P(X > K) ≤ tailMass holds for, and P(X > K). The tail is summed from where the rest of it is
 * below 1e-17·tailMass, as of a geometric series with the ratio found there.
 */
function cutTail({ name, logDensity }: Distribution, tailMass: number): FiniteValues {
  if (!(tailMass > 0 && tailMass < 1))
    throw new RangeError(`${name}: tail mass is no probability; got ${tailMass}, expected a number in (0, 1)`);
  const mass = (k: number): number => elementary.exp(logDensity(k) as number);
  const masses = [mass(0)];
  for (let total = masses[0]!; ; ) {
    const k = masses.length;
    masses.push(mass(k));
    total += masses[k]!;
    const ratio = masses[k]! / masses[k - 1]!;
    const rest = masses[k] === 0 ? 0 : masses[k]! / (1 - ratio);
    if (total > 0.5 && ratio < 1 && rest < 1e-17 * tailMass) break;
    if (k >= 20 * MOST_VALUES) tooMany(name, k);
  }
  let lostMass = 0;
  let last = masses.length - 1;
  for (; last > 0 && lostMass + masses[last]! <= tailMass; last--) lostMass += masses[last]!;
  return { values: wholeNumbers(name, 0, last), lostMass };
}

function numberOnly(name: string, x: Real): number {
  if (typeof x === "number") return x;
  throw new TypeError(`${name}: masses are known between numbers only; got a traced number, expected data`);
}

function tooMany(name: string, values: number): never {
  throw new RangeError(
    `${name}: too many values to list; got ${values} or more, expected at most ${MOST_VALUES}; \`truncated\` keeps those that matter`,
  );
}
