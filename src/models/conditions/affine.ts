/** Conditions that are affine in each latent, given the others: thresholds, planes, products, networks of steps. */
import { add, gt, mul, type Real, sub, where } from "../../autodiff/expr.ts";
import { above, below, density, weighted } from "./gaussian.ts";
import type { Table } from "./known.ts";
import { halfLine } from "./quadrature.ts";

export const AFFINE: Table<"threshold" | "scaled" | "plane" | "randomThreshold"> = {
  threshold: {
    text: "z > 0.4",
    latents: 1,
    holds: (z) => gt(z, 0.4),
    probability: (q) => above(q, 0.4),
  },
  scaled: {
    text: "−2z + 1 > 0.4",
    latents: 1,
    holds: (z) => gt(add(mul(-2, z), 1), 0.4),
    probability: (q) => below(q, 0.3),
  },
  plane: {
    text: "z1 + 2·z2 − z3 > 0.3",
    latents: 3,
    holds: (x, y, z) => gt(sub(add(x, mul(2, y)), z), 0.3),
    probability: (q, r, s) => above(weighted([1, q], [2, r], [-1, s]), 0.3),
  },
  randomThreshold: {
    text: "z1 > z2",
    latents: 2,
    holds: (x, y) => gt(x, y),
    probability: (q, r) => above(weighted([1, q], [-1, r]), 0),
  },
};

export const PRODUCT: Table<"product" | "signOfProduct" | "productAndSum"> = {
  // ∫ over |z1| of P(z2 > 0.4/z1), and of P(z2 < 0.4/z1) where z1 < 0.
  product: {
    text: "z1·z2 > 0.4",
    latents: 2,
    holds: (x, y) => gt(mul(x, y), 0.4),
    probability: (q, r) =>
      halfLine((x) => add(mul(density(q, x), above(r, 0.4 / x)), mul(density(q, -x), below(r, -0.4 / x)))),
  },
  signOfProduct: {
    text: "z1·z2 > 0",
    latents: 2,
    holds: (x, y) => gt(mul(x, y), 0),
    probability: (q, r) => add(mul(above(q, 0), above(r, 0)), mul(below(q, 0), below(r, 0))),
  },
  // Given z1 both sides are normal.
  productAndSum: {
    text: "z1·z2 + z2 > 0.5·z3",
    latents: 3,
    holds: (x, y, z) => gt(add(mul(x, y), y), mul(0.5, z)),
    probability: (q, r, s) => {
      const given = (x: number): Real => above(weighted([x + 1, r], [-0.5, s]), 0);
      return halfLine((x) => add(mul(density(q, x), given(x)), mul(density(q, -x), given(-x))));
    },
  },
};

const step = (x: Real): Real => where(gt(x, 0), 1, 0);

export const NETWORK: Table<"network" | "skipConnection"> = {
  network: {
    text: "W2·[0.5·W1 + b1 > 0] + b2 > 0",
    latents: 4,
    holds: (w1, b1, w2, b2) => gt(add(mul(w2, step(add(mul(0.5, w1), b1))), b2), 0),
    probability: (w1, b1, w2, b2) => {
      const hidden = above(weighted([0.5, w1], [1, b1]), 0);
      return add(mul(hidden, above(weighted([1, w2], [1, b2]), 0)), mul(sub(1, hidden), above(b2, 0)));
    },
  },
  // The same latent inside and outside of the step.
  skipConnection: {
    text: "z1 + z2·[z1 > 0.2] > 0.5",
    latents: 2,
    holds: (x, y) => gt(add(x, mul(y, step(sub(x, 0.2)))), 0.5),
    probability: (q, r) => halfLine((x) => mul(density(q, add(x, 0.2)), above(r, 0.3 - x))),
  },
};
