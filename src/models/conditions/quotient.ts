/** Conditions with poles, across which they change although both sides are far apart. */
import { add, div, gt, mul, type Real, sum, tan } from "../../autodiff/expr.ts";
import { above, below, between, density, type Gaussian } from "./gaussian.ts";
import type { Table } from "./known.ts";
import { halfLine } from "./quadrature.ts";

/** P over z1 of what has the first probability given z1 = x, and the second given z1 = −x. */
function bySign(q: Gaussian, right: (x: number) => Real, left: (x: number) => Real): Real {
  return halfLine((x) => add(mul(density(q, x), right(x)), mul(density(q, -x), left(x))));
}

export const QUOTIENT: Table<"quotient" | "sumWithQuotient" | "twoPoles" | "tangent"> = {
  quotient: {
    text: "z2/z1 > 0.6",
    latents: 2,
    holds: (x, y) => gt(div(y, x), 0.6),
    probability: (q, r) =>
      bySign(
        q,
        (x) => above(r, 0.6 * x),
        (x) => below(r, -0.6 * x),
      ),
  },
  sumWithQuotient: {
    text: "z2 + 0.5/z1 > 0.3",
    latents: 2,
    holds: (x, y) => gt(add(y, div(0.5, x)), 0.3),
    probability: (q, r) =>
      bySign(
        q,
        (x) => above(r, 0.3 - 0.5 / x),
        (x) => above(r, 0.3 + 0.5 / x),
      ),
  },
  // Between the poles at −1 and 2 and the root 0.5 of the difference.
  twoPoles: {
    text: "1/(z − 2) > −1/(z + 1)",
    latents: 1,
    holds: (z) => gt(div(1, add(z, -2)), div(-1, add(z, 1))),
    probability: (q) => add(between(q, -1, 0.5), above(q, 2)),
  },
  // In each period between a root and a pole.
  tangent: {
    text: "tan(z/2) > 1",
    latents: 1,
    holds: (z) => gt(tan(mul(0.5, z)), 1),
    probability: (q) => {
      const periods = Array.from({ length: 21 }, (_, k) => 2 * (k - 10) * Math.PI);
      return sum(periods.map((start) => between(q, start + Math.PI / 2, start + Math.PI)));
    },
  },
};
