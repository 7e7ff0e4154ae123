/**
 * One-dimensional integrals as sums: trapezoidal rules, whose error is exponentially small for the analytic integrands here:
 * below 1e-9 with sds from 0.1 to 3 and means of order 1, by comparison with steps of a third or less.
 */
import { mul, type Real, sum } from "../../autodiff/expr.ts";

const CURVE_POINTS = 96;
const [STEP, FIRST, LAST] = [1 / 48, -3.25, 4];

/** ∫ f(t) dt over −π/2 … π/2, for an f of period 2π that is the same at π − t. */
export function halfTurn(f: (t: number) => Real): Real {
  const weight = Math.PI / CURVE_POINTS;
  return mul(weight, sum(Array.from({ length: CURVE_POINTS }, (_, k) => f((2 * Math.PI * (k + 0.5)) / CURVE_POINTS))));
}

/** ∫ f(x) dx over 0 … ∞ by x = exp(s − exp(−s)), for an f that has fallen to nothing at 54. */
export function halfLine(f: (x: number) => Real): Real {
  const points = Array.from({ length: (LAST - FIRST) / STEP + 1 }, (_, k) => FIRST + k * STEP);
  return sum(
    points.map((s) => {
      const x = Math.exp(s - Math.exp(-s));
      return mul(STEP * x * (1 + Math.exp(-s)), f(x));
    }),
  );
}
