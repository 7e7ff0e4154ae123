/**
 * The last steps of a first phase that has settled lie around the optimum, and their gradients are those of hundreds of points that no stage has seen: 320 of ten
 * steps. Their mean, at the mean of where they were taken, is known when the first stage begins on its 64 points.
 */

import type { Chart } from "../../../../guides/chart.ts";
import { axpyInto } from "../../../../linalg/axpy.ts";
import { exp } from "../../../../math/elementary.ts";

export interface Step {
  readonly x: Float64Array;
  readonly slope: Float64Array;
}

/** Steps that are looked at, and the fewest whose mean is worth knowing. */
const [MOST, FEWEST] = [10, 3];
/** In sds of the guide, and as a difference of logarithms of scales: how far from the last step others may be, so that gradients change in proportion. */
const [FAR, WIDER] = [0.3, 0.2];

/** Adds a step, of which the last ones are kept. */
export function keepStep(steps: Step[], x: Float64Array, slope: Float64Array): void {
  steps.push({ x: x.slice(), slope: slope.slice() });
  if (steps.length > MOST) steps.shift();
}

/** The mean place and the mean gradient of the steps that are near the last one, and how many they are; undefined where they are too few. */
export function meanOfSteps(steps: readonly Step[], chart: Chart): (Step & { readonly count: number }) | undefined {
  const last = steps.at(-1);
  if (!last) return undefined;
  const near = steps.slice(steps.findLastIndex((step) => !isNear(step.x, last.x, chart)) + 1);
  if (near.length < FEWEST) return undefined;
  const mean = { x: new Float64Array(last.x.length), slope: new Float64Array(last.x.length), count: near.length };
  for (const { x, slope } of near) {
    axpyInto(mean.x, 1 / near.length, x);
    axpyInto(mean.slope, 1 / near.length, slope);
  }
  return mean;
}

function isNear(x: Float64Array, last: Float64Array, { partsOf }: Chart): boolean {
  const [p, q] = [partsOf(x), partsOf(last)];
  return q.scales.every(
    (scale, i) => Math.abs(p.means[i]! - q.means[i]!) < FAR * exp(scale) && Math.abs(p.scales[i]! - scale) < WIDER,
  );
}
