/** Shares that sum to 1: `sample("p", dirichlet([1, 1, 2]))` is three probabilities with means ¼, ¼ and ½. */

import { add, describe, type RealList, sub, sum, unpacked } from "../../autodiff/expr.ts";
import { requireNoMore } from "../../checks/arguments.ts";
import { exp } from "../../math/elementary.ts";
import { logGamma, positive } from "../distribution.ts";
import { logGammaDraw } from "../positive/gamma.ts";
import { timesLog } from "../products.ts";
import { onSimplex } from "./supports.ts";
import { type VectorDistribution, vector } from "./vector-distribution.ts";

/**
 * Dirichlet with concentrations a_k > 0: probabilities that sum to 1, entry k with mean a_k/Σa. Log density
 * Σ (a_k − 1) log x_k + log Γ(Σa) − Σ log Γ(a_k).
 */
export function dirichlet(concentrations: RealList): VectorDistribution {
  requireNoMore("dirichlet", 1, arguments);
  const list = unpacked(concentrations);
  if (!Array.isArray(list) || list.length === 0)
    throw new TypeError(
      `dirichlet: no concentrations; got ${describe(concentrations)}, expected a non-empty array such as [1, 1, 1]`,
    );
  const a = [...list];
  return vector({
    name: "dirichlet",
    parameters: a.map((value, k) => positive(`concentrations[${k}]`, value)),
    length: a.length,
    support: onSimplex(a.length),
    logDensity(entries) {
      const constant = sub(logGamma(sum(a)), sum(a.map(logGamma)));
      return add(sum(entries.map((x, k) => timesLog(sub(a[k]!, 1), x))), constant);
    },
    // In logs: draws of small concentrations underflow.
    draw(next) {
      const logs = a.map((value) => logGammaDraw(value as number, next));
      const most = Math.max(...logs);
      const sizes = logs.map((value) => exp(value - most));
      const total = sizes.reduce((sum, size) => sum + size, 0);
      return sizes.map((size) => size / total);
    },
  });
}
