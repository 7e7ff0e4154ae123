// Counts of a multinomial and a Dirichlet-multinomial as latents, against the sum over all of their values.
import { describe, expect, test } from "vitest";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import * as n from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const M = 0.3;

/** log Σ multinomial(counts)·Π N(y_i; m·counts_i, 1), plainly. */
function plainly(trials: number, shares: readonly number[], data: readonly number[]) {
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  const normal = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  const found: { readonly counts: readonly number[]; readonly weight: number }[] = [];
  const visit = (counts: readonly number[], left: number): void => {
    if (counts.length < shares.length - 1) {
      for (let k = 0; k <= left; k++) visit([...counts, k], left - k);
      return;
    }
    const all = [...counts, left];
    const mass = all.reduce((p, k, i) => (p * shares[i]! ** k) / factorial(k), factorial(trials));
    found.push({ counts: all, weight: all.reduce((p, k, i) => p * normal(data[i]! - M * k), mass) });
  };
  visit([], trials);
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  return {
    total: total * normal(M),
    meanOf: (i: number) => found.reduce((s, { counts, weight }) => s + counts[i]! * weight, 0) / total,
  };
}

const modelOf = (trials: number, shares: readonly number[], data: readonly number[], isKnown = false): n.Model =>
  n.defineModel("counts", ({ sample, observe }) => {
    const m = isKnown ? M : sample("m", n.normal(0, 1));
    const counts = sample("c", n.multinomial(trials, shares)) as n.Real[];
    for (const [i, y] of data.entries()) observe(n.normal(n.mul(m, counts[i]!), 1), y);
  });

test.each([
  [3, [0.2, 0.8]],
  [5, [0.2, 0.3, 0.5]],
  [4, [0.1, 0, 0.4, 0.5]],
  [0, [0.5, 0.5]],
] as const)("%i trials with probabilities %j", (trials, shares) => {
  const data = shares.map((_, i) => 0.4 + 0.5 * i);
  const { trace: rest } = collapseTrace(trace(modelOf(trials, shares, data)));
  const { graph, terms } = rest;
  const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  const value = evaluate(graph.inputs.map(({ name }) => (name === "m" ? M : Number.NaN)))[0]!;
  expect(Math.abs(value / Math.log(plainly(trials, shares, data).total) - 1)).toBeLessThan(1e-12);
});

test("of which nothing else is left the posterior is exact, the last count included", () => {
  const [trials, shares, data] = [5, [0.2, 0.3, 0.5], [0.4, 0.9, 1.4]] as const;
  const posterior = n.fit(modelOf(trials, shares, data, true), { seed: 1 });
  const { meanOf } = plainly(trials, shares, data);
  expect(posterior.quantities).toEqual(["c[0]", "c[1]", "c[2]"]);
  for (const i of [0, 1]) expect(Math.abs(posterior.mean(`c[${i}]`) - meanOf(i))).toBeLessThan(1e-10);
  expect(Math.abs(posterior.mean("c[2]") - meanOf(2))).toBeLessThan(0.05);
});

test("probabilities may be traced, as those of a Dirichlet", () => {
  const model = n.defineModel("traced", ({ sample, observe }) => {
    const p = sample("p", n.dirichlet([2, 1, 1])) as n.Real[];
    const counts = sample("c", n.multinomial(4, p)) as n.Real[];
    observe(n.normal(counts[0]!, 0.3), 3);
  });
  const posterior = n.fit(model, { seed: 1 });
  // Dirichlet-multinomial: P(c₀ = k) is beta-binomial(4; 2, 2), 6·(k + 1)(5 − k)/210, times the normal density at 3 − k.
  const weights = [0, 1, 2, 3, 4].map((k) => (k + 1) * (5 - k) * Math.exp(-0.5 * ((3 - k) / 0.3) ** 2));
  const mean = weights.reduce((s, w, k) => s + w * k, 0) / weights.reduce((s, w) => s + w, 0);
  expect(Math.abs(posterior.mean("c[0]") - mean)).toBeLessThan(0.02);
});

describe("counts under a Dirichlet-multinomial", () => {
  const trials = 4;
  const data = [1.3, 0.4, 2.1];
  const density = (x: number, m: number): number => n.normal(m, 1).logDensity(x) as number;
  const joint = (counts: readonly number[], a: readonly number[]): number =>
    (n.dirichletMultinomial(trials, a).logDensity(counts) as number) +
    counts.reduce((total, k, i) => total + density(data[i]!, M * k), 0);
  const all = [0, 1, 2, 3, 4].flatMap((i) => [0, 1, 2, 3, 4].slice(0, 5 - i).map((j) => [i, j, trials - i - j]));
  const modelOf = (concentrations: (sample: n.ProgramContext["sample"]) => n.Real[]): n.Model =>
    n.defineModel("counts", ({ sample, observe }) => {
      const counts = sample("c", n.dirichletMultinomial(trials, concentrations(sample)));
      for (const [i, y] of data.entries()) observe(n.normal(n.mul(M, counts[i]!), 1), y);
    });

  test.each([[[1, 1, 2]], [[0.3, 2, 5]]])("with concentrations %j are exact", (a) => {
    const posterior = n.fit(
      modelOf(() => a),
      { seed: 1 },
    );
    const weights = all.map((counts) => Math.exp(joint(counts, a)));
    const total = weights.reduce((p, q) => p + q);
    expect(Math.abs(posterior.exact!.logEvidence / Math.log(total) - 1)).toBeLessThan(1e-9);
    for (const i of [0, 1]) {
      const mean = weights.reduce((sum, w, k) => sum + w * all[k]![i]!, 0) / total;
      expect(Math.abs(posterior.mean(`c[${i}]`) - mean)).toBeLessThan(1e-9);
    }
  });

  test("with a traced concentration have the density of the sum, which that with other concentrations has not", () => {
    const model = modelOf((sample) => [sample("a", n.gamma(2, 1)), 1, 2]);
    const { graph, terms } = collapseTrace(trace(model)).trace;
    const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
    for (const u of [-1.2, 0.4]) {
      const a = Math.exp(u);
      const prior = (n.gamma(2, 1).logDensity(a) as number) + u;
      const expected = prior + Math.log(all.reduce((sum, counts) => sum + Math.exp(joint(counts, [a, 1, 2])), 0));
      const other = prior + Math.log(all.reduce((sum, counts) => sum + Math.exp(joint(counts, [a, 1, 2.1])), 0));
      const [value] = evaluate(graph.inputs.map(({ name }) => (name === "a" ? u : Number.NaN)));
      expect(Math.abs(value! / expected - 1)).toBeLessThan(1e-12);
      expect(Math.abs(value! / other - 1)).toBeGreaterThan(1e-4);
    }
  });
});
