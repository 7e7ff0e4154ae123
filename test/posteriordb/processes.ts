/** Gaussian processes. */
import {
  addDiagonal,
  cholesky,
  div,
  exp,
  gamma,
  log,
  mul,
  normal,
  type Real,
  solveLower,
  square,
  sub,
} from "../../src/index.ts";
import { ln, lnNormal, sumOf } from "./plain.ts";
import type { Row } from "./row.ts";
import { cut, density } from "./traced.ts";

/** Squared exponential covariance of points on a line. */
const kernel = (x: readonly number[], alpha: Real, rho: Real): Real[][] =>
  x.map((p) => x.map((q) => mul(square(alpha), exp(div(-0.5 * (p - q) ** 2, square(rho))))));

/** The factor of a matrix of numbers, row by row. */
function plainCholesky(a: readonly (readonly number[])[]): number[][] {
  const lower: number[][] = a.map(() => []);
  for (let j = 0; j < a.length; j++)
    for (let i = j; i < a.length; i++) {
      let left = a[i]![j]!;
      for (let k = 0; k < j; k++) left -= lower[i]![k]! * lower[j]![k]!;
      lower[i]![j] = i === j ? Math.sqrt(left) : left / lower[j]![j]!;
    }
  return lower;
}
const plainKernel = (x: readonly number[], alpha: number, rho: number, nugget: number): number[][] =>
  x.map((p, i) =>
    x.map((q, j) => alpha * alpha * Math.exp(-((p - q) ** 2) / (2 * rho * rho)) + (i === j ? nugget : 0)),
  );
const lnGamma25 = (x: number): number =>
  25 * ln(4) - sumOf(Array.from({ length: 24 }, (_, k) => ln(k + 1))) + 24 * ln(x) - 4 * x;

export const PROCESSES: readonly Row[] = [
  {
    name: "gp_regr",
    file: "gp_pois_regr",
    centre: [1.7, 0.3, -1],
    program: (data) => (context) => {
      const rho = context.sample("rho", gamma(25, 4));
      const alpha = cut(context, "alpha", normal(0, 2));
      const sigma = cut(context, "sigma", normal(0, 1));
      const lower = cholesky(addDiagonal(kernel(data.numbers("x"), alpha, rho), sigma));
      solveLower(lower, data.numbers("y")).forEach((e, i) => {
        context.factor(`y${i}`, sub(density(normal(0, 1), e), log(lower[i]![i]!)));
      });
    },
    plain: (data) => (u) => {
      const [rho, alpha, sigma] = u.map(Math.exp) as [number, number, number];
      let total = lnGamma25(rho) + lnNormal(alpha, 0, 2) + lnNormal(sigma, 0, 1) + sumOf(u as number[]);
      const lower = plainCholesky(plainKernel(data.numbers("x"), alpha, rho, sigma));
      const e: number[] = [];
      data.numbers("y").forEach((y: number, i: number) => {
        let left = y;
        for (let k = 0; k < i; k++) left -= lower[i]![k]! * e[k]!;
        e.push(left / lower[i]![i]!);
        total += lnNormal(e[i]!, 0, 1) - ln(lower[i]![i]!);
      });
      return total;
    },
  },
];
