// Cells that other latents, or the ends of a prior's support, leave without mass.
import { describe, expect, test } from "vitest";
import { gradient } from "../../src/autodiff/graph/gradient.ts";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";

/** Priors of t by the end h, a latent; their support ends within the reach of w, or at h. */
const PRIORS: Readonly<Record<string, (h: n.Real) => n.Distribution>> = {
  "uniform(0, h)": (h) => n.uniform(0, h),
  "uniform(0, 2)": () => n.uniform(0, 2),
  "normal above 0 and below h": (h) => n.truncated(n.normal(1, 1), 0, h),
  "normal between 0 and 2": () => n.truncated(n.normal(0, 1), 0, 2),
  "exponential(h)": (h) => n.exponential(h),
  "half-normal": () => n.halfNormal(1),
  pareto: () => n.pareto(1, 2),
  "log-uniform": () => n.logUniform(1, 3),
  triangular: () => n.triangular(0, 1, 2),
  weibull: () => n.weibull(2, 1),
  kumaraswamy: () => n.kumaraswamy(2, 2),
  lognormal: () => n.lognormal(0, 1),
  "beta with known shapes": () => n.beta(2, 3),
  "gamma of shape h": (h) => n.gamma(h, 1),
  "gamma below h": (h) => n.truncated(n.gamma(2, 1), 0, h),
};

/** Their cdfs at traced values are sums over 40 points each: with more conditions the sum costs more than it may. */
const DEAR = new Set(["beta with known shapes", "gamma of shape h", "gamma below h"]);

function modelOf(prior: (h: n.Real) => n.Distribution, thresholds: readonly number[]): n.Model {
  return n.defineModel("ends", ({ sample, observe }) => {
    const h = sample("h", n.halfNormal(2));
    const w = sample("w", n.normal(0, 2));
    const t = sample("t", prior(h));
    observe(n.normal(n.sub(w, h), 1), 0.3);
    thresholds.forEach((at, i) => void observe(n.normal(n.where(n.gt(t, at), 0, i), 1), 0.6));
    observe(n.normal(n.where(n.gt(t, w), 2, -1), 1), 0.7);
    if (thresholds.length > 0) observe(n.normal(n.where(n.gt(n.mul(2, h), t), 1, -1), 1), 0.4);
  });
}

// h, w: inside of the support, at its ends, and beyond them on either side
const POINTS: readonly (readonly [h: number, w: number])[] = [
  [1.2, 0.4],
  [0.3, 1.1],
  [1, 1],
  [2, 0],
  [0.5, -3],
  [5, 7],
  [0.2, 2.5],
];

describe.each(Object.entries(PRIORS))("of t ~ %s", (name, prior) => {
  const thresholds = DEAR.has(name) ? [] : [-1, 0, 1.5, 3];
  test("the masses are those of the prior, with finite slopes where a cell has none", () => {
    const { trace: rest, report } = collapseTrace(trace(modelOf(prior, thresholds)));
    expect(report.collapsed.map(({ latent }) => latent)).toEqual(["t"]);
    const { graph, terms, latents } = rest;
    const density = graph.sum(terms.map(({ node }) => node));
    const inputs = latents.map(({ node }) => node);
    const evaluate = evaluatorOf(graph, [density, ...gradient(graph, density, inputs)]);
    for (const [h, w] of POINTS) {
      const at = { h, w };
      const [value, ...slopes] = evaluate(graph.inputs.map(({ name }) => (name === "h" ? Math.log(h) : w)));
      const cuts = [...thresholds, w, 2 * h];
      const expected = logCellSum(modelOf(prior, thresholds), [{ name: "t", cuts: () => cuts }], at) + Math.log(h);
      expect([h, w, Math.abs(value! - expected) < 1e-11, value]).toEqual([h, w, true, value]);
      expect(slopes.every(Number.isFinite)).toBe(true);
    }
  });
});

describe("a range that the program states, of a latent that is summed out,", () => {
  const rounded = (to: number): n.Model =>
    n.defineModel("rounded", ({ sample, observe }) => {
      const z = sample("z", n.uniform(0, 5));
      const m = sample("m", n.normal(0, 1));
      observe(n.normal(n.add(m, n.floor(z, { from: 0, to })), 1), 2);
    });

  test("holds in every cell with mass, or the latent is kept", () => {
    const { trace: rest, report } = collapseTrace(trace(rounded(4)));
    expect(report.collapsed).toEqual([{ latent: "z", cells: 7, clique: 7 }]);
    expect(rest.checks).toEqual([]);
    const { graph, terms } = rest;
    const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
    const value = evaluate(graph.inputs.map(() => 0.3))[0]!;
    expect(value).toBeCloseTo(logCellSum(rounded(4), [{ name: "z", cuts: () => [1, 2, 3, 4] }], { m: 0.3 }), 12);
    expect(collapseTrace(trace(rounded(3))).report.kept[0]!.reason).toBe(
      "it may leave a range that the program states",
    );
  });

  test("may be that of an index", () => {
    const model = (rates: number): n.Model =>
      n.defineModel("index", ({ sample, observe }) => {
        const [s, t] = ["s", "t"].map((name) => sample(name, n.uniform(0, 10))) as [n.Real, n.Real];
        for (let day = 0; day < 6; day++) {
          const phase = n.add(n.where(n.gt(day, s), 1, 0), n.where(n.gt(day, t), 1, 0));
          observe(n.poisson(n.pick([2, 4, 8].slice(0, rates), phase)), day);
        }
      });
    expect(collapseTrace(trace(model(3))).report.collapsed.map(({ latent }) => latent)).toEqual(["s", "t"]);
    expect(() => n.fit(model(2), { onWarning: () => undefined })).toThrow(/pick: index is outside; got 2, expected/);
  });
});
