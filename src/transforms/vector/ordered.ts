/**
 * An increasing vector is made of free numbers. On ℝ the first entry is u₀ and each step up is exp(u_k): u = (1, 0, 0.7) makes (1, 2, 4.01). Above `low` the first
 * entry is a step up from there. Between two ends an entry takes the share sigmoid of what the one before it left up to the upper end.
 */

import { add, exp, log, mul, neg, type Real, softplus, sub, sum } from "../../autodiff/expr.ts";
import { log as logOf } from "../../math/elementary.ts";
import type { VectorTransform } from "./vector-transform.ts";

/** x₀ < x₁ < … on ℝ. */
export function increasing(length: number): VectorTransform {
  return {
    name: "ordered",
    free: length,
    forward: ([first, ...steps]) => climbed([first!], steps),
    inverse: (x) => x.map((entry, k) => (k === 0 ? entry : log(sub(entry, x[k - 1]!)))),
    logJacobian: ([, ...steps]) => sum(steps),
  };
}

/** low < x₀ < x₁ < … */
export function increasingAbove(low: Real, length: number): VectorTransform {
  return {
    name: "positive ordered",
    free: length,
    forward: (steps) => climbed([low], steps).slice(1),
    inverse: (x) => x.map((entry, k) => log(sub(entry, k === 0 ? low : x[k - 1]!))),
    logJacobian: sum,
  };
}

/**
 * low < x₀ < x₁ < … < high. What is left above x_k is high − x_k = (high − low)·Π_{j≤k} (1 − sigmoid(t_j)), where t_j = u_j − log(n − j)
 * puts u = 0 at equal steps.
 */
export function increasingBetween(low: Real, high: Real, length: number): VectorTransform {
  const width = (): Real => sub(high, low);
  const moved = (u: readonly Real[]): Real[] => u.map((entry, k) => sub(entry, logOf(length - k)));
  return {
    name: "ordered between ends",
    free: length,
    forward(u) {
      let logLeft: Real = 0;
      return moved(u).map((t) => {
        logLeft = sub(logLeft, softplus(t));
        return sub(high, mul(width(), exp(logLeft)));
      });
    },
    inverse: (x) =>
      x.map((entry, k) => {
        const before = k === 0 ? low : x[k - 1]!;
        return add(sub(log(sub(entry, before)), log(sub(high, entry))), logOf(length - k));
      }),
    // dx_k/du_k is (high − low)·Π_{j<k} (1 − sigmoid(t_j)) times sigmoid(t_k)·(1 − sigmoid(t_k)).
    logJacobian(u) {
      const steps = moved(u).map((t, k) => add(mul(length - k, softplus(t)), softplus(neg(t))));
      return sub(mul(length, log(width())), sum(steps));
    },
  };
}

function climbed(from: Real[], steps: readonly Real[]): Real[] {
  for (const step of steps) from.push(add(from[from.length - 1]!, exp(step)));
  return from;
}
