// Staircases: two latents whose tables change at one value of the first for each value of the second are summed without a table of both.
import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { gridOf, stepped, steppedWeights } from "../../../src/collapse/elimination/staircases.ts";
import {
  add,
  defineModel,
  exp,
  gt,
  type Model,
  mul,
  normal,
  poisson,
  type Real,
  sub,
  truncated,
  where,
} from "../../../src/index.ts";
import { finished } from "../../../src/pieces/pieces.ts";
import { trace } from "../../../src/program/trace.ts";
import { logCellSum } from "../../support/cell-sum.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const LAST = 80;
const VALUES = Array.from({ length: LAST + 1 }, (_, value) => value);

/** Two counts of unknown rates that the data read through `read`. */
const counts = (read: (a: Real, b: Real) => Real, last = LAST): Model =>
  defineModel("two counts", ({ sample, observe }) => {
    const [p, q] = [sample("p", normal(3, 0.3)), sample("q", normal(3, 0.3))];
    const a = sample("a", truncated(poisson(exp(p)), 0, last));
    const b = sample("b", truncated(poisson(exp(q)), 0, last));
    observe(normal(read(a, b), 0.5), 0.9, "y");
  });

describe("two counts", () => {
  test.each([
    ["above a limit of their sum", counts((a, b) => where(gt(add(a, b), 45), 1, 0))],
    ["below a limit of their difference", counts((a, b) => where(gt(3, sub(a, b)), 1, 0))],
    ["under a hard limit", counts((a, b) => where(gt(add(a, mul(2, b)), 60), 1, Number.NEGATIVE_INFINITY))],
  ] as const)("%s have the density of the sum over both, in few operations", (_, model) => {
    const { graph, terms } = collapseTrace(trace(model)).trace;
    const sum = graph.sum(terms.map(({ node }) => node));
    expect(graph.reachable([sum]).length).toBeLessThan(4200); // a table alone would have 6561 entries
    const at = { p: 3.1, q: 2.8 };
    const expected = logCellSum(
      model,
      ["a", "b"].map((name) => ({ name, values: VALUES })),
      at,
    );
    const found = evaluatorOf(graph, [sum])([at.p, at.q])[0]!;
    expect(Math.abs(found / expected - 1)).toBeLessThan(1e-12);
  });

  test("of more than MOST_SWEPT pairs of values are refused by name", () => {
    expect(() => collapseTrace(trace(counts((a, b) => where(gt(add(a, b), 45), 1, 0), 260)))).toThrow(
      /^collapse: discrete latents of "two counts" need a table above the budget; got 68121 entries for a, b, expected at most 4096; .*$/,
    );
  });

  test("whose table is no staircase are refused by name above the budget", () => {
    expect(() => collapseTrace(trace(counts((a, b) => mul(0.01, mul(a, b)))))).toThrow(
      /^collapse: discrete latents of "two counts" need a table above the budget; got 6561 entries for a, b, expected at most 4096; .*$/,
    );
  });
});

describe("the sum over a grid", () => {
  const graph = new FullGraph();
  const nodes = (numbers: readonly number[]): NodeId[] => numbers.map((x) => graph.constant(x));
  const base = [0.3, -1, 0.7, Number.NEGATIVE_INFINITY, 0.1];
  const sumOf = (rows: readonly (readonly number[])[], summedFirst: boolean): number[] | undefined => {
    const starts = (count: number): number[] => Array.from({ length: count }, (_, k) => k);
    const [first, second] = [rows.length, rows[0]!.length];
    const axes = [first, second].map((count, variable) => ({ variable, starts: starts(count) }));
    const grid = gridOf({ axes, entries: nodes(rows.flat()) }, base.length, summedFirst);
    const sums = finished(stepped(graph, nodes(base), grid));
    if (sums) expect(steppedWeights(graph, nodes(base), grid, summedFirst)).toHaveLength(first * second);
    return sums?.map((node) => graph.value(node));
  };
  const expected = (column: readonly number[]): number =>
    Math.log(base.reduce((sum, x, s) => sum + Math.exp(x + column[s]!), 0));

  test("is that of its entries, whichever axis is summed; with steps at the ends, in the middle, and none", () => {
    const columns = [
      [2, 2, 2, 2, 2],
      [1, 3, 3, 3, 3],
      [1, 1, 3, 3, 3],
      [1, 1, 1, 1, Number.NEGATIVE_INFINITY],
    ];
    const transposed = base.map((_, s) => columns.map((column) => column[s]!));
    for (const sums of [sumOf(columns, false)!, sumOf(transposed, true)!])
      sums.forEach((sum, t) => {
        expect(sum).toBeCloseTo(expected(columns[t]!), 13);
      });
  });

  test("is not made where some column changes twice", () => {
    expect(sumOf([[1, 1, 2, 1, 1]], false)).toBeUndefined();
  });
});
