import { add, div, min, mul, normalCdf, sub } from "../../autodiff/expr.ts";
import * as elementary from "../../math/elementary.ts";
import { closedInterval, continuous, type Distribution, dataOnly, real } from "../distribution.ts";
import { zeroWhere } from "../products.ts";

/** Uniform on [low, high], two numbers with low < high: log density −log(high − low). */
export function uniform(low: number, high: number): Distribution {
  const [lower, upper] = [real("low", low), real("high", high)].map((parameter) => dataOnly("uniform", parameter));
  return continuous({
    name: "uniform",
    parameters: [lower!, { ...upper!, expected: `high > low = ${low}`, valid: (x: number) => x > low && x < Infinity }],
    support: closedInterval(low, high),
    logDensity: (x) => {
      const inside = div(min(sub(x, low), sub(high, x)), high - low);
      return add(-elementary.log(high - low), zeroWhere(inside, -Infinity));
    },
    draw: (next, low, high) => low + (high - low) * next(),
    fromNormal: (noise) => add(low, mul(high - low, normalCdf(noise))),
  });
}
