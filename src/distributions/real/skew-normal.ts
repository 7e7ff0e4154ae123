import { add, div, log, logNormalCdf, mul, type Real, square, sub } from "../../autodiff/expr.ts";
import { normalQuantile } from "../../math/normal.ts";
import { continuous, type Distribution, positive, REAL_LINE, real } from "../distribution.ts";
import { quadratureTails } from "../quadrature-tails.ts";
import { numericTails, tailed } from "../tails.ts";

const LOG_2_MINUS_HALF_LOG_2PI = -0.22579135264472744; // log 2 − ½ log 2π

/**
 * Skew normal with location, scale > 0 and shape α on ℝ (0 is the normal, α > 0 leans to the right): log density
 * log 2 + log φ(t) + log Φ(αt) − log scale, t = (x − location)/scale.
 */
export function skewNormal(location: Real, scale: Real, shape: Real): Distribution {
  const moments = (location: number, scale: number, shape: number) => {
    const mean = (shape / Math.sqrt(1 + shape * shape)) * Math.sqrt(2 / Math.PI);
    return { mean: location + scale * mean, sd: scale * Math.sqrt(1 - mean * mean) };
  };
  const distribution = continuous({
    name: "skewNormal",
    parameters: [real("location", location), positive("scale", scale), real("shape", shape)],
    support: REAL_LINE,
    logDensity: (x) => {
      const t = div(sub(x, location), scale);
      const constant = sub(LOG_2_MINUS_HALF_LOG_2PI, log(scale));
      return add(sub(constant, mul(0.5, square(t))), logNormalCdf(mul(shape, t)));
    },
    draw: (next, location, scale, shape) => {
      // δ|Z₀| + √(1 − δ²)·Z₁ with δ = α/√(1 + α²)
      const norm = Math.sqrt(1 + shape * shape);
      return location + (scale * (shape * Math.abs(normalQuantile(next())) + normalQuantile(next()))) / norm;
    },
    initial: moments,
  });
  const start = (...own: number[]): [number, number] => {
    const { mean, sd } = moments(own[0]!, own[1]!, own[2]!);
    return [mean, sd];
  };
  const tails = (x: number, ...own: number[]) => quadratureTails(distribution, x, ...start(...own));
  return tailed(
    distribution,
    numericTails(distribution, tails, start, (...own) => moments(own[0]!, own[1]!, own[2]!)),
  );
}
