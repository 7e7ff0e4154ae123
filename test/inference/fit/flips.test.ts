/** Starts beyond conditions that the guide has decided: where they land, and what they find that restarts do not. */
import { describe, expect, test } from "vitest";
import { add, gt, mul } from "../../../src/autodiff/expr.ts";
import { normal } from "../../../src/distributions/index.ts";
import { softplusChart } from "../../../src/guides/chart.ts";
import { corrected, defineModel, type FitOptions, fit, makeSampler } from "../../../src/index.ts";
import { flipsOf } from "../../../src/inference/fit/flips.ts";
import { temperature } from "../../../src/models/index.ts";
import { finished } from "../../../src/pieces/pieces.ts";
import { climbed } from "../../support/unweighed.ts";

const quiet = { onWarning: () => undefined } as const;

describe("flips", () => {
  const pair = defineModel("pair", ({ sample, observe, where }) => {
    const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
    observe(normal(where(gt(add(a, mul(b, 2)), 1), 1, 0), 1), 1);
    for (const level of [2, 3, 4, 5, 6, 7]) observe(normal(where(gt(a, level), 1, 0), 1), 0);
  });
  const sampler = makeSampler(pair, corrected());
  const flips = finished(flipsOf(sampler, softplusChart(2, [])));
  const at = (mu: number[], sd: number[]) => flips(Float64Array.from([...mu, ...sd.map(Math.log)]));

  test("reflect the mean across a boundary, each latent by its variance", () => {
    // c = a + 2b − 1 = 4 at (1, 2), Σa²σ² = 0.01 + 4·0.04 = 0.17: a moves by −8·0.01/0.17, b by −8·2·0.04/0.17.
    const flip = at([1, 2], [0.1, 0.2]).find(({ moved }) => moved.length === 2)!;
    expect(flip.x[0]).toBeCloseTo(1 - 0.08 / 0.17, 12);
    expect(flip.x[1]).toBeCloseTo(2 - 0.64 / 0.17, 12);
    expect(flip.x[0]! + 2 * flip.x[1]! - 1).toBeCloseTo(-4, 12);
    expect(flip.distance).toBeCloseTo(4 / Math.sqrt(0.17), 12);
    expect([...flip.x.slice(2)]).toEqual([Math.log(0.1), Math.log(0.2)]);
  });

  test("leave out what is not decided, and of parallel boundaries all but the nearest four", () => {
    const parallel = at([1, 2], [0.1, 5]);
    expect(parallel.map(({ moved }) => moved)).toEqual([[0], [0], [0], [0]]);
    expect(parallel.map(({ x }) => x[0]!.toFixed(9))).toEqual([
      "3.000000000",
      "5.000000000",
      "7.000000000",
      "9.000000000",
    ]);
  });
});

describe("a fit that flips", () => {
  // Within 1.7 ± 3.4 the wide arm explains the readings; the narrow one at 5.07 ± 0.12 is twelve nats better.
  const sensor = defineModel("sensor", ({ sample, observe, branch }) => {
    const [fault, level] = [sample("fault", normal(0, 1)), sample("level", normal(0, 5))];
    branch(
      gt(fault, 1),
      () => [4.9, 5.2, 5.1].forEach((reading) => void observe(normal(0, 25), reading)),
      () => [4.9, 5.2, 5.1].forEach((reading) => void observe(normal(level, 0.2), reading)),
    );
  });

  test("finds the arm of a branch that its start gives up at once", () => {
    const levelOf = (options: FitOptions) =>
      fit(sensor, { seed: 1, collapse: false, ...quiet, ...options })
        .drawn()
        .mean("level");
    expect(levelOf({})).toBeCloseTo(5.06, 1);
    expect(levelOf({ flips: false, restarts: 0 })).toBeLessThan(2); // the control, without weights, which find the arm
  });

  test("finds what no restart does on temperature: −42.4 of −46.1", () => {
    const without = climbed(temperature, { restarts: 0, collapse: false, flips: false, ...quiet }).report!;
    const within = climbed(temperature, { restarts: 0, collapse: false, ...quiet }).report!;
    expect(without.elbo).toBeLessThan(-45.8);
    expect(without.samples).toBeLessThan(6000);
    expect(within.elbo).toBeGreaterThan(-42.6); // its standard error is 0.1
    expect(within.samples).toBeLessThan(70_000);
  });
});
