/**
 * Numbers that vary together: `sample("x", multivariateNormal([0, 0], { covariance: [[1, 0.8], [0.8, 1]] }))` is two latents with correlation 0.8.
 */

import {
  add,
  describe,
  div,
  log,
  log1p,
  mul,
  type Real,
  type RealList,
  square,
  sub,
  sum,
  unpacked,
} from "../../autodiff/expr.ts";
import { cholesky as choleskyOf, type Matrix, solveLower } from "../../autodiff/matrices.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { shown } from "../../checks/shown.ts";
import { HALF_LOG_2PI, normalQuantile } from "../../math/normal.ts";
import { logGamma, type Parameter, positive, real } from "../distribution.ts";
import { gammaDraw } from "../positive/gamma.ts";
import { reals } from "./supports.ts";
import { type VectorDistribution, vector } from "./vector-distribution.ts";

const HALF_LOG_PI = 0.5723649429247001; // ½ log π

/** How entries vary together, as rows: the lower triangular factor L of the covariance L·Lᵀ, or that itself. */
export type Spread = { readonly cholesky: readonly RealList[] } | { readonly covariance: readonly RealList[] };

/**
 * Multivariate normal with that mean and `{ cholesky }` or `{ covariance }`, whose entries may be traced: log density
 * −½|z|² − Σ log L_ii − ½n log 2π with L·z = x − mean. RangeError where numbers make no positive definite covariance.
 */
export function multivariateNormal(mean: RealList, spread: Spread): VectorDistribution {
  requireNoMore("multivariateNormal", 2, arguments);
  const { length, at, lower, parameters } = placed("multivariateNormal", "mean", mean, spread);
  return vector({
    name: "multivariateNormal",
    parameters,
    length,
    support: reals(length),
    logDensity: (x) => sub(mul(-0.5, squaredDistance(lower, at, x)), add(logVolume(lower), length * HALF_LOG_2PI)),
    draw: (next) =>
      placedAt(
        at,
        lower,
        Array.from({ length }, () => normalQuantile(next())),
      ),
  });
}

/**
 * Multivariate Student t with df > 0, location and `{ cholesky }` or `{ covariance }` of the normal that it scales, which is not its own
 * covariance: that is df/(df − 2) times as large. Log density −½(df + n) log(1 + |z|²/df) − Σ log L_ii + log Γ(½(df + n)) − log Γ(½ df) −
 * ½n log(π df) with L·z = x − location.
 */
export function multivariateStudentT(df: Real, location: RealList, spread: Spread): VectorDistribution {
  requireNoMore("multivariateStudentT", 3, arguments);
  const { length, at, lower, parameters } = placed("multivariateStudentT", "location", location, spread);
  return vector({
    name: "multivariateStudentT",
    parameters: [positive("df", df), ...parameters],
    length,
    support: reals(length),
    logDensity: (x) => {
      const half = mul(0.5, add(df, length));
      const gammas = sub(logGamma(half), logGamma(mul(0.5, df)));
      const constant = sub(gammas, add(logVolume(lower), mul(length, add(HALF_LOG_PI, mul(0.5, log(df))))));
      return sub(constant, mul(half, log1p(div(squaredDistance(lower, at, x), df))));
    },
    draw: (next) => {
      const size = Math.sqrt((2 * gammaDraw(0.5 * (df as number), next)) / (df as number));
      return placedAt(
        at,
        lower,
        Array.from({ length }, () => normalQuantile(next()) / size),
      );
    },
  });
}

/** Checked sizes, the factor, and the parameters: its entries up to the diagonal. */
function placed(
  name: string,
  centre: string,
  mean: RealList,
  spread: Spread,
): { length: number; at: readonly Real[]; lower: Matrix; parameters: Parameter[] } {
  const at = unpacked(mean);
  if (!Array.isArray(at) || at.length === 0)
    throw new TypeError(`${name}: no ${centre}; got ${describe(mean)}, expected a non-empty array`);
  const length = at.length;
  const unknown = Object.keys(Object(spread)).find((key) => key !== "cholesky" && key !== "covariance");
  if (unknown !== undefined)
    throw new RangeError(`${name}: unknown option; got ${shown(unknown)}, expected cholesky, covariance`);
  const isFactor = Object.hasOwn(Object(spread), "cholesky");
  if (isFactor && Object.hasOwn(Object(spread), "covariance"))
    throw new TypeError(`${name}: two matrices; got cholesky and covariance, expected one of them`);
  const matrix = isFactor
    ? (spread as { cholesky: unknown }).cholesky
    : (spread as { covariance: unknown } | undefined)?.covariance;
  const given = Array.isArray(matrix) ? matrix.map((row: RealList) => unpacked(row)) : matrix;
  if (!Array.isArray(given) || given.length !== length || given.some((row) => row?.length !== length))
    throw new TypeError(
      `${name}: no matrix that fits; got ${describe(spread)}, expected { cholesky } or { covariance } with ${length} rows of ${length}`,
    );
  const wrong = given.find((row, i) =>
    row.some((entry: Real, j: number) => (isFactor ? j > i && entry !== 0 : differ(entry, given[j]![i]!))),
  );
  if (wrong)
    throw new RangeError(
      `${name}: ${isFactor ? "factor has entries above its diagonal" : "covariance is not symmetric"}; got row ${given.indexOf(wrong)}, expected ${isFactor ? "zeros there" : "the same entries in its column"}`,
    );
  let lower: Matrix = given;
  if (!isFactor)
    try {
      lower = choleskyOf(given);
    } catch (error) {
      // "cholesky: matrix is not positive definite; pivot 1 is -3, expected > 0"
      const [, pivot] = (error as Error).message.split("; ");
      throw new RangeError(`${name}: covariance is not positive definite; got a factor whose ${pivot}`);
    }
  const called = isFactor ? "cholesky" : "covariance";
  const entries = given.flatMap((row: readonly Real[], i: number) =>
    row.slice(0, i + 1).map((entry, j) => (i === j ? positive : real)(`${called}[${i}][${j}]`, entry)),
  );
  return { length, at, lower, parameters: [...at.map((entry, i) => real(`${centre}[${i}]`, entry)), ...entries] };
}

function differ(one: Real, other: Real): boolean {
  return typeof one === "number" && typeof other === "number" && Math.abs(one - other) > 1e-9 * Math.abs(one);
}

/** |z|² with L·z = x − mean. */
function squaredDistance(lower: Matrix, mean: readonly Real[], x: readonly Real[]): Real {
  const difference = x.map((entry, i) => sub(entry, mean[i]!));
  return sum(solveLower(lower, difference).map(square));
}

/** Σ log L_ii */
function logVolume(lower: Matrix): Real {
  return sum(lower.map((row, i) => log(row[i]!)));
}

/** mean + L·z of numbers. */
function placedAt(mean: readonly Real[], lower: Matrix, z: readonly number[]): number[] {
  return mean.map((centre, i) =>
    z.slice(0, i + 1).reduce((total, own, j) => total + own * (lower[i]![j] as number), centre as number),
  );
}
