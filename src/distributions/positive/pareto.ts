/** Incomes, claims, cities: values above a least one whose tail is a power. `observe(pareto(1, 2), 10)` lies where 1 of 100 lies or above. */

import { add, div, expm1, log, max, mul, neg, type Real, sub } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { betweenReals, continuous, type Distribution, logOf, type Moments, positive } from "../distribution.ts";
import { zeroWhere } from "../products.ts";
import { log1mexp, tailed } from "../tails.ts";

/**
 * Pareto: values above `low` > 0 whose excess log(x/low) is exponential with rate `shape` > 0: log density
 * log shape + shape·log low − (shape + 1) log x on [low, ∞). Of data below a traced `low` the density is 0.
 */
export function pareto(low: Real, shape: Real): Distribution {
  requireNoMore("pareto", 2, arguments);
  const logLow = logOf(low);
  const hazard = (x: Real): Real => mul(shape, sub(log(max(x, low)), logLow));
  const density = (x: Real): Real => sub(add(log(shape), mul(shape, logLow)), mul(add(shape, 1), log(x)));
  const distribution = continuous({
    name: "pareto",
    parameters: [positive("low", low), positive("shape", shape)],
    support: betweenReals(low, Infinity),
    logDensity: (x) => add(density(x), zeroWhere(sub(div(x, low), 1), -Infinity)),
    logDensityInside: density,
    draw: (next, low, shape) => low * elementary.exp(-elementary.log(next()) / shape),
  });
  return tailed(distribution, {
    cdf: (x) => neg(expm1(neg(hazard(x)))),
    logCdf: (x) => log1mexp(hazard(x)),
    logSurvival: (x) => neg(hazard(x)),
    logInterval: (from, to) => sub(log1mexp(sub(hazard(to), hazard(from))), hazard(from)),
    quantile: (p, low, shape) => low * elementary.exp(-elementary.log1p(-p) / shape),
    moments: momentsAt,
    momentsAt,
  });
}

function momentsAt(low: number, shape: number): Moments {
  const mean = shape > 1 ? (shape * low) / (shape - 1) : Infinity;
  return { mean, sd: shape > 2 ? (low * Math.sqrt(shape / (shape - 2))) / (shape - 1) : Infinity };
}
