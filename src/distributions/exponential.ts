import { div, log, logNormalCdf, mul, neg, type Real, sub } from "../autodiff/expr.ts";
import { type Distribution, NONNEGATIVE, plain, positive, within } from "./distribution.ts";

/** Exponential with rate λ > 0 (mean 1/λ): log λ − λ x on [0, ∞). */
export function exponential(rate: Real): Distribution {
  return {
    name: "exponential",
    parameters: [positive("rate", rate)],
    support: NONNEGATIVE,
    logDensity: within(NONNEGATIVE, (x) => sub(log(rate), mul(rate, x))),
    draw: (next) => -Math.log(next()) / plain("exponential", "rate", rate),
    fromNormal: (noise) => neg(div(logNormalCdf(neg(noise)), rate)),
  };
}
