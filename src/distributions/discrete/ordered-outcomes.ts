/**
 * Grades, such as 1 to 5 stars: a number with noise falls between cut points. `observe(orderedLogistic(eta, [-1, 0, 2]), 3)` is the highest of four
 * grades.
 */

import {
  describe,
  logNormalCdf,
  logSumExp,
  neg,
  type Real,
  type RealList,
  softplus,
  sub,
  unpacked,
} from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { type Distribution, discrete, type Parameter, real, upTo } from "../distribution.ts";
import { logistic, logLogisticInterval } from "../real/logistic.ts";
import { logNormalInterval, normal } from "../real/normal.ts";
import { tailed } from "../tails.ts";
import { summedMoments, tableTails } from "./sums.ts";

/** Masses of the standard distribution behind the outcomes, as logs: below b, above a, and between. */
interface Latent {
  readonly below: (b: Real) => Real;
  readonly above: (a: Real) => Real;
  readonly between: (a: Real, b: Real, width: Real) => Real;
  readonly draw: (next: () => number) => number;
}

/**
 * Ordered logistic: the outcome k in 0 … K says between which of K cut points c₀ < c₁ < … a logistic number around `location` fell:
 * P(k) = S(c_k − location) − S(c_{k−1} − location), S(x) = 1/(1 + e^{−x}). Cut points may be traced, as those of a latent `ordered(…)`;
 * RangeError unless those that are numbers increase;
 * of traced ones that do not the log probability is NaN.
 */
export function orderedLogistic(location: Real, cuts: RealList): Distribution {
  requireNoMore("orderedLogistic", 2, arguments);
  return orderedOutcomes("orderedLogistic", location, cuts, {
    below: (b) => neg(softplus(neg(b))),
    above: (a) => neg(softplus(a)),
    between: logLogisticInterval,
    draw: (next) => logistic(0, 1).draw(next),
  });
}

/** Ordered probit: as `orderedLogistic` with a standard normal number, P(k) = Φ(c_k − location) − Φ(c_{k−1} − location). */
export function orderedProbit(location: Real, cuts: RealList): Distribution {
  requireNoMore("orderedProbit", 2, arguments);
  return orderedOutcomes("orderedProbit", location, cuts, {
    below: logNormalCdf,
    above: (a) => logNormalCdf(neg(a)),
    between: logNormalInterval,
    draw: (next) => normal(0, 1).draw(next),
  });
}

function orderedOutcomes(name: string, location: Real, given: RealList, latent: Latent): Distribution {
  const cuts = unpacked(given);
  if (!Array.isArray(cuts) || cuts.length === 0)
    throw new TypeError(
      `${name}: no cut points; got ${describe(cuts)}, expected a non-empty array in increasing order`,
    );
  cuts.forEach((cut, k) => {
    const before = cuts[k - 1];
    if (typeof cut === "number" && typeof before === "number" && !(before < cut))
      throw new RangeError(
        `${name}: cut points are not in increasing order; got ${before} before ${cut}, expected each above the one before it`,
      );
  });
  const last = cuts.length;
  const from = (k: number): Real => sub(cuts[k]!, location);
  const parameters: Parameter[] = [real("location", location), ...cuts.map((cut, k) => real(`cuts[${k}]`, cut))];
  const distribution = discrete({
    name,
    parameters,
    support: upTo(last),
    logDensity: (k) => {
      if (k === 0) return latent.below(from(0));
      if (k === last) return latent.above(from(last - 1));
      const [low, high] = [cuts[k - 1]!, cuts[k]!];
      return latent.between(from(k - 1), from(k), sub(high, low));
    },
    draw: (next, location, ...cuts) => {
      const x = location + latent.draw(next);
      return cuts.filter((cut) => x > cut).length;
    },
  });
  const values = Array.from({ length: last + 1 }, (_, k) => k);
  const masses = { logCdf: (k: number) => latent.below(from(k)), logSurvival: (k: number) => latent.above(from(k)) };
  const tails = tableTails(
    distribution,
    () => values,
    () => summedMoments(distribution, values),
    masses,
  );
  return tailed(distribution, {
    ...tails,
    logInterval: (low, high) => {
      const wanted = values.filter((k) => k > (low as number) && k <= (high as number));
      return logSumExp(wanted.map(distribution.logDensity));
    },
  });
}
