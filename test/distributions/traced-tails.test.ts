// Tails of distributions whose cdf is no op, of traced values and shapes, against those of numbers and their differences.
import { describe, expect, test } from "vitest";
import { compile, valueAndGrad } from "../../src/autodiff/functions.ts";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";

type Make = (...parameters: n.Real[]) => n.Distribution;

/** Each with parameters and the relative error of its masses. */
const CASES: Readonly<
  Record<string, readonly [make: Make, parameters: readonly (readonly number[])[], error: number]>
> = {
  gamma: [(a, b) => n.gamma(a!, b!), [0.05, 3, 1e4].map((a) => [a, 2]), 5e-11],
  chi2: [(df) => n.chi2(df!), [[0.3], [7]], 1e-11],
  inverseGamma: [(a, b) => n.inverseGamma(a!, b!), [[0.6, 2], [30, 1]], 1e-11], // biome-ignore format: pairs
  beta: [(a, b) => n.beta(a!, b!), [[0.05, 0.2], [0.5, 0.5], [1, 30], [400, 3]], 1e-10], // biome-ignore format: pairs
  studentT: [(df, m, s) => n.studentT(df!, m, s), [0.05, 4, 1e4].map((df) => [df, 1, 2]), 2e-11],
  halfStudentT: [(df, s) => n.halfStudentT(df!, s), [0.5, 1e3].map((df) => [df, 2]), 2e-11],
  vonMises: [(m, k) => n.vonMises(m!, k!), [[0.5, 0.1], [-2, 3], [3, 40]], 1e-9], // biome-ignore format: pairs
};
const SHARES = [1e-10, 0.2, 0.5, 0.7, 1 - 1e-9];

const tail = (d: n.Distribution, upper: boolean, x: n.Real): n.Real => (upper ? d.logSurvival!(x) : d.logCdf!(x));

describe.each(Object.entries(CASES))("%s", (name, [make, all, error]) => {
  test("has the masses of numbers, and their slopes in value and parameters", () => {
    for (const parameters of all)
      for (const upper of [false, true]) {
        const size = parameters.length;
        const at = valueAndGrad((v) => tail(make(...v.slice(0, size)), upper, v[size]!));
        for (const share of SHARES) {
          const x = make(...parameters).quantile!(share);
          // where a number has no digits left, or its square overflows
          if (Math.abs(x) < 1e-12 || Math.abs(x) > 1e100 || (name === "beta" && x > 1 - 1e-6)) continue;
          const point = [...parameters, x];
          const plain = (v: readonly number[]): number => tail(make(...v.slice(0, size)), upper, v[size]!) as number;
          const { value, gradient } = at(point);
          const known = plain(point);
          // of angles the absolute error is known
          const own = Math.abs(Math.expm1(value - known)) * (name === "vonMises" ? Math.exp(known) : 1);
          expect([name, parameters, share, own < error, own]).toEqual([name, parameters, share, true, own]);
          if (name === "vonMises" && Math.abs(share - 0.5) > 0.45) continue;
          point.forEach((component, i) => {
            const h = 2e-4 * Math.abs(component) * (name === "beta" && i === size ? Math.min(1, (1 - x) / x) : 1);
            const beside = (steps: number): number => plain(point.map((y, j) => (j === i ? y + steps * h : y)));
            const slope = (8 * (beside(1) - beside(-1)) - (beside(2) - beside(-2))) / (12 * h);
            const fault = Math.abs(gradient[i]! - slope) / Math.max(1, Math.abs(slope), 1e-4 / h);
            expect([name, parameters, share, upper, i, fault < 1e-5, gradient[i], slope]).toEqual([
              name,
              parameters,
              share,
              upper,
              i,
              true,
              gradient[i],
              slope,
            ]);
          });
        }
      }
  });

  test("has the masses of intervals on one side, and around its middle", () => {
    const parameters = all[1]!;
    const known = make(...parameters);
    const between = compile((v) => n.logMass(make(...v.slice(2)), v[0]!, v[1]!));
    for (const [low, high] of [
      [0.001, 0.2],
      [0.2, 0.7],
      [0.7, 0.98],
    ].map((ends) => ends.map(known.quantile!))) {
      // biome-ignore format: pairs
      const value = between([low!, high!, ...parameters]) as unknown as number | ArrayLike<number>;
      const mass = typeof value === "number" ? value : value[0]!;
      expect(Math.abs(Math.expm1(mass - (n.logMass(known, low!, high!) as number)))).toBeLessThan(10 * error);
    }
  });
});

describe("skewNormal", () => {
  const at = valueAndGrad((v) => n.skewNormal(v[0]!, v[1]!, v[2]!).logCdf!(v[3]!));

  test.each([0, 0.7, -3, 10, 50])("of shape %d has the masses of a sum of densities", (shape) => {
    for (const t of [-2, -0.05, 0, 0.3, 0.748, 1.5]) {
      // Simpson's rule from 12 below on, whose steps are a twentieth of where the density rises, or less: of shape 10 and below it is off by 3e-11 at most.
      const density = (x: number): number =>
        2 * Math.exp(-0.5 * x * x - 0.9189385332046727) * (n.normalCdf(shape * x) as number);
      const size = Math.abs(shape) > 10 ? 24_000 : 6000;
      const h = (t + 12) / size;
      let sum = 0;
      for (let i = 0; i <= size; i++) sum += (i % size === 0 ? 1 : i % 2 === 1 ? 4 : 2) * density(-12 + i * h);
      const expected = (sum * h) / 3;
      if (expected < 1e-13) continue;
      const [mass, traced] = [n.skewNormal(1, 2, shape).cdf!(1 + 2 * t) as number, at([1, 2, shape, 1 + 2 * t])];
      for (const value of [mass, Math.exp(traced.value)]) expect(Math.abs(value - expected)).toBeLessThan(2e-10);
      expect(traced.gradient[3]! * mass).toBeCloseTo(density(t) / 2, 8);
      expect(traced.gradient[0]).toBeCloseTo(-traced.gradient[3]!, 8);
      // dF/dα = −exp(−½t²(1 + α²))/(π(1 + α²)), that of Owen's function
      const slope = -Math.exp(-0.5 * t * t * (1 + shape * shape)) / (Math.PI * (1 + shape * shape));
      expect(traced.gradient[2]! * mass).toBeCloseTo(slope, 8);
    }
  });
});

describe("shapes that are latents", () => {
  const PRIORS: Readonly<Record<string, Make>> = {
    gamma: (a) => n.gamma(a!, 2),
    beta: (a) => n.beta(a!, 2),
    studentT: (a) => n.studentT(a!, 0.2, 1),
    inverseGamma: (a) => n.inverseGamma(a!, 1),
    skewNormal: (a) => n.skewNormal(0, 1, a!),
    vonMises: (a) => n.vonMises(0.4, a!),
  };

  test.each(Object.keys(PRIORS))(
    "of %s, of a latent that is summed out, of a truncated and of a censored one",
    (name) => {
      const prior = PRIORS[name]!;
      const model = n.defineModel("shape", ({ sample, observe }) => {
        const a = sample("a", n.exponential(1));
        const z = sample("z", prior(a));
        observe(n.normal(n.where(n.gt(z, 0.3), n.where(n.gt(z, 0.8), 3, 1), -1), 1), 0.4);
        observe(n.truncated(prior(a), 0.2, 0.9), 0.5);
        observe(n.censored(prior(a), -Infinity, 0.7), 0.7);
      });
      const { trace: rest, report } = collapseTrace(trace(model));
      expect(report.collapsed).toEqual([{ latent: "z", cells: 3, clique: 3 }]);
      const { graph, terms } = rest;
      const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
      for (const a of [0.4, 2.5]) {
        const value = evaluate(graph.inputs.map(() => Math.log(a)))[0]!;
        const expected = logCellSum(model, [{ name: "z", cuts: () => [0.3, 0.8] }], { a }) + Math.log(a);
        expect(Math.abs(value - expected)).toBeLessThan(1e-10);
      }
    },
  );
});
