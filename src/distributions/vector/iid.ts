/** Several independent numbers under one name: `sample("beta", iid(normal(0, 1), 8))` is eight latents. */

import { type Real, sum } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { type Distribution, wholeNumber } from "../distribution.ts";
import { requireDistribution, requireSize } from "./requirements.ts";
import { requireLength, type VectorDistribution } from "./vector-distribution.ts";

/**
 * `length` independent numbers with the same distribution: `sample("beta", iid(normal(0, 1), 8))` is eight latents beta[0] … beta[7], and
 * `observe(iid(normal(m, 1), 3), [1, 2, 4])` three observations.
 */
export function iid(distribution: Distribution, length: number): VectorDistribution {
  requireNoMore("iid", 2, arguments);
  requireDistribution("iid", distribution);
  requireSize("iid", length, 1);
  const { name, parameters, support, logDensity, draw } = distribution;
  const names = Array.from({ length }, (_, i) => `[${i}]`);
  return {
    name: `iid ${name}`,
    parameters: [...parameters, wholeNumber("length", length)],
    length,
    support: {
      text: `${support.text}^${length}`,
      discrete: support.discrete,
      entry: support,
      fault(entries) {
        const at = entries.findIndex((entry) => !support.contains(entry));
        return at < 0 ? undefined : `entry ${at} = ${entries[at]}, expected a number in ${support.text}`;
      },
    },
    logDensity: (entries) => sum(entries.map(logDensity)),
    draw: (next) => names.map(() => draw(next)),
    sampled: (at) => names.map((entry): Real => at.sample(at.name + entry, distribution)),
    observed(at, entries) {
      requireLength(at.site, `iid ${name}`, entries, length);
      names.forEach((entry, i) => {
        at.observe(distribution, entries[i]!, at.name + entry);
      });
    },
  };
}
