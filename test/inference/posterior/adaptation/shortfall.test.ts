/** Weights that look good are not believed where particles find what no draw of their proposal meets. */
import { expect, test } from "vitest";
import { add, defineModel, discreteUniform, fit, gt, mul, normal, where } from "../../../../src/index.ts";
import { isShort } from "../../../../src/inference/posterior/adaptation/shortfall.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { choleskyInto } from "../../../../src/linalg/index.ts";
import { normalQuantile } from "../../../../src/math/normal.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { makeGenerator, uniformSource } from "../../../../src/random/index.ts";

test("particles in a needle tell, unless they are very few, and those in a bulge do not", () => {
  const needle =
    (sd: number): Target =>
    (kept) =>
      kept.map((z) =>
        Math.log((0.97 * Math.exp(-0.5 * z * z) + (0.03 / sd) * Math.exp(-0.5 * ((z - 2) / sd) ** 2)) / 2.5066),
      );
  const found = { proposal: [independent([0], [1], 1)], draws: 1024, logEvidence: 0 };
  const particles = (there: number): Float64Array =>
    Float64Array.from({ length: 1000 }, (_, d) => (d < there ? 2 : normalQuantile((d + 0.5) / 1000)));
  expect(finished(isShort(needle(1e-3), particles(30), found))).toBe(true);
  expect(finished(isShort(needle(1e-3), particles(4), found))).toBe(false);
  expect(finished(isShort(needle(0.5), particles(30), found))).toBe(false);
});

// A polynomial of unknown order, 0 to 3: given its order all coefficients are normal.
const [SD, PRIOR, MOST] = [0.1, 10, 3];

function exactOf(xs: readonly number[], ys: readonly number[]): { mean: number; sd: number }[] {
  const n = MOST + 1;
  const cases = Array.from({ length: n }, (_, order) => {
    const precision = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      const data = i <= order && j <= order ? xs.reduce((sum, x) => sum + x ** (i + j), 0) / SD ** 2 : 0;
      return data + (i === j ? PRIOR ** -2 : 0);
    });
    const root = new Float64Array(n * n);
    choleskyInto(root, precision, n);
    const at = (i: number, j: number): number => root[i * n + j]!;
    const solved = (rhs: readonly number[]): number[] => {
      const x = rhs.slice();
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) x[i]! -= at(i, j) * x[j]!;
        x[i]! /= at(i, i);
      }
      for (let i = n - 1; i >= 0; i--) {
        for (let j = i + 1; j < n; j++) x[i]! -= at(j, i) * x[j]!;
        x[i]! /= at(i, i);
      }
      return x;
    };
    const pull = Array.from({ length: n }, (_, i) =>
      i <= order ? xs.reduce((sum, x, k) => sum + x ** i * ys[k]!, 0) / SD ** 2 : 0,
    );
    const means = solved(pull);
    const logMass =
      0.5 * means.reduce((sum, mean, i) => sum + mean * pull[i]!, 0) -
      means.reduce((sum, _, i) => sum + Math.log(at(i, i)), 0);
    const variances = means.map((_, i) => solved(means.map((_, j) => (i === j ? 1 : 0)))[i]!);
    return { logMass, means, variances };
  });
  const most = Math.max(...cases.map(({ logMass }) => logMass));
  const total = cases.reduce((sum, { logMass }) => sum + Math.exp(logMass - most), 0);
  return Array.from({ length: n }, (_, i) => {
    const over = (of: (one: (typeof cases)[number]) => number): number =>
      cases.reduce((sum, one) => sum + (Math.exp(one.logMass - most) / total) * of(one), 0);
    const mean = over(({ means }) => means[i]!);
    return { mean, sd: Math.sqrt(over(({ means, variances }) => means[i]! ** 2 + variances[i]!) - mean ** 2) };
  });
}

test("a polynomial of unknown order has the spread of the orders that are long and thin", () => {
  const uniform = uniformSource(makeGenerator(1), 0);
  const xs = Array.from({ length: 10 }, () => 2 * uniform() - 1);
  const ys = xs.map((x) => 3.5 + 2.5 * x - 4 * x * x + SD * normalQuantile(uniform()));
  const model = defineModel("polynomial", ({ sample, observe }) => {
    const order = sample("order", discreteUniform(0, MOST));
    const b = xs.slice(0, MOST + 1).map((_, k) => sample(`b${k}`, normal(0, PRIOR)));
    xs.forEach((x, i) => {
      const terms = b.map((coefficient, k) => where(gt(order, k - 0.5), mul(coefficient, x ** k), 0));
      observe(
        normal(
          terms.reduce((sum, term) => add(sum, term)),
          SD,
        ),
        ys[i]!,
      );
    });
  });
  const posterior = fit(model, { seed: 1, onWarning() {} });
  exactOf(xs, ys).forEach(({ mean, sd }, k) => {
    expect(Math.abs(posterior.mean(`b${k}`) - mean) / sd, `mean of b${k}`).toBeLessThan(0.1);
    expect(Math.abs(posterior.sd(`b${k}`) / sd - 1), `sd of b${k}`).toBeLessThan(0.1);
  });
});
