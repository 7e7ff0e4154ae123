import { add, log, mul, neg, normalCdf, sub } from "../autodiff/expr.ts";
import { type Distribution, plain, real, type Support, within } from "./distribution.ts";

/** Uniform on [low, high], two numbers with low < high: log density −log(high − low). */
export function uniform(low: number, high: number): Distribution {
  const support: Support = { text: `[${low}, ${high}]`, discrete: false, contains: (x) => x >= low && x <= high };
  const upper = {
    ...real("high", high),
    expected: `high > low = ${low}`,
    valid: (x: number) => x > low && x < Infinity,
  };
  return {
    name: "uniform",
    parameters: [real("low", low), upper],
    support,
    logDensity: within(support, () => neg(log(sub(high, low)))),
    draw: (next) => plain("uniform", "low", low) + (high - low) * next(),
    fromNormal: (noise) => add(low, mul(high - low, normalCdf(noise))),
  };
}
