import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { placeText, planListing, tapeListing } from "../../../src/autodiff/tape/listing.ts";
import type { Plan } from "../../../src/autodiff/tape/plan.ts";
import { tapeProgram } from "../../support/tape-program.ts";

test("the instructions of a plan, by phase: operands by name or value, results numbered as they come", () => {
  const graph = new FullGraph();
  const { algebra: A } = graph;
  const [mu, epsilon] = [graph.input("mu[z]", false), graph.input("epsilon[z]", true)];
  const scale = A.exp(mu);
  const z = A.mul(A.add(epsilon, mu), scale);
  const roots = [A.where(A.positive(z), A.sin(z), A.constant(2.5)), scale];
  expect(planListing(graph, FAST_ENGINE.plan(graph, roots) as never)).toEqual([
    "once per batch:",
    "  %1 = exp mu[z]",
    "  %2 = mul mu[z] %1",
    "in every lane:",
    "  %3 = mulAdd epsilon[z] %1 %2",
    "  %4 = positive %3",
    "  %5 = sin %3",
    "  %6 = where %4 %5 2.5",
    "results: %6, %1",
  ]);
});

test("sums over the lanes are named together, one for each mean", () => {
  const graph = new FullGraph();
  const { algebra: A } = graph;
  const [x, y] = [graph.input("x", true), graph.input("y", true)];
  const means = [graph.input("mean of x", false), graph.input("mean of y", false)];
  const zero = graph.constant(0);
  const plan: Plan = {
    uniform: [],
    lane: [{ name: "sumSquares2", node: means[0]!, operands: [x, zero, y, zero], sums: 2 }],
    rest: [{ name: "sub", node: A.sub(means[0]!, means[1]!), operands: means }],
    outputs: [A.sub(means[0]!, means[1]!)],
    means,
  };
  expect(planListing(graph, plan)).toEqual([
    "in every lane:",
    "  %1, %2 = sumSquares2 x 0 y 0",
    "once per batch, with the means over the lanes:",
    "  %3 = sub %1 %2",
    "results: %3",
  ]);
});

test("the steps of a tape, by slot", () => {
  const [s7, s40, m2] = [
    { offset: 7, lane: false },
    { offset: 40, lane: true },
    { offset: 2, lane: true },
  ];
  const program = tapeProgram({
    lanes: 2,
    realSlots: 99,
    uniform: [{ name: "exp", result: s7, operands: [{ offset: 9, lane: false, value: 0.1 + 0.2 }] }],
    lane: [
      { name: "positive", result: m2, operands: [s40] },
      { name: "where", result: s40, operands: [m2, s7, s40] },
    ],
    outputs: [s40, s7],
  });
  expect(tapeListing(program)).toEqual([
    "once per batch:",
    "  s7 = exp 0.3",
    "in every lane:",
    "  m2… = positive s40…",
    "  s40… = where m2… s7 s40…",
    "results: s40…, s7",
  ]);
});

describe("a place", () => {
  test.each([
    [{ offset: 3, lane: false }, false, "s3"],
    [{ offset: 3, lane: true }, false, "s3…"],
    [{ offset: 3, lane: false }, true, "m3"],
    [{ offset: 3, lane: true }, true, "m3…"],
    [{ offset: 3, lane: false, value: 0 }, false, "0"],
  ] as const)("%j, a mask: %s, is %s", (place, isMask, text) => {
    expect(placeText(place, isMask)).toBe(text);
  });
});
