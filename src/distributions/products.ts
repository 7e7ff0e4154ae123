/** Products with a logarithm that are 0 where the factor is, even where the logarithm is −∞. */
import { log, log1p, mul, neg, type Real } from "../autodiff/expr.ts";

/** n · log x. */
export function timesLog(n: Real, x: Real): Real {
  return n === 0 ? 0 : mul(n, log(x));
}

/** n · log(1 − x), accurate for small x. */
export function timesLog1p(n: Real, x: Real): Real {
  return n === 0 ? 0 : mul(n, log1p(neg(x)));
}
