/** Several conditions at once: on one boundary, one inside another, joined. */
import { add, and, exp, gt, lt, mul, not, or, pow, type Real, square, sub, sum, where } from "../../autodiff/expr.ts";
import { normal } from "../../distributions/real/normal.ts";
import { above, below, between, density, type Gaussian, weighted } from "./gaussian.ts";
import { logDensity, type Table } from "./known.ts";
import { halfLine } from "./quadrature.ts";

// Mean and sd switch together: both where z > edge.
const together = (q: Gaussian, edge: number): Real =>
  add(mul(above(q, edge), logDensity(2, 1)), mul(below(q, edge), logDensity(-1, 0.4)));

export const COINCIDENT: Table<"coincident" | "coincidentCurve" | "coincidentSometimes"> = {
  coincident: {
    text: "exp z > 1 beside z > 0",
    latents: 1,
    observed: (z) => normal(where(gt(exp(z), 1), 2, -1), where(gt(z, 0), 1, 0.4)),
    expected: (q) => together(q, 0),
  },
  coincidentCurve: {
    text: "z³ − z² + z > 1 beside z > 1",
    latents: 1,
    observed: (z) => normal(where(gt(add(sub(pow(z, 3), square(z)), z), 1), 2, -1), where(gt(z, 1), 1, 0.4)),
    expected: (q) => together(q, 1),
  },
  coincidentSometimes: {
    text: "z1 > 0 beside z1 > (0 if z2 > 0.1, else 0.5)",
    latents: 2,
    observed: (x, y) => normal(where(gt(x, 0), 2, -1), where(gt(x, where(gt(y, 0.1), 0, 0.5)), 1, 0.4)),
    expected: (q, r) => {
      const apart = sum([
        mul(above(q, 0.5), logDensity(2, 1)),
        mul(between(q, 0, 0.5), logDensity(2, 0.4)),
        mul(below(q, 0), logDensity(-1, 0.4)),
      ]);
      return add(mul(above(r, 0.1), together(q, 0)), mul(below(r, 0.1), apart));
    },
  },
};

export const NESTED: Table<"ifInsideCondition" | "ifInsideArm" | "conditionOfSelection"> = {
  ifInsideCondition: {
    text: "z1 + (1 if z2 > 0.2, else −0.3) > 0.4",
    latents: 2,
    holds: (x, y) => gt(add(x, where(gt(y, 0.2), 1, -0.3)), 0.4),
    probability: (q, r) => add(mul(above(r, 0.2), above(q, -0.6)), mul(below(r, 0.2), above(q, 0.7))),
  },
  ifInsideArm: {
    text: "z1 > 0.2, and there z2 > −0.3",
    latents: 2,
    observed: (x, y) => normal(where(gt(x, 0.2), where(gt(y, -0.3), 2, 0.5), -1), 1),
    expected: (q, r) => {
      const inner = add(mul(above(r, -0.3), logDensity(2, 1)), mul(below(r, -0.3), logDensity(0.5, 1)));
      return add(mul(above(q, 0.2), inner), mul(below(q, 0.2), logDensity(-1, 1)));
    },
  },
  conditionOfSelection: {
    text: "(z1 if z3 > 0, else −z2) > 0.1",
    latents: 3,
    holds: (x, y, z) => gt(where(gt(z, 0), x, mul(-1, y)), 0.1),
    probability: (q, r, s) => add(mul(above(s, 0), above(q, 0.1)), mul(below(s, 0), below(r, -0.1))),
  },
};

export const LOGIC: Table<"and" | "or" | "not" | "either" | "interval" | "wedge" | "halfPlanes"> = {
  and: {
    text: "z1 > 0.2 and z2 > −0.4",
    latents: 2,
    holds: (x, y) => and(gt(x, 0.2), gt(y, -0.4)),
    probability: (q, r) => mul(above(q, 0.2), above(r, -0.4)),
  },
  or: {
    text: "z1 > 0.2 or z2 > 0.4",
    latents: 2,
    holds: (x, y) => or(gt(x, 0.2), gt(y, 0.4)),
    probability: (q, r) => sub(1, mul(below(q, 0.2), below(r, 0.4))),
  },
  not: {
    text: "not (z > 0.1)",
    latents: 1,
    holds: (z) => not(gt(z, 0.1)),
    probability: (q) => below(q, 0.1),
  },
  either: {
    text: "z1 > 0.2 or z2 > 0.4, and not both",
    latents: 2,
    holds: (x, y) => and(or(gt(x, 0.2), gt(y, 0.4)), not(and(gt(x, 0.2), gt(y, 0.4)))),
    probability: (q, r) => add(mul(above(q, 0.2), below(r, 0.4)), mul(below(q, 0.2), above(r, 0.4))),
  },
  interval: {
    text: "−0.5 < z and z < 0.8",
    latents: 1,
    holds: (z) => and(lt(-0.5, z), lt(z, 0.8)),
    probability: (q) => between(q, -0.5, 0.8),
  },
  wedge: {
    text: "z1 > 0 and z2 > z1",
    latents: 2,
    holds: (x, y) => and(gt(x, 0), gt(y, x)),
    probability: (q, r) => halfLine((x) => mul(density(q, x), above(r, x))),
  },
  halfPlanes: {
    text: "z1 + z2 > 0.2 or z1 + z2 < −0.6",
    latents: 2,
    holds: (x, y) => or(gt(add(x, y), 0.2), lt(add(x, y), -0.6)),
    probability: (q, r) => sub(1, between(weighted([1, q], [1, r]), -0.6, 0.2)),
  },
};
