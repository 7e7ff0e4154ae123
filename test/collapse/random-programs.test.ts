// Random programs with finite variables, against brute force over their cells. NONDIFF_SOAK=1 runs a thousand.
import { describe, expect, test } from "vitest";
import { gradient } from "../../src/autodiff/graph/gradient.ts";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import { estimateGradient, explain, score } from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { type Enumerated, logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { type FiniteProgram, finiteProgram } from "../support/finite-programs.ts";
import { amount } from "../support/soak.ts";

const COUNT = amount(12, 1000);

/** The largest relative error of the collapsed density at some points, and how many finite latents were kept. */
function faultOf({ model, kept, finite }: FiniteProgram): { error: number; left: string[] } {
  const { trace: rest, report } = collapseTrace(trace(model));
  const { graph, terms, latents } = rest;
  const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  const names = new Set(latents.map(({ name }) => name));
  const summed = finite.filter(({ name }) => !names.has(name));
  const left = report.kept
    .filter(({ latent }) => !kept.includes(latent))
    .map(({ latent, reason }) => `${latent}: ${reason}`);
  let error = 0;
  if (left.length === 0)
    for (const shift of [-0.6, 0.2, 0.9]) {
      const at = Object.fromEntries(kept.map((name, i) => [name, shift + 0.37 * i]));
      const value = evaluate(graph.inputs.map(({ name }) => at[name] ?? Number.NaN))[0]!;
      const expected = logCellSum(model, summed, at);
      error = Math.max(error, Math.abs(value - expected) / Math.max(1, Math.abs(expected)));
      if (Number.isNaN(value)) error = Infinity;
    }
  return { error, left };
}

/** The largest fault of the gradient in the kept latents, against differences. */
function gradientFaultOf({ model, kept }: FiniteProgram): number {
  const { graph, terms, latents } = collapseTrace(trace(model)).trace;
  const density = graph.sum(terms.map(({ node }) => node));
  const inputs = latents.map(({ node }) => node);
  const evaluate = evaluatorOf(graph, [density, ...gradient(graph, density, inputs)]);
  const at = (point: readonly number[]): number[] =>
    evaluate(graph.inputs.map(({ name }) => point[kept.indexOf(name)] ?? Number.NaN));
  const point = kept.map((_, i) => 0.31 - 0.5 * i);
  const slopes = at(point).slice(1);
  const h = 1e-5;
  const faults = slopes.map((slope, i) => {
    const beside = [h, -h].map((step) => at(point.map((x, j) => (j === i ? x + step : x)))[0]!);
    return Math.abs(slope - (beside[0]! - beside[1]!) / (2 * h)) / Math.max(1, Math.abs(slope));
  });
  return Math.max(...faults.map((fault) => (Number.isNaN(fault) ? Infinity : fault)));
}

/** By how many standard errors the ELBO with the finite latents summed out lies above that with a guide over them. */
function gainOf({ model, kept }: FiniteProgram): number | undefined {
  const { finite, latents } = trace(model);
  if (finite.length > 0) return undefined;
  const mu = latents.map((_, i) => 0.1 * i);
  const params = { mu, rho: latents.map(() => 0) };
  const options = { estimator: score(), params, samples: 4000, seed: 3 };
  const [before, after] = ([false, "auto"] as const).map((collapse) =>
    estimateGradient(model, { ...options, collapse }),
  );
  expect(kept.length).toBeLessThan(latents.length);
  return (after!.elbo - before!.elbo) / Math.sqrt((before!.elboVariance + after!.elboVariance) / 4000);
}

describe(`${COUNT} random programs`, () => {
  test("have the density that the sum over cells gives", { timeout: 600_000 }, () => {
    let whole = 0;
    for (let seed = 1; seed <= COUNT; seed++) {
      const { error, left } = faultOf(finiteProgram(seed));
      expect([seed, error < 1e-12, error]).toEqual([seed, true, error]);
      if (left.length === 0) whole++;
    }
    expect(whole).toBeGreaterThan(0.9 * COUNT);
  });

  test("have an ELBO that is no lower", { timeout: 600_000 }, () => {
    const gains = Array.from({ length: COUNT }, (_, seed) => gainOf(finiteProgram(seed + 1))).filter(
      (gain) => gain !== undefined,
    );
    expect(gains.length).toBeGreaterThan(COUNT / 6);
    expect(Math.min(...gains)).toBeGreaterThan(-5);
    expect(Math.max(...gains)).toBeGreaterThan(20);
  });

  test("are told from those whose cells lie elsewhere", () => {
    const program = finiteProgram(1);
    const moved = program.finite.map(
      (latent): Enumerated =>
        "cuts" in latent ? { name: latent.name, cuts: (at) => latent.cuts(at).map((x) => x + 0.2) } : latent,
    );
    expect(faultOf(program).error).toBeLessThan(1e-12);
    expect(faultOf({ ...program, finite: moved }).error).toBeGreaterThan(1e-6);
  });

  test("have its gradient, and no boundary is left", { timeout: 600_000 }, () => {
    for (let seed = 1; seed <= amount(12, 500); seed++) {
      const program = finiteProgram(seed);
      if (faultOf(program).left.length > 0) continue; // a latent that is kept has boundaries
      const fault = gradientFaultOf(program);
      expect([seed, fault < 1e-6, fault]).toEqual([seed, true, fault]);
      const { conditions } = explain(program.model, { collapse: "auto" });
      expect(conditions).toEqual([]);
    }
  });
});
