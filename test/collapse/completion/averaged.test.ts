/** Summed-out latents by themselves, without draws of them: against cells by hand, and against draws. */
import { describe, expect, test } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import * as n from "../../../src/index.ts";
import { defineModel, type Model } from "../../../src/program/model.ts";
import { trace } from "../../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";
import { plainLogJoint } from "../../support/cell-sum.ts";

const completionOf = (model: Model) => collapseTrace(trace(model)).completion(FAST_ENGINE);
/** At one draw of one kept latent, or at several with weights. */
const averagedAt = (model: Model, kept: readonly number[], weights: readonly number[] = [1]) =>
  completionOf(model).averaged(kept, weights.length, Float64Array.from(weights));

const counts = [3, 1, 4, 2, 9, 8, 11, 7];
const changing = (prior: n.Distribution): Model =>
  defineModel("changing", ({ sample, observe }) => {
    const level = sample("level", n.normal(1, 1));
    const at = sample("at", prior);
    counts.forEach((count, i) => {
      observe(n.poisson(n.where(n.gt(at, i), n.exp(level), 8)), count);
    });
  });

// Two switches, the second of which is cut where the first says, and a latent with three values.
const switches = defineModel("switches", ({ sample, observe }) => {
  const m = sample("m", n.normal(0, 1));
  const first = sample("first", n.normal(0, 1));
  const isOn = n.gt(first, 0.3);
  const second = sample("second", n.normal(0.2, 1.5));
  observe(n.normal(n.mul(n.where(n.gt(second, n.where(isOn, -0.8, 0.6)), 1, 0), m), 0.4), 1.1);
  observe(n.normal(n.mul(n.where(isOn, 1, -1), m), 1), 0.7);
  const k = sample("k", n.categorical([0.2, 0.3, 0.5]));
  observe(n.normal(n.mul(k, m), 1), 1.6);
});

test("of a change point no room is taken for each pair of its days", () => {
  const model = (days: number): Model =>
    defineModel("days", ({ sample, observe }) => {
      const level = sample("level", n.normal(0, 1));
      const at = sample("at", n.uniform(0, days));
      for (let i = 0; i < days; i++) observe(n.poisson(n.where(n.gt(at, i), n.exp(level), 2)), i % 5);
    });
  const roomOf = (days: number): number => {
    const { averaged } = completionOf(model(days));
    let room = 0;
    const Plain = globalThis.Float64Array;
    class Counted extends Plain {
      constructor(...given: [length: number]) {
        super(...given);
        room += this.length;
      }
    }
    globalThis.Float64Array = Counted as unknown as typeof Plain;
    try {
      const { probabilities, lows, highs, quantile } = averaged([Math.log(2)], 1, new Plain([1])).get("at")!;
      expect(probabilities.length).toBe(days + 1);
      expect([lows[8], highs[8]]).toEqual([7, 8]);
      expect(quantile(1e-4)).toBeLessThan(quantile(0.9999));
    } finally {
      globalThis.Float64Array = Plain;
    }
    return room;
  };
  expect(roomOf(1600)).toBeLessThan(2.2 * roomOf(800));
});

/** Mean, sd and quantiles are those of draws: of 8000 a mean is off by 0.011 sd, a share by 0.0056 at most. */
function expectThoseOfDraws(model: Model, kept: number, name: string): void {
  const { mean, sd, quantile } = averagedAt(model, [kept]).get(name)!;
  const draws = 8000;
  const found = completionOf(model).draw(new Array<number>(draws).fill(kept), draws, uniformSource(makeGenerator(1)));
  const { value } = found.find((latent) => latent.name === name)!;
  const own = value.reduce((sum, x) => sum + x, 0) / draws;
  const spread = Math.sqrt(value.reduce((sum, x) => sum + (x - own) * (x - own), 0) / draws);
  expect(Math.abs(mean - own)).toBeLessThan(0.045 * spread);
  expect(Math.abs(sd / spread - 1)).toBeLessThan(0.045);
  for (const p of [0.02, 0.2, 0.5, 0.8, 0.98]) {
    const bound = quantile(p);
    const below = value.filter((x) => x < bound).length / draws;
    expect(Math.abs(below - p)).toBeLessThan(0.022);
  }
}

describe("a change point that nothing moves", () => {
  test.each([
    n.normal(4, 2),
    n.halfNormal(5),
    n.uniform(0, 8),
    n.gamma(4, 1),
    n.logistic(4, 1),
    n.truncated(n.normal(4, 2), 0, 7),
  ])("has the numbers of draws of it ($name)", (prior) => {
    expectThoseOfDraws(changing(prior), 0.8, "at");
  });

  test("has the numbers of its cells, averaged over draws of the kept latent by their weights", () => {
    const model = changing(n.uniform(0, 8));
    const [levels, weights] = [
      [0.8, 1.1, 9],
      [0.25, 0.75, 0],
    ];
    const shares = counts.map(() => 0);
    levels.slice(0, 2).forEach((level, d) => {
      const densities = counts.map((_, i) =>
        Math.exp(plainLogJoint(model, { level, at: i + 0.5 }, new Set(["at"])) + 20),
      );
      const total = densities.reduce((sum, x) => sum + x, 0);
      densities.forEach((density, i) => {
        shares[i]! += (weights[d]! * density) / total;
      });
    });
    const found = averagedAt(model, levels, weights).get("at")!;
    const mean = shares.reduce((sum, share, i) => sum + share * (i + 0.5), 0);
    const square = shares.reduce((sum, share, i) => sum + share * (i * i + i + 1 / 3), 0);
    expect(found.mean).toBeCloseTo(mean, 10);
    expect(found.sd).toBeCloseTo(Math.sqrt(square - mean * mean), 10);
    shares.forEach((share, i) => {
      const j = found.highs.indexOf(i + 1);
      expect(found.lows[j]).toBe(i);
      expect(found.probabilities[j]).toBeCloseTo(share, 10);
    });
    for (const p of [0.05, 0.3, 0.5, 0.95]) {
      let [cell, below] = [0, 0];
      while (below + shares[cell]! < p) below += shares[cell++]!;
      expect(found.quantile(p)).toBeCloseTo(cell + (p - below) / shares[cell]!, 9);
    }
  });
});

describe("a latent that another one moves", () => {
  test("has the numbers of draws of it, by two cells at each of two cuts, whose ends are averaged", () => {
    for (const name of ["first", "second"]) expectThoseOfDraws(switches, 0.9, name);
    const { probabilities, lows, highs } = averagedAt(switches, [0.9]).get("second")!;
    expect(probabilities).toHaveLength(2);
    for (const end of [highs[0]!, lows[1]!]) {
      expect(end).toBeGreaterThan(-0.8);
      expect(end).toBeLessThan(0.6);
    }
  });
});

test("a discrete latent has its mean, sd and quantiles by the probabilities of its values", () => {
  const { mean, sd, quantile, probabilities } = averagedAt(switches, [0.9]).get("k")!;
  const masses = [0.2, 0.3, 0.5].map((mass, k) => mass * Math.exp(-0.5 * (1.6 - 0.9 * k) * (1.6 - 0.9 * k)));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  masses.forEach((mass, k) => {
    expect(probabilities[k]).toBeCloseTo(mass / total, 12);
  });
  const own = masses.reduce((sum, mass, k) => sum + (mass / total) * k, 0);
  expect(mean).toBeCloseTo(own, 12);
  expect(sd).toBeCloseTo(
    Math.sqrt(masses.reduce((sum, mass, k) => sum + (mass / total) * (k - own) * (k - own), 0)),
    12,
  );
  const upTo = (p: number): number => (p < masses[0]! / total ? 0 : p < (masses[0]! + masses[1]!) / total ? 1 : 2);
  for (const p of [0.01, 0.1, 0.3, 0.6, 0.99]) expect(quantile(p)).toBe(upTo(p));
});

test("latents that a kept one moves, or that exist in one arm, are left to draws", () => {
  const moved = defineModel("moved", ({ sample, observe }) => {
    const m = sample("m", n.normal(0, 1));
    observe(n.normal(n.where(n.gt(sample("z", n.normal(m, 1)), 0.5), 1, -1), 1), 0.3);
  });
  const inArm = defineModel("in arm", ({ sample, observe, branch }) => {
    const m = sample("m", n.normal(0, 1));
    const flag = sample("flag", n.bernoulli(0.4));
    const level = branch(
      n.gt(flag, 0.5),
      () => n.where(n.gt(sample("z", n.normal(0, 1)), 0.5), 1, -1),
      () => 0,
    );
    observe(n.normal(n.add(level, m), 1), 0.3);
  });
  expect([...averagedAt(moved, [0]).keys()]).toEqual([]);
  expect([...averagedAt(inArm, [0]).keys()]).toEqual(["flag"]);
});
