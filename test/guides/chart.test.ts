/** The chart in which guides are fitted: there and back, and gradients along it against differences. */
import { describe, expect, test } from "vitest";
import { type Chart, softplusChart } from "../../src/guides/chart.ts";

const softplus = (rho: number): number => Math.log1p(Math.exp(rho));
const PAIRS = [{ row: 1, column: 0 }];
const chart: Chart = softplusChart(2, PAIRS);
/** Two means, two ρ and one entry of C; none of them is what it becomes, and no two are alike. */
const THETA = Float64Array.of(0.3, -2, 0.7, -1.2, 0.45);

describe("the chart of two latents and a pair", () => {
  test("has μ and C of θ, and log σ in place of ρ", () => {
    const x = chart.coordinatesOf(THETA);
    const logSd = [0.7, -1.2].map((rho) => Math.log(softplus(rho)));
    expect(x).toHaveLength(5);
    [0.3, -2, ...logSd, 0.45].forEach((value, i) => void expect(x[i]).toBeCloseTo(value, 14));
  });

  test("leads back to θ, and leaves what it was given alone", () => {
    const [theta, x] = [new Float64Array(5), chart.coordinatesOf(THETA)];
    const before = x.slice();
    chart.thetaInto(theta, x);
    THETA.forEach((value, i) => void expect(theta[i]).toBeCloseTo(value, 14));
    expect(x).toEqual(before);
    expect(THETA).toEqual(Float64Array.of(0.3, -2, 0.7, -1.2, 0.45));
  });

  test("names its parts, which are views", () => {
    const x = chart.coordinatesOf(THETA);
    const { means, scales, shares } = chart.partsOf(x);
    expect([means, scales, shares].map((part) => Array.from(part))).toEqual([[x[0], x[1]], [x[2], x[3]], [x[4]]]);
    shares[0] = 7;
    expect(x[4]).toBe(7);
    expect([chart.latents, chart.pairs]).toEqual([2, PAIRS]);
  });

  test("turns ∂/∂θ into ∂/∂x", () => {
    // f = Σ k·θ_k², as a function of x.
    const f = (x: Float64Array): number => {
      const theta = new Float64Array(5);
      chart.thetaInto(theta, x);
      return theta.reduce((sum, value, k) => sum + (k + 1) * value * value, 0);
    };
    const x = chart.coordinatesOf(THETA);
    const gradient = THETA.map((value, k) => 2 * (k + 1) * value);
    chart.gradientInto(gradient, x);
    const H = 1e-6;
    gradient.forEach((slope, k) => {
      const at = (move: number): number => f(x.map((value, i) => value + (i === k ? move : 0)));
      expect(slope).toBeCloseTo((at(H) - at(-H)) / (2 * H), 6);
    });
  });
});
