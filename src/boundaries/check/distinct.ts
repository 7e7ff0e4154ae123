/**
 * Boundaries that their forms do not show to be distinct are refused: for entries that do not count jumps along lines. x > exp(y) and
 * y > 1 are accepted; x > exp(y) and x > 1 are not, which take a proof by values (`distinct-values.ts`). Forced one at a time boundaries
 * would be wrong where they are one, or one in part.
 */
import type { BoundaryPass } from "../move/boundary-pass.ts";
import { conditionOf, distinctByForm } from "./distinctness.ts";

export const DISTINCT: BoundaryPass = {
  name: "distinct",
  sentence: "Conditions may not meet.",
  run(objective, boundaries) {
    const conditions = boundaries.map((boundary) => conditionOf(objective, boundary));
    boundaries.forEach((of, k) => {
      if (conditions[k]!.isLinear) return;
      const reads = new Set(of.affected());
      boundaries.forEach((other, j) => {
        if (j === k || other.family === of.family || (j < k && !conditions[j]!.isLinear)) return;
        if (!other.affected().some((term) => reads.has(term))) return;
        if (distinctByForm(conditions[k]!, conditions[j]!)) return;
        throw new RangeError(
          `corrected: conditions \`${of.text()}\` and \`${other.text()}\` cannot be handled exactly; got boundaries that may meet though their forms differ, expected one condition; nondiff (not nondiff/core) treats such conditions`,
        );
      });
    });
    return boundaries;
  },
};
