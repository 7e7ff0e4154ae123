import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/autodiff/graph/graph.ts";
import { DenseReplacement, SparseReplacement, substitute } from "../../../src/autodiff/graph/substitute.ts";

/** where(z > 0, exp(x), log(x)), and its inputs. */
function selection() {
  const graph = new Graph();
  const { algebra: A } = graph;
  const [z, x] = [graph.input("z", true), graph.input("x", true)];
  const condition = A.positive(z);
  return { graph, A, z, x, condition, node: A.where(condition, A.exp(x), A.log(x)) };
}

describe("a part of a graph with some of its nodes replaced", () => {
  test.each([
    [true, "exp(neg(x))"],
    [false, "log(neg(x))"],
  ])("where a condition has become %s only its arm is rebuilt", (truth, text) => {
    const { graph, A, x, condition, node } = selection();
    const replacement = new SparseReplacement(new DenseReplacement());
    const negated = A.neg(x);
    replacement.set(condition, graph.truth(truth));
    replacement.set(x, negated);
    const before = graph.size;
    const [rebuilt] = substitute(graph, [node], replacement);
    expect(graph.text(rebuilt!)).toBe(text);
    expect(graph.size).toBe(before + 1);
  });
});
