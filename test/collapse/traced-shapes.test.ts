// Latents that are summed out under priors whose cdf is an integral, with parameters that other latents move.
import { expect, test } from "vitest";
import { valueAndGrad } from "../../src/autodiff/index.ts";
import * as n from "../../src/index.ts";
import { SOAK } from "../support/soak.ts";
import { climbed } from "../support/unweighed.ts";

const PRIORS: Readonly<Record<string, (a: n.Expr) => n.Distribution>> = {
  gamma: (a) => n.gamma(2, n.exp(a)),
  beta: (a) => n.beta(n.exp(a), 2),
  "skew normal": (a) => n.skewNormal(0.5, 1, a),
  pareto: (a) => n.pareto(n.mul(0.5, n.exp(a)), 2),
  "log-uniform": (a) => n.logUniform(0.2, n.add(0.5, n.exp(a))),
  triangular: (a) => n.triangular(0, 0.3, n.add(0.5, n.exp(a))),
};

test.each(Object.entries(PRIORS))("a %s latent with a traced parameter under one condition", (_, prior) => {
  const model = n.defineModel("m", ({ sample, observe }) => {
    const a = sample("a", n.normal(0, 0.4));
    const x = sample("x", prior(a as n.Expr));
    observe(n.normal(n.where(n.gt(x, 0.8), 1, 0), 0.5), 0.9);
  });
  const right = (a: number): number => {
    const above = 1 - (prior(a as unknown as n.Expr).cdf!(0.8) as number);
    return Math.exp(-0.5 * (a / 0.4) ** 2) * (above * Math.exp(-0.02) + (1 - above) * Math.exp(-1.62));
  };
  let [total, first] = [0, 0];
  for (let a = -2.4; a < 2.4; a += 0.02) {
    total += right(a);
    first += right(a) * a;
  }
  const { collapsed } = n.explain(model, { collapse: "auto" }).collapsed!;
  expect(collapsed.map(({ latent }) => latent)).toEqual(["x"]);
  // The guide's own mean is where a wrong mass of x would move the climb; that of weighed draws, too, in the soak.
  const posterior = (SOAK ? n.fit : climbed)(model, { seed: 1, restarts: 0, onWarning() {} });
  expect(Math.abs(posterior.mean("a") - first / total)).toBeLessThan(0.02);
});

test.each(["skew normal", "pareto"])("draws of a %s latent lie where its prior is, given the other one", (name) => {
  const prior = PRIORS[name]!;
  const model = n.defineModel("m", ({ sample, observe }) => {
    const a = sample("a", n.normal(0, 0.4));
    const x = sample("x", prior(a as n.Expr));
    observe(n.normal(n.where(n.gt(x, 0.8), 1, 0), 100), 0.9);
  });
  // Draws of the guide, which no weighing changes.
  const draws = climbed(model, { seed: 1, restarts: 0 }).drawn({ draws: 1024 });
  const [a, x] = [draws.values("a"), draws.values("x")];
  // The data say next to nothing: each x has its own prior's cdf uniform.
  const uniforms = Float64Array.from(a, (at, d) => prior(at as unknown as n.Expr).cdf!(x[d]!) as number).sort();
  const apart = uniforms.reduce((most, u, d) => Math.max(most, Math.abs(u - (d + 0.5) / uniforms.length)), 0);
  expect(apart).toBeLessThan(0.061); // Kolmogorov and Smirnov at 1e-3
});

const ENDS = {
  pareto: [n.pareto, [0.7, 3]],
  "log-uniform": [n.logUniform, [0.7, 3]],
  triangular: [n.triangular, [0.7, 1.1, 3]],
  uniform: [n.uniform, [0.7, 3]],
} as const;

test.each(Object.entries(ENDS))("a %s with traced ends has the masses and densities of numbers", (_, [make, at]) => {
  const of = make as (...parameters: n.Real[]) => n.Distribution;
  const number = of(...at);
  const functions = {
    density: (d: n.Distribution, x: n.Real) => d.logDensity(x),
    inside: (d: n.Distribution, x: n.Real) => d.logDensityInside?.(x) ?? d.logDensity(x),
    below: (d: n.Distribution, x: n.Real) => d.logCdf!(x),
    above: (d: n.Distribution, x: n.Real) => d.logSurvival!(x),
  };
  for (const f of Object.values(functions))
    for (const x of [0.9, 1.5, 2.5]) {
      const right = f(number, x) as number;
      const traced = valueAndGrad((all) => f(of(...all.slice(1)), all[0]!));
      expect(traced([x, ...at]).value).toBeCloseTo(right, 12);
      // With data in place of the traced value.
      expect(valueAndGrad((all) => f(of(...all), x))([...at]).value).toBeCloseTo(right, 12);
    }
});

test.each(["pareto", "log-uniform", "triangular"] as const)("data beyond a latent end of a %s bound it", (name) => {
  const make = { pareto: n.pareto, "log-uniform": n.logUniform, triangular: undefined }[name];
  const ended = (end: n.Real): n.Distribution =>
    make === n.pareto ? n.pareto(end, 2) : make ? make(end as n.Real, 9) : n.triangular(end, 4, 9);
  const model = n.defineModel("m", ({ sample, observe }) => {
    const end = sample("end", n.uniform(0.1, 5));
    for (const y of [2.5, 1.7, 3.1]) observe(ended(end), y);
  });
  let [total, first] = [0, 0];
  for (let end = 0.1 + 5e-4; end < 1.7; end += 1e-3) {
    const weight = Math.exp([2.5, 1.7, 3.1].reduce((sum, y) => sum + (ended(end).logDensity(y) as number), 0));
    total += weight;
    first += end * weight;
  }
  const posterior = n.fit(model, { seed: 1, onWarning: () => undefined });
  expect(Math.abs(posterior.mean("end") - first / total)).toBeLessThan(0.1 * posterior.sd("end"));
  expect(posterior.quantile("end", 0.99)).toBeLessThan(1.71);
});
