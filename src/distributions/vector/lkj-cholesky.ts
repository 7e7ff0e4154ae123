/**
 * A prior of correlation matrices, by their Cholesky factors: `sample("L", lkjCholesky(3, 2))` is a lower triangular 3 × 3 matrix whose rows have
 * length 1.
 */

import { add, log, mul, type Real, sub, sum } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { normalQuantile } from "../../math/normal.ts";
import { logGamma, positive } from "../distribution.ts";
import { beta } from "../interval/beta.ts";
import { requireSize } from "./requirements.ts";
import { correlationFactors } from "./supports.ts";
import { type MatrixDistribution, vector } from "./vector-distribution.ts";

const LOG_PI = 1.1447298858494002; // log π

/**
 * Cholesky factors L of correlation matrices with `rows` rows, whose density is proportional to det(L·Lᵀ)^(η − 1), η > 0: uniform over the
 * correlation matrices for η = 1, nearer to the identity above. A matrix as an array of rows. Log density, over the entries below the
 * diagonal, Σᵢ (rows − i − 3 + 2η) log Lᵢᵢ and a constant, rows i counted from 0.
 * Source: D. Lewandowski, D. Kurowicka and H. Joe, J. Multivariate Analysis 100 (2009) 1989–2001.
 */
export function lkjCholesky(rows: number, concentration: Real): MatrixDistribution {
  requireNoMore("lkjCholesky", 2, arguments);
  requireSize("lkjCholesky", rows, 1);
  // Row i is a point in the unit ball of ℝⁱ with density proportional to (1 − r²)^(a − 1), 1 − r² = Lᵢᵢ².
  const below = Array.from({ length: rows - 1 }, (_, i) => i + 1);
  const powerOf = (i: number): Real => add(concentration, 0.5 * (rows - i - 1));
  const distribution = vector({
    name: "lkjCholesky",
    parameters: [positive("concentration", concentration)],
    length: rows * rows,
    shape: [rows, rows],
    support: correlationFactors(rows),
    logDensity: (entries) => {
      const terms = below.map((i) => {
        const a = powerOf(i);
        // The volume of the ball under that density.
        const volume = add(0.5 * i * LOG_PI, sub(logGamma(a), logGamma(add(a, 0.5 * i))));
        return sub(mul(mul(2, sub(a, 1)), log(entries[i * rows + i]!)), volume);
      });
      return sum(terms);
    },
    draw: (next) => {
      const entries = new Array<number>(rows * rows).fill(0);
      entries[0] = 1;
      for (const i of below) {
        const direction = Array.from({ length: i }, () => normalQuantile(next()));
        const length = Math.sqrt(direction.reduce((total, x) => total + x * x, 0));
        const share = beta(0.5 * i, powerOf(i)).draw(next); // r²
        direction.forEach((x, j) => {
          entries[i * rows + j] = (Math.sqrt(share) * x) / length;
        });
        entries[i * rows + i] = Math.sqrt(1 - share);
      }
      return entries;
    },
  });
  return { ...distribution, shape: [rows, rows] };
}
