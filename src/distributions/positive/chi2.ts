import { Expr, mul, type Real } from "../../autodiff/expr.ts";
import { type Distribution, positive } from "../distribution.ts";
import type { TailFormulas } from "../tails.ts";
import { gammaAs, tailsAsGamma } from "./gamma.ts";

/** Chi-squared with `df` > 0 degrees of freedom (mean df): gamma(df/2, 1/2), on (0, ∞). */
export function chi2(df: Real): Distribution {
  const half = df instanceof Expr ? mul(0.5, df) : 0.5 * df;
  return gammaAs("chi2", [positive("df", df)], half, 0.5, (df) => [0.5 * df, 0.5]);
}

export function chi2Tails(df: Real): TailFormulas {
  return tailsAsGamma(chi2(df), mul(0.5, df), 0.5, (df) => [0.5 * df!, 0.5]);
}
