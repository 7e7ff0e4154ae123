/** The leave-one-out baseline: from the weight of each sample the mean of the others' weights is taken. */

import type { NodeId } from "../autodiff/ops/op.ts";
import { valueAt } from "../autodiff/tape/executable.ts";
import type { Reduction } from "./estimator.ts";

/**
 * Gradients of samples weighted by `weights`, component by component: the covariance of the two over the group, which for
 * a gradient of mean 0 has the mean of their product; and the mean of `plus`, if given. At least 2 samples.
 */
export function leaveOneOut(estimator: string, weights: readonly NodeId[], plus: readonly NodeId[] = []): Reduction {
  const size = weights.length;
  return {
    reads: [...weights, ...plus],
    leastSamples: 2,
    require(caller, samples) {
      if (samples < 2)
        throw new RangeError(
          `${caller}: too few samples for estimator "${estimator}" with a baseline from the others; got ${samples} per gradient, expected at least 2; with one sample there is baseline "none"`,
        );
    },
    over(slots, gradient, reads) {
      // w of the first sample, Σ (w − it), and Σ (w − it)·gradient, so that a large mean of w costs no digits.
      const [origin, excesses, products, sums] = [0, 0, 0, 0].map(() => new Float64Array(size)) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return {
        add(from, to, first) {
          for (let p = 0; p < size; p++) {
            if (first) {
              origin[p] = valueAt(slots, reads[p]!, from);
              excesses[p] = products[p] = sums[p] = 0;
            }
            for (let i = from; i < to; i++) {
              const excess = valueAt(slots, reads[p]!, i) - origin[p]!;
              excesses[p]! += excess;
              products[p]! += excess * valueAt(slots, gradient[p]!, i);
              if (plus.length > 0) sums[p]! += valueAt(slots, reads[size + p]!, i);
            }
          }
        },
        finish(mean, n) {
          for (let p = 0; p < size; p++) mean[p] = (products[p]! - excesses[p]! * mean[p]!) / (n - 1) + sums[p]! / n;
        },
      };
    },
  };
}
