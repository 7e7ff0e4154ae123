/** Fits under the guide that they choose: correlated where the density does not jump. */
import { describe, expect, test } from "vitest";
import { add, gt, mul, normalCdf, where } from "../../../src/autodiff/expr.ts";
import { normal } from "../../../src/distributions/index.ts";
import { defineModel, fit, type Model, meanField } from "../../../src/index.ts";
import { influenza, textmsg } from "../../../src/models/index.ts";
import { climbed } from "../../support/unweighed.ts";

const quiet = { onWarning: () => undefined } as const;
const xs = [1, 2, 3, 4, 5];
const ys = [1.3, 1.5, 2.1, 2.0, 2.9];
const line = (unit: number) =>
  defineModel("line", ({ sample, observe }) => {
    const [a, b] = [sample("a", normal(0, unit)), sample("b", normal(0, unit))];
    xs.forEach((x, i) => void observe(normal(add(a, mul(b, x)), 0.5 * unit), ys[i]! * unit));
  });

describe("the guide that a fit chooses", () => {
  test("has the exact covariance of a line, at any scale", () => {
    // Precision [[1 + 5/s², 15/s²], [15/s², 1 + 55/s²]] with s² = ¼.
    const [p, q, r] = [21, 60, 221];
    const det = p * r - q * q;
    for (const unit of [1, 1e-3, 1e6]) {
      const posterior = fit(line(unit), quiet);
      expect(posterior.status).toBe("converged");
      expect(posterior.report!.guide).toBe("full-rank");
      expect(posterior.sd("a") / unit / Math.sqrt(r / det)).toBeCloseTo(1, 3);
      expect(posterior.sd("b") / unit / Math.sqrt(p / det)).toBeCloseTo(1, 3);
      expect(posterior.correlation("a", "b")).toBeCloseTo(-q / Math.sqrt(p * r), 3);
    }
    // The control: independent normals, as they are without the weights that repair them.
    expect(
      fit(line(1), { guide: meanField(), ...quiet })
        .drawn()
        .sd("a"),
    ).toBeLessThan(0.5 * Math.sqrt(r / det));
  });

  test("is mean field where a condition is left, and where told", () => {
    const jumps = defineModel("jumps", ({ sample, observe }) => {
      const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
      observe(normal(where(gt(a, 0), b, 1), 1), 2);
    });
    const many = (count: number) =>
      defineModel("many", ({ sample, observe }) => {
        for (let i = 0; i < count; i++) observe(normal(sample(`z${i}`, normal(0, 1)), 1), 1);
      });
    const guideOf = (model: Model) => climbed(model, { restarts: 0, maxSamples: 100, ...quiet }).report!.guide;
    expect([jumps, many(40), many(41)].map(guideOf)).toEqual(["mean-field", "full-rank", "mean-field"]);
    expect(climbed(line(1), { guide: meanField(), ...quiet }).report!.guide).toBe("mean-field");
  });

  test("reaches textmsg's log evidence to 0.04 nats in under 1300 samples, in each of five seeds", () => {
    for (let seed = 0; seed < 5; seed++) {
      const { elbo, samples } = climbed(textmsg, { seed, collapse: "auto", restarts: 0 }).report!;
      expect(elbo).toBeGreaterThan(-292.03); // −291.962, and an ELBO's standard error of 0.01
      expect(samples).toBeLessThanOrEqual(1300);
    }
  });

  test("reaches influenza's −7.5 from a wide start, of a log evidence of −7.01, with 37 latents", () => {
    const { report, status } = climbed(influenza, { collapse: "auto", restarts: 1, ...quiet });
    expect(status).toBe("converged");
    expect(report!.elbo).toBeGreaterThan(-7.65);
    expect(report!.starts[1]!.samples).toBeLessThan(21_000);
  });
});

test("a fit sums out a change point some of whose thresholds lie beyond its range", () => {
  const counts = [13, 24, 8, 24, 7, 35, 14, 11];
  const model = defineModel("days", ({ sample, observe }) => {
    const day = add(1, mul(counts.length, normalCdf(sample("s", normal(0, 1)))));
    const [a, b] = [sample("a", normal(15, 5)), sample("b", normal(15, 5))];
    counts.forEach((count, i) => void observe(normal(where(gt(day, i + 1), a, b), 8), count));
  });
  expect(fit(model, quiet).status).toBe("converged");
});
