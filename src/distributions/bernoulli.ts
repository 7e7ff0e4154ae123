import { gt, type Real, where } from "../autodiff/expr.ts";
import { normalQuantile } from "../autodiff/special/normal.ts";
import { type Distribution, plain, probability, type Support, within } from "./distribution.ts";
import { timesLog, timesLog1p } from "./products.ts";

const BINARY: Support = { text: "{0, 1}", discrete: true, contains: (x) => x === 0 || x === 1 };

/** Bernoulli: 1 with probability p, else 0. */
export function bernoulli(p: Real): Distribution {
  return {
    name: "bernoulli",
    parameters: [probability("p", p)],
    support: BINARY,
    logDensity: within(BINARY, (x) => (x === 1 ? timesLog(1, p) : timesLog1p(1, p))),
    draw: (next) => (next() < plain("bernoulli", "p", p) ? 1 : 0),
    // Φ(noise) > 1 − p, for a p that is data.
    fromNormal: (noise) => where(gt(noise, normalQuantile(1 - plain("bernoulli", "p", p))), 1, 0),
  };
}
