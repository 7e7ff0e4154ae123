import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { splitByGates, Tails } from "../../../src/boundaries/jump/gates.ts";
import { statesOf } from "../../../src/boundaries/jump/states.ts";
import { normal } from "../../../src/distributions/index.ts";
import {
  corrected,
  defineModel,
  estimateGradient,
  gt,
  type Model,
  type ProgramContext,
  type Real,
} from "../../../src/index.ts";
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
    statesOf(graph),
  );
}

describe("which roots a jump reaches through a gate alone", () => {
  const local = A.mul(state(first), y);
  const behind = A.square(state(second));
  const last = A.exp(state(third));
  const both = A.and(first, A.positive(w));
  // Kept or set: the state of two values itself is what the jump passes.
  const kept = A.where(
    A.positive(y),
    A.constant(0),
    A.where(first, A.constant(1), A.where(A.positive(w), A.constant(1), A.constant(0))),
  );
  test.each<[string, NodeId[], object]>([
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
    ["a condition made of two", [local, A.square(state(both))], { direct: [local], gated: [{ gate: both }], depth: 1 }],
    [
      "a state of two values",
      [local, A.mul(kept, w)],
      { direct: [local], gated: [{ behind: [A.mul(kept, w)] }], depth: 2 },
    ],
  ])("%s", (_name, roots, expected) => {
    expect(split(roots)).toMatchObject(expected);
  });

  test("a tail is known by its gate and all that lies behind it", () => {
    const tails = new Tails();
    tails.set(second, [behind, last], x);
    expect(tails.get(second, [behind, last])).toBe(x);
    for (const others of [[last], [behind], [behind, third], [third, last], [behind, last, third], []])
      expect(tails.get(second, others)).toBeUndefined();
    expect(tails.get(third, [behind, last])).toBeUndefined();
  });

  test("conditions are what this is about", () => {
    expect([first, second, third].map((node) => graph.op[node])).toEqual([CODE.positive, CODE.positive, CODE.positive]);
  });
});

const STEPS = 6;
const DATA = Array.from({ length: STEPS }, (_, i) => Math.sin(2 * i));
const SAMPLES = amount(140_000, 200_000);

/** A chain with an observation of its state in every step, under other numbers too, and the probabilities that the state is on by means and sds. */
interface ChainOfIfs {
  readonly model: (change?: number) => Model;
  readonly on: (means: readonly number[], sds: readonly number[]) => number[];
}

const observed = (name: string, next: (i: number, on: Real, context: ProgramContext) => Real): Model =>
  defineModel(name, (context) => {
    const level = context.sample("level", normal(0, 1));
    let on: Real = 1;
    DATA.forEach((value, i) => {
      on = next(i, on, context);
      context.observe(normal(context.where(gt(on, 0.5), level, -1), 0.8), value);
    });
  });

const [STAY, LEAVE] = [-0.7, 0.4];
/** e_i keeps or changes it. */
const machine: ChainOfIfs = {
  model: (change = 0) =>
    observed("machine", (i, on, { sample, where }) => {
      const threshold = typeof on === "number" ? STAY : where(gt(on, 0.5), STAY, LEAVE + change);
      return where(gt(sample(`e${i}`, normal(0, 1)), threshold), 1, 0);
    }),
  on(means, sds) {
    let on = 1;
    return DATA.map((_, i) => {
      const above = (threshold: number): number => normalCdf((means[i + 1]! - threshold) / sds[i + 1]!);
      on = on * above(STAY) + (1 - on) * above(LEAVE);
      return on;
    });
  },
};
/** Every step switches it on, off, or neither, by thresholds of its own. */
const thermostat: ChainOfIfs = {
  model: (change = 0) =>
    observed("thermostat", (i, on, { sample, where }) => {
      const [low, high] = [sample(`low${i}`, normal(0, 1)), sample(`high${i}`, normal(0, 1))];
      return where(gt(low, DATA[i]! + 0.5), 1, where(gt(DATA[i]! - 0.5 + change, high), 0, on));
    }),
  on(means, sds) {
    let on = 1;
    return DATA.map((value, i) => {
      const [low, high] = [2 * i + 1, 2 * i + 2];
      const sets = normalCdf((means[low]! - value - 0.5) / sds[low]!);
      const clears = normalCdf((value - 0.5 - means[high]!) / sds[high]!);
      on = sets + (1 - sets) * (1 - clears) * on;
      return on;
    });
  },
};

/** One latent has another threshold, and another side of it, where the state is on: a state is a mask made of two conditions, and no comparison. */
const sided: ChainOfIfs = {
  model: (change = 0) =>
    observed("sided", (i, on, { sample, where }) => {
      const e = sample(`e${i}`, normal(0, 1));
      const [stays, comes] = [where(gt(e, DATA[i]! - 0.3), 1, 0), where(gt(0.2 + change - DATA[i]!, e), 1, 0)];
      return typeof on === "number" ? stays : where(gt(on, 0.5), stays, comes);
    }),
  on(means, sds) {
    let on = 1;
    return DATA.map((value, i) => {
      const below = (threshold: number): number => normalCdf((threshold - means[i + 1]!) / sds[i + 1]!);
      on = on * (1 - below(value - 0.3)) + (1 - on) * below(0.2 - value);
      return on;
    });
  },
};

// The ELBO without a sample: by the probabilities that the state is on, and two moments of the level.
function elbo(chain: ChainOfIfs, theta: readonly number[]): number {
  const n = theta.length / 2;
  const means = theta.slice(0, n);
  const sds = theta.slice(n).map((rho) => Math.log1p(Math.exp(rho)));
  let total = 0;
  for (let i = 0; i < n; i++) total += -0.5 * (means[i]! ** 2 + sds[i]! ** 2) + Math.log(sds[i]!) + 0.5;
  chain.on(means, sds).forEach((on, i) => {
    const squares = on * ((DATA[i]! - means[0]!) ** 2 + sds[0]! ** 2) + (1 - on) * (DATA[i]! + 1) ** 2;
    total += -0.5 * (squares / 0.64 + Math.log(2 * Math.PI * 0.64));
  });
  return total;
}

describe.each([
  ["gates that are conditions", machine, STEPS + 1, 0.08],
  ["gates that are states of two values", thermostat, 2 * STEPS + 1, 0.1],
  ["gates that are made of conditions", sided, STEPS + 1, 0.08],
] as const)("jumps of a chain, made of the tails of %s", (_name, chain, n, detectable) => {
  const theta = Array.from({ length: 2 * n }, (_, p) => 0.6 * Math.sin(3 * p + 1));
  const exact = theta.map((_, p) => {
    const at = (step: number): number =>
      elbo(
        chain,
        theta.map((value, q) => (q === p ? value + step : value)),
      );
    return (8 * (at(1e-3) - at(-1e-3)) - (at(2e-3) - at(-2e-3))) / 12e-3;
  });
  const faults = (model: Model): (string | undefined)[] => {
    const result = estimateGradient(model, {
      estimator: corrected({ marginalise: false, points: "random", pairing: "independent" }),
      params: { mu: theta.slice(0, n), rho: theta.slice(n) },
      samples: SAMPLES,
      seed: 5,
    });
    return exact.map((expected, p) =>
      meanFault({ mean: result.gradient[p]!, variance: result.variance[p]!, n: SAMPLES }, expected, {
        alpha: 1e-4,
        detectable,
      }),
    );
  };

  test(`are unbiased: errors of ${detectable} are seen with probability 0.9`, () => {
    expect(faults(chain.model()).filter((fault) => fault !== undefined)).toEqual([]);
  });

  test("and a chain with another threshold is noticed", () => {
    expect(faults(chain.model(0.3)).some((fault) => fault?.includes("standard errors"))).toBe(true);
  });
});
