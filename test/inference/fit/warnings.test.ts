/** What a fit says of its result: mixtures of optima, importance weights, and who is warned of what. */
import { describe, expect, test } from "vitest";
import { add, gt, mul, sqrt, square, where } from "../../../src/autodiff/expr.ts";
import { normal } from "../../../src/distributions/index.ts";
import { defineModel, fit, meanField, type Posterior } from "../../../src/index.ts";

const quiet = { onWarning: () => undefined } as const;

describe("several optima", () => {
  // z² was seen as 4 ± 0.4: z is near 2 or near −2, with a bit more at 2, where the prior is.
  const two = defineModel("two", ({ sample, observe }) => {
    observe(normal(square(sample("z", normal(0.2, 2))), 0.4), 4);
  });

  test("are a mixture with weights by their ELBOs, and are told", () => {
    const posterior = fit(two, { seed: 1, ...quiet });
    const { optima, importance } = posterior.report!;
    expect(optima).toHaveLength(2);
    // Exact masses at ±2 are as exp(±0.2·2/4), which is 0.55 to 0.45.
    expect(optima[0]!.weight).toBeCloseTo(0.55, 1);
    expect(optima[0]!.weight + optima[1]!.weight).toBeCloseTo(1, 12);
    expect(posterior.mean("z")).toBeCloseTo(0.2, 1);
    expect(posterior.sd("z")).toBeCloseTo(1.99, 1);
    // By quadrature over z.
    let [sum, h] = [0, 1e-3];
    for (let z = -6; z < 6; z += h)
      sum += (h * Math.exp(-0.5 * ((z - 0.2) / 2) ** 2 - 0.5 * ((z * z - 4) / 0.4) ** 2)) / (2 * Math.PI * 2 * 0.4);
    expect(importance!.logEvidence).toBeCloseTo(Math.log(sum), 2);
    expect(importance!.mixtureElbo).toBeLessThan(Math.log(sum) + 0.01);
    expect(importance!.mixtureElbo).toBeGreaterThan(posterior.report!.elbo + 0.5); // log 2 more than one of them
    expect(posterior.report!.warnings.map(({ code, latents }) => [code, latents])).toEqual([["other-optima", ["z"]]]);
  });
});

describe("warnings", () => {
  const line = defineModel("line", ({ sample, observe }) => {
    const [a, b] = [sample("a", normal(0, 10)), sample("b", normal(0, 10))];
    [1, 2, 3, 4, 5].forEach((x) => void observe(normal(add(a, mul(b, x)), 0.5), 2 * x));
  });

  /** What a fit says of it with the guide that it takes by itself, made once. */
  let fitted: Posterior | undefined;
  const lineFit = (): Posterior => {
    fitted ??= fit(line, quiet);
    return fitted;
  };

  // A walk of many steps, each a tenth of what is not known of its start: too many correlated numbers for weights, not for particles that glide.
  const STEPS = 33;
  const walk = defineModel("walk", ({ sample, observe }) => {
    let level = sample("level 0", normal(0, 10));
    for (let t = 1; t < STEPS; t++) level = sample(`level ${t}`, normal(level, 0.1));
    observe(normal(level, 0.1), 3);
  });

  test("say that a guide without correlations is too narrow, unless weights repair it, and not of one with them", () => {
    const narrow = fit(walk, { ...quiet, guide: meanField() });
    expect(narrow.report!.warnings.map(({ code }) => code)).toEqual(["narrow-guide"]);
    expect(narrow.report!.importance!.answers).toBe("particles");
    // Of 32 steps and a reading, each of sd 0.1; by the guide it is a tenth of that.
    expect(narrow.sd("level 0") / (0.1 * Math.sqrt(33))).toBeCloseTo(1, 1);
    const repaired = fit(line, { ...quiet, guide: meanField() });
    expect(repaired.report!.warnings).toEqual([]);
    expect(repaired.report!.importance!.answers).toBe("weights");
    // The exact slope is 2 ± 0.158, of which independent normals have 0.067.
    expect(repaired.sd("b") / 0.158).toBeCloseTo(1, 1);
    expect(repaired.drawn().sd("b") / 0.158).toBeLessThan(0.45);
    const { importance, elbo, warnings } = lineFit().report!;
    expect(warnings).toEqual([]);
    expect(importance!.logEvidence).toBeCloseTo(elbo, 2);
    expect(importance!.effectiveDraws / importance!.draws).toBeGreaterThan(0.98);
  }, 120_000);

  test("name latents that no data reaches, directly or through others", () => {
    const stray = defineModel("stray", ({ sample, observe }) => {
      const [a, c] = [sample("a", normal(0, 1)), sample("c", normal(0, 1))];
      observe(normal(sample("b", normal(a, 1)), 1), 1);
      sample("d", normal(c, 1));
      sample("forecast", normal(a, 1)); // a forecast is touched through a
    });
    const { warnings } = fit(stray, quiet).report!;
    expect(warnings.map(({ code, latents }) => [code, latents])).toEqual([["untouched-latent", ["c", "d"]]]);
  });

  test("are none on models that the guide fits, whose density jumps or not", () => {
    const threshold = defineModel("threshold", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, 0.3), 2, 0), 1), 1.4);
    });
    const root = defineModel("root", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, 0), sqrt(z), 0), 0.5), 0.4);
    });
    for (const model of [line, threshold, root]) {
      const { status, warnings } = model === line ? lineFit() : fit(model, quiet);
      expect([status, warnings]).toEqual(["converged", []]);
    }
  });
});
