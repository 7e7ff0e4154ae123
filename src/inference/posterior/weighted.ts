/** Mean, standard deviation and quantiles of numbers that count by weights: of 1, 2, 4 with weights 1, 1, 2 the mean is 2.75. */
import { squared } from "../../math/squared.ts";
import { once } from "../../pieces/once.ts";
import { ascending, placesWhere } from "../order.ts";
import type { Marginal } from "./marginal.ts";

/** Of `values`, each of which counts by its weight ≥ 0; all NaN without any weight. */
export function weightedMarginal(values: Float64Array, weights: Float64Array): Marginal {
  let [total, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (weights[i] === 0) continue;
    total += weights[i]!;
    sum += weights[i]! * values[i]!;
  }
  const mean = sum / total;
  let squares = 0;
  for (let i = 0; i < values.length; i++) if (weights[i] !== 0) squares += weights[i]! * squared(values[i]! - mean);
  return { mean, sd: Math.sqrt(squares / total), quantile: weightedQuantiles(values, weights) };
}

/** Their quantiles alone; the values are put in order when one is first asked for. */
export function weightedQuantiles(values: Float64Array, weights: Float64Array): Marginal["quantile"] {
  const known = once(() => cumulated(values, weights));
  return (p) => interpolated(...known(), p);
}

// The values in ascending order, and the share of the weight up to the middle of each.
function cumulated(values: Float64Array, weights: Float64Array): [values: Float64Array, below: Float64Array] {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i]!;
  const order = ascending(
    values,
    placesWhere(values.length, (i) => weights[i] !== 0),
  );
  const [sorted, below] = [new Float64Array(order.length), new Float64Array(order.length)];
  let sum = 0;
  for (let k = 0; k < order.length; k++) {
    const i = order[k]!;
    sum += weights[i]!;
    below[k] = (sum - 0.5 * weights[i]!) / total;
    sorted[k] = values[i]!;
  }
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
