import { describe, expect, test } from "vitest";
import { Graph } from "../../../src/autodiff/graph/graph.ts";
import { ALL_OPS } from "../../../src/autodiff/ops/all-ops.ts";
import type { Algebra, NodeId } from "../../../src/autodiff/ops/op.ts";
import { LineProgram } from "../../../src/boundaries/lines/line-program.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

type Make = (A: Algebra, t: NodeId, u: NodeId, of: (value: number) => NodeId) => NodeId;

function made(make: Make) {
  const graph = new Graph();
  graph.link(ALL_OPS);
  const [t, u] = [graph.input("t", true), graph.input("u", true)];
  const root = make(graph.algebra, t, u, (value) => graph.constant(value));
  const program = new LineProgram(graph, [root], t);
  return { graph, t, u, root, program, place: program.place(root), cone: program.cone([root]) };
}

interface Row {
  readonly name: string;
  readonly make: Make;
  /** By piece of the line: the one value that the node has there, the numbers between which it lies, or that it may jump or be none. */
  readonly on: readonly (readonly [
    from: number,
    to: number,
    is: number | readonly [low: number, high: number] | "partial",
  ])[];
}

// Values of t, where the other input is 2.
// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { name: "t",                  make: (_, t) => t,                                        on: [[1, 2, [1, 2]], [1, 1.5, [1, 1.5]]] },
  { name: "u",                  make: (_A, _t, u) => u,                                   on: [[1, 2, 2]] },
  { name: "max(t, 0)",          make: (A, t, _u, of) => A.max(t, of(0)),                  on: [[-2, -1, 0], [1, 2, [1, 2]], [-1, 2, [0, 2]], [-1, 0, [0, 0]]] },
  { name: "max(−u, t)",         make: (A, t, u) => A.max(A.neg(u), t),                    on: [[-4, -3, -2], [-3, -1, [-2, -1]]] },
  { name: "min(t, 0)",          make: (A, t, _u, of) => A.min(t, of(0)),                  on: [[1, 2, 0], [-2, -1, [-2, -1]], [0, 1, [0, 0]]] },
  { name: "min(u, t)",          make: (A, t, u) => A.min(u, t),                           on: [[3, 4, 2], [1, 3, [1, 2]], [2, 3, [2, 2]]] },
  { name: "max(log t, −9)",     make: (A, t, _u, of) => A.max(A.log(t), of(-9)),          on: [[-1, 1e-9, "partial"]] },
  { name: "max(u, log t)",      make: (A, t, u) => A.max(u, A.log(t)),                    on: [[-1, 1, "partial"], [1, 2, 2]] },
  { name: "max(log t, u)",      make: (A, t, u) => A.max(A.log(t), u),                    on: [[-1, 1, "partial"], [1, 2, 2]] },
  { name: "min(u, −log t)",     make: (A, t, u) => A.min(u, A.neg(A.log(t))),             on: [[-1, 1e-9, "partial"], [1e-10, 1e-9, 2]] },
  { name: "min(−log t, u)",     make: (A, t, u) => A.min(A.neg(A.log(t)), u),             on: [[-1, 1e-9, "partial"], [1e-10, 1e-9, 2]] },
  { name: "1/max(t, 0)",        make: (A, t, _u, of) => A.div(of(1), A.max(t, of(0))),    on: [[-2, -1, Infinity], [1, 2, [0.5, 1]]] },
  { name: "log max(t, 0)",      make: (A, t, _u, of) => A.log(A.max(t, of(0))),           on: [[-2, -1, -Infinity], [1, 2, [0, Math.log(2)]]] },
  { name: "t/max(t, 0)",        make: (A, t, _u, of) => A.div(t, A.max(t, of(0))),        on: [[-2, -1, -Infinity], [1, 2, [0.5, 2]]] },
  { name: "t/min(t, 0)",        make: (A, t, _u, of) => A.div(t, A.min(t, of(0))),        on: [[1, 2, Infinity]] },
  { name: "t·max(t, 0)",        make: (A, t, _u, of) => A.mul(t, A.max(t, of(0))),        on: [[-2, -1, -0], [1, 2, [1, 4]]] },
  { name: "max(−t, 0)·t",       make: (A, t, _u, of) => A.mul(A.max(A.neg(t), of(0)), t), on: [[1, 2, 0], [-2, -1, [-4, -1]]] },
  { name: "max(t − 3, 0)·(t − 1.5)", make: (A, t, _u, of) => A.mul(A.max(A.sub(t, of(3)), of(0)), A.sub(t, of(1.5))), on: [[1.6, 2, 0], [1, 1.4, -0], [1, 2, [0, 0]]] },
  { name: "max(t, 0)·log t",    make: (A, t, _u, of) => A.mul(A.max(A.sub(t, of(9)), of(0)), A.log(t)), on: [[2, 3, 0], [-2, -1, "partial"]] },
  { name: "t > 1",              make: (A, t, _u, of) => A.positive(A.sub(t, of(1))),      on: [[1.5, 2, -1], [0, 0.5, 0]] },
  { name: "floor(t)",           make: (A, t) => A.floor(t),                               on: [[1.2, 1.8, 1], [-0.5, -0.1, -1], [0.5, 1.5, "partial"]] },
  { name: "sign(t)",            make: (A, t) => A.sign(t),                                on: [[1, 2, 1], [-2, -1, -1]] },
  { name: "t > 1 ? u : t",      make: (A, t, u, of) => A.where(A.positive(A.sub(t, of(1))), u, t), on: [[1.5, 3, 2], [0, 0.5, [0, 0.5]], [0, 3, "partial"]] },
  { name: "t > 1 ? t : u",      make: (A, t, u, of) => A.where(A.positive(A.sub(t, of(1))), t, u), on: [[1.5, 3, [1.5, 3]], [0, 0.5, 2]] },
  { name: "u > 1 ? 3 : t",      make: (A, t, u, of) => A.where(A.positive(A.sub(u, of(1))), of(3), t), on: [[0, 1, 3]] },
];
const U = 2;

describe("a node along a line", () => {
  test.each(ROWS)("$name", ({ make, on }) => {
    const { graph, program, place, cone, root } = made(make);
    const values = evaluatorOf(graph, [root]);
    program.setInputs(program.inputs.map(() => U));
    for (const [from, to, is] of on) {
      program.setPiece(from, to);
      program.enclose(cone);
      const found = program.isPartial(place) ? "partial" : [program.low(place), program.high(place)];
      if (typeof is === "number") {
        expect(program.isConstant(place), `${from} to ${to}`).toBe(true);
        expect(program.constant(place)).toBe(is);
        expect([program.low(place), program.high(place)]).toEqual([is, is]);
      } else {
        expect(program.isConstant(place), `${from} to ${to}`).toBe(false);
        if (is === "partial") expect(found).toBe(is);
        else for (const k of [0, 1]) expect(found[k]).toBeCloseTo(is[k]!, 9);
      }
      for (const share of [0, 0.3, 0.8, 1]) {
        const t = from + share * (to - from);
        program.setPoint(t);
        program.evaluate(cone);
        expect(program.values[place]).toBe(values([t, U])[0]);
        if (typeof is === "number") expect(program.values[place]).toBe(is);
      }
    }
  });
});

// Which of the nodes of t below are computed, where the other input makes u > 0 hold and where it does not.
const positiveOf = (A: Algebra, t: NodeId, k: number): NodeId => A.positive(A.sub(t, A.constant(k)));
// biome-ignore format: a table
const NEEDED: readonly { readonly name: string; readonly make: (A: Algebra, t: NodeId, p: NodeId, q: NodeId, holds: NodeId) => NodeId; readonly ifHolds: string; readonly ifNot: string }[] = [
  { name: "u > 0 ? p : q",           make: (A, _t, p, q, holds) => A.where(holds, p, q),                        ifHolds: "p",  ifNot: "q" },
  { name: "p ? q : t",               make: (A, t, p, q) => A.where(p, A.where(q, A.constant(2), t), t),         ifHolds: "pq", ifNot: "pq" },
  { name: "u > 0 and p, or q",       make: (A, _t, p, q, holds) => A.or(A.and(holds, p), q),                    ifHolds: "pq", ifNot: "q" },
  { name: "p and u > 0",             make: (A, _t, p, _q, holds) => A.and(p, holds),                            ifHolds: "p",  ifNot: "" },
  { name: "u > 0 or p, and q",       make: (A, _t, p, q, holds) => A.and(A.or(holds, p), q),                    ifHolds: "q",  ifNot: "pq" },
  { name: "p or u > 0",              make: (A, _t, p, _q, holds) => A.or(p, holds),                             ifHolds: "",   ifNot: "p" },
];

describe("what is computed for", () => {
  test.each(NEEDED)("$name", ({ make, ifHolds, ifNot }) => {
    const graph = new Graph();
    graph.link(ALL_OPS);
    const { algebra: A } = graph;
    const [t, u] = [graph.input("t", true), graph.input("u", true)];
    const [p, q] = [positiveOf(A, t, 1), positiveOf(A, t, 2)];
    const root = make(A, t, p, q, A.positive(u));
    const program = new LineProgram(graph, [root, p, q], t);
    const behind = [p, q].map((node) => graph.operand(node, 0));
    expect([p, q, t, u].map((node) => program.moves(node))).toEqual([true, true, true, false]);
    for (const [value, names] of [
      [1, ifHolds],
      [-1, ifNot],
    ] as const) {
      program.setInputs([value]);
      const needed = program.markNeeded(Int32Array.of(program.place(root)));
      const named = (nodes: readonly NodeId[]): string =>
        ["p", "q"].filter((_, k) => needed[program.place(nodes[k]!)] === 1).join("");
      expect(named([p, q])).toBe(names);
      // What a node is computed from is needed with it; t itself moves everything, and what t does not move is known.
      expect(named(behind)).toBe(names);
      if (program.inputs.includes(u)) expect(needed[program.place(u)]).toBe(0);
    }
  });
});
