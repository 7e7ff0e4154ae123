/** Cheaper forms of ops: the same values, and fewer instructions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTape, Graph, type NodeId, runLanes, runUniform } from "../../../../src/autodiff/index.ts";
import { fastPlan } from "../../../../src/autodiff/planners/fast-plan.ts";
import { plainPlan } from "../../../../src/autodiff/tape/plan.ts";
import { amount } from "../../../support/soak.ts";

type Build = (graph: Graph, x: NodeId) => NodeId;

/** Values of an output for each x, and the names of the instructions that compute it. */
function valuesOf(build: Build, xs: readonly number[], planner: typeof plainPlan) {
  const graph = new Graph();
  const x = graph.input("x", true);
  const plan = planner(graph, [build(graph, x)]);
  const tape = compileTape(graph, [], { laneInputs: [x], lanes: xs.length, plan });
  tape.slots.set(xs, tape.noiseOffset);
  runUniform(tape);
  runLanes(tape, xs.length);
  const [{ offset, lane } = { offset: 0, lane: false }] = tape.outputs;
  return { values: xs.map((_, i) => tape.slots[offset + (lane ? i : 0)]!), names: plan.lane.map(({ name }) => name) };
}

const points = [-Infinity, -3, -1, -0.5, -0, 0, 5e-324, 0.5, 1, 1.0000000000000002, 2, 18, 22, Infinity, NaN];
const asReal = (graph: Graph, mask: NodeId): NodeId => graph.algebra.where(mask, graph.constant(3), graph.constant(7));

describe("conditions on one value", () => {
  const bound = fc.constantFrom(-1, 0, 0.5, 1, 2);
  const threshold = fc.record({
    kind: fc.constantFrom("above", "below", "positive", "negative"),
    bound,
    negated: fc.boolean(),
  });

  test("and, or of random thresholds have the values of the plain ops at every point, NaN included", () => {
    fc.assert(
      fc.property(threshold, threshold, fc.boolean(), (first, second, both) => {
        const build: Build = (graph, x) => {
          const { algebra: A } = graph;
          const [p, q] = [first, second].map(({ kind, bound: b, negated }) => {
            const value = graph.constant(b);
            const mask = A.positive(
              kind === "above"
                ? A.sub(x, value)
                : kind === "below"
                  ? A.sub(value, x)
                  : kind === "positive"
                    ? x
                    : A.neg(x),
            );
            return negated ? A.not(mask) : mask;
          });
          return asReal(graph, both ? A.and(p!, q!) : A.or(p!, q!));
        };
        expect(valuesOf(build, points, fastPlan).values).toEqual(valuesOf(build, points, plainPlan).values);
      }),
      { numRuns: amount(500, 2000) },
    );
  });

  test("an `else if` on the same value needs no conjunction", () => {
    const build: Build = (graph, x) => {
      const { algebra: A } = graph;
      const low = A.positive(A.sub(graph.constant(18), x));
      const high = A.positive(A.sub(x, graph.constant(22)));
      return asReal(graph, A.and(high, A.not(low)));
    };
    expect(valuesOf(build, points, fastPlan).names).toEqual(["addPositive", "where"]);
    expect(valuesOf(build, points, plainPlan).names).toContain("and");
  });
});

test("of a multiple and 0 the multiple of a selection, not for infinite factors", () => {
  const build =
    (factor: number, swapped: boolean): Build =>
    (graph, x) => {
      const { algebra: A } = graph;
      const [arm, zero] = [A.mul(graph.constant(factor), A.sin(x)), graph.constant(0)];
      const chosen = swapped ? A.where(A.positive(x), zero, arm) : A.where(A.positive(x), arm, zero);
      return A.add(chosen, A.mul(graph.constant(3), A.exp(chosen)));
    };
  for (const swapped of [false, true]) {
    const { values, names } = valuesOf(build(2.5, swapped), points, fastPlan);
    expect(values).toEqual(valuesOf(build(2.5, swapped), points, plainPlan).values);
    expect(names.indexOf("where")).toBeLessThan(names.indexOf("mul"));
    const infinite = build(Infinity, swapped);
    expect(valuesOf(infinite, points, fastPlan).values).toEqual(valuesOf(infinite, points, plainPlan).values);
  }
});

describe("selections between the same values", () => {
  // Σ_k where(x > t_k, 3 − e^where(x > t_k, sin x, cos x), −e^where(x > t_k, sin x, cos x)), as derivatives of likelihoods are.
  const build =
    (conditions: number): Build =>
    (graph, x) => {
      const { algebra: A } = graph;
      const terms = Array.from({ length: conditions }, (_, k) => {
        const p = A.positive(A.sub(x, graph.constant(k - 2.5)));
        const rate = A.exp(A.where(p, A.sin(x), A.cos(x)));
        return A.where(p, A.sub(graph.constant(3), rate), A.neg(rate));
      });
      return graph.sum(terms);
    };
  const finite = points.filter(Number.isFinite);

  test("take one exponential for each value, not for each condition", () => {
    const exps = (conditions: number): number =>
      valuesOf(build(conditions), finite, fastPlan).names.filter((name) => name === "exp").length;
    expect([1, 2, 3, 20].map(exps)).toEqual([1, 2, 2, 2]);
    // The arms are linear in the two rates, and their sums step functions.
    expect(valuesOf(build(20), finite, fastPlan).names).toContain("lookUp");
  });

  test("keep their values", () => {
    for (const conditions of [1, 2, 3, 5, 20]) {
      const { values } = valuesOf(build(conditions), finite, fastPlan);
      valuesOf(build(conditions), finite, plainPlan).values.forEach((value, i) => {
        expect(Math.abs(values[i]! - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
      });
    }
  });
});

describe("quotients by one of two constants", () => {
  const quotient =
    (numerator: (graph: Graph, x: NodeId) => NodeId, taken: number, other: number): Build =>
    (graph, x) => {
      const { algebra: A } = graph;
      return A.div(numerator(graph, x), A.where(A.positive(x), graph.constant(taken), graph.constant(other)));
    };

  test("a constant over it is a selection, bit for bit", () => {
    const build = quotient((graph) => graph.constant(0.7), 0.3, -4);
    const { values, names } = valuesOf(build, points, fastPlan);
    expect(names).toEqual(["positive", "where"]);
    expect(values).toEqual(valuesOf(build, points, plainPlan).values);
  });

  test("a lane value over it is a product, to 1.5 ulp", () => {
    const build = quotient((graph, x) => graph.algebra.sin(x), 0.3, -7);
    const { values, names } = valuesOf(build, points, fastPlan);
    expect(names).not.toContain("div");
    valuesOf(build, points, plainPlan).values.forEach((value, i) => {
      if (Number.isNaN(value)) expect(values[i]).toBeNaN();
      else expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(2 * Number.EPSILON * Math.abs(value));
    });
  });

  test("divisors whose reciprocal would overflow or be 0 stay divisors", () => {
    for (const divisor of [0, 5e-324, 1e305, Infinity]) {
      const build = quotient((graph, x) => graph.algebra.sin(x), divisor, 2);
      const { values, names } = valuesOf(build, points, fastPlan);
      expect(names).toContain("div");
      expect(values).toEqual(valuesOf(build, points, plainPlan).values);
    }
  });
});
