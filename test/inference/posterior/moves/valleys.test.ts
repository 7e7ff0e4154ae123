/** Two normals are two modes where draws are rare between them, and one where they are not. */
import { describe, expect, it } from "vitest";
import {
  add,
  bernoulli,
  beta,
  binomial,
  defineModel,
  fit,
  gt,
  halfNormal,
  lognormal,
  mul,
  normal,
  sigmoid,
  sub,
  uniform,
  where,
} from "../../../../src/index.ts";
import { guideDraws, independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { modesAt, shareBeyond } from "../../../../src/inference/posterior/moves/valleys.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const DRAWS = 4096;
const drawsOf = (parts: ReturnType<typeof independent>[], seed = 1) => ({
  kept: guideDraws(parts, DRAWS, makeGenerator(seed), 5),
  weights: new Float64Array(DRAWS).fill(1 / DRAWS),
});

describe("along the line between two normals", () => {
  it("a valley has the posterior on two sides, of which the share beyond is told", () => {
    for (const share of [0.5, 0.1, 0.02]) {
      const [left, right] = [independent([0, 0], [1, 1], 1 - share), independent([5, 3], [0.5, 1], share)];
      for (let seed = 0; seed < 10; seed++) {
        const drawn = drawsOf([left, right], seed);
        expect(shareBeyond(left, right, drawn)).toBeCloseTo(share, 2);
        expect(shareBeyond(right, left, drawn)).toBeCloseTo(1 - share, 2);
      }
    }
  });

  it("there is none within one normal, nor within a ridge, wherever narrow normals lie on it", () => {
    const wide = independent([0, 0], [1, 1], 1);
    const ends = [-1, 1].map((mean) => independent([mean, 0], [0.3, 0.3], 0.5));
    const ridge = Array.from({ length: 9 }, (_, k) => independent([(k - 4) / 2, (k - 4) / 2], [0.3, 0.3], 1 / 9));
    for (let seed = 0; seed < 20; seed++) {
      expect(shareBeyond(ends[0]!, ends[1]!, drawsOf([wide], seed))).toBe(0);
      expect(shareBeyond(ridge[0]!, ridge[8]!, drawsOf(ridge, seed))).toBe(0);
    }
  });

  it("a heap of a few heavy draws is no mode", () => {
    const [here, there] = [independent([0], [1], 1), independent([8], [0.1], 1)];
    const { kept, weights } = drawsOf([here]);
    const heap = (count: number) => {
      for (let d = 0; d < count; d++) {
        kept[d] = 8;
        weights[d] = 0.02 / count;
      }
      return shareBeyond(here, there, { kept, weights });
    };
    expect(heap(10)).toBe(0);
    expect(heap(40)).toBeCloseTo(0.02, 3);
  });

  it("a normal to which no draw comes is no mode, and one mode is told once", () => {
    const [here, there] = [independent([0], [1], 0.7), independent([6], [1], 0.3)];
    const drawn = drawsOf([here, there]);
    expect(modesAt(here, [independent([-20], [1], 1)], drawn)).toEqual([]);
    const modes = modesAt(here, [there, independent([6.5], [1.5], 1), here], drawn);
    expect(modes.map(({ place }) => place)).toEqual([there]);
    expect(modes[0]!.share).toBeCloseTo(0.3, 2);
  });
});

describe("a fit tells of another mode", () => {
  const codesOf = (model: Parameters<typeof fit>[0], seed: number): string[] =>
    fit(model, { seed, onWarning() {} }).report!.warnings.map(({ code }) => code);

  it("that only draws have met, as that of two components that have changed places", () => {
    const five = defineModel("five points", ({ sample, observe }) => {
      const w = sample("w", beta(0.5, 0.5));
      const [first, second] = [sample("first", normal(0, 10)), sample("second", normal(0, 10))];
      const spread = sample("spread", lognormal(0, 2));
      [0, 1, 10, 11, 12].forEach((y, i) => {
        observe(normal(where(gt(sample(`z${i}`, bernoulli(w)), 0.5), first, second), spread), y);
      });
    });
    // From seed 5 one optimum is found.
    for (const seed of [5, 7]) expect(codesOf(five, seed)).toContain("other-optima");
  });

  it("but not of two optima of one mode, as along a threshold that goes with a slope", () => {
    const doses = [0, 5, 10, 20, 40, 80, 160, 320];
    const dead = [2, 3, 2, 3, 3, 4, 7, 16];
    const doseResponse = defineModel("doses", ({ sample, observe }) => {
      const [base, slope] = [sample("base", normal(0, 5)), sample("slope", halfNormal(1))];
      const from = sample("from", uniform(0, 320));
      doses.forEach((dose, i) => {
        const above = where(gt(dose, from), mul(slope, sub(dose, from)), 0);
        observe(binomial(20, sigmoid(add(base, above))), dead[i]!);
      });
    });
    const report = fit(doseResponse, { seed: 1, onWarning() {} }).report!;
    expect(report.optima.length).toBeGreaterThan(1);
    expect(report.warnings.map(({ code }) => code)).not.toContain("other-optima");
  });
});
