/** Latents of compiled models that columns bound are fitted within these bounds, and what depends on columns is reported. */
import { describe, expect, test } from "vitest";
import {
  compile,
  corrected,
  defineModel,
  estimateGradient,
  exponential,
  fit,
  gt,
  lognormal,
  normal,
  truncated,
  uniform,
  where,
  withData,
} from "../../../src/index.ts";

const quiet = { onWarning: () => undefined, restarts: 0 } as const;

const largest = defineModel(
  "largest",
  ({ sample, observe }, { y }) => {
    const end = sample("end", exponential(0.1));
    for (const value of y) observe(uniform(0, end), value);
  },
  { data: { y: "numbers" } },
);

describe("a latent that columns bound", () => {
  test("is fitted above the largest of them, whichever that is", () => {
    const compiled = compile(largest, { y: 3 });
    for (const y of [
      [2.9, 5, 1.3],
      [8, 2, 1],
    ]) {
      // ∝ exp(−0.1 x) / x³ above the largest, by the midpoint rule in log x.
      const above = Math.max(...y);
      let [mass, first] = [0, 0];
      for (let k = 0; k < 4000; k++) {
        const x = above * Math.exp((k + 0.5) / 500);
        const weight = Math.exp(-0.1 * x) / (x * x);
        mass += weight;
        first += weight * x;
      }
      const posterior = compiled.fit({ data: { y }, ...quiet });
      expect(posterior.status).toBe("converged");
      expect(posterior.mean("end") / (first / mass)).toBeCloseTo(1, 1.7);
      expect(posterior.quantile("end", 0.001)).toBeGreaterThan(above);
    }
  });

  test("has the gradient of the model with numbers for data", () => {
    const common = { estimator: corrected(), params: { mu: [0.3], rho: [0.1] }, samples: 64, seed: 2 };
    const { estimator, ...asked } = common;
    const compiled = compile(largest, { y: 3 }, { estimator, collapse: false });
    for (const y of [
      [2.9, 5, 1.3],
      [8, 2, 1],
    ]) {
      const own = compiled.estimateGradient({ data: { y }, ...asked });
      const other = estimateGradient(withData(largest, { y }), common);
      expect(own.elbo / other.elbo).toBeCloseTo(1, 10);
      own.gradient.forEach((slope, p) => void expect(slope / other.gradient[p]!).toBeCloseTo(1, 8));
    }
  });

  test.each([
    ["collapsed", { collapse: "auto" } as const],
    ["kept", { collapse: false } as const],
  ])("lies between two columns under a factor, and may have a prior that depends on others (%s)", (_, options) => {
    const model = defineModel(
      "between",
      ({ sample, observe, factor }, { low, high, y }) => {
        const scale = sample("scale", lognormal(0, 0.2));
        const x = sample("x", normal(0, scale));
        factor("in", where(gt(x, low), where(gt(high, x), 0, -Infinity), -Infinity));
        observe(normal(x, 1), y);
      },
      { data: { low: "number", high: "number", y: "number" } },
    );
    const compiled = compile(model, {}, options);
    const data = { low: 0.5, high: 1.5, y: 3 };
    const own = compiled.fit({ data, ...quiet });
    const other = fit(withData(model, data), { ...quiet, ...options });
    for (const name of ["x", "scale"]) {
      expect(Math.abs(own.mean(name) - other.mean(name)) / other.sd(name)).toBeLessThan(0.05);
      expect(own.sd(name) / other.sd(name)).toBeCloseTo(1, 1);
    }
  });
});

test("latents whose supports end in columns, and tracked numbers of columns, are among what is reported", () => {
  const model = defineModel(
    "ends",
    ({ sample, observe, track }, { low, n, y }) => {
      const x = sample("x", uniform(0, n));
      const z = sample("z", truncated(normal(0, 1), low, Infinity));
      observe(normal(x, 1), y);
      observe(normal(z, 1), y);
      track("x is above y", where(gt(x, y), 1, 0));
    },
    { data: { low: "number", n: "number", y: "number" } },
  );
  const compiled = compile(model, {});
  const posteriors = [
    { low: 1, n: 3, y: 2.5 },
    { low: 0, n: 1, y: 0.5 },
  ].map((data) => ({ own: compiled.fit({ data, ...quiet }), other: fit(withData(model, data), quiet) }));
  // Each posterior keeps the data that it is of.
  for (const { own, other } of posteriors) {
    expect(own.quantities).toEqual(["x", "z", "x is above y"]);
    for (const name of own.quantities) expect(Math.abs(own.mean(name) - other.mean(name))).toBeLessThan(0.05);
  }
});
