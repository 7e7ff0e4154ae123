import { describe, expect, test } from "vitest";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import { add, categorical, defineModel, eq, gt, mul, normal, type Real, sin, where } from "../../src/index.ts";
import { xornet } from "../../src/models/index.ts";
import type { Program } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";
import { logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";

const reportOf = (program: Program) => collapseTrace(trace(defineModel("m", program))).report;
const reasons = (program: Program): Record<string, string> =>
  Object.fromEntries(reportOf(program).kept.map(({ latent, reason }) => [latent, reason]));

/** A latent with n thresholds whose order is not known; each threshold is observed, so that it is kept itself. */
const thresholds =
  (n: number): Program =>
  ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    for (let k = 0; k < n; k++) {
      const t = sample(`t${k}`, normal(0, 1));
      observe(normal(t, 1), 0);
      observe(normal(where(gt(z, t), 1, 0), 1), k);
    }
  };

/** A condition that changes at about 2·turns places within 8 sd of a latent. */
const wave =
  (turns: number): Program =>
  ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(sin(mul((turns * Math.PI) / 8, z)), 0.3), 1, mul(2, sample("m", normal(0, 1)))), 1), 0.4);
  };

/** Two discrete latents of so many values each, in one term. */
const tables =
  (values: number): Program =>
  ({ sample, observe }) => {
    const of = (name: string): Real => sample(name, categorical(new Array<number>(values).fill(1 / values)));
    observe(normal(where(eq(of("j"), of("k")), 1, 0), 1), 0.7);
  };

/** Two change points among so many days, of which the second counts after the first. */
const nested =
  (days: number): Program =>
  ({ sample, observe }) => {
    const m = sample("m", normal(0, 1));
    const [early, late] = [0.3, 0.7].map((share, i) => sample(["early", "late"][i]!, normal(share * days, 0.3 * days)));
    for (let day = 0; day < days; day++) {
      const level = where(gt(day, late!), -1, where(gt(day, early!), 2, m));
      observe(normal(level, 1), sin(day) as number);
    }
  };

describe("above every cap a latent is kept, with the reason, or a discrete one refused by name", () => {
  test("thresholds of unknown order: six are patterns, seven are not", () => {
    const collapsed = (n: number): string[] => reportOf(thresholds(n)).collapsed.map(({ latent }) => latent);
    expect(collapsed(2)).toContain("z");
    expect(collapsed(7)).not.toContain("z");
  });

  test("roots of a function of one latent", () => {
    expect(reportOf(wave(8)).collapsed.map(({ latent }) => latent)).toContain("z");
    expect(reasons(wave(100))["z"]).toEqual(expect.any(String));
  });

  test("entries of a table of discrete latents", () => {
    expect(reportOf(tables(20)).collapsed).toHaveLength(2);
    expect(() => reportOf(tables(100))).toThrow(
      /^collapse: discrete latents of "m" need a table above the budget; got 10000 entries for j, k, expected at most 4096; to try: fewer values, as by truncated\(…, 0, last\), or collapse: \{ budget: 10000 \}$/,
    );
  });

  test("two nested change points: of 70 days they are summed, of 260 one stays", () => {
    const collapsed = (days: number): string[] => reportOf(nested(days)).collapsed.map(({ latent }) => latent);
    expect(collapsed(260)).not.toContain("early");
    expect(collapsed(70)).toEqual(["early", "late"]); // a table of both would have 5041 entries
    const model = defineModel("m", nested(70));
    const { graph, terms } = collapseTrace(trace(model)).trace;
    const density = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
    const cuts = (): number[] => Array.from({ length: 70 }, (_, day) => day);
    const finite = ["early", "late"].map((name) => ({ name, cuts }));
    expect(Math.abs(density([0.4, NaN, NaN])[0]! / logCellSum(model, finite, { m: 0.4 }) - 1)).toBeLessThan(1e-12);
  });

  test("sums that cost more than ten times the model", () => {
    const { report } = collapseTrace(trace(xornet));
    expect(report.kept.some(({ reason }) => /cost more than ten times/.test(reason))).toBe(true);
    // The tables' own budget holds beside it.
    expect(add(report.collapsed.length, report.kept.length)).toBe(25);
  });
});
