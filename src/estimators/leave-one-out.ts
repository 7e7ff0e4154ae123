/** The leave-one-out baseline: from the weight of each sample the mean of the others' weights is taken. */
import { valueAt } from "../autodiff/interpreter.ts";
import type { NodeId } from "../autodiff/ops.ts";
import type { Reduction } from "./estimator.ts";

/**
 * Gradients of samples weighted by `weights`, component by component: the covariance of the two over the group, which for
 * a gradient of mean 0 has the mean of their product. At least 2 samples.
 */
export function leaveOneOut(estimator: string, weights: readonly NodeId[]): Reduction {
  const size = weights.length;
  return {
    reads: weights,
    leastSamples: 2,
    require(caller, samples) {
      if (samples < 2)
        throw new RangeError(
          `${caller}: too few samples for estimator "${estimator}" with a baseline from the others; got ${samples} per gradient, expected at least 2; with one sample there is baseline "none"`,
        );
    },
    over(slots, gradient, reads) {
      // w of the first sample, Σ (w − it), and Σ (w − it)·gradient, so that a large mean of w costs no digits.
      const [origin, excesses, products] = [0, 0, 0].map(() => new Float64Array(size)) as [
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return {
        add(from, to, first) {
          for (let p = 0; p < size; p++) {
            if (first) {
              origin[p] = valueAt(slots, reads[p]!, from);
              excesses[p] = products[p] = 0;
            }
            for (let i = from; i < to; i++) {
              const excess = valueAt(slots, reads[p]!, i) - origin[p]!;
              excesses[p]! += excess;
              products[p]! += excess * valueAt(slots, gradient[p]!, i);
            }
          }
        },
        finish(mean, n) {
          for (let p = 0; p < size; p++) mean[p] = (products[p]! - excesses[p]! * mean[p]!) / (n - 1);
        },
      };
    },
  };
}
