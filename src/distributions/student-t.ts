import { add, div, log, log1p, mul, type Real, square, sub } from "../autodiff/expr.ts";
import { normalQuantile } from "../autodiff/special/normal.ts";
import { type Distribution, logGamma, plain, positive, REAL_LINE, real, within } from "./distribution.ts";
import { gammaDraw } from "./gamma.ts";

const HALF_LOG_PI = 0.5723649429247001; // ½ log π

/** Student's t with df > 0 degrees of freedom, location and scale > 0: −½(df + 1) log(1 + t²/df) + constants, t = (x − location)/scale. */
export function studentT(df: Real, location: Real = 0, scale: Real = 1): Distribution {
  return {
    name: "studentT",
    parameters: [positive("df", df), real("location", location), positive("scale", scale)],
    support: REAL_LINE,
    logDensity: within(REAL_LINE, (x) => {
      const half = mul(0.5, add(df, 1));
      const gammas = sub(logGamma(half), logGamma(mul(0.5, df)));
      const constant = sub(sub(gammas, mul(0.5, log(df))), add(log(scale), HALF_LOG_PI));
      return sub(constant, mul(half, log1p(div(square(div(sub(x, location), scale)), df))));
    }),
    draw: (next) => {
      const nu = plain("studentT", "df", df);
      const t = normalQuantile(next()) / Math.sqrt((2 * gammaDraw(nu / 2, next)) / nu);
      return plain("studentT", "location", location) + plain("studentT", "scale", scale) * t;
    },
    initial: () =>
      typeof location === "number" && typeof scale === "number" ? { mean: location, sd: scale } : undefined,
  };
}
