/** Expressions in, printed expressions out: what is known of an arm once its condition is. */
import { expect, test } from "vitest";
import { print } from "../../../../src/autodiff/graph/infix-text.ts";
import { Graph, type NodeId } from "../../../../src/autodiff/index.ts";
import { restrictArms } from "../../../../src/autodiff/tape/passes/known-arms.ts";

interface Given {
  readonly graph: Graph;
  readonly A: Graph["algebra"];
  /** Lane nodes, a uniform one, and two conditions on lane nodes. */
  readonly x: NodeId;
  readonly y: NodeId;
  readonly u: NodeId;
  readonly p: NodeId;
  readonly q: NodeId;
}

// biome-ignore format: a table
const ROWS: readonly (readonly [name: string, build: (given: Given) => readonly NodeId[], out: readonly string[]])[] = [
  ["the same condition inside of both arms", ({ A, p, x, y }) => [A.where(p, A.where(p, x, y), A.where(p, x, y))], ["where(x > 0, x, y)"]],
  ["a sum in an arm", ({ A, p, x, y }) => [A.where(p, A.add(A.where(p, x, y), y), x)], ["where(x > 0, x + y, x)"]],
  ["a multiple in the other arm", ({ A, p, x, y, u }) => [A.where(p, x, A.mul(u, A.where(p, x, y)))], ["where(x > 0, x, y * u)"]],
  ["a negation in an arm", ({ A, p, x, y }) => [A.where(p, A.neg(A.where(p, x, y)), y)], ["where(x > 0, -x, y)"]],
  ["a difference, on both sides", ({ A, p, x, y }) => [A.where(p, A.sub(A.where(p, x, y), A.where(p, y, x)), y)], ["where(x > 0, x - y, y)"]],
  ["another condition stays", ({ A, p, q, x, y }) => [A.where(p, A.where(q, x, y), y)], ["where(x > 0, where(y > 0, x, y), y)"]],
  ["the same in a function that is not linear stays", ({ A, p, x, y }) => [A.where(p, A.exp(A.where(p, x, y)), y)], ["where(x > 0, exp(where(x > 0, x, y)), y)"]],
  ["three sums deep it is seen", ({ A, p, x, y, u }) => [A.where(p, A.add(u, A.mul(u, A.where(p, x, y))), y)], ["where(x > 0, u + x * u, y)"]],
  ["deeper than three it stays", ({ A, p, x, y, u }) => [A.where(p, A.add(u, A.mul(u, A.add(x, A.where(p, x, y)))), y)], ["where(x > 0, u + u * (x + where(x > 0, x, y)), y)"]],
  ["what is the same in all lanes stays", ({ graph, A, x, u }) => {
    const uniform = A.positive(u);
    return [A.add(x, A.where(uniform, A.add(u, A.where(uniform, u, graph.constant(3))), u))];
  }, ["x + where(u > 0, u + where(u > 0, u, 3), u)"]],
  ["a function of two selections stays", ({ A, p, q, x, y }) => [A.add(A.exp(A.where(p, x, y)), A.exp(A.where(q, x, y)))], ["exp(where(x > 0, x, y)) + exp(where(y > 0, x, y))"]],
  ["of three between the same values it goes into the arms", ({ A, p, q, x, y }) => {
    const third = A.positive(A.sub(x, y));
    return [p, q, third].map((mask) => A.exp(A.where(mask, x, y)));
  }, ["where(x > 0, exp(x), exp(y))", "where(y > 0, exp(x), exp(y))", "where(x > y, exp(x), exp(y))"]],
  ["of masks nothing is taken", ({ A, p, q, x, y }) => [A.where(A.not(A.positive(A.where(p, x, y))), A.where(q, x, y), y)], ["where(where(x > 0, x, y) > 0, y, where(y > 0, x, y))"]],
];

test.each(ROWS)("%s", (_, build, out) => {
  const graph = new Graph();
  const A = graph.algebra;
  const [x, y, u] = [graph.input("x", true), graph.input("y", true), graph.input("u", false)] as const;
  const given = { graph, A, x, y, u, p: A.positive(x), q: A.positive(y) };
  const roots = build(given);
  const found = restrictArms(graph, roots, graph.reachable(roots));
  expect(found.map((node) => print(graph, node))).toEqual(out);
});
