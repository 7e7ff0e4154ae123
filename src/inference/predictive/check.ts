/**
 * Posterior predictive checks: would a statistic of the data be as it is if the data came from the fitted model? The largest of 37
 * counts is 47; of 1000 replicated data sets 3 have one as large, so p is 0.003, and the model does not make such counts.
 *
 * Source: A. Gelman, X.-L. Meng, H. Stern, Posterior predictive assessment of model fitness, Statistica Sinica 6 (1996) 733–760.
 */

import { describe } from "../../autodiff/expr.ts";
import { refuse, requireNoMore } from "../../checks/arguments.ts";
import type { Model } from "../../program/model.ts";
import type { Posterior } from "../posterior.ts";
import { predictedBy, type SimulationOptions } from "./simulation.ts";

/** The draw that data were made from, which a statistic may look at beside the data. */
export interface CheckedDraw {
  /** The name of each number of the data. */
  readonly names: readonly string[];
  /** The numbers that the posterior reports, at that draw. */
  readonly quantities: Readonly<Record<string, number>>;
}

/** A number that says something of data, as their mean; it may depend on latents, too. */
export type Statistic = (data: Float64Array, draw: CheckedDraw) => number;

export interface CheckResult {
  readonly name: string;
  /** The statistic of the data; its mean over the draws, if it depends on latents. */
  readonly observed: number;
  /** Mean and sd of the statistic over replicated data. */
  readonly mean: number;
  readonly sd: number;
  /** The share of replicated data whose statistic is larger, ties counted half: near 0 or 1 the model does not make such data. */
  readonly pValue: number;
  /** The statistic of each replicated data set. */
  readonly replicated: Float64Array;
}

/**
 * Compares statistics of the data with those of data replicated from the posterior.
 *
 *     const checks = predictiveCheck(textmsg, fit(textmsg), { max: (counts) => Math.max(...counts) });
 *     checks.max.pValue;
 *
 * Without statistics: mean, sd, min and max of all data. A statistic is given the data that are observed in its draw, as some may be in an arm that
 * is not taken, and their names. Throws as `predict`; TypeError for a statistic that is no function or gives no number, RangeError for a
 * model without data.
 */
export function predictiveCheck<Names extends string = "mean" | "sd" | "min" | "max">(
  model: Model,
  posterior: Posterior,
  statistics: Readonly<Record<Names, Statistic>> = COMMON as Readonly<Record<Names, Statistic>>,
  options: SimulationOptions = {},
): Record<Names, CheckResult> {
  requireNoMore("predictiveCheck", 4, arguments);
  if (Object(statistics) !== statistics)
    refuse("predictiveCheck", "statistics", statistics, "{ name: (data) => number }");
  for (const [name, statistic] of Object.entries(statistics))
    if (typeof statistic !== "function")
      throw new TypeError(
        `predictiveCheck: statistic "${name}" is no function; got ${describe(statistic)}, expected (data) => number`,
      );
  const { draws, observations, data, quantities } = predictedBy("predictiveCheck", model, posterior, options);
  const names = Object.keys(data);
  if (names.length === 0)
    throw new RangeError(
      `predictiveCheck: model "${model.name}" has no data; got no observation, expected one at least`,
    );
  const columns = names.map((name) => observations[name]!);
  const results = Object.entries<Statistic>(statistics).map(([name, statistic]) => {
    const value = (of: Float64Array, draw: CheckedDraw): number => {
      const found = statistic(of, draw);
      if (typeof found === "number") return found;
      throw new TypeError(
        `predictiveCheck: statistic "${name}" gives no number; got ${describe(found)}, expected a number`,
      );
    };
    const replicated = new Float64Array(draws);
    const observed = new Float64Array(draws);
    for (let d = 0; d < draws; d++) {
      const present = names.filter((_, i) => !Number.isNaN(columns[i]![d]!));
      const draw: CheckedDraw = {
        names: present,
        quantities: Object.fromEntries(Object.entries(quantities).map(([key, values]) => [key, values[d]!])),
      };
      replicated[d] = value(
        Float64Array.from(present, (label) => observations[label]![d]!),
        draw,
      );
      observed[d] = value(
        Float64Array.from(present, (label) => data[label]!),
        draw,
      );
    }
    return [name, resultOf(name, observed, replicated)] as const;
  });
  return Object.fromEntries(results) as Record<Names, CheckResult>;
}

function resultOf(name: string, observed: Float64Array, replicated: Float64Array): CheckResult {
  const mean = meanOf(replicated);
  const sd = Math.sqrt(meanOf(replicated.map((x) => (x - mean) * (x - mean))));
  const larger = replicated.map((x, d) => (x > observed[d]! ? 1 : x === observed[d]! ? 0.5 : 0));
  return { name, observed: meanOf(observed), mean, sd, pValue: meanOf(larger), replicated };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

const COMMON: Readonly<Record<string, Statistic>> = {
  mean: meanOf,
  sd(data) {
    const mean = meanOf(data);
    return Math.sqrt(meanOf(data.map((x) => (x - mean) * (x - mean))));
  },
  min: (data) => data.reduce((least, x) => Math.min(least, x), Infinity),
  max: (data) => data.reduce((most, x) => Math.max(most, x), -Infinity),
};
