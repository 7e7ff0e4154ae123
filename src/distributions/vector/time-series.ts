/** Vectors of which each entry is normal around what came before it: random walks and autoregressions. */

import { add, describe, mul, type Real, type RealList, sum, unpacked } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { requireOptions } from "../../checks/options.ts";
import { type Distribution, positive, real } from "../distribution.ts";
import { normal } from "../real/normal.ts";
import { within } from "../wrappers/parts.ts";
import { requireDistribution, requireSize } from "./requirements.ts";
import { reals } from "./supports.ts";
import { type VectorDistribution, vector } from "./vector-distribution.ts";

export interface RandomWalkOptions {
  /** What is added in each step; default 0. */
  readonly drift?: Real | undefined;
  /** The distribution of the first entry; default normal(0, sd). */
  readonly initial?: Distribution | undefined;
}

/**
 * Gaussian random walk: x₀ from `initial`, then x_t ~ N(x_{t−1} + drift, sd²), `length` entries in all. Log density the sum of those.
 */
export function gaussianRandomWalk(sd: Real, length: number, options: RandomWalkOptions = {}): VectorDistribution {
  requireNoMore("gaussianRandomWalk", 3, arguments);
  requireOptions("gaussianRandomWalk", options, { drift: "any", initial: "any" });
  const { drift = 0, initial = normal(0, sd) } = options;
  return series("gaussianRandomWalk", [1], sd, length, drift, "drift", initial);
}

export interface AutoregressionOptions {
  /** What is added to every prediction; default 0. */
  readonly constant?: Real | undefined;
  /** The distribution of each of the first p entries; default normal(0, sd). `flat()` conditions on them, as data. */
  readonly initial?: Distribution | undefined;
}

/**
 * AR(p) with p coefficients: the first p entries each from `initial`, then
 * x_t ~ N(constant + coefficients[0]·x_{t−1} + … + coefficients[p − 1]·x_{t−p}, sd²), `length` entries in all.
 */
export function ar(
  coefficients: RealList,
  sd: Real,
  length: number,
  options: AutoregressionOptions = {},
): VectorDistribution {
  requireNoMore("ar", 4, arguments);
  requireOptions("ar", options, { constant: "any", initial: "any" });
  const { constant = 0, initial = normal(0, sd) } = options;
  const slopes = unpacked(coefficients);
  if (!Array.isArray(slopes) || slopes.length === 0)
    throw new TypeError(`ar: no coefficients; got ${describe(slopes)}, expected a non-empty array`);
  return series("ar", slopes, sd, length, constant, "constant", initial);
}

function series(
  name: string,
  coefficients: readonly Real[],
  sd: Real,
  length: number,
  constant: Real,
  constantName: string,
  initial: Distribution,
): VectorDistribution {
  requireDistribution(name, initial);
  requireSize(name, length, coefficients.length);
  const order = coefficients.length;
  const own = name === "ar" ? coefficients.map((value, i) => real(`coefficients[${i}]`, value)) : [];
  const centre = (before: readonly Real[]): Real =>
    add(constant, sum(coefficients.map((c, i) => mul(c, before[before.length - 1 - i]!))));
  return vector({
    name,
    parameters: [...own, positive("sd", sd), real(constantName, constant), ...within("initial", initial.parameters)],
    length,
    support: reals(length),
    logDensity: (x) =>
      sum(
        x.map((entry, t) =>
          t < order ? initial.logDensity(entry) : normal(centre(x.slice(t - order, t)), sd).logDensity(entry),
        ),
      ),
    draw: (next) => {
      const x: number[] = [];
      for (let t = 0; t < length; t++)
        x.push(t < order ? initial.draw(next) : normal(centre(x.slice(t - order)), sd).draw(next));
      return x;
    },
  });
}
