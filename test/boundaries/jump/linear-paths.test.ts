import { describe, expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { operationCount } from "../../../src/autodiff/graph/operation-count.ts";
import { DenseReplacement } from "../../../src/autodiff/graph/substitute.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import type { BesideFamily } from "../../../src/boundaries/find/parallel-family.ts";
import { boundaryTerm, neighboursOf } from "../../../src/boundaries/jump/boundary-terms.ts";
import { gatesOf } from "../../../src/boundaries/jump/gates.ts";
import { pathsFrom } from "../../../src/boundaries/jump/linear-paths.ts";
import { sparing } from "../../../src/boundaries/jump/unmoved-nodes.ts";
import { surfaceOf } from "../../../src/boundaries/move/projection.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { temperature } from "../../../src/models/index.ts";
import { objectiveOf } from "../../../src/objective/objective.ts";
import { trace } from "../../../src/program/trace.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

describe("the feet of a jump", () => {
  const graph = new FullGraph();
  const { algebra: A } = graph;
  const [x, y, z] = ["x", "y", "z"].map((name) => graph.input(name, true)) as [NodeId, NodeId, NodeId];
  const [flips, other] = [A.positive(x), A.positive(y)];
  const inner = A.where(flips, y, z);
  const foot = (root: NodeId, isUnmoved?: (node: NodeId) => boolean) => pathsOf(root, isUnmoved).feet();
  const pathsOf = (root: NodeId, isUnmoved: (node: NodeId) => boolean = (node) => node === other) =>
    pathsFrom(
      graph,
      new DenseReplacement(),
      { roots: [root], nodes: Int32Array.from(graph.reachable([root])), slopes: new Map() },
      [flips],
      isUnmoved,
    );

  // Three choices that do not change, of which one hands the node on.
  const choices = [0.5, 1, 1.5].map((least) => A.positive(A.sub(y, A.constant(least))));
  const behind = (node: NodeId): NodeId => choices.reduce((arm, choice) => A.where(choice, A.neg(arm), z), node);
  const weight = choices.reduceRight((slope, choice) => A.neg(A.where(choice, slope, A.constant(0))), A.constant(1));
  const areChoices = (node: NodeId): boolean => choices.includes(node);

  test("lie where what flips meets its arms, with the slope of the root there", () => {
    expect(foot(A.add(behind(inner), y), areChoices)).toEqual([{ node: inner, weight }]);
  });

  test("are not asked for with fewer choices above, however many other functions there are", () => {
    expect(foot(A.add(A.where(other, inner, z), y))).toBeUndefined();
    const many = [y, A.exp(y), z, A.exp(z)].reduce((sum, node) => A.add(sum, node), inner);
    expect(foot(many, areChoices)).toBeUndefined();
  });

  test("are below products by what stays, on either side", () => {
    const isUnmoved = (node: NodeId): boolean => areChoices(node) || node === y || node === late;
    const late = A.exp(A.mul(y, z));
    for (const factor of [y, late]) {
      const found = foot(behind(A.mul(inner, factor)), isUnmoved);
      expect(found).toEqual([{ node: inner, weight: A.mul(weight, factor) }]);
    }
  });

  test("have the slope of all ways to them, though another boundary of the same sum did not go by one of these", () => {
    const root = A.add(behind(inner), behind(A.mul(inner, y)));
    const cone = { roots: [root], nodes: Int32Array.from(graph.reachable([root])), slopes: new Map() };
    const found = (isUnmoved: (node: NodeId) => boolean) =>
      pathsFrom(graph, new DenseReplacement(), cone, [flips], isUnmoved).feet()!;
    // A boundary that moves y has two feet, one that does not has one.
    expect(found(areChoices).map(({ node }) => node)).toEqual([A.mul(inner, y), inner]);
    expect(found((node) => areChoices(node) || node === y)).toEqual([
      { node: inner, weight: A.add(weight, A.mul(weight, y)) },
    ]);
  });

  test("are the nodes above a condition that the boundary moves", () => {
    const above = A.where(other, inner, z);
    expect(foot(behind(above), areChoices)).toEqual([{ node: above, weight }]);
  });

  test("are told from the conditions and choices of numbers that change, of which a chain of gates may be made", () => {
    const gate = A.positive(A.sub(inner, A.constant(1)));
    expect(pathsOf(A.where(other, A.where(gate, y, z), z)).gates).toBe(1);
    expect(pathsOf(A.where(other, A.where(gate, y, A.constant(2)), z)).gates).toBe(2);
    expect(pathsOf(A.where(other, inner, z)).gates).toBe(0);
    expect(pathsOf(A.where(other, A.pow(inner, A.constant(3)), z)).gates).toBe(0);
  });

  test("count once what is read by a curved function too", () => {
    const curved = A.exp(inner);
    const found = foot(A.add(behind(inner), behind(curved)), areChoices)!;
    expect(new Map(found.map((each) => [each.node, each.weight]))).toEqual(
      new Map([
        [curved, weight],
        [inner, weight],
      ]),
    );
  });
});

// Its switches are summed out, so that all conditions are below one sum, and each by some twenty others from it.
test("make the boundary terms that each has by itself", () => {
  const objective = objectiveOf(collapseTrace(trace(temperature)).trace);
  const { graph } = objective;
  const { boundaries } = analyseBoundaries(objective);
  const beside = sparing(objective, boundaries);
  const neighbours = neighboursOf(objective, boundaries, gatesOf(graph));
  const termsBy = (of: (family: BesideFamily) => BesideFamily): NodeId[] =>
    boundaries.map((boundary) => {
      const family = of(beside(boundary)!);
      const term = boundaryTerm(
        objective,
        boundary,
        { ...neighbours(boundary), family },
        surfaceOf(objective, boundary),
      );
      return graph.sum([...term.values()]);
    });
  const alone = termsBy(({ apart: _, ...family }) => family);
  const ours = termsBy((family) => family);
  // As if every way led to the sum.
  const unweighted = termsBy((family) => ({
    ...family,
    apart: (flipping) => {
      const { gates, feet } = family.apart!(flipping);
      return { gates, feet: () => feet()?.map(({ node }) => ({ node, weight: graph.constant(1) })) };
    },
  }));
  const evaluate = evaluatorOf(graph, [...alone, ...ours, ...unweighted]);
  let wrong = 0;
  for (let turn = 0; turn < 20; turn++) {
    const values = evaluate(
      graph.inputs.map(({ name }, i) => {
        const noise = Math.sin(1 + 7.3 * i + 31.7 * turn);
        return name.startsWith("mu") ? 20 + 2.5 * noise : noise;
      }),
    );
    boundaries.forEach((_, b) => {
      const [expected, found, without] = [0, 1, 2].map((part) => values[part * boundaries.length + b]!);
      expect(Math.abs(found! - expected!)).toBeLessThanOrEqual(1e-12 * Math.abs(expected!));
      if (Math.abs(without! - expected!) > 1e-6 * Math.abs(expected!)) wrong++;
    });
  }
  expect(wrong).toBeGreaterThan(100);
  const counted = (nodes: readonly NodeId[]): number => operationCount(graph)([objective.value, ...nodes]);
  expect(counted(ours)).toBeLessThan(0.8 * counted(alone));
});
