/**
 * Probabilities that sum to 1, by breaking a stick: entry k takes the share v_k = sigmoid(u_k − log(n − 1 − k)) of what is left of it, the last
 * one the rest, so that u = 0 makes all entries 1/n. Under a Dirichlet prior the shares are independent of one another.
 */

import { add, exp, log, neg, type Real, sigmoid, softplus, sub, sum } from "../../autodiff/expr.ts";
import { log as logOf } from "../../math/elementary.ts";
import type { VectorTransform } from "./vector-transform.ts";

/** Vectors of positive entries whose sum is 1. */
export function simplex(length: number): VectorTransform {
  const offset = (k: number): number => logOf(length - 1 - k);
  return {
    name: "simplex",
    free: length - 1,
    // In logs, so that log w[k] stays right where w[k] underflows.
    forward(u) {
      let logLeft: Real = 0;
      const entries = u.map((free, k) => {
        const t = sub(free, offset(k));
        const entry = k === 0 ? sigmoid(t) : exp(sub(logLeft, softplus(neg(t))));
        logLeft = sub(logLeft, softplus(t));
        return entry;
      });
      return [...entries, length === 1 ? 1 : exp(logLeft)];
    },
    inverse: (x) => {
      let left: Real = x[length - 1]!;
      const u: Real[] = [];
      for (let k = length - 2; k >= 0; k--) {
        u[k] = add(sub(log(x[k]!), log(left)), offset(k));
        left = add(left, x[k]!);
      }
      return u;
    },
    // dx_k/du_k is what was left times v_k·(1 − v_k), and entry k of what is left occurs in all later ones.
    logJacobian: (u) =>
      neg(
        sum(
          u.map((free, k) => {
            const t = sub(free, offset(k));
            return sum([softplus(neg(t)), ...Array.from({ length: length - 1 - k }, () => softplus(t))]);
          }),
        ),
      ),
  };
}
