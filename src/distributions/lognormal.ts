import { add, exp, log, mul, type Real, sub } from "../autodiff/expr.ts";
import { type Distribution, POSITIVE, within } from "./distribution.ts";
import { normal } from "./normal.ts";

/** Lognormal: log x ~ N(mean, sd). Log density of log x under that normal, minus log x. */
export function lognormal(mean: Real, sd: Real): Distribution {
  const ofLog = normal(mean, sd);
  return {
    name: "lognormal",
    parameters: ofLog.parameters,
    support: POSITIVE,
    logDensity: within(POSITIVE, (x) => sub(ofLog.logDensity(log(x)), log(x))),
    draw: (next) => Math.exp(ofLog.draw(next)),
    fromNormal: (noise) => exp(add(mean, mul(sd, noise))),
  };
}
