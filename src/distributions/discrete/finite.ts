import { describe, type Real } from "../../autodiff/expr.ts";
import { type Distribution, discrete, finiteSet, probability } from "../distribution.ts";
import { timesLog } from "../products.ts";
import { tailed } from "../tails.ts";
import { checkTotal } from "./categorical.ts";
import { summedMoments, tableTails } from "./sums.ts";

/**
 * A finite table: values[i] with probability probabilities[i], as in `finite([0.5, 2, 10], [0.2, 0.3, 0.5])`. Values are different
 * finite numbers; RangeError unless probabilities that are numbers sum to 1 within 1e-9.
 */
export function finite(values: readonly number[], probabilities: readonly Real[]): Distribution {
  if (!Array.isArray(values) || values.length === 0)
    throw new TypeError(`finite: no values; got ${describe(values)}, expected a non-empty array`);
  const wrong = values.find((value, i) => !Number.isFinite(value) || values.indexOf(value) < i);
  if (wrong !== undefined)
    throw new RangeError(`finite: values are not different numbers; got ${describe(wrong)}, expected each once`);
  if (!Array.isArray(probabilities) || probabilities.length !== values.length)
    throw new RangeError(
      `finite: not a probability for each value; got ${values.length} values and ${Array.isArray(probabilities) ? probabilities.length : describe(probabilities)} probabilities`,
    );
  checkTotal("finite", probabilities);
  const order = values.map((_, i) => i).sort((i, j) => values[i]! - values[j]!);
  const sorted = order.map((i) => values[i]!);
  const distribution = discrete({
    name: "finite",
    parameters: probabilities.map((p, i) => probability(`probabilities[${i}]`, p)),
    support: finiteSet(sorted),
    logDensity: (value) => timesLog(1, probabilities[values.indexOf(value)]!),
    draw: (next, ...probabilities) => {
      let u = next();
      const found = probabilities.findIndex((p) => {
        u -= p;
        return u < 0;
      });
      return values.at(found)!; // the last one where rounding left nothing
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
