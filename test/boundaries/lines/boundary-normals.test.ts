/** The normal of a boundary at one place, and the places where there is none. */
import { describe, expect, test } from "vitest";
import type { Algebra, NodeId } from "../../../src/autodiff/ops/op.ts";
import { BoundaryNormal, hasNormal } from "../../../src/boundaries/lines/boundary-normals.ts";
import type { Decision } from "../../../src/boundaries/lines/decisions.ts";
import * as n from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";

type Make = (A: Algebra, u: NodeId, w: NodeId, of: (value: number) => NodeId) => NodeId;

// Under means 0.5 and −1 and sds 2 and 3; noises are given such that u and w are as a row says.
const [MEANS, SDS] = [[0.5, -1] as const, [2, 3] as const];
function decided(make: Make) {
  const objective = buildObjective(
    n.defineModel("normal", ({ sample }) => void [sample("u", n.normal(0, 1)), sample("w", n.normal(0, 1))]),
    undefined,
    n.meanField(),
  );
  const { graph, variables } = objective;
  const [u, w] = variables.map(({ node }) => node) as [NodeId, NodeId];
  const operand = make(graph.algebra, u, w, (value) => graph.constant(value));
  return { objective, decision: { node: graph.algebra.positive(operand), operand } as Decision };
}
function normalOf(make: Make) {
  const { objective, decision } = decided(make);
  const { normals, parameters } = objective;
  const noises = normals.map((_, k) => k);
  const normal = new BoundaryNormal(objective, decision, noises);
  const theta = [...MEANS, ...SDS.map((sd) => n.rhoOfSd(sd))];
  const valuesAt = (z: readonly number[]): number[] =>
    normal.inputs.map((node) => {
      const k = normals.indexOf(node);
      return k < 0 ? theta[parameters.indexOf(node)]! : (z[k]! - MEANS[k]!) / SDS[k]!;
    });
  return { normal, at: (z: readonly number[], after = z) => normal.at(valuesAt(z), valuesAt(after)) };
}

describe("a condition is proven to have a normal wherever it changes", () => {
  test.each<[string, Make, boolean]>([
    ["u·w − 1", (A, u, w, of) => A.sub(A.mul(u, w), of(1)), true],
    ["w − √(1 + u²)", (A, u, w, of) => A.sub(w, A.sqrt(A.add(A.square(u), of(1)))), true],
    ["w − u/(1 + u²)", (A, u, w, of) => A.sub(w, A.div(u, A.add(A.square(u), of(1)))), true],
    ["1e149·u − w", (A, u, w, of) => A.sub(A.mul(of(1e149), u), w), true],
    ["1/u − w, which divides by 0", (A, u, w, of) => A.sub(A.div(of(1), u), w), false],
    ["1e151·u − w, whose slopes may overflow", (A, u, w, of) => A.sub(A.mul(of(1e151), u), w), false],
    ["log u − w, which is no number for some u", (A, u, w) => A.sub(A.log(u), w), false],
  ])("%s: %s", (_name, make, expected) => {
    const { objective, decision } = decided(make);
    expect(hasNormal(objective, decision)).toBe(expected);
  });

  test("no question has one", () => {
    const { objective, decision } = decided((_, u) => u);
    const { graph } = objective;
    const isNumber = graph.algebra.equal(decision.operand, decision.operand);
    expect(hasNormal(objective, { ...decision, node: isNumber })).toBe(false);
  });
});

describe("the normal of", () => {
  test.each<[string, Make, number[], number[] | false]>([
    // By noise: ∂c/∂u·2 and ∂c/∂w·3, of which the greater one counts as ±1.
    ["u − w at (1, 1)", (A, u, w) => A.sub(u, w), [1, 1], [2 / 3, -1]],
    ["u·w − 2 at (1, 2)", (A, u, w, of) => A.sub(A.mul(u, w), of(2)), [1, 2], [1, 3 / 4]],
    ["1e-300·(u + w) at (0, 0)", (A, u, w, of) => A.mul(of(1e-300), A.add(u, w)), [0, 0], [2 / 3, 1]],
    [
      "u³ + w³, whose slopes are 0 at (0, 0)",
      (A, u, w) => A.add(A.mul(u, A.square(u)), A.mul(w, A.square(w))),
      [0, 0],
      false,
    ],
    ["log u + w, infinitely steep at (0, 0)", (A, u, w) => A.add(A.log(u), w), [0, 0], false],
    ["u·exp(w), where exp overflows", (A, u, w) => A.mul(u, A.exp(w)), [0, 800], false],
    ["1/u − w, which is no number at (0, 0)", (A, u, w) => A.sub(A.mul(A.div(u, u), w), w), [0, 0], false],
  ])("%s", (_name, make, z, byNoise) => {
    const { normal, at } = normalOf(make);
    expect(at(z)).toBe(byNoise !== false);
    if (byNoise) byNoise.forEach((slope, v) => void expect(normal.byNoise[v]).toBeCloseTo(slope, 12));
    // By parameter: the mean of u moves c as much as u's noise does by its sd.
    if (byNoise) byNoise.forEach((slope, v) => void expect(normal.byParameter[v]).toBeCloseTo(slope / SDS[v]!, 12));
  });

  test("a place with one side alone is that of this side; sides that disagree have none", () => {
    const { normal, at } = normalOf((A, u, w) => A.max(u, w));
    expect(at([2, 1], [3, 1])).toBe(true);
    expect(at([2, 1], [1, 2])).toBe(false);
    expect(normalOf((A, u) => A.mul(u, A.square(u))).at([1, 0], [0, 0])).toBe(true);
    expect(normal.noises).toEqual([0, 1]);
  });
});
