import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { splitByGates, Tails } from "../../../src/boundaries/jump/gates.ts";
import { normal } from "../../../src/distributions/index.ts";
import { corrected, defineModel, estimateGradient, gt, type Model, type Real } from "../../../src/index.ts";
import { normalCdf } from "../../../src/math/normal-cdf.ts";
import { meanFault } from "../../support/expect-mean.ts";
import { amount } from "../../support/soak.ts";

const graph = new FullGraph();
const { algebra: A } = graph;
const [x, y, w] = ["x", "y", "w"].map((name) => graph.input(name, true)) as [NodeId, NodeId, NodeId];
const state = (mask: NodeId): NodeId => A.where(mask, A.constant(1.5), A.constant(-2.5));
const first = A.positive(x);
const second = A.positive(A.sub(y, state(first)));
const third = A.positive(A.sub(w, state(second)));

function split(roots: readonly NodeId[]): ReturnType<typeof splitByGates> {
  const jumping = new Set([first]);
  for (const node of graph.reachable(roots))
    if (graph.operands(node).some((below) => jumping.has(below))) jumping.add(node);
  return splitByGates(
    graph,
    new Set([first]),
    roots,
    [...jumping].sort((p, q) => p - q),
  );
}

describe("which roots a jump reaches through a gate alone", () => {
  const local = A.mul(state(first), y);
  const behind = A.square(state(second));
  const last = A.exp(state(third));
  test.each<[string, NodeId[], Partial<ReturnType<typeof splitByGates>>]>([
    ["none without a condition between", [local], { direct: [local], gated: [], depth: 0 }],
    ["one condition", [local, behind], { direct: [local], gated: [{ gate: second, behind: [behind] }], depth: 1 }],
    ["the first of two", [last, behind], { direct: [], gated: [{ gate: second, behind: [last, behind] }], depth: 2 }],
    ["not where another path leads past it", [A.mul(behind, local)], { gated: [] }],
    ["not where the arms meet behind it", [A.add(behind, A.mul(local, last))], { gated: [] }],
    [
      "where two paths lead through it",
      [A.mul(behind, last)],
      { gated: [{ gate: second, behind: [A.mul(behind, last)] }] },
    ],
  ])("%s", (_name, roots, expected) => {
    expect(split(roots)).toMatchObject(expected);
  });

  test("a tail is known by its gate and all that lies behind it", () => {
    const tails = new Tails();
    tails.set(second, [behind, last], x);
    expect([tails.get(second, [behind, last]), tails.get(second, [last]), tails.get(third, [behind, last])]).toEqual([
      x,
      undefined,
      undefined,
    ]);
  });

  test("conditions are what this is about", () => {
    expect([first, second, third].map((node) => graph.op[node])).toEqual([CODE.positive, CODE.positive, CODE.positive]);
  });
});

// A switch that e_i keeps or changes, and an observation of it in every step.
const STEPS = 6;
const DATA = Array.from({ length: STEPS }, (_, i) => Math.sin(2 * i));
const [STAY, LEAVE] = [-0.7, 0.4];
const machine: Model = defineModel("machine", ({ sample, observe, where }) => {
  const level = sample("level", normal(0, 1));
  let on: Real = 1;
  DATA.forEach((value, i) => {
    const threshold = typeof on === "number" ? STAY : where(gt(on, 0.5), STAY, LEAVE);
    on = where(gt(sample(`e${i}`, normal(0, 1)), threshold), 1, 0);
    observe(normal(where(gt(on, 0.5), level, -1), 0.8), value);
  });
});

// Its ELBO without a sample: the probability that the switch is on goes from step to step, the level enters by two moments.
function elbo(theta: readonly number[]): number {
  const n = STEPS + 1;
  const sd = (i: number): number => Math.log1p(Math.exp(theta[n + i]!));
  let total = 0;
  for (let i = 0; i < n; i++) total += -0.5 * (theta[i]! ** 2 + sd(i) ** 2) + Math.log(sd(i)) + 0.5;
  let on = 1;
  DATA.forEach((value, i) => {
    const above = (threshold: number): number => normalCdf((theta[i + 1]! - threshold) / sd(i + 1));
    on = on * above(STAY) + (1 - on) * above(LEAVE);
    const squares = on * ((value - theta[0]!) ** 2 + sd(0) ** 2) + (1 - on) * (value + 1) ** 2;
    total += -0.5 * (squares / 0.64 + Math.log(2 * Math.PI * 0.64));
  });
  return total;
}

const SAMPLES = amount(140_000, 200_000);

describe("jumps of a chain, made of the tails of its gates", () => {
  const theta = Array.from({ length: 2 * STEPS + 2 }, (_, p) => 0.6 * Math.sin(3 * p + 1));
  const n = STEPS + 1;
  const estimate = (model: Model): ReturnType<typeof estimateGradient> =>
    estimateGradient(model, {
      estimator: corrected({ marginalise: false, points: "random", pairing: "independent" }),
      params: { mu: theta.slice(0, n), rho: theta.slice(n) },
      samples: SAMPLES,
      seed: 5,
    });
  const exact = theta.map((_, p) => {
    const at = (step: number): number => elbo(theta.map((value, q) => (q === p ? value + step : value)));
    return (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3;
  });
  const faults = (result: ReturnType<typeof estimateGradient>): (string | undefined)[] =>
    exact.map((expected, p) =>
      meanFault({ mean: result.gradient[p]!, variance: result.variance[p]!, n: SAMPLES }, expected, {
        alpha: 1e-4,
        detectable: 0.08,
      }),
    );

  test("are unbiased: errors of 0.08 are seen with probability 0.9", () => {
    expect(faults(estimate(machine)).filter((fault) => fault !== undefined)).toEqual([]);
  });

  test("and a chain with another threshold is noticed", () => {
    const other = defineModel("other", ({ sample, observe, where }) => {
      const level = sample("level", normal(0, 1));
      let on: Real = 1;
      DATA.forEach((value, i) => {
        const threshold = typeof on === "number" ? STAY : where(gt(on, 0.5), STAY, LEAVE + 0.3);
        on = where(gt(sample(`e${i}`, normal(0, 1)), threshold), 1, 0);
        observe(normal(where(gt(on, 0.5), level, -1), 0.8), value);
      });
    });
    expect(faults(estimate(other)).some((fault) => fault?.includes("standard errors"))).toBe(true);
  });
});
