// Sums of functions that are linear in a few others: the density is that of the sum over cells, in a few instructions for each.
import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { linearForm } from "../../../src/autodiff/graph/linear-form.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { linearSums } from "../../../src/collapse/elimination/linear-sums.ts";
import {
  corrected,
  defineModel,
  exponential,
  gt,
  makeSampler,
  normal,
  poisson,
  studentT,
  where,
} from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { logCellSum } from "../../support/cell-sum.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const DAYS = 40;
const COUNTS = Array.from({ length: DAYS }, (_, i) => (i * 7) % 5);

const counts = defineModel("counts", ({ sample, observe }) => {
  const [early, late] = [sample("early", exponential(1)), sample("late", exponential(0.5))];
  const day = sample("day", normal(DAYS / 2, DAYS / 4));
  COUNTS.forEach((count, i) => {
    observe(poisson(where(gt(day, i), early, late)), count);
  });
});

const heavy = defineModel("heavy", ({ sample, observe }) => {
  const [early, late] = [sample("early", normal(0, 1)), sample("late", normal(0, 1))];
  const day = sample("day", normal(DAYS / 2, DAYS / 4));
  COUNTS.forEach((count, i) => {
    observe(studentT(4, where(gt(day, i), early, late), 1), count);
  });
});

describe("running sums", () => {
  const graph = new FullGraph();
  const { algebra: A } = graph;
  const inputs = Array.from({ length: 8 }, (_, i) => graph.input(`x${i}`, true));
  const each = (atoms: number, places: number): NodeId[][] =>
    Array.from({ length: places }, (_, i) => [A.add(A.constant(i), A.mul(A.constant(i + 1), inputs[i % atoms]!))]);

  const sums = (rising: readonly NodeId[][], falling: readonly NodeId[][]): NodeId[] | undefined =>
    linearSums(graph, rising, falling);

  test("have at every place the numbers of what rises up to it and of what falls behind it", () => {
    const [rising, falling] = [each(3, 12), each(2, 12).reverse()];
    sums(rising, falling)!.forEach((sum, place) => {
      const parts = [...rising.slice(0, place + 1), ...falling.slice(place + 1)].flat();
      const expected = linearForm(graph, graph.sum(parts));
      const found = linearForm(graph, sum);
      expect(found.constant).toBeCloseTo(expected.constant, 9);
      expect(new Map(found.coefficients)).toEqual(new Map(expected.coefficients));
    });
  });

  test("are the same nodes in whatever order summands come, and what does not count at a place is not read there", () => {
    const [one, two, three] = [1, 2, 3].map((k) => A.mul(A.constant(k), inputs[k]!)) as [NodeId, NodeId, NodeId];
    const rising = [[one, two, three], [three, one], [two], [one]];
    const falling = [[three], [two, one], [three], [two, one]];
    const turned = (rows: readonly NodeId[][]) => rows.map((row) => [...row].reverse());
    const found = sums(rising, falling)!;
    expect(sums(turned(rising), turned(falling))).toEqual(found);
    // At the last place all that rises counts, and nothing that falls; nothing has three at the first place but what falls behind it.
    const later = sums([[one], [one], [one], [three]], [[one], [one], [one], [one]])!;
    const reads = (sum: NodeId) => graph.reachable([sum]).includes(inputs[3]!);
    expect(later.map(reads)).toEqual([false, false, false, true]);
  });

  test("are made one of the other where they are of MOST_ATOMS functions and more, at MOST_PLACES and more, of few summands, or infinite", () => {
    expect(sums(each(6, 20), each(6, 20))).toHaveLength(20);
    expect(sums(each(7, 20), each(6, 20))).toBeUndefined();
    expect(sums(each(2, 256), each(2, 256))).toHaveLength(256);
    expect(sums(each(2, 257), each(2, 257))).toBeUndefined();
    expect(sums(each(3, 3), [[], [], []])).toBeUndefined();
    expect(sums([[graph.constant(-Infinity)], ...each(2, 19)], each(2, 20))).toBeUndefined();
  });
});

test.each([
  ["counts", counts, 8],
  ["tails that are no linear functions", heavy, 30],
] as const)("the density of %s is that of the sum over cells", (_, model, most) => {
  const { trace: rest, report } = collapseTrace(trace(model));
  expect(report.collapsed.map(({ latent }) => latent)).toEqual(["day"]);
  const { graph } = rest;
  const evaluate = evaluatorOf(graph, [graph.sum(rest.terms.map(({ node }) => node))]);
  const finite = [{ name: "day", cuts: () => COUNTS.map((_, i) => i) }];
  for (const turn of [1, 2, 3]) {
    // Latents by their own scale; the trace has the positive ones by their logarithms.
    const logs = [Math.sin(turn), Math.sin(2 * turn)];
    const isPositive = model === counts;
    const at = { early: isPositive ? Math.exp(logs[0]!) : logs[0]!, late: isPositive ? Math.exp(logs[1]!) : logs[1]! };
    const jacobian = isPositive ? logs[0]! + logs[1]! : 0;
    const byName: Record<string, number> = { early: logs[0]!, late: logs[1]! };
    const found = evaluate(graph.inputs.map(({ name }) => byName[name] ?? 0))[0]!;
    expect(Math.abs(found / (logCellSum(model, finite, at) + jacobian) - 1)).toBeLessThan(1e-12);
  }
  const { lane } = makeSampler(model, corrected(), { collapse: "auto" }).means!().tape.size;
  expect(lane / DAYS).toBeLessThan(most);
});
