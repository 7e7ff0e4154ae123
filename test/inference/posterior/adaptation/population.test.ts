/** What a default fit answers where its guide is far too narrow: proposals that follow the posterior through rounds that gain little. */
import { expect, test } from "vitest";
import { add, defineModel, div, exp, fit, gt, mul, normal, sub, where } from "../../../../src/index.ts";
import { weighedProposal } from "../../../../src/inference/posterior/adaptation/population.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished, later, piecewise } from "../../../../src/pieces/pieces.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

// Three connected lines with breaks near 4.3 and 13.6, and noise of sd 1.
const POINTS = [
  [6.978, 6.762],
  [0.584, 4.336],
  [7.418, 6.197],
  [19.34, 13.962],
  [18.271, 13.618],
  [19.207, 12.815],
  [0.182, 3.991],
  [8.435, 7.104],
  [9.69, 10.974],
  [18.464, 14.02],
  [13.886, 13.772],
  [6.328, 7.322],
  [5.371, 5.056],
  [17.172, 13.617],
  [17.358, 13.116],
  [5.972, 4.171],
  [18.762, 12.561],
  [7.859, 8.092],
  [17.583, 13.088],
  [19.609, 12.591],
  [2.867, 4.591],
  [5.683, 7.075],
  [7.569, 9.025],
  [3.951, 3.656],
  [2.499, 3.786],
  [17.499, 14.206],
  [18.189, 13.197],
  [16.972, 13.27],
  [17.211, 11.841],
  [6.75, 4.99],
  [8.678, 8.511],
  [10.866, 11.474],
  [12.545, 13.558],
  [10.682, 11.241],
  [13.808, 13.778],
  [17.072, 13.658],
  [1.497, 5.762],
  [7.785, 9.215],
  [1.93, 4.955],
  [10.323, 10.0],
  [6.475, 7.64],
  [10.692, 11.803],
  [11.907, 11.426],
  [19.174, 12.832],
  [0.714, 5.084],
  [11.414, 10.605],
  [11.598, 9.971],
  [9.426, 9.909],
  [16.256, 13.664],
  [2.335, 4.113],
  [9.981, 7.292],
  [15.352, 13.945],
  [4.043, 4.067],
  [16.4, 13.153],
  [2.09, 4.68],
  [16.46, 13.991],
] as const;

/** Mean and sd by four chains of adaptive Metropolis, 200,000 steps each. */
const EXACT = {
  bp1: [4.303, 0.727],
  a1: [4.759, 0.577],
  b1: [-0.1374, 0.256],
  a3: [14.26, 2.24],
  b3: [-0.0523, 0.128],
} as const;

const breaks = defineModel("two breaks", ({ sample, observe }) => {
  const first = sample("bp1", normal(6, 3));
  const distance = exp(sample("log distance", normal(2, 0.5)));
  const second = add(first, distance);
  const [a1, a3] = [sample("a1", normal(8, 5)), sample("a3", normal(8, 5))];
  const [b1, b3] = [sample("b1", normal(0, 1)), sample("b3", normal(0, 1))];
  const sd = exp(sample("log sd", normal(0, 1)));
  const [low, high] = [add(a1, mul(b1, first)), add(a3, mul(b3, second))];
  const slope = div(sub(high, low), distance);
  for (const [x, y] of POINTS) {
    const between = add(low, mul(slope, sub(x, first)));
    const mean = where(gt(first, x), add(a1, mul(b1, x)), where(gt(x, second), add(a3, mul(b3, x)), between));
    observe(normal(mean, sd), y);
  }
});

test("the line beyond a break that is near the end of the data has the exact sd, five times that of the guide", () => {
  const posterior = fit(breaks, { restarts: 0, flips: false, onWarning() {} });
  expect(posterior.drawn().sd("a3")).toBeLessThan(EXACT.a3[1] / 3); // control: the guide alone
  const { answers, weighted } = posterior.report!.importance!;
  expect([answers, weighted!.isTrusted]).toEqual(["weights", true]);
  for (const [name, [mean, sd]] of Object.entries(EXACT)) {
    expect(Math.abs(posterior.mean(name) - mean) / sd).toBeLessThan(0.1);
    expect(Math.abs(posterior.sd(name) / sd - 1)).toBeLessThan(0.15);
  }
});

test("of two latents that others were summed out of, rounds that weigh well are believed where a glance at particles finds nothing else", () => {
  // y lies along the parabola x²/2, which the guide does not know.
  let points = 0;
  const at = (power: number): Target =>
    piecewise(function* (kept: Float64Array, draws: number) {
      yield;
      points += draws;
      return Float64Array.from({ length: draws }, (_, d) => {
        const [x, y] = [kept[d]!, kept[draws + d]!];
        return (-0.5 * x * x - 2 * (y - 0.5 * x * x) ** 2) / power;
      });
    });
  const run = (isSummed: boolean) => {
    points = 0;
    const target: Target = Object.assign(
      at(1),
      isSummed && {
        tempered: later(function* () {
          yield;
          return at;
        }),
      },
    );
    const guide = independent([0, 0.4], [0.8, 0.5], 1);
    const first = [
      { ...guide, weight: 0.8 },
      { ...independent([0, 0], [100, 100], 1), weight: 0.2 },
    ];
    return { ...finished(weighedProposal(target, [guide], first, makeGenerator(1)))!, points };
  };
  const [rounds, all] = [run(true), run(false)];
  expect(rounds.particles).toBeUndefined();
  expect(all.particles).toBeDefined();
  for (const { logEvidence, kHat } of [rounds, all]) {
    expect(kHat).toBeLessThan(0.7);
    expect(Math.abs(logEvidence - Math.log(Math.PI))).toBeLessThan(0.05); // ∫ = √(2π)·√(π/2)
  }
  expect(rounds.points).toBeLessThan(0.7 * all.points);
});
