import { add, div, Expr, log, min, mul, normalCdf, type Real, sub } from "../../autodiff/expr.ts";
import {
  closedInterval,
  continuous,
  type Distribution,
  type Parameter,
  real,
  tracedInterval,
} from "../distribution.ts";
import { zeroWhere } from "../products.ts";

/**
 * Uniform on [low, high] with low < high: log density −log(high − low). For a latent the ends may be traced; for data they are numbers.
 */
export function uniform(low: Real, high: Real): Distribution {
  const width = (): Real => sub(high, low);
  const traced = low instanceof Expr || high instanceof Expr;
  const upper: Parameter = traced
    ? real("high", high)
    : { ...real("high", high), expected: `high > low = ${low}`, valid: (x) => x > low && x < Infinity };
  const density = (): Real => sub(0, log(width()));
  return continuous({
    name: "uniform",
    parameters: [real("low", low), upper],
    support: traced ? tracedInterval("uniform", low, high) : closedInterval(low, high),
    logDensity: (x) => add(density(), zeroWhere(div(min(sub(x, low), sub(high, x)), width()), -Infinity)),
    logDensityInside: density,
    draw: (next, low, high) => low + (high - low) * next(),
    fromNormal: (noise) => add(low, mul(width(), normalCdf(noise))),
  });
}
