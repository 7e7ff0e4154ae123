import { add, log, mul, type Real, sub } from "../autodiff/expr.ts";
import { normalQuantile } from "../autodiff/special/normal.ts";
import { type Distribution, logGamma, POSITIVE, plain, positive, within } from "./distribution.ts";
import { timesLog } from "./products.ts";

/** Gamma with shape α > 0 and rate β > 0 (mean α/β): log density α log β + (α − 1) log x − β x − log Γ(α). */
export function gamma(shape: Real, rate: Real): Distribution {
  return {
    name: "gamma",
    parameters: [positive("shape", shape), positive("rate", rate)],
    support: POSITIVE,
    logDensity: within(POSITIVE, (x) => {
      const constant = sub(mul(shape, log(rate)), logGamma(shape));
      return add(sub(timesLog(sub(shape, 1), x), mul(rate, x)), constant);
    }),
    draw: (next) => gammaDraw(plain("gamma", "shape", shape), next) / plain("gamma", "rate", rate),
  };
}

/** A draw from gamma(shape, 1). Source: Marsaglia and Tsang, ACM Trans. Math. Softw. 26 (2000) 363–372. */
export function gammaDraw(shape: number, next: () => number): number {
  if (shape < 1) return gammaDraw(shape + 1, next) * next() ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalQuantile(next());
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(next()) < 0.5 * x * x + d * (1 - v + Math.log(v))) return d * v;
  }
}
