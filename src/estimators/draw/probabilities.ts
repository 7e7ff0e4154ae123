/**
 * Where a sample draws one of several boundaries, those that contribute more are drawn more often, near the probabilities of least variance.
 *
 * g_k = contribution of boundary k to the gradient of one sample, M_k = E|g_k|². Drawing k with probability p_k and
 * counting g_k/p_k has the second moment Σ M_k/p_k, least at p_k ∝ √M_k (all draws cost the same, so that cost drops out).
 * M_k is estimated from draws of the past; whatever the p_k are, if they depend on the past only, the mean is right.
 */

/** Part of the probability that is spread evenly: no boundary is ever counted more than K/FLOOR times. */
const FLOOR = 0.1;
/** Draws of one boundary after which old ones are forgotten. */
const WINDOW = 256;

export class Probabilities {
  /** By index; 0 for what is never drawn. */
  readonly values: Float64Array;
  readonly #candidates: readonly number[];
  readonly #upTo: Float64Array;
  readonly #moments: Float64Array;
  readonly #visits: Float64Array;

  /** Uniform over `candidates`, indices below `size`. */
  constructor(size: number, candidates: readonly number[]) {
    this.values = new Float64Array(size);
    this.#candidates = candidates;
    this.#upTo = new Float64Array(size);
    this.#moments = new Float64Array(size);
    this.#visits = new Float64Array(size);
    this.set(new Float64Array(size).fill(1));
  }

  /** Makes the probabilities proportional to the entries of the candidates. */
  set(weights: ArrayLike<number>): void {
    const { values } = this;
    let total = 0;
    for (const k of this.#candidates) total += weights[k]!;
    let upTo = 0;
    for (const k of this.#candidates) values[k] = weights[k]! / total;
    for (let k = 0; k < values.length; k++) {
      upTo += values[k]!;
      this.#upTo[k] = upTo;
    }
  }

  /** The index at a uniform number: the first at which the probabilities add up to more. */
  at(uniform: number): number {
    const upTo = this.#upTo;
    let [low, high] = [0, upTo.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (upTo[middle]! > uniform) high = middle;
      else low = middle + 1;
    }
    // Where the sum was rounded to below the uniform number, the last that can be drawn.
    return this.values[low]! > 0 ? low : this.#candidates.at(-1)!;
  }

  /** Takes note of |g_k|² in one draw of k. */
  learn(k: number, square: number): void {
    if (!Number.isFinite(square)) return;
    this.#visits[k] = Math.min(this.#visits[k]! + 1, WINDOW);
    this.#moments[k]! += (square - this.#moments[k]!) / this.#visits[k]!;
  }

  /** Sets the probabilities by what was learned; each M_k counts with one draw at the mean of all. */
  update(): void {
    const { values } = this;
    const candidates = this.#candidates;
    let [mean, seen] = [0, 0];
    for (const k of candidates) if (this.#visits[k]! > 0) mean += (this.#moments[k]! - mean) / ++seen;
    let total = 0;
    for (const k of candidates) {
      const moment = this.#moments[k]!;
      values[k] = Math.sqrt(moment + (mean - moment) / (this.#visits[k]! + 1));
      total += values[k]!;
    }
    const even = 1 / candidates.length;
    for (const k of candidates) values[k] = total > 0 ? (1 - FLOOR) * (values[k]! / total) + FLOOR * even : even;
    this.set(values);
  }
}
