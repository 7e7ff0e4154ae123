/** Distributions that are made of others share what is here: names of parameters, checks of ends, masses that must be known. */

import { describe, Expr, type Real } from "../../autodiff/expr.ts";
import type { Distribution, Parameter } from "../distribution.ts";
import { withTails } from "../known-tails.ts";
import { areInRange } from "../tails.ts";
import { requireDistribution } from "../vector/requirements.ts";

/** The distribution with its tails; TypeError unless it is one of one number whose cdf is known. */
export function withMasses(caller: string, distribution: Distribution): Distribution {
  requireDistribution(caller, distribution);
  const complete = withTails(distribution);
  areInRange(complete); // numbers out of their range are refused by who observes it, what is no number here
  if (!complete.cdf)
    throw new TypeError(
      `${caller}: the cdf of ${complete.name} is not known; got ${complete.name}, expected a distribution with a cdf, such as normal`,
    );
  return complete;
}

/** Parameters of a component, as "components[1].sd". */
export function within(prefix: string, parameters: readonly Parameter[]): Parameter[] {
  return parameters.map((parameter) => ({ ...parameter, name: `${prefix}.${parameter.name}` }));
}

/** Throws unless low < high, where both are numbers; low = high is allowed where it is one of the values. */
export function requireEnds(caller: string, low: Real, high: Real, equal: boolean): void {
  for (const [name, end] of [
    ["low", low],
    ["high", high],
  ] as const)
    if (!(end instanceof Expr) && (typeof end !== "number" || Number.isNaN(end)))
      throw new TypeError(`${caller}: ${name} is not a number; got ${describe(end)}, expected a number or ±Infinity`);
  if (typeof low !== "number" || typeof high !== "number" || low < high || (equal && low === high)) return;
  throw new RangeError(
    `${caller}: ends are not in order; got low=${low}, high=${high}, expected low ${equal ? "≤" : "<"} high`,
  );
}

/** An end as a parameter: any number, infinite ones included. */
export function endOf(name: string, value: Real): Parameter {
  return { name, value, expected: `${name} a number`, valid: (x) => !Number.isNaN(x) };
}

/** Whether every parameter is a number in its range. */
export function isKnown(parameters: readonly Parameter[]): boolean {
  return parameters.every(({ value, valid }) => typeof value === "number" && valid(value));
}
