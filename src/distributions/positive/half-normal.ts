import { abs, add, div, log, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, NONNEGATIVE, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";

const HALF_LOG_2_OVER_PI = -0.22579135264472744; // ½ log(2/π)

/** Half-normal, |N(0, scale)| with scale > 0: log density −½(x/scale)² − log scale + ½ log(2/π) on [0, ∞). */
export function halfNormal(scale: Real): Distribution {
  return continuous({
    name: "halfNormal",
    parameters: [positive("scale", scale)],
    support: NONNEGATIVE,
    logDensity: (x) => {
      const density = sub(HALF_LOG_2_OVER_PI, add(mul(0.5, square(div(x, scale))), log(scale)));
      return add(density, zeroWhere(x, -Infinity));
    },
    draw: (next, scale) => scale * Math.abs(normalQuantile(next())),
    fromNormal: (noise) => mul(scale, abs(noise)),
  });
}
