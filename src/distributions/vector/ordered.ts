/** Independent numbers sorted: `sample("cuts", ordered(normal(0, 5), 3))` is three latents with cuts[0] < cuts[1] < cuts[2]. */

import { add, type Real, sum } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { logFactorial } from "../../math/gamma.ts";
import { increasing, increasingAbove, increasingBetween } from "../../transforms/vector/ordered.ts";
import type { VectorTransform } from "../../transforms/vector/vector-transform.ts";
import { type Distribution, wholeNumber } from "../distribution.ts";
import { requireDistribution, requireSize } from "./requirements.ts";
import { inOrder } from "./supports.ts";
import { type VectorDistribution, vector } from "./vector-distribution.ts";

/**
 * `length` independent numbers with the same continuous distribution, in increasing order: cut points, component means that cannot switch
 * labels. `ordered(normal(0, 5), 4)` on ℝ, `ordered(exponential(1), 3)` above 0, `ordered(uniform(0, 1), 3)` between ends. Log density
 * log n! + Σ log p(x_k) where x₀ < x₁ < …
 */
export function ordered(distribution: Distribution, length: number): VectorDistribution {
  requireNoMore("ordered", 2, arguments);
  requireDistribution("ordered", distribution);
  requireSize("ordered", length, 1);
  const { name, parameters, support, logDensity, logDensityInside = logDensity, draw } = distribution;
  if (support.discrete)
    throw new TypeError(`ordered: whole numbers may be equal; got ${name}, expected a continuous distribution`);
  return vector({
    name: `ordered ${name}`,
    parameters: [...parameters, wholeNumber("length", length)],
    length,
    support: inOrder(transformOf(distribution, length), support.contains, support.text),
    logDensity: (entries) => add(logFactorial(length), sum(entries.map((x): Real => logDensityInside(x)))),
    inOrder: distribution,
    draw: (next) => [...Float64Array.from({ length }, () => draw(next)).sort()],
  });
}

function transformOf({ name, support: { lower, upper, text } }: Distribution, length: number): VectorTransform {
  if (lower > -Infinity)
    return upper < Infinity ? increasingBetween(lower, upper, length) : increasingAbove(lower, length);
  if (upper < Infinity)
    throw new TypeError(
      `ordered: support has an upper end alone; got ${name} on ${text}, expected ℝ, a lower end or two ends that are numbers`,
    );
  return increasing(length);
}
