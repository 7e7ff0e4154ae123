import { describe, expect, test } from "vitest";
import { softplusChart } from "../../../../src/guides/chart.ts";
import { factorOf, gainOf, stepped, whitened } from "../../../../src/inference/fit/climb/whitened.ts";

// A normal log density with mean m and precision Q, three latents.
const N = 3;
const M = [1, -2, 0.5];
const Q = [
  [4, 1, 0.5],
  [1, 2, -0.3],
  [0.5, -0.3, 1],
];
const PAIRS = [
  { row: 1, column: 0 },
  { row: 2, column: 0 },
  { row: 2, column: 1 },
];
const chart = softplusChart(N, PAIRS);

/** ELBO up to a constant: −½ tr(Q·LLᵀ) − ½ (μ − m)ᵀQ(μ − m) + Σ log L_ii. */
function elbo(x: Float64Array): number {
  const factor = factorOf(x, chart);
  let sum = 0;
  for (let i = 0; i < N; i++) {
    sum += Math.log(factor[i * N + i]!);
    for (let j = 0; j < N; j++) {
      sum -= 0.5 * Q[i]![j]! * (x[i]! - M[i]!) * (x[j]! - M[j]!);
      for (let k = 0; k < N; k++) sum -= 0.5 * Q[i]![j]! * factor[i * N + k]! * factor[j * N + k]!;
    }
  }
  return sum;
}

function gradient(x: Float64Array): Float64Array {
  return x.map((_, p) => {
    const at = (h: number): number => elbo(x.map((value, i) => value + (i === p ? h : 0)));
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  });
}

const START = Float64Array.of(0.3, 0.2, -0.4, -0.2, 0.1, 0.3, 0.4, -0.2, 0.6);

describe("whitened coordinates", () => {
  test("have the gradient Lᵀg and the symmetric I − LᵀQL", () => {
    const factor = factorOf(START, chart);
    const g = gradient(START);
    const { u, s } = whitened(g, factor, chart);
    for (let i = 0; i < N; i++) {
      let expected = 0;
      for (let k = 0; k < N; k++) expected += factor[k * N + i]! * g[k]!;
      expect(u[i]).toBeCloseTo(expected, 8);
      for (let j = 0; j < N; j++) {
        let curvature = i === j ? 1 : 0;
        for (let k = 0; k < N; k++)
          for (let l = 0; l < N; l++) curvature -= factor[k * N + i]! * Q[k]![l]! * factor[l * N + j]!;
        expect(s[i * N + j]).toBeCloseTo(curvature, 7);
      }
    }
  });

  test("take a whole step to the mean and the covariance of a normal density, which gains nothing more", () => {
    const factor = factorOf(START, chart);
    const slopes = whitened(gradient(START), factor, chart);
    const end = stepped(START, factor, slopes, 1, 1e3, chart);
    M.forEach((value, i) => void expect(end[i]).toBeCloseTo(value, 6));
    expect(gradient(end).every((value) => Math.abs(value) < 1e-6)).toBe(true);
    expect(gainOf(whitened(gradient(end), factorOf(end, chart), chart))).toBeLessThan(1e-10);
    expect(gainOf(slopes)).toBeGreaterThan(1); // the control: there was something to gain
    expect(elbo(end)).toBeGreaterThan(elbo(START));
  });

  test("move the mean by no more than the radius, and a scale by √2 a step", () => {
    const factor = factorOf(START, chart);
    const { u, s } = whitened(gradient(START), factor, chart);
    const far = { u: u.map((value) => 1e6 * value), s: s.map((_, at) => (at % (N + 1) === 0 ? 5 : 0)) };
    const end = stepped(START, factor, far, 1, 0.5, chart);
    const moved = [0, 1, 2].map((i) => end[i]! - START[i]!);
    // |L⁻¹(μ′ − μ)| by forward substitution.
    const step = moved.slice();
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < i; j++) step[i]! -= factor[i * N + j]! * step[j]!;
      step[i]! /= factor[i * N + i]!;
    }
    expect(Math.hypot(...step)).toBeCloseTo(0.5 * Math.sqrt(3), 9);
    expect(Math.max(...[3, 4, 5].map((i) => end[i]! - START[i]!))).toBeLessThan(0.5 * Math.log(2) + 1e-12);
  });
  test("narrow the guide before its mean moves, where the curvature is beyond all measure", () => {
    const factor = factorOf(START, chart);
    const { u } = whitened(gradient(START), factor, chart);
    // The third direction is as steep as 1e267, and entries beside it are no smaller than rounding leaves them.
    for (const steepest of [1e9, 1e100, 1e267, Infinity]) {
      const s = Float64Array.of(0.5, 0, 1e-3 * steepest, 0, 0.5, 0, 1e-3 * steepest, 0, -steepest);
      const end = stepped(START, factor, { u: u.map((value) => value * 1e100), s }, 0.3, 1, chart);
      expect(end.every(Number.isFinite)).toBe(true);
      for (const i of [0, 1, 2]) expect(end[i]).toBe(START[i]);
      const narrowed = [3, 4, 5].map((i) => end[i]! - START[i]!);
      expect(Math.min(...narrowed)).toBeGreaterThan(-Math.log(2e4));
      expect(narrowed[2]).toBeLessThan(-0.5 * Math.log(1e8));
    }
    const mild = Float64Array.of(0.5, 0, 0, 0, 0.5, 0, 0, 0, -1e6);
    expect(stepped(START, factor, { u, s: mild }, 0.3, 1, chart)[0]).not.toBe(START[0]);
  });
});
