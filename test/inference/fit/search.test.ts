/** The fit without optimiser and steps: right from wherever the prior is, at any scale, and told when not. */
import { describe, expect, test } from "vitest";
import { add, exp, log, mul, neg, square } from "../../../src/autodiff/expr.ts";
import { flat, normal } from "../../../src/distributions/index.ts";
import { corrected } from "../../../src/estimators/index.ts";
import { meanField, sdOfRho } from "../../../src/guides/mean-field.ts";
import {
  adam,
  defineModel,
  estimateGradient,
  type FitOptions,
  fitAsync,
  fit as fitModel,
  fitSteps,
  fullRank,
  type Model,
} from "../../../src/index.ts";
import { textmsg, walk } from "../../../src/models/index.ts";
import { amount } from "../../support/soak.ts";

const quiet = { onWarning: () => undefined } as const;

/** Ten readings of a value under a normal prior, all numbers times `unit`: the posterior is normal. */
function readings(priorMean: number, priorSd: number, unit = 1): { model: Model; mean: number; sd: number } {
  const values = Array.from({ length: 10 }, (_, i) => 500 + i / 10);
  const model = defineModel("readings", ({ sample, observe }) => {
    const z = sample("z", normal(priorMean * unit, priorSd * unit));
    for (const value of values) observe(normal(z, unit), value * unit);
  });
  const precision = 10 + 1 / priorSd ** 2;
  const mean = (values.reduce((sum, value) => sum + value, 0) + priorMean / priorSd ** 2) / precision;
  return { model, mean: mean * unit, sd: unit / Math.sqrt(precision) };
}

describe("a fit that chooses its steps", () => {
  test.each([
    [0, 1000],
    [0, 10],
    [-2e5, 1e5],
    [500, 1e-3],
  ])("finds a normal posterior from a prior N(%d, %d), to a hundredth of its sd", (priorMean, priorSd) => {
    const { model, mean, sd } = readings(priorMean, priorSd);
    // The posterior is that of weighted draws, which are right wherever the climb has ended; so the guide is looked at by itself.
    for (const seed of amount([1], [1, 2, 3])) {
      const posterior = fitModel(model, { seed, ...quiet });
      expect(posterior.status).toBe("converged");
      expect(Math.abs(posterior.mean("z") - mean) / sd).toBeLessThan(0.01);
      expect(Math.abs(posterior.sd("z") / sd - 1)).toBeLessThan(0.01);
      const { mu, rho } = posterior.params;
      // Normals are among the guides, so that a climb ends at the posterior itself.
      expect(Math.abs(mu[0]! - mean) / sd).toBeLessThan(1e-6);
      expect(Math.abs(sdOfRho(rho[0]!) / sd - 1)).toBeLessThan(1e-6);
      expect(posterior.warnings).toEqual([]);
    }
  });

  test("fits the same at any scale, to rounding", () => {
    const at = (unit: number) => fitModel(readings(0, 1000, unit).model, { seed: 4, ...quiet });
    const one = at(1);
    for (const unit of [1e-3, 1e3, 1e6]) {
      const other = at(unit);
      expect(other.mean("z") / unit / one.mean("z")).toBeCloseTo(1, 9);
      expect(other.sd("z") / unit / one.sd("z")).toBeCloseTo(1, 9);
      expect(other.report!.samples).toBe(one.report!.samples);
    }
  });

  test("reports what it did, and its ELBO is that of an independent estimate", () => {
    const posterior = fitModel(textmsg, { seed: 2, restarts: 1, flips: false });
    const { report, status } = posterior;
    expect(status).toBe("converged");
    expect(report!.gap + report!.gapError).toBeLessThan(report!.tolerance);
    // Draws of the priors tell that there is nothing else: no wide start is made.
    expect(report!.starts.map(({ from }) => from)).toEqual(["initial"]);
    expect(report!.samples).toBeLessThan(1300);
    expect(report!.starts.reduce((sum, { samples }) => sum + samples, 0)).toBe(report!.samples);
    expect(posterior.elboTrace).toHaveLength(report!.gradients);
    // On 2e4 samples the estimate's own error is below 0.02.
    const { elbo } = estimateGradient(textmsg, {
      estimator: corrected(),
      guide: fullRank(),
      collapse: "auto",
      params: posterior.params,
      samples: 2e4,
      seed: 9,
    });
    expect(Math.abs(elbo - report!.elbo)).toBeLessThan(4 * report!.elboError + 0.08);
    expect(elbo).toBeGreaterThan(-292.03);
  });

  test("has the forms of the loop: the same bits step by step and between other work", async () => {
    const options: FitOptions = { seed: 3, restarts: 1, flips: false, ...quiet };
    const whole = fitModel(textmsg, options);
    const heard: number[] = [];
    const steps = fitSteps(textmsg, { ...options, onProgress: ({ step }) => void heard.push(step) });
    let next = steps.next();
    for (; !next.done; next = steps.next()) expect(next.value.steps).toBe(Infinity);
    expect(next.value.params).toEqual(whole.params);
    expect(heard).toEqual(Array.from({ length: whole.report!.gradients }, (_, i) => i + 1));
    expect((await fitAsync(textmsg, options)).params).toEqual(whole.params);
    const signal = { aborted: false, reason: new Error("enough") };
    const stopping = {
      ...options,
      signal,
      onProgress: ({ step }: { step: number }) => {
        signal.aborted = step >= 9;
      },
    };
    expect(() => fitModel(textmsg, stopping)).toThrow("enough");
  });

  test("leaves a wide guide between two modes for the modes, which are a nat or more better", () => {
    const twoModes = defineModel("two modes", ({ sample, observe }) =>
      observe(normal(square(sample("z", normal(0, 2))), 1), 4),
    );
    // By the trapezoid: exact to rounding for what vanishes at both ends.
    const [mass, second] = [0, 2].map((power) => {
      let sum = 0;
      for (let z = -6; z <= 6; z += 1e-3) sum += z ** power * Math.exp(-(z ** 2) / 8 - (z ** 2 - 4) ** 2 / 2);
      return sum;
    }) as [number, number];
    const posterior = fitModel(twoModes, { ...quiet, seed: 1 });
    const { optima, starts } = posterior.report!;
    expect(starts[0]!.elbo).toBeLessThan(optima[0]!.elbo - 2); // the first start ends between the modes
    expect(optima).toHaveLength(2);
    expect(Math.abs(posterior.sd("z") / Math.sqrt(second / mass) - 1)).toBeLessThan(0.05);
  });

  test("leaves the loop as it is where an optimiser or steps are given", () => {
    expect(fitModel(textmsg, { steps: 3 }).elboTrace).toHaveLength(3);
    expect(fitModel(textmsg, { steps: 3 }).status).toBeUndefined();
    expect(fitModel(readings(0, 1).model, { optimizer: adam() }).elboTrace).toHaveLength(2000);
  });

  test("fits correlated normals too: a line's posterior to a twentieth", () => {
    const xs = [1, 2, 3, 4, 5];
    const ys = [1.3, 1.5, 2.1, 2.0, 2.9];
    const line = defineModel("line", ({ sample, observe }) => {
      const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
      xs.forEach((x, i) => void observe(normal(add(a, mul(b, x)), 0.5), ys[i]!));
    });
    const posterior = fitModel(line, { guide: fullRank(), ...quiet });
    // Precision [[1 + 5/s², 15/s²], [15/s², 1 + 55/s²]] with s² = ¼.
    const [p, q, r] = [21, 60, 221];
    const det = p * r - q * q;
    expect(posterior.status).toBe("converged");
    expect(posterior.sd("a") / Math.sqrt(r / det)).toBeCloseTo(1, 1);
    expect(posterior.sd("b") / Math.sqrt(p / det)).toBeCloseTo(1, 1);
    expect(posterior.correlation("a", "b")).toBeCloseTo(-q / Math.sqrt(p * r), 1);
  });
});

describe("a fit that cannot converge", () => {
  test("is told by status, warning and code, and returned", () => {
    const heard: string[] = [];
    const posterior = fitModel(textmsg, { maxSamples: 600, onWarning: (text) => void heard.push(text) });
    expect(posterior.status).toBe("budget");
    expect(posterior.report!.samples).toBeLessThanOrEqual(600);
    expect(posterior.report!.warnings.map(({ code }) => code)).toEqual(["not-converged"]);
    expect(posterior.warnings).toEqual(heard);
    expect(heard[0]).toMatch(/^fit: not converged on model "textmsg": .*after 576 samples, of at most 600/);
    // Not even the samples of one gradient: where the priors are.
    const none = fitModel(textmsg, { maxSamples: 10, collapse: false, onWarning: () => undefined });
    expect(none.status).toBe("budget");
    expect(Number.isFinite(none.mean("x0"))).toBe(true);
    const summed = fitModel(textmsg, { maxSamples: 10, ...quiet });
    expect([summed.mean("x0"), summed.mean("z"), summed.quantile("z", 0.9)].every(Number.isFinite)).toBe(true);
    expect(summed.report!.optima.map(({ weight }) => weight)).toEqual([1]);
  });

  test.each([
    ["a flat prior without data", defineModel("alone", ({ sample }) => void sample("z", flat()))],
    ["exp(z)", defineModel("exp", ({ sample, factor }) => factor("f", exp(sample("z", normal(0, 1)))))],
    ["z²", defineModel("square", ({ sample, factor }) => factor("f", square(sample("z", normal(0, 1)))))],
  ])("has no upper bound under %s, which is told with the latent", (_, model) => {
    const posterior = fitModel(model, quiet);
    expect(posterior.status).toBe("unbounded");
    expect(posterior.report!.warnings[0]).toMatchObject({ code: "unbounded", latents: ["z"] });
  });

  test("is unbounded, too, where the samples end before a scale has stopped growing", () => {
    const options = { ...quiet, seed: 4, collapse: false, guide: meanField(), restarts: 0, flips: false } as const;
    const posterior = fitModel(walk, { ...options, maxSamples: 20_000 });
    expect(posterior.status).toBe("unbounded");
    expect(posterior.report!.samples).toBeGreaterThan(10_000);
  });

  test("throws only where nothing is finite, with the cause and no advice on a learning rate", () => {
    const model = defineModel("pole", ({ sample, observe }) => {
      observe(normal(log(neg(square(sample("z", normal(0, 1))))), 1), 0, "y");
    });
    expect(() => fitModel(model)).toThrow(/observe "y"/);
    try {
      fitModel(model);
    } catch (error) {
      expect((error as Error).message).not.toContain("learning rate");
    }
  });
});
