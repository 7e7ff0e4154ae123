/**
 * The place at which a running sum of weights passes a number below their total, as a draw by these weights takes it: of 0.2, 0 and 0.3 the number 0.25 is at
 * the third. Where rounding makes the sum end below the number it is the last place that has a weight, as one without is impossible.
 */
export function weightedPlace(weights: ArrayLike<number>, from: number, size: number, at: number): number {
  let [left, last] = [at, 0];
  for (let place = 0; place < size; place++) {
    const weight = weights[from + place]!;
    if (weight > 0) {
      if (left < weight) return place;
      last = place;
    }
    left -= weight;
  }
  return last;
}
