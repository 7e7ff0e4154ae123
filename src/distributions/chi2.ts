import { mul, type Real } from "../autodiff/expr.ts";
import { type Distribution, positive } from "./distribution.ts";
import { gamma } from "./gamma.ts";

/** Chi-squared with `df` > 0 degrees of freedom: gamma(df/2, 1/2). */
export function chi2(df: Real): Distribution {
  const degrees = positive("df", df);
  return { ...gamma(mul(0.5, df), 0.5), name: "chi2", parameters: [degrees] };
}
