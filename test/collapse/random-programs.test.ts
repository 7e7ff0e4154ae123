// Random programs with finite variables, against brute force over their cells. NONDIFF_SOAK=1 runs a thousand.
import { describe, expect, test } from "vitest";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import { trace } from "../../src/program/trace.ts";
import { logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { type FiniteProgram, finiteProgram } from "../support/finite-programs.ts";

const COUNT = process.env["NONDIFF_SOAK"] ? 1000 : 30;

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
});
