/** No prior at all: `sample("m", flat())` adds nothing to the density, for programs whose priors are factors of their own. */

import type { Real } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { betweenReals, continuous, type Distribution, type Support } from "../distribution.ts";

/**
 * The improper flat density on ℝ, above `low` or between two ends: log density 0. As the prior of a latent it adds nothing but the
 * Jacobian of its transform, for models given by log density terms of their own (`factor`, `observe`); the posterior must then be proper
 * by those terms. It has no draws. `flat(0)` is the flat prior of a scale, `flat(0, 1)` that of a share; the ends of a latent may be traced.
 */
export function flat(low: Real = -Infinity, high: Real = Infinity): Distribution {
  requireNoMore("flat", 2, arguments);
  const density = continuous({
    name: "flat",
    parameters: [],
    support: supportOf(low, high),
    logDensity: () => 0,
    draw: () => {
      throw new TypeError(
        "flat: an improper density has no draws; got a request for one, expected a proper distribution such as normal(0, 10)",
      );
    },
  });
  const isBounded = low !== -Infinity && high !== Infinity;
  // What data say of a latent may have no sd, as of the slope of a line through three points whose scatter is flat on the scale of logs.
  return isBounded ? density : { ...density, moments: () => ({ mean: NaN, sd: Infinity }) };
}

function supportOf(low: Real, high: Real): Support {
  if (typeof low === "number" && typeof high === "number" && !(low < high))
    throw new RangeError(`flat: interval is empty; got low=${low}, high=${high}, expected low < high`);
  return betweenReals(low, high);
}
