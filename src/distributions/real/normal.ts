import { add, div, log, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";

const HALF_LOG_2PI = 0.9189385332046728; // ½ log 2π

/** Normal with mean `mean` and standard deviation `sd` > 0: log density −½((x − mean)/sd)² − log sd − ½ log 2π. */
export function normal(mean: Real, sd: Real): Distribution {
  return continuous({
    name: "normal",
    parameters: [real("mean", mean), positive("sd", sd)],
    support: REAL_LINE,
    logDensity: (x) => {
      const difference = sub(x, mean);
      // One product, unless sd² overflows or is subnormal.
      const quadratic =
        typeof sd === "number" && sd > 1e-150 && sd < 1e150
          ? mul(-0.5 / (sd * sd), square(difference))
          : mul(-0.5, square(div(difference, sd)));
      return sub(quadratic, add(log(sd), HALF_LOG_2PI));
    },
    draw: (next, mean, sd) => mean + sd * normalQuantile(next()),
    fromNormal: (noise) => add(mean, mul(sd, noise)),
    initial: (mean, sd) => ({ mean, sd }),
  });
}
