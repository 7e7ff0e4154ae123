// Fits of programs whose density is 0 where their priors start, or whose gradient takes too long: against sums over grids, and refused where nothing is found.
import { describe, expect, test } from "vitest";
import * as core from "../../../../src/core.ts";
import * as n from "../../../../src/index.ts";

const quiet = { onWarning: (): void => {} };

/** Three readings of a number below an unknown end, under which each is as likely as any: p(b) ∝ e^(−b)·b⁻³ above 1.7. */
const unknownEnd = n.defineModel("unknown end", ({ sample, factor }) => {
  const end = sample("end", n.exponential(1));
  for (const [i, reading] of [0.3, 1.2, 1.7].entries())
    factor(`reading ${i}`, n.where(n.gt(end, reading), n.neg(n.log(end)), Number.NEGATIVE_INFINITY));
});

describe("a density that is 0 at the start", () => {
  test("of an end that is above all readings is found, as a sum over a grid has it", () => {
    const posterior = n.fit(unknownEnd, quiet);
    let [mass, mean, square] = [0, 0, 0];
    for (let b = 1.7005; b < 60; b += 0.001) {
      const density = Math.exp(-b) * b ** -3;
      mass += density;
      mean += density * b;
      square += density * b * b;
    }
    mean /= mass;
    const sd = Math.sqrt(square / mass - mean * mean);
    expect(posterior.status).toBe("converged");
    expect(posterior.report!.importance!.answers).toBe("weights");
    expect(posterior.warnings).toEqual([]);
    expect(Math.abs(posterior.mean("end") - mean) / sd).toBeLessThan(0.03);
    expect(posterior.sd("end") / sd).toBeCloseTo(1, 1);
    expect(posterior.report!.importance!.weighted!.logEvidence).toBeCloseTo(Math.log(mass * 0.001), 1);
    // The ELBO is that of the guide where the density is not 0.
    expect(posterior.report!.elbo).toBeLessThan(Math.log(mass * 0.001));
    expect(Math.min(...posterior.sample(1000).end!)).toBeGreaterThan(1.7);
  });

  test("of numbers in order is found where one of them is summed out", () => {
    const ordered = n.defineModel("ordered", ({ sample, observe, factor }) => {
      const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real, n.Real];
      factor("order", n.where(n.and(n.lt(a, b), n.lt(b, c)), 0, Number.NEGATIVE_INFINITY));
      observe(n.normal(c, 0.5), 1.1);
    });
    const posterior = n.fit(ordered, quiet);
    const [step, sums] = [0.06, new Float64Array(4)];
    for (let c = -4; c < 4; c += step)
      for (let b = -4; b < c; b += step)
        for (let a = -4; a < b; a += step) {
          const density = Math.exp(-0.5 * (a * a + b * b + c * c) - 2 * (1.1 - c) ** 2) * (b - a < step ? 0.5 : 1);
          for (const [k, value] of [1, a, b, c].entries()) sums[k]! += density * value;
        }
    for (const [k, name] of ["a", "b", "c"].entries())
      expect(Math.abs(posterior.mean(name) - sums[k + 1]! / sums[0]!)).toBeLessThan(0.06);
    expect(posterior.warnings).toEqual([]);
  });

  test("is climbed from where it is found if the ELBO is finite there", () => {
    const root = n.defineModel("root", ({ sample, observe }) =>
      observe(n.normal(n.sqrt(n.sub(sample("z", n.normal(0, 1)), 0.5)), 0.02), 1),
    );
    const { status, report } = n.fit(root, quiet);
    expect(status).toBe("converged");
    expect(report!.starts.map(({ from }) => from)).toContain("values");
    expect(report!.gap).toBeLessThan(0.05);
  });

  test("is refused by the name of the term where it is 0 everywhere, and by that of the model under the core", () => {
    const never = n.defineModel("never", ({ sample, factor, observe }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(z, 1), 0);
      factor("far", n.where(n.gt(n.mul(z, z), 1e18), 0, Number.NEGATIVE_INFINITY));
    });
    const message = /factor "far": log density of the term is -Infinity/;
    expect(() => n.fit(never, { ...quiet, collapse: false })).toThrow(message);
    const beyond = n.defineModel("beyond", ({ sample, factor }) =>
      factor("z > 1", n.where(n.gt(sample("z", n.normal(0, 1)), 1), 0, Number.NEGATIVE_INFINITY)),
    );
    expect(() => core.fit(beyond, quiet)).toThrow(
      /not finite at the start: model "beyond".*; nondiff \(not nondiff\/core\) names the site/,
    );
  });
});

test("MOST_LINED: three breakpoints in a product of powers are fitted by values, where a gradient searches lines for every sample", () => {
  const [count, levels] = [24, [0, 2, 4]];
  const y = Array.from({ length: count }, (_, i) => levels[Math.floor((3 * i) / count)]! + 0.1 * Math.sin(7 * i));
  const steps = n.defineModel("steps", ({ sample, observe }) => {
    const u = n.sub(1, n.normalCdf(sample("u", n.normal(0, 1))));
    const v = n.sub(1, n.normalCdf(sample("v", n.normal(0, 1))));
    const first = n.sub(1, n.sqrt(u));
    const second = n.sub(1, n.mul(n.sqrt(u), v));
    const m = [0, 1, 2].map((k) => sample(`m${k}`, n.normal(0, 5)));
    y.forEach((value, i) => {
      const x = (i + 1) / count;
      observe(n.normal(n.where(n.gt(x, second), m[2]!, n.where(n.gt(x, first), m[1]!, m[0]!)), 0.2), value);
    });
  });
  const posterior = n.fit(steps, quiet);
  expect(posterior.status).toBe("converged");
  for (const [k, level] of levels.entries()) expect(posterior.mean(`m${k}`)).toBeCloseTo(level, 0);
});
