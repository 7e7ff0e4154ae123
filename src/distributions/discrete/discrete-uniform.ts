/** A whole number between two others, all equally probable: `sample("day", discreteUniform(0, 73))` is a change on one of 74 days. */

import { add, and, Expr, ge, log, neg, type Real, sub, where } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import * as elementary from "../../math/elementary.ts";
import { squared } from "../../math/squared.ts";
import { type Distribution, discrete, INTEGERS, integersBetween, numberOrNaN, real } from "../distribution.ts";
import { tailed } from "../tails.ts";
import { tableTails, unknownTable, wholeNumbers } from "./sums.ts";

/**
 * The whole numbers low, low + 1, …, high, each with the same probability; two whole numbers, low ≤ high. For data an end may be traced, as
 * an unknown count is; of data beyond it the probability is 0.
 */
export function discreteUniform(low: Real, high: Real): Distribution {
  requireNoMore("discreteUniform", 2, arguments);
  return low instanceof Expr || high instanceof Expr ? ofTracedEnds(low, high) : ofNumbers(low, high);
}

function ofTracedEnds(low: Real, high: Real): Distribution {
  return discrete({
    name: "discreteUniform",
    parameters: [real("low", low), real("high", high)],
    support: INTEGERS,
    logDensity: (k) => where(and(ge(k, low), ge(high, k)), neg(log(add(sub(high, low), 1))), Number.NEGATIVE_INFINITY),
    finiteValues: () => unknownTable("discreteUniform", "high"),
    draw: uniformDraw,
  });
}

const uniformDraw = (next: () => number, low: number, high: number): number =>
  low + Math.floor((high - low + 1) * next());

function ofNumbers(low: number, high: number): Distribution {
  const [first, last] = [real("low", low), real("high", high)];
  const count = numberOrNaN(high) - numberOrNaN(low) + 1;
  const distribution = discrete({
    name: "discreteUniform",
    parameters: [
      { ...first, expected: "low a whole number", valid: Number.isInteger },
      {
        ...last,
        expected: `high a whole number ≥ low = ${low}`,
        valid: (high: number) => Number.isInteger(high) && high >= low,
      },
    ],
    support: integersBetween(numberOrNaN(low), numberOrNaN(high)),
    logDensity: () => -elementary.log(count),
    draw: uniformDraw,
  });
  const moments = (low: number, high: number) => ({
    mean: low + 0.5 * (high - low),
    sd: Math.sqrt((squared(high - low + 1) - 1) / 12),
  });
  const formulas = {
    logCdf: (k: number) => elementary.log((k - low + 1) / count),
    logSurvival: (k: number) => elementary.log((high - k) / count),
  };
  const tails = tableTails(distribution, () => wholeNumbers("discreteUniform", low, high), moments, formulas);
  return tailed(distribution, {
    ...tails,
    quantile: (p, low, high) => Math.min(high, low + Math.max(0, Math.ceil(p * count) - 1)),
  });
}
