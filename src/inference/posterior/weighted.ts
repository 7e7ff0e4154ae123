/** Mean, standard deviation and quantiles of numbers that count by weights: of 1, 2, 4 with weights 1, 1, 2 the mean is 2.75. */
import { squared } from "../../math/squared.ts";
import { ascending, placesWhere } from "../order.ts";
import type { Marginal } from "./marginal.ts";

/** Of `values`, each of which counts by its weight ≥ 0; all NaN without any weight. */
export function weightedMarginal(values: Float64Array, weights: Float64Array): Marginal {
  let [total, sum] = [0, 0];
  values.forEach((value, i) => {
    if (weights[i] === 0) return;
    total += weights[i]!;
    sum += weights[i]! * value;
  });
  const mean = sum / total;
  let squares = 0;
  values.forEach((value, i) => {
    if (weights[i] !== 0) squares += weights[i]! * squared(value - mean);
  });
  let sorted: readonly [values: Float64Array, below: Float64Array] | undefined;
  return {
    mean,
    sd: Math.sqrt(squares / total),
    quantile(p) {
      sorted ??= cumulated(values, weights, total);
      return interpolated(sorted[0], sorted[1], p);
    },
  };
}

// The values in ascending order, and the share of the weight up to the middle of each.
function cumulated(values: Float64Array, weights: Float64Array, total: number): [Float64Array, Float64Array] {
  const order = ascending(
    values,
    placesWhere(values.length, (i) => weights[i] !== 0),
  );
  const [sorted, below] = [new Float64Array(order.length), new Float64Array(order.length)];
  let sum = 0;
  order.forEach((i, k) => {
    sum += weights[i]!;
    below[k] = (sum - 0.5 * weights[i]!) / total;
    sorted[k] = values[i]!;
  });
  return [sorted, below];
}

// The value at share p, between two neighbours in proportion.
function interpolated(values: Float64Array, below: Float64Array, p: number): number {
  if (values.length === 0) return NaN;
  let [low, high] = [0, values.length - 1];
  if (p <= below[low]!) return values[low]!;
  if (p >= below[high]!) return values[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (below[middle]! <= p) low = middle;
    else high = middle;
  }
  const share = (p - below[low]!) / (below[high]! - below[low]!);
  return values[low]! === values[high]! ? values[low]! : values[low]! + share * (values[high]! - values[low]!);
}
