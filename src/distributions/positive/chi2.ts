/** The sum of squares of standard normals: `sample("s", chi2(5))` has mean 5. */
import { Expr, mul, type Real } from "../../autodiff/expr.ts";
import { type Distribution, numberOrNaN, positive } from "../distribution.ts";
import type { TailFormulas } from "../tails.ts";
import { gammaAs, tailsAsGamma } from "./gamma.ts";

/** Chi-squared with `df` > 0 degrees of freedom (mean df): gamma(df/2, 1/2), on (0, ∞). */
export function chi2(df: Real): Distribution {
  return gammaAs("chi2", [positive("df", df)], half(df), 0.5, (df) => [0.5 * df, 0.5]);
}

// What is no number is refused with the name of the parameter, by who checks them.
function half(df: Real): Real {
  return df instanceof Expr ? mul(0.5, df) : 0.5 * numberOrNaN(df);
}

export function chi2Tails(df: Real): TailFormulas {
  return tailsAsGamma(chi2(df), half(df), 0.5, (df) => [0.5 * df!, 0.5]);
}
