// Switches of which the prior leaves one value no mass: their sums are choices, and equal the sum over all cells.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import {
  add,
  corrected,
  defineModel,
  estimateGradient,
  gt,
  lt,
  mul,
  normal,
  type Real,
  reparam,
  score,
  sub,
  where,
} from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { logCellSum } from "../../support/cell-sum.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const READINGS = [20.3, 22.4, 21.5, 18.4, 17.6, 19.5, 21.1, 22.6];

/** A thermostat as in the model `temperature`, with a switch of a given sd. */
const thermostat = (switchSd: number, steps: number) =>
  defineModel("thermostat", ({ sample, observe }) => {
    let theta = sample("theta0", normal(20, 0.5));
    let cooling: Real = 0;
    for (let step = 1; step <= steps; step++) {
      const target = where(lt(theta, 18), 0, where(gt(theta, 22), 1, cooling));
      const q = sample(`q${step}`, normal(target, switchSd));
      cooling = where(gt(q, 0.5), 1, 0);
      theta = sample(`theta${step}`, normal(add(theta, sub(0.8, mul(1.4, cooling))), where(gt(q, 0.5), 0.44, 0.4)));
      observe(normal(theta, 1), READINGS[step]!, `step ${step}`);
    }
  });

/** The largest relative error of the collapsed density, and how many exponentials it takes. */
function faultOf(switchSd: number, steps = 7): { error: number; exponentials: number } {
  const model = thermostat(switchSd, steps);
  const { trace: rest, report } = collapseTrace(trace(model));
  expect(report.collapsed).toHaveLength(steps);
  const { graph } = rest;
  const root = graph.sum(rest.terms.map(({ node }) => node));
  const evaluate = evaluatorOf(graph, [root]);
  const finite = Array.from({ length: steps }, (_, i) => ({ name: `q${i + 1}`, cuts: () => [0.5] }));
  let error = 0;
  for (const scale of [0, 0.8, 2.5]) {
    const at = Object.fromEntries(
      rest.latents.map(({ name }, i) => [name, READINGS[i]! + scale * Math.sin(1 + 2 * i)] as const),
    );
    const expected = logCellSum(model, finite, at);
    error = Math.max(error, Math.abs(evaluate(graph.inputs.map(({ name }) => at[name] ?? 0))[0]! / expected - 1));
  }
  return { error, exponentials: graph.reachable([root]).filter((node) => graph.op[node] === CODE.exp).length };
}

describe("sums over switches", () => {
  test("without mass at one value are choices, with the density of the sum over cells", () => {
    const { error, exponentials } = faultOf(0.001);
    expect(error).toBeLessThan(1e-12);
    expect(exponentials).toBe(0);
  });

  test.each([0.002, 0.1, 0.5])("of sd %d, which data may turn, are sums of exponentials", (switchSd) => {
    const { error, exponentials } = faultOf(switchSd);
    expect(error).toBeLessThan(1e-12);
    expect(exponentials).toBeGreaterThan(20);
  });

  test("have boundary terms that make the gradient unbiased", () => {
    const model = thermostat(0.001, 3);
    const params = { mu: [20, 21.7, 21.8, 20.5], rho: [-0.5, -0.7, -0.6, -0.6] };
    const samples = 1 << 16;
    const [ours, free] = [corrected(), score()].map((estimator) =>
      estimateGradient(model, { estimator, collapse: "auto", samples, params, seed: 5 }),
    );
    const path = estimateGradient(model, { estimator: reparam(), collapse: "auto", samples, params, seed: 5 });
    const faults = (of: typeof path): number[] =>
      Array.from(of.gradient, (g, p) => {
        const error = Math.sqrt((of.variance[p]! + free!.variance[p]!) / samples);
        return Math.abs(g - free!.gradient[p]!) / error;
      });
    expect(Math.max(...faults(ours!))).toBeLessThan(4.5);
    expect(Math.max(...faults(path))).toBeGreaterThan(20); // without the boundary terms
  });

  test.each([1, 3, 12])(
    "whose targets depend on %d conditions have the density of the sum over cells",
    (conditions) => {
      const model = defineModel("many", ({ sample, observe }) => {
        const of = (name: string): Real => {
          let target: Real = 0;
          for (let j = 0; j < conditions; j++) {
            const x = sample(`${name}x${j}`, normal(0, 1));
            observe(normal(x, 1), 0.1 * j);
            target = where(gt(x, 0.2 * j - 0.5), j % 2, target);
          }
          return where(gt(sample(`${name}q`, normal(target, 0.001)), 0.5), 1, 0);
        };
        observe(normal(add(of("a"), mul(2, of("b"))), 1), 1.4);
      });
      const { trace: rest } = collapseTrace(trace(model));
      const evaluate = evaluatorOf(rest.graph, [rest.graph.sum(rest.terms.map(({ node }) => node))]);
      const finite = ["aq", "bq"].map((name) => ({ name, cuts: () => [0.5] }));
      for (const turn of [1, 2, 3]) {
        const at = Object.fromEntries(rest.latents.map(({ name }, i) => [name, Math.sin(turn + 2 * i)] as const));
        const expected = logCellSum(model, finite, at);
        const value = evaluate(rest.graph.inputs.map(({ name }) => at[name] ?? 0))[0]!;
        expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);
      }
    },
  );

  test("keep a value without mass where data speak for it alone", () => {
    const model = defineModel("far", ({ sample, observe }) => {
      const [z, w] = [sample("z", normal(0, 0.001)), sample("w", normal(0, 1))];
      observe(normal(where(gt(z, 0.4), w, 1e4), 1), 0.5, "y"); // 400 sd of the prior against 10,000 of the data
    });
    const { trace: rest } = collapseTrace(trace(model));
    const evaluate = evaluatorOf(rest.graph, [rest.graph.sum(rest.terms.map(({ node }) => node))]);
    const value = evaluate(rest.graph.inputs.map(({ name }) => (name === "w" ? 0.3 : 0)))[0]!;
    // log Φ(−400) = −80,006.9, and the density of 0.5 under N(0.3, 1).
    const logTail = -0.5 * 400 ** 2 - Math.log(400 * Math.sqrt(2 * Math.PI)) - 1 / 400 ** 2;
    const expected = logTail - 0.5 * 0.2 ** 2 - 2 * 0.5 * Math.log(2 * Math.PI) - 0.5 * 0.3 ** 2;
    expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);
  });
});
