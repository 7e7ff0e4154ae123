/** The climb of correlated normals, on ELBOs that are given. */
import { describe, expect, test } from "vitest";
import { softplusChart } from "../../../../src/guides/chart.ts";
import type { Ascent } from "../../../../src/inference/fit/climb/ascent.ts";
import { CORRELATED } from "../../../../src/inference/fit/climb/correlated.ts";

/** The means at which gradients are asked for, one for each of these ELBOs, whose slope in the mean is always 0.5. */
function meansOf(elbos: readonly number[]): number[] {
  const means: number[] = [];
  const ascent = {
    chart: softplusChart(1, []),
    size: 2,
    affords: () => means.length < elbos.length,
    gradientInto(g: Float64Array, x: Float64Array) {
      g.set([0.5, 0]);
      means.push(x[0]!);
      return elbos[means.length - 1]!;
    },
  } as unknown as Ascent;
  const options = { start: 0, samples: 32, mostSteps: 100, temperature: 1 };
  for (const _ of CORRELATED.phase(ascent, Float64Array.of(0, 0), options));
  return means;
}

describe("a step that loses far more than steps change", () => {
  test("is halved until it does not", () => {
    const means = meansOf([-104, -103, -102, -101, -1e6, -1e5, -100, -99]);
    expect(means[4]).toBeGreaterThan(means[3]!);
    expect(means[5]).toBe((means[3]! + means[4]!) / 2);
    expect(means[6]).toBe((means[3]! + means[5]!) / 2);
    expect(means[7]).toBeGreaterThan(means[6]!);
  });

  test("is taken where ELBOs are that noisy, or by less than LOSS nats", () => {
    for (const elbos of [
      [-100, -700, -150, -650, -1200, -100],
      [-100.3, -100.2, -100.1, -100, -109, -100],
    ]) {
      const means = meansOf(elbos);
      for (let t = 1; t < means.length; t++) expect(means[t]).toBeGreaterThan(means[t - 1]!);
    }
  });

  test("is taken after eight halvings: the last ELBO may have been a lucky one", () => {
    const means = meansOf([-103, -102, -101, ...new Array<number>(12).fill(-1e6)]);
    const falling = means.slice(4, 12);
    falling.forEach((mean, t) => {
      expect(mean).toBeLessThan(means[3 + t]!);
    });
    expect(means[12]).toBeGreaterThan(means[11]!);
  });
});
