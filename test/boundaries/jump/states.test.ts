import { expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { statesOf } from "../../../src/boundaries/jump/states.ts";

const graph = new FullGraph();
const { algebra: A } = graph;
const [x, y, z] = ["x", "y", "z"].map((name) => graph.input(name, true)) as [NodeId, NodeId, NodeId];
const [up, down, other] = [x, y, z].map((node) => A.positive(node)) as [NodeId, NodeId, NodeId];
const [zero, one, two] = [0, 1, 2].map((value) => A.constant(value)) as [NodeId, NodeId, NodeId];
const first = A.where(up, one, A.where(down, zero, A.where(other, one, zero)));
const minus = A.constant(-0);

test.each<[string, NodeId, readonly [number, number] | undefined]>([
  ["a state that an if sets or keeps", A.where(down, one, A.where(up, one, zero)), [0, 1]],
  ["the thermostat: two ifs that set it", A.where(other, one, A.where(down, zero, first)), [0, 1]],
  ["the lower value first, whichever arm has it", A.where(down, two, A.where(up, zero, two)), [0, 2]],
  ["values of any size", A.where(down, A.constant(-2.5), A.where(up, A.constant(-2.5), A.constant(1.5))), [-2.5, 1.5]],
  ["two constants for arms: its condition in other words", A.where(up, one, zero), undefined],
  ["three values", A.where(down, two, A.where(up, one, zero)), undefined],
  ["an arm that is a latent", A.where(down, x, A.where(up, one, zero)), undefined],
  ["a latent deep inside", A.where(down, one, A.where(up, one, A.where(other, x, zero))), undefined],
  ["a condition", A.and(up, down), undefined],
  ["a function of a state", A.exp(A.where(down, x, one)), undefined],
  ["a constant", one, undefined],
  ["a latent", x, undefined],
  ["NaN among the values", A.where(down, A.constant(Number.NaN), A.where(up, one, A.constant(Number.NaN))), undefined],
  ["∞ among the values", A.where(down, A.constant(-Infinity), A.where(up, zero, A.constant(-Infinity))), undefined],
  ["−0, by which a division tells it from 0", A.where(down, one, A.where(up, one, minus)), undefined],
])("%s", (_name, node, expected) => {
  expect(statesOf(graph)(node)).toEqual(expected);
});

test("nodes that are made after the first question have their values too", () => {
  const stateOf = statesOf(graph);
  expect(stateOf(first)).toEqual([0, 1]);
  const later = A.where(A.positive(A.sub(x, y)), one, first);
  expect(stateOf(later)).toEqual([0, 1]);
});
