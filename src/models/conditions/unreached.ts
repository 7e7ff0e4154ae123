/**
 * Conditions whose boundary is not reached everywhere by moving a variable in which they are affine, as products that are not
 * written as such; two that coincide though nothing in how they are written says so; and two that change where a function
 * inside of others ends.
 */
import { add, exp, gt, log, log1p, max, mul, type Real, square, sub, where } from "../../autodiff/expr.ts";
import { normal } from "../../distributions/real/normal.ts";
import { above, below, between, density } from "./gaussian.ts";
import { logDensity, type Table } from "./known.ts";
import { halfLine } from "./quadrature.ts";

type Unreached = Table<
  | "expandedProduct"
  | "commonFactor"
  | "hiddenFactor"
  | "selectionBeside"
  | "repeatedMaximum"
  | "coincidentUnseen"
  | "domain"
  | "domainOfMaximum"
>;
export const UNREACHED: Unreached = {
  expandedProduct: {
    text: "z1·z2 + z1 > z2 + 1",
    latents: 2,
    holds: (x, y) => gt(add(mul(x, y), x), add(y, 1)),
    probability: (q, r) => add(mul(above(q, 1), above(r, -1)), mul(below(q, 1), below(r, -1))),
  },
  commonFactor: {
    text: "z1·z2² > z1",
    latents: 2,
    holds: (x, y) => gt(mul(x, square(y)), x),
    probability: (q, r) => {
      const inside = between(r, -1, 1);
      return add(mul(above(q, 0), sub(1, inside)), mul(below(q, 0), inside));
    },
  },
  // (z1 − 1)·(z1 + z2 + 1) > 0
  hiddenFactor: {
    text: "(z1 − 1)·z2 + z1² > 1",
    latents: 2,
    holds: (x, y) => gt(add(mul(sub(x, 1), y), square(x)), 1),
    probability: (q, r) =>
      halfLine((t) => add(mul(density(q, 1 + t), above(r, -2 - t)), mul(density(q, 1 - t), below(r, t - 2)))),
  },
  // z1 > 0, or z1 ≤ −0.7 and z2 > −z1.
  selectionBeside: {
    text: "2·z1 + z2 > (z1 > −0.7 ? z2 : z1)",
    latents: 2,
    holds: (x, y) => gt(add(mul(2, x), y), where(gt(x, -0.7), y, x)),
    probability: (q, r) =>
      add(
        above(q, 0),
        halfLine((t) => mul(density(q, -0.7 - t), above(r, 0.7 + t))),
      ),
  },
  // The larger of the two between (1 ± √3)/2.
  repeatedMaximum: {
    text: "max(z1, z2) > max(z1, z2)² − 0.5",
    latents: 2,
    holds: (x, y) => gt(max(x, y), sub(square(max(x, y)), 0.5)),
    probability: (q, r) => {
      const both = (t: number): Real => mul(below(q, t), below(r, t));
      return sub(both((1 + Math.sqrt(3)) / 2), both((1 - Math.sqrt(3)) / 2));
    },
  },
  coincidentUnseen: {
    text: "mean by z2 > (z1 + 1)², sd by z2 > z1² + 2·z1 + 1",
    latents: 2,
    observed: (x, y) =>
      normal(where(gt(y, square(add(x, 1))), 2, -1), where(gt(y, add(square(x), add(mul(2, x), 1))), 1, 0.5)),
    expected: (q, r) => {
      const p = halfLine((t) => mul(add(density(q, t - 1), density(q, -1 - t)), above(r, t * t)));
      return add(mul(p, logDensity(2, 1)), mul(sub(1, p), logDensity(-1, 0.5)));
    },
  },
  domain: {
    text: "exp(log1p z) > −0.5",
    latents: 1,
    holds: (z) => gt(exp(log1p(z)), -0.5),
    probability: (q) => above(q, -1),
  },
  domainOfMaximum: {
    text: "max(log z1, z2) > 0.2",
    latents: 2,
    holds: (x, y) => gt(max(log(x), y), 0.2),
    probability: (q, r) => sub(above(q, 0), mul(between(q, 0, Math.exp(0.2)), below(r, 0.2))),
  },
};
