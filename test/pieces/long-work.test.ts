// Long work gives way often: however many observations there are, no piece makes many nodes.
import { afterEach, describe, expect, test } from "vitest";
import { gradientPieces } from "../../src/autodiff/graph/gradient.ts";
import { Graph } from "../../src/autodiff/graph/graph.ts";
import { collapsePieces, collapseTrace } from "../../src/collapse/collapse.ts";
import { defineModel, gt, type Model, normal, where } from "../../src/index.ts";
import { objectiveOf } from "../../src/objective/objective.ts";
import { mapped, visits } from "../../src/pieces/lists.ts";
import { finished, type Pieces } from "../../src/pieces/pieces.ts";
import { trace } from "../../src/program/trace.ts";
import { amount } from "../support/soak.ts";

const { apply, constant } = Graph.prototype;

afterEach(() => {
  Object.assign(Graph.prototype, { apply, constant });
});

/** Has each node that is asked of a graph counted. */
function count(asked: () => void): void {
  Graph.prototype.apply = function (this: Graph, ...given) {
    asked();
    return apply.apply(this, given);
  };
  Graph.prototype.constant = function (this: Graph, value) {
    asked();
    return constant.call(this, value);
  };
}

/** How many nodes are asked of graphs in each piece of some work. */
function nodesByPiece(work: Pieces<unknown>): number[] {
  const counts: number[] = [];
  let asked = 0;
  count(() => asked++);
  for (let piece = work.next(); ; piece = work.next()) {
    counts.push(asked);
    asked = 0;
    if (piece.done) return counts;
  }
}

/** A switch among n observations, whose place is summed out. */
const switching = (n: number): Model =>
  defineModel("switching", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    const d = sample("d", normal(n / 2, n / 10));
    for (let i = 0; i < n; i++) observe(normal(where(gt(d, i), z, -1), 1), i % 3);
  });

/** Two change points, of which one is summed out by nested sums. */
const changing = (n: number): Model =>
  defineModel("changing", ({ sample, observe }) => {
    const [x, y, z] = [sample("x", normal(0, 1)), sample("y", normal(0, 1)), sample("z", normal(0, 1))];
    const [c, d] = [sample("c", normal(n / 3, n / 10)), sample("d", normal((2 * n) / 3, n / 10))];
    for (let i = 0; i < n; i++) observe(normal(where(gt(c, i), x, where(gt(d, i), y, z)), 1), i % 3);
  });

/** Two observations at each threshold, whose tables are added by themselves. */
const paired = (n: number): Model =>
  defineModel("paired", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    const d = sample("d", normal(n / 2, n / 10));
    for (let i = 0; i < n; i++) for (const y of [0.3, i % 3]) observe(normal(where(gt(d, i), z, y), 1), y);
  });

describe("summing out", () => {
  test.each([switching, changing, paired])("has more pieces for more observations, and no larger ones: %o", (model) => {
    const [few, many] = amount([250, 1000], [500, 2000]).map((n) => nodesByPiece(collapsePieces(trace(model(n)))));
    expect(many!.length).toBeGreaterThan(3 * few!.length);
    expect(Math.max(...many!)).toBeLessThan(1.2 * Math.max(...few!));
    expect(Math.max(...many!)).toBeLessThan(2000);
  });
});

describe("reverse mode", () => {
  test("has more pieces for more observations, and no larger ones", () => {
    const [few, many] = [500, 2000].map((n) => {
      const { graph, value, parameters } = objectiveOf(collapseTrace(trace(switching(n))).trace);
      return nodesByPiece(gradientPieces(graph, value, parameters));
    });
    expect(many!.length).toBeGreaterThan(2 * few!.length);
    expect(Math.max(...many!)).toBeLessThan(1.2 * Math.max(...few!));
  });
});

describe("a list in pieces", () => {
  test("is visited in order, so many items a piece", () => {
    const seen: number[] = [];
    const sizes: number[] = [];
    const work = visits([5, 6, 7, 8, 9], 2, (item, index) => {
      seen.push(10 * item + index);
    });
    for (;;) {
      const { done } = work.next();
      sizes.push(seen.length);
      if (done) break;
    }
    expect(seen).toEqual([50, 61, 72, 83, 94]);
    expect(sizes).toEqual([2, 4, 5]);
    expect(finished(mapped([1, 2, 3], 2, (x) => x * x))).toEqual([1, 4, 9]);
    expect(finished(mapped([], 2, (x) => x))).toEqual([]);
  });
});
