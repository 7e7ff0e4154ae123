import { add, div, log, mul, type Real, square, sub } from "../autodiff/expr.ts";
import { normalQuantile } from "../autodiff/special/normal.ts";
import { type Distribution, plain, positive, REAL_LINE, real } from "./distribution.ts";

const HALF_LOG_2PI = 0.9189385332046728; // ½ log 2π

/** Normal with mean `mean` and standard deviation `sd` > 0: log density −½((x − mean)/sd)² − log sd − ½ log 2π. */
export function normal(mean: Real, sd: Real): Distribution {
  return {
    name: "normal",
    parameters: [real("mean", mean), positive("sd", sd)],
    support: REAL_LINE,
    logDensity: (x) => {
      const quadratic =
        typeof sd === "number" ? mul(-0.5 / (sd * sd), square(sub(x, mean))) : mul(-0.5, square(div(sub(x, mean), sd)));
      return sub(quadratic, add(log(sd), HALF_LOG_2PI));
    },
    draw: (next) => plain("normal", "mean", mean) + plain("normal", "sd", sd) * normalQuantile(next()),
    fromNormal: (noise) => add(mean, mul(sd, noise)),
    initial: () => (typeof mean === "number" && typeof sd === "number" ? { mean, sd } : undefined),
  };
}
