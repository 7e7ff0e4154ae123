/** `estimateGradient` reports the mean of the gradient and its variance over the samples of a draw. */

import type { Draw } from "./draw.ts";
import { addLanes, finishInto } from "./each-sample.ts";
import { nonFiniteError } from "./non-finite.ts";
import { runSamples, setParameters } from "./sample-tape.ts";
import type { GradientSampler } from "./sampler.ts";

/** Mean and variance over samples of the gradient and, last, of ℓ. */
export interface Moments {
  readonly mean: Float64Array;
  /**
   * Per component, the unbiased variance of a single sample; for samples in groups, the size of a group times the
   * variance of a group's mean: what a single independent sample would need to have.
   */
  readonly variance: Float64Array;
  /** The same for the Euclidean norm of the gradient. */
  normVariance: number;
}

/**
 * Mean and variance over the samples of a draw. `moments.mean` and `.variance` have size + 1 entries, ℓ last. `onGroup` sees
 * the mean gradient of each group, or sample, in turn; the array changes with the next one.
 */
export function momentsInto(
  moments: Moments,
  sampler: GradientSampler,
  theta: Float64Array,
  draw: Draw,
  onGroup?: (gradient: Float64Array) => void,
): void {
  const { size, nodes } = sampler;
  const each = sampler.each();
  const { lanes } = each.tape;
  const { mean, variance } = moments;
  const together = sampler.grouped ? Math.min(draw.group ?? Infinity, draw.samples) : 1;
  const groups = Math.floor(draw.samples / together);
  // The gradient, ℓ and the gradient's norm: of a group, and sums about the first group, so that little cancels.
  const room = (): Float64Array => new Float64Array(size + 2);
  const [group, first, sums, squares] = [room(), room(), room(), room()];
  setParameters(each, nodes, theta, draw.step ?? 0);
  const addSingles = together > 1 || nodes.reduction || onGroup ? undefined : sampler.profile.singlesOf?.(each);
  let inGroup = 0; // samples of the present group so far
  for (let done = 0; done < groups * together; done += lanes) {
    const n = Math.min(lanes, groups * together - done);
    runSamples(each, nodes, theta, draw, draw.firstSample + done, n);
    addSingles?.(n, done === 0, { first, sums, squares });
    for (let i = addSingles ? n : 0; i < n; ) {
      const end = Math.min(n, i + together - inGroup);
      addLanes(each, i, end, inGroup === 0);
      inGroup += end - i;
      i = end;
      if (inGroup < together) continue;
      inGroup = 0;
      group[size] = finishInto(group, each, together);
      let square = 0;
      for (let p = 0; p < size; p++) square += group[p]! * group[p]!;
      group[size + 1] = Math.sqrt(square);
      onGroup?.(group);
      if (done + i === together) first.set(group);
      for (let p = 0; p < size + 2; p++) {
        const d = group[p]! - first[p]!;
        sums[p]! += d;
        squares[p]! += d * d;
      }
    }
  }
  for (let p = 0; p < size + 2; p++) {
    const sumOfSquares = Math.max(0, squares[p]! - (sums[p]! * sums[p]!) / groups);
    const spread = groups > 1 ? (together * sumOfSquares) / (groups - 1) : NaN;
    if (p > size) moments.normVariance = spread;
    else {
      mean[p] = first[p]! + sums[p]! / groups;
      variance[p] = spread;
      if (!Number.isFinite(mean[p]!)) throw nonFiniteError(sampler, theta, draw);
    }
  }
}

/** Room for the moments of a sampler. */
export function makeMoments({ size }: GradientSampler): Moments {
  return { mean: new Float64Array(size + 1), variance: new Float64Array(size + 1), normVariance: 0 };
}
