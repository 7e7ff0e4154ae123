/** A positive number by shape and rate: `sample("rate", gamma(2, 0.5))` has mean 4; under Poisson data its posterior is a gamma again. */
import { add, div, log, mul, type Real, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { logIncompleteGamma } from "../../math/incomplete/incomplete-gamma.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, logGamma, type Parameter, POSITIVE, positive } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { numericTails, type TailFormulas } from "../tails.ts";
import { logGammaAbove, logGammaBelow } from "../traced-shapes.ts";
import { withTraced } from "../traced-tails.ts";

/**
 * Gamma with shape α > 0 and rate β > 0 (mean α/β): log density α log β + (α − 1) log x − β x − log Γ(α) on (0, ∞).
 */
export function gamma(shape: Real, rate: Real): Distribution {
  return gammaAs("gamma", [positive("shape", shape), positive("rate", rate)], shape, rate, (...own) => own);
}

/** A gamma under another name, whose parameters determine shape and rate. */
export function gammaAs(
  name: string,
  parameters: readonly Parameter[],
  shape: Real,
  rate: Real,
  shapeAndRate: (...parameters: number[]) => number[],
): Distribution {
  return continuous({
    name,
    parameters,
    support: POSITIVE,
    logDensity: (x) => {
      const constant = sub(mul(shape, log(rate)), logGamma(shape));
      return add(sub(timesLog(sub(shape, 1), x), mul(rate, x)), constant);
    },
    draw: (next, ...own) => {
      const [shape, rate] = shapeAndRate(...own);
      return gammaDraw(shape!, next) / rate!;
    },
  });
}

/** A draw from gamma(shape, 1). Source: Marsaglia and Tsang, ACM Trans. Math. Softw. 26 (2000) 363–372. */
export function gammaDraw(shape: number, next: () => number): number {
  if (shape < 1) return elementary.exp(logGammaDraw(shape, next));
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normalQuantile(next());
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && elementary.log(next()) < 0.5 * x * x + d * (1 - v + elementary.log(v))) return d * v;
  }
}

/** The logarithm of a draw from gamma(shape, 1), which does not underflow for small shapes. */
export function logGammaDraw(shape: number, next: () => number): number {
  if (shape < 1) return elementary.log(gammaDraw(shape + 1, next)) + elementary.log(next()) / shape;
  return elementary.log(gammaDraw(shape, next));
}

export function gammaTails(shape: Real, rate: Real): TailFormulas {
  return tailsAsGamma(gamma(shape, rate), shape, rate, (...own) => own);
}

/** Tails of a gamma under another name, whose parameters determine shape and rate. */
export function tailsAsGamma(
  distribution: Distribution,
  shape: Real,
  rate: Real,
  shapeAndRate: (...parameters: number[]) => number[],
): TailFormulas {
  const moments = (...own: number[]) => {
    const [shape, rate] = shapeAndRate(...own);
    return { mean: shape! / rate!, sd: Math.sqrt(shape!) / rate! };
  };
  const numeric = numericTails(
    distribution,
    (x, ...own) => {
      const [shape, rate] = shapeAndRate(...own);
      return logIncompleteGamma(shape!, rate! * x);
    },
    (...own) => {
      const { mean, sd } = moments(...own);
      return [mean, sd];
    },
    moments,
  );
  return withTraced(distribution, numeric, () => ({
    centre: div(shape, rate),
    below: (x) => logGammaBelow(shape, mul(rate, x)),
    above: (x) => logGammaAbove(shape, mul(rate, x)),
  }));
}
