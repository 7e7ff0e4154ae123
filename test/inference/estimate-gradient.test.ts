import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import { corrected, reparam } from "../../src/estimators/index.ts";
import { estimateGradient, type GradientEstimate, gradientCovariance } from "../../src/index.ts";
import { choleskyInto } from "../../src/linalg/index.ts";
import { gmm, textmsg } from "../../src/models/index.ts";
import { CORE_CASES, GRADIENT_CASES, RECORDED } from "../support/gradient-cases.ts";
import { amount, SOAK } from "../support/soak.ts";

const recorded = JSON.parse(await readFile(new URL("../fixtures/gradients.json", import.meta.url), "utf8")) as Record<
  string,
  { elbo: number; gradient: number[] }
>;

function expectRecorded(estimate: GradientEstimate, key: string): void {
  const { elbo, gradient } = recorded[key]!;
  // Rounding of sums taken in another order: 1e-9 of the largest component leaves room for a change of kernels only.
  const scale = Math.max(1, ...gradient.map(Math.abs));
  expect(Math.abs(estimate.elbo - elbo)).toBeLessThan(1e-9 * Math.max(1, Math.abs(elbo)));
  expect(estimate.gradient).toHaveLength(gradient.length);
  gradient.forEach((value, i) => {
    expect(Math.abs(estimate.gradient[i]! - value)).toBeLessThan(1e-9 * scale);
  });
}

describe.each(GRADIENT_CASES)("$model.name by $name", ({ model, name, make }) => {
  const at = (lanes?: number) =>
    estimateGradient(model, { estimator: make(), ...RECORDED, ...(lanes !== undefined && { lanes }) });
  const usual = at();

  // A tape for each; score, reparam and smoothed have no instruction that corrected has not.
  test.skipIf(!SOAK && !/^corrected|^lyy18$/.test(name))("gives the same bits for any number of lanes", () => {
    for (const lanes of amount([7], [1, 7, 48])) {
      const other = at(lanes);
      expect([...other.gradient]).toEqual([...usual.gradient]);
      expect([...other.variance]).toEqual([...usual.variance]);
      expect(other.elbo).toBe(usual.elbo);
    }
  });

  test("gives the gradient on record at its pinned point", () => {
    expectRecorded(usual, `${model.name} by ${name}`);
  });
});

test.each(CORE_CASES)("$name by corrected under nondiff/core gives the gradient on record", (model) => {
  const estimate = core.estimateGradient(model, { estimator: core.corrected(), ...RECORDED });
  expectRecorded(estimate, `${model.name} by corrected, core`);
});

describe("gradientCovariance", () => {
  test.each([
    ["independent samples", corrected({ points: "random", pairing: "independent" })],
    ["samples in groups", corrected()],
  ])("has the variances on its diagonal and is positive semidefinite: %s", (_name, estimator) => {
    const options = { estimator, samples: 4000, seed: 2 };
    const covariance = gradientCovariance(textmsg, options);
    const { variance } = estimateGradient(textmsg, options);
    const n = variance.length;
    for (let p = 0; p < n; p++) {
      expect(Math.abs(covariance[p * n + p]! - variance[p]!)).toBeLessThan(1e-9 * variance[p]!);
      for (let q = 0; q < n; q++) {
        expect(covariance[p * n + q]).toBe(covariance[q * n + p]);
        const bound = Math.sqrt(variance[p]! * variance[q]!) * (1 + 1e-9);
        expect(Math.abs(covariance[p * n + q]!)).toBeLessThanOrEqual(bound);
      }
    }
    // As correlations, with a little added: a factor exists only if no direction has a negative variance.
    const correlation = covariance.map(
      (value, at) =>
        value / Math.sqrt(variance[Math.floor(at / n)]! * variance[at % n]!) + (at % (n + 1) === 0 ? 1e-9 : 0),
    );
    expect(() => choleskyInto(new Float64Array(n * n), correlation, n)).not.toThrow();
  });

  test("refuses fewer than two samples or groups", () => {
    expect(() => gradientCovariance(gmm, { estimator: reparam(), samples: 1 })).toThrow(
      /gradientCovariance: too few samples; got 1 in groups of 1, expected two/,
    );
    expect(() => gradientCovariance(gmm, { estimator: corrected(), samples: 20 })).toThrow(/got 20 in groups of 16/);
  });
});
