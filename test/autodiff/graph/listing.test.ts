import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/autodiff/graph/graph.ts";
import { listing } from "../../../src/autodiff/graph/listing.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";

function lines(make: (graph: Graph, x: NodeId, y: NodeId) => readonly NodeId[]): string[] {
  const graph = new Graph();
  const roots = make(graph, graph.input("x", true), graph.input("y", true));
  return listing(
    graph,
    roots.map((node, j) => ({ label: `root ${j}`, node })),
  );
}

describe("a listing", () => {
  test("writes what is used once and what is short where it is used", () => {
    expect(lines(({ algebra: A }, x, y) => [A.mul(A.exp(x), y), A.add(A.exp(x), A.constant(2))])).toEqual([
      "root 0: y * exp(x)",
      "root 1: exp(x) + 2",
    ]);
  });

  test("gives what is shared a line, before the first root that needs it", () => {
    const shared = lines(({ algebra: A }, x, y) => {
      const both = A.exp(A.add(A.mul(x, y), x));
      return [A.neg(y), A.sub(both, y), A.square(both), both];
    });
    expect(shared).toEqual(["root 0: -y", "%1 = exp(x + x * y)", "root 1: %1 - y", "root 2: square(%1)", "root 3: %1"]);
  });

  test("compares a shared difference by its name, and others by their sides", () => {
    const conditions = lines((graph, x, y) => {
      const { algebra: A } = graph;
      const [shared, own] = [A.sub(A.mul(x, y), A.exp(x)), A.sub(x, y)];
      return [shared, A.positive(shared), A.positive(own)];
    });
    expect(conditions).toEqual(["%1 = x * y - exp(x)", "root 0: %1", "root 1: %1 > 0", "root 2: x > y"]);
  });

  test("cuts deep expressions into lines, so that none is shortened", () => {
    const deep = lines(({ algebra: A }, x) => {
      let node = x;
      for (let k = 0; k < 40; k++) node = A.exp(A.add(node, A.constant(k + 0.5)));
      return [node];
    });
    expect(deep.length).toBeGreaterThan(10);
    expect(deep.join()).not.toContain("…");
    expect(deep.join().match(/exp/g)).toHaveLength(40);
  });

  test("is linear in the number of nodes: 2000 levels of sums of the sum before with itself", () => {
    const wide = lines(({ algebra: A }, x, y) => {
      let node = A.mul(x, y);
      for (let k = 0; k < 2000; k++) node = A.mul(A.add(node, x), A.sub(node, y));
      return [node];
    });
    expect(wide.length).toBeLessThan(2100);
  });
});
