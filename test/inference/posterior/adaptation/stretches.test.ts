/** Tails that no draw has reached: a fit tells of them on every seed, and of none that data bound. */
import { describe, expect, it } from "vitest";
import * as n from "../../../../src/index.ts";
import { longTails } from "../../../../src/inference/posterior/adaptation/long-tails.ts";
import { stretchedTails } from "../../../../src/inference/posterior/adaptation/stretches.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { normalQuantile } from "../../../../src/math/normal.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { trace } from "../../../../src/program/trace.ts";
import { amount } from "../../../support/soak.ts";

const DRAWS = 1024;
const evenly = Float64Array.from({ length: DRAWS }, (_, d) => (d + 0.5) / DRAWS);
const weights = new Float64Array(DRAWS).fill(1 / DRAWS);
const latentsOf = (prior: n.Distribution) =>
  trace(n.defineModel("one", ({ sample }) => void sample("x", prior))).latents;

/** What is told of draws of one latent, by the log density of its unconstrained number. */
const toldOf = (prior: n.Distribution, density: (u: number) => number, kept: Float64Array) => {
  const target: Target = (at, draws) => Float64Array.from(at.subarray(0, draws), density);
  return finished(stretchedTails(target, latentsOf(prior), () => true, { kept, weights })).map(({ half }) => half);
};

describe("draws that are stretched", () => {
  // A normal but for 0.3 % that falls like 1/x², of which no draw is.
  const mostlyNormal = (x: number): number =>
    Math.log(Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI) + 1e-3 / (1 + x * x));

  it("tell of a tail like 1/x² on both sides, in which they do not lie, and draws alone do not", () => {
    const kept = evenly.map(normalQuantile);
    for (const side of [1, -1]) {
      const [half] = toldOf(n.cauchy(0, 1), (x) => (side * x > 0 ? mostlyNormal(x) : -(x * x) / 2 - 0.919), kept);
      expect(half).toBeGreaterThan(1e-8);
      expect(half).toBeLessThan(1e-4);
    }
    expect(longTails(latentsOf(n.cauchy(0, 1)), { kept, weights })).toEqual([]);
  });

  it("tell of none of a normal, an exponential, and a lognormal whose logs have an sd of 1", () => {
    expect(toldOf(n.cauchy(0, 1), (x) => (-x * x) / 2, evenly.map(normalQuantile))).toEqual([]);
    const exponential = evenly.map((p) => Math.log(-Math.log1p(-p)));
    expect(toldOf(n.halfCauchy(1), (u) => u - Math.exp(u), exponential)).toEqual([]);
    expect(toldOf(n.halfCauchy(1), (u) => (-u * u) / 2, evenly.map(normalQuantile))).toEqual([]);
  });
});

// Where only the draws are asked nothing is told on seed 0; whether some other seed is missed is for the soak.
describe("a fit", () => {
  const told = (model: n.Model, seed: number): readonly string[] =>
    n
      .fit(model, { seed, onWarning() {} })
      .report!.warnings.flatMap(({ code, latents }) => (code === "no-moments" ? latents : []));

  it("tells of the slope of groups that a line separates, on each seed", () => {
    const separated = n.defineModel("separated", ({ sample, observe }) => {
      const [a, b] = [sample("a", n.normal(0, 2.5)), sample("b", n.cauchy(0, 2.5))];
      [-1.2, -0.7, -0.4, 0.2, 0.5, 1.1].forEach((x, i) => {
        observe(n.bernoulli(n.sigmoid(n.add(a, n.mul(b, x)))), i > 2 ? 1 : 0);
      });
    });
    for (const seed of amount([0], [0, 1, 2])) expect(told(separated, seed)).toEqual(["b"]);
  });

  it("tells of counts of which hardly any are ever seen, as then their rate is followed by the chance of being seen", () => {
    const seen = n.defineModel("seen", ({ sample, observe }) => {
      const [rate, p] = [sample("rate", n.halfCauchy(10)), sample("p", n.uniform(0, 1))];
      for (const count of [3, 1, 4, 2, 2]) observe(n.poisson(n.mul(rate, p)), count);
    });
    for (const seed of amount([0], [0, 1])) expect(told(seen, seed)).toEqual(["rate"]);
  });

  it("tells of no scale that eight groups bound", () => {
    const groups = n.defineModel("groups", ({ sample, observe }) => {
      const tau = sample("tau", n.halfCauchy(5));
      for (const effect of [28, 8, -3, 7, -1, 1, 18, 12])
        observe(n.normal(8, n.sqrt(n.add(n.square(tau), 100))), effect);
    });
    for (const seed of amount([0], [0, 1, 2])) expect(told(groups, seed)).toEqual([]);
  });

  it("tells of a line through so few points that its slope has no sd, where nothing is known beforehand, and of none through six", () => {
    // A Student t with as many degrees of freedom as points beyond two: one has no mean, four have an sd.
    const line = (points: number) =>
      n.defineModel("line", ({ sample, observe }) => {
        const [a, b, logScatter] = ["a", "b", "log scatter"].map((name) => sample(name, n.flat())) as [
          n.Real,
          n.Real,
          n.Real,
        ];
        [2.1, 2.9, 4.2, 4.8, 6.3, 6.9].slice(0, points).forEach((y, x) => {
          observe(n.normal(n.add(a, n.mul(b, x - (points - 1) / 2)), n.exp(logScatter)), y);
        });
      });
    for (const seed of amount([0, 1], [0, 1, 2, 3, 4, 5])) {
      expect(told(line(3), seed)).toContain("b");
      expect(told(line(6), seed)).toEqual([]);
    }
  });

  it("tells of a mean and a scatter of one datum, which nothing bounds", () => {
    const one = n.defineModel("one", ({ sample, observe }) => {
      const [a, logScatter] = [sample("a", n.flat()), sample("log scatter", n.flat())];
      observe(n.normal(a, n.exp(logScatter)), 3);
    });
    const codesOf = (seed: number) => n.fit(one, { seed, onWarning() {} }).report!.warnings.map(({ code }) => code);
    expect(codesOf(1)).toEqual(["improper-posterior"]);
    for (const seed of amount([], [0, 2, 3])) expect(codesOf(seed)).not.toEqual([]);
  });
});
