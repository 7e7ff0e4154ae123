import { continuous, type Distribution, REAL_LINE } from "../distribution.ts";

/**
 * The improper flat density on ℝ: log density 0 everywhere. As the prior of a latent it adds nothing, for models given by
 * log density terms of their own (`factor`); the posterior must then be proper by those terms. It has no draws.
 */
export function flat(): Distribution {
  return continuous({
    name: "flat",
    parameters: [],
    support: REAL_LINE,
    logDensity: () => 0,
    draw: () => {
      throw new TypeError(
        "flat: an improper density has no draws; got a request for one, expected a proper distribution such as normal(0, 10)",
      );
    },
  });
}
