/**
 * One of some numbers with a probability each: `sample("dose", finite([0.5, 2, 10], [0.2, 0.3, 0.5]))`, a categorical whose values are numbers of
 * your own.
 */

import { describe, type NumberArray, type RealList, unpacked } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { type Distribution, discrete, finiteSet, probability } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { tailed } from "../tails.ts";
import { checkTotal } from "./categorical.ts";
import { summedMoments, tableTails } from "./sums.ts";

/**
 * A finite table: values[i] with probability probabilities[i], as in `finite([0.5, 2, 10], [0.2, 0.3, 0.5])`. Values are different
 * finite numbers; RangeError unless probabilities that are numbers sum to 1 within 1e-9.
 */
export function finite(values: readonly number[] | NumberArray, probabilities: RealList): Distribution {
  requireNoMore("finite", 2, arguments);
  const [points, masses] = [unpacked(values), unpacked(probabilities)];
  if (!Array.isArray(points) || points.length === 0)
    throw new TypeError(`finite: no values; got ${describe(values)}, expected a non-empty array`);
  const wrong = points.find((value, i) => !Number.isFinite(value) || points.indexOf(value) < i);
  if (wrong !== undefined)
    throw new RangeError(`finite: values are not different numbers; got ${describe(wrong)}, expected each once`);
  if (!Array.isArray(masses) || masses.length !== points.length)
    throw new RangeError(
      `finite: not a probability for each value; got ${points.length} values and ${Array.isArray(masses) ? masses.length : describe(masses)} probabilities, expected as many`,
    );
  checkTotal("finite", masses);
  const order = points.map((_, i) => i).sort((i, j) => points[i]! - points[j]!);
  const sorted = order.map((i) => points[i]!);
  const distribution = discrete({
    name: "finite",
    parameters: masses.map((p, i) => probability(`probabilities[${i}]`, p)),
    support: finiteSet(sorted),
    logDensity: (value) => timesLog(1, masses[points.indexOf(value)]!),
    draw: (next, ...probabilities) => {
      let u = next();
      const found = probabilities.findIndex((p) => {
        u -= p;
        return u < 0;
      });
      return points.at(found)!; // the last one where rounding left nothing
    },
  });
  return tailed(
    distribution,
    tableTails(
      distribution,
      () => sorted,
      () => summedMoments(distribution, sorted),
    ),
  );
}
