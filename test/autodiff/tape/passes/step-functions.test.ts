/** Sums of selections by thresholds on one value, as step functions. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileTape, Graph, type NodeId, runLanes, runUniform } from "../../../../src/autodiff/index.ts";
import { jit } from "../../../../src/autodiff/lanes/javascript/jit.ts";
import { wasmKernels } from "../../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../../src/autodiff/lanes/wasm/wasm.ts";
import { fastPlan } from "../../../../src/autodiff/planners/fast-plan.ts";
import type { Backend } from "../../../../src/autodiff/tape/executable.ts";
import { plainPlan } from "../../../../src/autodiff/tape/plan.ts";
import { amount } from "../../../support/soak.ts";

type Build = (graph: Graph, x: NodeId, u: NodeId) => NodeId;

function valuesOf(build: Build, xs: readonly number[], planner: typeof plainPlan, backend?: Backend) {
  const graph = new Graph();
  const [x, u] = [graph.input("x", true), graph.input("u", false)];
  const plan = planner(graph, [build(graph, x, u)]);
  const tape = compileTape(graph, [], { laneInputs: [x], lanes: xs.length, plan, ...(backend && { backend }) });
  for (const { offset } of tape.uniformInputs) tape.slots[offset] = 0.7;
  tape.slots.set(xs, tape.noiseOffset);
  runUniform(tape);
  runLanes(tape, xs.length);
  const [{ offset } = { offset: 0 }] = tape.outputs;
  return { values: xs.map((_, i) => tape.slots[offset + i]!), names: plan.lane.map(({ name }) => name) };
}

interface Selection {
  readonly kind: "above" | "below";
  readonly negated: boolean;
  readonly bound: number;
  readonly taken: number;
  readonly other: number;
}

// Whole arms, so that sums are exact in any order.
const selection: fc.Arbitrary<Selection> = fc.record({
  kind: fc.constantFrom("above", "below"),
  negated: fc.boolean(),
  bound: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.constantFrom(-0, 5e-324, 0.1, 1e300, -1e300, Infinity)),
  taken: fc.integer({ min: -9, max: 9 }),
  other: fc.integer({ min: -9, max: 9 }),
});

const summed =
  (selections: readonly Selection[]): Build =>
  (graph, x) => {
    const { algebra: A } = graph;
    return graph.sum(
      selections.map(({ kind, negated, bound, taken, other }) => {
        const value = graph.constant(bound);
        const mask = A.positive(kind === "above" ? A.sub(x, value) : A.sub(value, x));
        return A.where(negated ? A.not(mask) : mask, graph.constant(taken), graph.constant(other));
      }),
    );
  };

/** The bounds, the doubles beside them, and what is special. */
function pointsAround(selections: readonly Selection[]): number[] {
  const points = selections.flatMap(({ bound }) => {
    if (!Number.isFinite(bound)) return [bound];
    const step = Math.max(Number.MIN_VALUE, Math.abs(bound) * 2 ** -53);
    return [bound, bound + step, bound - step, bound + 0.5];
  });
  return [...new Set([...points, -Infinity, -0, 0, Infinity, NaN])];
}

describe("sums of selections by thresholds", () => {
  test("have the values of the plain ops at, beside and between the thresholds, and at NaN", () => {
    fc.assert(
      fc.property(fc.array(selection, { minLength: 1, maxLength: 40 }), (selections) => {
        const build = summed(selections);
        const points = pointsAround(selections);
        const { values } = valuesOf(build, points, fastPlan);
        expect(values).toEqual(valuesOf(build, points, plainPlan).values);
      }),
      { numRuns: amount(100, 400) },
    );
  });

  const many = Array.from(
    { length: 100 },
    (_, k): Selection => ({ kind: "above", negated: false, bound: Math.sin(k), taken: k % 7, other: -1 - (k % 5) }),
  );

  test("take a search and a look-up, however many there are", () => {
    expect(valuesOf(summed(many), [0.3], fastPlan).names).toEqual(["search7", "lookUp"]);
    // Fewer than eight are left as they are.
    expect(valuesOf(summed(many.slice(0, 7)), [0.3], fastPlan).names).not.toContain("lookUp");
  });

  test("over some of the thresholds on a value share the search among all of them", () => {
    const build: Build = (graph, x, u) => {
      const parts = [many.slice(0, 60), many.slice(40), [...many.slice(10, 50), ...many.slice(20, 30)]];
      // With arms of its own each: a sum inside two others would be a sum by itself.
      const [p, q, r] = parts.map((part, more) =>
        summed(part.map((row) => ({ ...row, taken: row.taken + 10 * (more + 1) })))(graph, x, u),
      );
      return graph.algebra.mul(p!, graph.algebra.mul(q!, r!));
    };
    const points = pointsAround(many);
    const { values, names } = valuesOf(build, points, fastPlan);
    expect(names.filter((name) => name.startsWith("search"))).toEqual(["search7"]);
    expect(names.filter((name) => name === "lookUp")).toHaveLength(3);
    expect(values).toEqual(valuesOf(build, points, plainPlan).values);
  });

  test.each([
    ["wasm", wasm({ after: 0 })],
    ["wasm kernels", wasmKernels()],
    ["jit", jit()],
  ] as const)("have the same bits on %s, odd numbers of lanes included", (_name, backend) => {
    for (const count of [1, 2, 3, 4, 5, 8, 11]) {
      const points = pointsAround(many).slice(0, count);
      const build: Build = (graph, x, u) =>
        graph.algebra.mul(graph.algebra.add(summed(many)(graph, x, u), u), graph.algebra.exp(x));
      expect(valuesOf(build, points, fastPlan, backend).values).toEqual(valuesOf(build, points, fastPlan).values);
    }
  });

  test("with arms that depend on parameters, an infinite one of which counts only where it is taken", () => {
    const build: Build = (graph, x, u) => {
      const { algebra: A } = graph;
      const arm = (k: number): NodeId => (k === 5 ? A.div(u, graph.constant(0)) : A.mul(u, graph.constant(k)));
      return graph.sum(
        Array.from({ length: 12 }, (_, k) =>
          A.where(A.positive(A.sub(x, graph.constant(k))), arm(k), graph.constant(1)),
        ),
      );
    };
    const points = [-1, 0.5, 4.5, 5.5, 20];
    const { values, names } = valuesOf(build, points, fastPlan);
    expect(names).toContain("lookUp");
    valuesOf(build, points, plainPlan).values.forEach((value, i) => {
      if (Number.isFinite(value)) expect(values[i]).toBeCloseTo(value, 12);
      else expect(values[i]).toBe(value);
    });
  });
});
