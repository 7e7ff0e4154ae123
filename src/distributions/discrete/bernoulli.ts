/** One flip of a coin: `observe(bernoulli(0.3), 1)` has log probability log 0.3; as a latent, `sample("on", bernoulli(0.3))`, it is summed out. */
import { add, gt, normalCdf, type Real, where } from "../../autodiff/expr.ts";
import { normalQuantile } from "../../math/normal.ts";
import { type Distribution, discrete, probability, upTo } from "../distribution.ts";
import { timesLog, timesLog1p } from "../products.ts";
import type { TailFormulas } from "../tails.ts";
import { tableTails } from "./sums.ts";

/** Bernoulli: 1 with probability p, else 0; 0 ≤ p ≤ 1. Log probability log p or log(1 − p). */
export function bernoulli(p: Real): Distribution {
  return discrete({
    name: "bernoulli",
    parameters: [probability("p", p)],
    support: upTo(1),
    logDensity: (x) => add(timesLog(x, p), timesLog1p(1 - x, p)),
    finiteValues: () => ({ values: [0, 1], lostMass: 0 }),
    draw: (next, p) => (next() < p ? 1 : 0),
    // Φ(noise) > 1 − p; for a p that is data, a threshold on the noise itself.
    fromNormal: (noise) =>
      where(typeof p === "number" ? gt(noise, normalQuantile(1 - p)) : gt(add(p, normalCdf(noise)), 1), 1, 0),
  });
}

export function bernoulliTails(p: Real): TailFormulas {
  return tableTails(
    bernoulli(p),
    () => [0, 1],
    (p) => ({ mean: p, sd: Math.sqrt(p * (1 - p)) }),
  );
}
