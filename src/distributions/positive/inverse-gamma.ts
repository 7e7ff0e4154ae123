/** A variance or a length scale that stays away from 0: `sample("length", inverseGamma(5, 5))`. */

import { add, div, log, max, mul, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { logIncompleteGamma } from "../../math/incomplete/incomplete-gamma.ts";
import { continuous, type Distribution, logGamma, POSITIVE, positive } from "../distribution.ts";
import { LEAST, numericTails, tailed } from "../tails.ts";
import { logGammaAbove, logGammaBelow } from "../traced-shapes.ts";
import { withTraced } from "../traced-tails.ts";
import { gammaDraw } from "./gamma.ts";

/**
 * Inverse gamma, 1/X of a gamma with that shape α > 0 and rate β > 0, which is the scale here: log density
 * α log β − (α + 1) log x − β/x − log Γ(α) on (0, ∞).
 */
export function inverseGamma(shape: Real, scale: Real): Distribution {
  requireNoMore("inverseGamma", 2, arguments);
  const distribution = continuous({
    name: "inverseGamma",
    parameters: [positive("shape", shape), positive("scale", scale)],
    support: POSITIVE,
    logDensity: (x) =>
      sub(sub(mul(shape, log(scale)), logGamma(shape)), add(mul(add(shape, 1), log(x)), div(scale, x))),
    draw: (next, shape, scale) => scale / gammaDraw(shape, next),
  });
  const numeric = numericTails(
    distribution,
    (x, shape, scale) => {
      const [below, above] = logIncompleteGamma(shape!, scale! / x);
      return [above, below];
    },
    (shape, scale) => [scale! / (shape! + 1), scale! / (shape! + 1)], // around the mode
    (shape, scale) => {
      const mean = shape! > 1 ? scale! / (shape! - 1) : Infinity;
      return { mean, sd: shape! > 2 ? mean / Math.sqrt(shape! - 2) : Infinity };
    },
  );
  const inverse = (x: Real): Real => div(scale, max(x, LEAST));
  const traced = withTraced(distribution, numeric, () => ({
    centre: div(scale, shape),
    below: (x) => logGammaAbove(shape, inverse(x)),
    above: (x) => logGammaBelow(shape, inverse(x)),
  }));
  return tailed(distribution, traced);
}
