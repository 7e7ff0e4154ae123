/** Where rounding hides on which side of 0 a condition is, all the same every change along the line is counted, wherever the guide lies. */
import { describe, expect, test } from "vitest";
import {
  atan,
  corrected,
  defineModel,
  estimateGradient,
  gt,
  normal,
  type Real,
  sin,
  tanh,
  where,
} from "../../../src/index.ts";

const RHO = -0.92;
const SIGMA = Math.log1p(Math.exp(RHO));
// d/dμ of E[1 where z > 0] − KL, for z of mean μ and sd σ.
const exact = (mu: number): number => Math.exp(-0.5 * (mu / SIGMA) ** 2) / Math.sqrt(2 * Math.PI) / SIGMA - mu;

describe("a comparison that is 0 to rounding beside its place", () => {
  test.each<[string, (x: Real) => Real]>([
    ["x > tanh(x)", tanh],
    ["x > atan(x)", atan],
    ["x > sin(x)", sin],
  ])("%s, at guides of fifteen means", (_, f) => {
    const model = defineModel("m", ({ sample, factor }) => {
      const x = sample("x", normal(0, 1));
      factor(where(gt(x, f(x)), 1, 0));
    });
    for (let i = 0; i < 15; i++) {
      const mu = -0.5 + i * 0.0771;
      const params = { mu: [mu], rho: [RHO] };
      const options = { estimator: corrected(), samples: 512, seed: 1, params, onWarning: () => undefined };
      expect(Math.abs(estimateGradient(model, options).gradient[0]! - exact(mu))).toBeLessThan(0.01);
    }
  });
});
