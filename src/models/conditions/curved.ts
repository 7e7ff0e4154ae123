/** Conditions whose boundary is a curve that no latent enters linearly. */
import { add, gt, lt, mul, pow, sin, square, sub, sum } from "../../autodiff/expr.ts";
import { above, between, density } from "./gaussian.ts";
import type { Table } from "./known.ts";
import { halfTurn } from "./quadrature.ts";

const RADIUS = 1.2;
// The roots of z³ − z = 0.2, in ascending order: 2/√3·cos((arccos(0.3·√3) + 2πk)/3).
const roots = (): readonly number[] =>
  [1, 2, 0].map((k) => (2 / Math.sqrt(3)) * Math.cos((Math.acos(0.3 * Math.sqrt(3)) + 2 * Math.PI * k) / 3));

export const CURVED: Table<"circle" | "cubic" | "sine"> = {
  /** For equal sds σ and means 0 the probability is 1 − exp(−r²/2σ²), otherwise that of a noncentral χ². */
  circle: {
    text: "z1² + z2² < 1.2²",
    latents: 2,
    holds: (x, y) => lt(add(square(x), square(y)), RADIUS ** 2),
    // z1 = r sin t
    probability: (q, r) =>
      halfTurn((t) => {
        const [x, y] = [RADIUS * Math.sin(t), RADIUS * Math.cos(t)];
        return mul(y, mul(density(q, x), between(r, -y, y)));
      }),
  },
  cubic: {
    text: "z³ − z > 0.2",
    latents: 1,
    holds: (z) => gt(sub(pow(z, 3), z), 0.2),
    probability: (q) => {
      const [low, middle, high] = roots() as [number, number, number];
      return add(between(q, low, middle), above(q, high));
    },
  },
  /** Periods −4 … 4 of the sine are counted: enough while |mean| + 6 sd of z1 is below 24. */
  sine: {
    text: "sin z1 > z2²",
    latents: 2,
    holds: (x, y) => gt(sin(x), square(y)),
    // z2 = sin t, and z1 is less than 2 arcsin(cos t/√2) away from the top of a wave.
    probability: (q, r) =>
      halfTurn((t) => {
        const reach = 2 * Math.asin(Math.cos(t) * Math.SQRT1_2);
        const tops = Array.from({ length: 9 }, (_, k) => Math.PI * (2 * (k - 4) + 0.5));
        const waves = sum(tops.map((top) => between(q, top - reach, top + reach)));
        return mul(Math.cos(t), mul(density(r, Math.sin(t)), waves));
      }),
  },
};
