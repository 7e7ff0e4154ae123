/**
 * Cholesky factors of correlation matrices: L lower triangular with rows of length 1 and a positive diagonal. Row i is built from partial
 * correlations z_ij = tanh(u_ij): L_ij = z_ij·√(1 − Σ_{k<j} L_ik²), and what is left of the row's length is L_ii. With u = 0.55 the second row of
 * a 2×2 factor is (0.5, 0.87). Source: Lewandowski, Kurowicka and Joe, J. Multivariate Analysis 100 (2009).
 */
import {
  add,
  div,
  exp,
  log,
  log1p,
  mul,
  neg,
  type Real,
  softplus,
  square,
  sub,
  sum,
  tanh,
} from "../../autodiff/expr.ts";
import type { VectorTransform } from "./vector-transform.ts";

/** Factors with `n` rows, as n² entries row by row. */
export function correlationCholesky(n: number): VectorTransform {
  const places = Array.from({ length: n * n }, (_, at) => at).filter((at) => at % n < Math.floor(at / n));
  // log(1 − tanh² u)
  const logRest = (u: Real): Real => sub(2 * Math.LN2, add(softplus(mul(2, u)), softplus(mul(-2, u))));
  const rowOf = (at: number): number => Math.floor(at / n);
  return {
    name: "correlation Cholesky factor",
    free: places.length,
    places,
    forward(u) {
      const entries: Real[] = new Array(n * n).fill(0);
      const logLeft: Real[] = new Array(n).fill(0);
      places.forEach((at, j) => {
        const row = rowOf(at);
        const left = logLeft[row]!;
        entries[at] = left === 0 ? tanh(u[j]!) : mul(tanh(u[j]!), exp(mul(0.5, left)));
        logLeft[row] = add(left, logRest(u[j]!));
      });
      logLeft.forEach((left, row) => {
        entries[row * (n + 1)] = row === 0 ? 1 : exp(mul(0.5, left));
      });
      return entries;
    },
    inverse: (x) =>
      places.map((at) => {
        const row = rowOf(at);
        // What is left of the row's length, summed from its end so that nothing cancels.
        const left = sum(x.slice(at, row * n + row + 1).map(square));
        const z = div(x[at]!, exp(mul(0.5, log(left))));
        return mul(0.5, sub(log1p(z), log1p(neg(z))));
      }),
    // dL_ij/du_ij is √left·(1 − z_ij²); each later one of the row stretches by √(1 − z_ij²) more.
    logJacobian: (u) =>
      sum(
        places.map((at, j) => {
          const later = rowOf(at) - 1 - (at % n);
          return mul(1 + 0.5 * later, logRest(u[j]!));
        }),
      ),
  };
}
