import { expect, test } from "vitest";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { familiesOf } from "../../../src/boundaries/find/parallel-family.ts";
import { boundaryTerm, neighboursOf } from "../../../src/boundaries/jump/boundary-terms.ts";
import { surfaceOf } from "../../../src/boundaries/move/projection.ts";
import { normal, poisson } from "../../../src/distributions/index.ts";
import { add, exp, floor, gt, mul, type Real } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { defineModel, type Model, type Program } from "../../../src/program/model.ts";

const STEPS = 7;
const model = (name: string, program: Program): Model => defineModel(name, program);

const MODELS: readonly Model[] = [
  model("one condition per term", ({ sample, observe, where }) => {
    const [x, y, z] = [sample("x", normal(0, 1)), sample("y", normal(0, 1)), sample("z", normal(0, 1))];
    for (let k = 0; k < STEPS; k++) observe(poisson(exp(where(gt(z, k / STEPS), x, y))), k);
  }),
  model("all conditions in one term", ({ sample, observe }) => {
    observe(normal(floor(sample("z", normal(0, 3)), { from: -3, to: 3 }), 1), 2.2);
  }),
  model("beside what moves with the boundary, and what another condition of the same latent switches", (context) => {
    const { sample, observe, where } = context;
    const [z, w] = [sample("z", normal(0, 3)), sample("w", normal(0, 1))];
    let total: Real = 0;
    for (let k = 0; k < STEPS; k++) total = add(total, where(gt(mul(-2, z), k), mul(z, 0.1), w));
    observe(normal(add(total, mul(z, w)), 1), 2.2);
    observe(normal(mul(total, where(gt(add(z, w), 0), 1, 2)), exp(total)), 2.2);
  }),
  model("a condition decides what moves another", ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 3));
    const moved = where(gt(z, 1), z, mul(2, z));
    for (let k = 0; k < STEPS; k++) observe(normal(where(gt(z, k), where(gt(moved, k + 0.5), 1, z), 0), 1), k);
  }),
];

test.each(MODELS.map((each) => [each.name, each] as const))(
  "what a family shares changes no boundary term: %s",
  (_name, { program, name }) => {
    const objective = buildObjective(defineModel(name, program));
    const { boundaries } = analyseBoundaries(objective);
    const [families, neighbours] = [familiesOf(objective, boundaries), neighboursOf(objective, boundaries)];
    const known = boundaries.filter((boundary) => families(boundary) !== undefined);
    expect(known.length).toBeGreaterThanOrEqual(STEPS - 1);
    for (const boundary of known) {
      const alone = boundaryTerm(objective, boundary, neighbours(boundary), surfaceOf(objective, boundary));
      const shared = { ...neighbours(boundary), family: families(boundary) };
      const beside = boundaryTerm(objective, boundary, shared, surfaceOf(objective, boundary));
      // Equal expressions are the same nodes.
      expect([...beside]).toEqual([...alone]);
    }
  },
);

test("a family that takes its boundaries for others is noticed", () => {
  const objective = buildObjective(MODELS[1]!);
  const { boundaries } = analyseBoundaries(objective);
  const [families, neighbours] = [familiesOf(objective, boundaries), neighboursOf(objective, boundaries)];
  const [first, second] = boundaries as [(typeof boundaries)[0], (typeof boundaries)[0]];
  const alone = boundaryTerm(objective, first, neighbours(first), surfaceOf(objective, first));
  const wrong = { ...neighbours(first), family: families(second) };
  expect([...boundaryTerm(objective, first, wrong, surfaceOf(objective, first))]).not.toEqual([...alone]);
});

test("a family knows of each of its conditions on which side of a boundary it is, and that no other jumps there", () => {
  const thresholds = (count: number, program: () => readonly number[]) => {
    const objective = buildObjective(
      model("m", ({ sample, observe, where }) => {
        const [z, w] = [sample("z", normal(0, 1)), sample("w", normal(0, 1))];
        for (const [k, at] of program().entries()) observe(normal(where(gt(z, at), w, 0), 1), k);
      }),
    );
    const { boundaries } = analyseBoundaries(objective);
    expect(boundaries.filter((boundary) => boundary.family === boundaries[0]!.family)).toHaveLength(count);
    return { objective, boundaries, families: familiesOf(objective, boundaries) };
  };
  expect(thresholds(2, () => [0, 1]).families(thresholds(2, () => [0, 1]).boundaries[0]!)).toBeUndefined();
  const { objective, boundaries, families } = thresholds(3, () => [1, 0, 2]);
  const { graph } = objective;
  const nodes = boundaries.map(({ predicates }) => predicates[0]!.node);
  // In the order of the thresholds: 0, 1, 2. On the boundary z = 0 the condition z > 1 is false; on z = 2 it is true.
  const ranks = [1, 0, 2];
  boundaries.forEach((boundary, k) => {
    const { value, mayJump } = families(boundary)!;
    nodes.forEach((node, j) => {
      const found = value(node);
      expect(found === undefined ? "jumps" : graph.value(found) !== 0).toBe(j === k ? "jumps" : ranks[j]! < ranks[k]!);
      expect(mayJump(node)).toBe(j === k);
    });
    // Of what it has not seen a family knows nothing.
    const strange = graph.input("strange", true);
    expect([value(strange), mayJump(strange)]).toEqual([undefined, true]);
  });
});
