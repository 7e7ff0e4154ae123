/** Probabilities written by hand from exp and log are the ops that are right in their tails. */
import { describe, expect, test } from "vitest";
import {
  add,
  div,
  exp,
  gt,
  log,
  max,
  min,
  mul,
  neg,
  normalCdf,
  type Real,
  sqrt,
  square,
  sub,
  type Truth,
  where,
} from "../../src/autodiff/expr.ts";
import { Graph, type NodeId } from "../../src/autodiff/index.ts";
import { OP_NAMES } from "../../src/autodiff/ops/codes.ts";
import type { Algebra } from "../../src/autodiff/ops/op.ts";
import { flat, logMass, normal, uniform } from "../../src/distributions/index.ts";
import { defineModel, explain, logJoint } from "../../src/index.ts";
import { evaluatorOf } from "../support/evaluate.ts";

const Phi = (x: number): number => normal(0, 1).cdf!(x) as number;

type Form = (A: Algebra, x: NodeId, one: NodeId) => NodeId;
const logistic: Form = (A, x, one) => A.div(one, A.add(one, A.exp(A.neg(x))));
const cloglog: Form = (A, x, one) => A.sub(one, A.exp(A.neg(A.exp(x))));

const between: Form = (A, x, one) => A.sub(A.mul(A.constant(2), A.sigmoid(x)), one);

const ROWS: Readonly<Record<string, readonly [written: Form, is: Form, value: (x: number) => number]>> = {
  "1/(1 + exp(−x))": [logistic, (A, x) => A.sigmoid(x), (x) => 1 / (1 + Math.exp(-x))],
  "exp(x)/(1 + exp(x))": [
    (A, x, one) => A.div(A.exp(x), A.add(A.exp(x), one)),
    (A, x) => A.sigmoid(x),
    (x) => Math.exp(x) / (1 + Math.exp(x)),
  ],
  "3/(1 + exp(x))": [
    (A, x, one) => A.div(A.add(one, A.constant(2)), A.add(one, A.exp(x))),
    (A, x) => A.mul(A.constant(3), A.sigmoid(A.neg(x))),
    (x) => 3 / (1 + Math.exp(x)),
  ],
  "1 − p": [
    (A, x, one) => A.sub(one, logistic(A, x, one)),
    (A, x) => A.sigmoid(A.neg(x)),
    (x) => 1 / (1 + Math.exp(x)),
  ],
  "log p": [
    (A, x, one) => A.log(logistic(A, x, one)),
    (A, x) => A.neg(A.softplus(A.neg(x))),
    (x) => -Math.log1p(Math.exp(-x)),
  ],
  "log(1 − p)": [
    (A, x, one) => A.log(A.sub(one, logistic(A, x, one))),
    (A, x) => A.neg(A.softplus(x)),
    (x) => -Math.log1p(Math.exp(x)),
  ],
  "log1p(−p)": [
    (A, x, one) => A.log1p(A.neg(logistic(A, x, one))),
    (A, x) => A.neg(A.softplus(x)),
    (x) => -Math.log1p(Math.exp(x)),
  ],
  "log(1 + exp(x))": [
    (A, x, one) => A.log(A.add(one, A.exp(x))),
    (A, x) => A.softplus(x),
    (x) => Math.log1p(Math.exp(x)),
  ],
  "log1p(exp(x))": [(A, x) => A.log1p(A.exp(x)), (A, x) => A.softplus(x), (x) => Math.log1p(Math.exp(x))],
  "log1p(−q), q = 1 − exp(−exp(x))": [
    (A, x, one) => A.log1p(A.neg(cloglog(A, x, one))),
    (A, x) => A.neg(A.exp(x)),
    (x) => -Math.exp(x),
  ],
  "1 − Φ(x)": [(A, x, one) => A.sub(one, A.normalCdf(x)), (A, x) => A.normalCdf(A.neg(x)), (x) => Phi(-x)],
  "log1p(−Φ(x))": [
    (A, x) => A.log1p(A.neg(A.normalCdf(x))),
    (A, x) => A.logNormalCdf(A.neg(x)),
    (x) => Math.log(Phi(-x)),
  ],
  "log(1 − Φ(x))": [
    (A, x, one) => A.log(A.sub(one, A.normalCdf(x))),
    (A, x) => A.logNormalCdf(A.neg(x)),
    (x) => Math.log(Phi(-x)),
  ],
  "½(1 + erf(x/√2))": [
    (A, x, one) => A.mul(A.constant(0.5), A.add(A.erf(A.mul(A.constant(Math.SQRT1_2), x)), one)),
    (A, x) => A.normalCdf(A.mul(A.constant(Math.SQRT2), A.mul(A.constant(Math.SQRT1_2), x))),
    Phi,
  ],
  "1/(1 − u²), u = 2·sigmoid(x) − 1": [
    (A, x, one) => A.div(one, A.sub(one, A.square(between(A, x, one)))),
    (A, x, one) => A.div(one, A.mul(A.mul(A.constant(4), A.sigmoid(x)), A.sigmoid(A.neg(x)))),
    (x) => (2 + Math.exp(x) + Math.exp(-x)) / 4,
  ],
  "√(1 − u·u)": [
    (A, x, one) => A.sqrt(A.sub(one, A.mul(between(A, x, one), between(A, x, one)))),
    (A, x) => A.sqrt(A.mul(A.mul(A.constant(4), A.sigmoid(x)), A.sigmoid(A.neg(x)))),
    (x) => 2 / Math.sqrt(2 + Math.exp(x) + Math.exp(-x)),
  ],
  "√((1 − u)·(1 + u))": [
    (A, x, one) => A.sqrt(A.mul(A.sub(one, between(A, x, one)), A.add(one, between(A, x, one)))),
    (A, x) => A.sqrt(A.mul(A.mul(A.constant(2), A.sigmoid(A.neg(x))), A.mul(A.constant(2), A.sigmoid(x)))),
    (x) => 2 / Math.sqrt(2 + Math.exp(x) + Math.exp(-x)),
  ],
  "1 + log1p(−tanh(x)²)": [
    (A, x, one) => A.add(one, A.log1p(A.neg(A.square(A.tanh(x))))),
    (A, x, one) => {
      const twice = A.mul(A.constant(2), x);
      return A.add(one, A.log(A.mul(A.mul(A.constant(4), A.sigmoid(twice)), A.sigmoid(A.neg(twice)))));
    },
    (x) => 1 - 2 * Math.log(Math.cosh(x)),
  ],
  "log(5 − v), v = 1 + 4Φ(x)": [
    (A, x, one) => A.log(A.sub(A.constant(5), A.add(one, A.mul(A.constant(4), A.normalCdf(x))))),
    (A, x) => A.log(A.mul(A.constant(4), A.normalCdf(A.neg(x)))),
    (x) => Math.log(4 * Phi(-x)),
  ],
  "log(1 − exp(x))": [
    (A, x, one) => A.log(A.sub(one, A.exp(x))),
    (A, x) => A.log1p(A.neg(A.exp(x))),
    (x) => Math.log1p(-Math.exp(x)),
  ],
};

describe("as written, and what it is", () => {
  test.each(Object.entries(ROWS))("%s", (_, [written, is, value]) => {
    const graph = new Graph();
    const x = graph.input("x", false);
    const one = graph.constant(1);
    const node = written(graph.algebra, x, one);
    expect(node).toBe(is(graph.algebra, x, one));
    const at = evaluatorOf(graph, [node]);
    for (const z of [-3, -0.4, 0, 0.7, 2]) {
      const expected = value(z);
      if (Number.isFinite(expected)) expect(Math.abs(at([z])[0]! / expected - 1)).toBeLessThan(1e-14);
    }
  });

  test("logs of differences of probabilities, near 1 and where they underflow", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const x = graph.input("x", false);
    const above = A.add(x, graph.constant(0.5));
    const cdfs = ["normalCdf", "sigmoid", "exp"] as const;
    const [phi, sigmoid, exp] = cdfs.map((cdf) => A.sub(A[cdf](above), A[cdf](x))) as [NodeId, NodeId, NodeId];
    const at = evaluatorOf(graph, [A.log(phi), A.log(sigmoid), A.log(exp)]);
    for (const z of [-60, -9, -0.2, 0, 0.3, 9, 60]) {
      const [ofNormal, ofLogistic, ofExp] = at([z]) as [number, number, number];
      const expected = logMass(normal(0, 1), z, z + 0.5) as number;
      expect(Math.abs(ofNormal - expected)).toBeLessThan(1e-12 * Math.max(1, -expected));
      // σ(z + ½) − σ(z) = sinh(¼)/(cosh(z + ¼) + cosh(¼))
      const slice = Math.sinh(0.25) / (Math.cosh(z + 0.25) + Math.cosh(0.25));
      expect(Math.abs(ofLogistic - Math.log(slice))).toBeLessThan(1e-13);
      expect(Math.abs(ofExp - (z + Math.log(Math.expm1(0.5))))).toBeLessThan(1e-13);
    }
  });

  test("what differs from it stays", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [x, one] = [graph.input("x", false), graph.constant(1)];
    const name = (node: NodeId): string => OP_NAMES[graph.op[node]! - 2]!;
    expect(name(A.div(one, A.add(graph.constant(2), A.exp(x))))).toBe("div");
    expect(name(A.log(A.add(one, A.square(x))))).toBe("log");
    expect(name(A.sub(graph.constant(2), A.sigmoid(x)))).toBe("sub");
  });
});

test("models are traced by these forms", () => {
  const logOf = (p: (z: Real) => Real, z: number): number =>
    logJoint(
      defineModel("tail", ({ sample, factor }) => void factor("tail", log(p(sample("z", flat()))))),
      [z],
    );
  const slice = (z: Real): Real => sub(normalCdf(add(z, 0.5)), normalCdf(z));
  expect(logOf((z) => sub(1, div(1, add(1, exp(neg(z))))), 40)).toBeCloseTo(-40, 12);
  expect(logOf((z) => sub(1, normalCdf(z)), 9)).toBeCloseTo(-43.62815, 4); // log Φ(−9)
  expect(logOf(slice, 9)).toBeCloseTo(logOf(slice, -9.5), 12);
});

describe("a comparison with the larger or the smaller of two", () => {
  const numbers = [-1.5, 0, 0.3, 1, 2.5];
  const FORMS: Readonly<Record<string, (x: Real, y: Real) => Truth>> = {
    "1 > max": (x, y) => gt(1, max(x, y)),
    "max > 1": (x, y) => gt(max(x, y), 1),
    "1 > min": (x, y) => gt(1, min(x, y)),
    "min > x + 1": (x, y) => gt(min(x, y), add(x, 1)),
    "y > max": (x, y) => gt(y, max(x, 0.3)),
    "3 − 2 max > 0": (x, y) => gt(sub(3, mul(2, max(x, y))), 0),
    "min of max": (x, y) => gt(min(max(x, y), 2), 0.5),
    "max > min": (x, y) => gt(max(x, 0.3), min(y, 1)),
    "max of what may be no number": (x, y) => gt(max(log(x), y), 0),
  };
  test.each(Object.entries(FORMS))("%s has the truth that it has on numbers", (_, form) => {
    const model = defineModel("pair", ({ sample, factor }) => {
      const [x, y] = [sample("x", flat()), sample("y", flat())];
      factor("truth", where(form(x, y), 1, 0));
    });
    for (const x of numbers)
      for (const y of numbers) expect(logJoint(model, [x, y]), `${x} ${y}`).toBe(form(x, y) === true ? 1 : 0);
  });

  test("is of conditions: two days in any order are summed out", () => {
    const days = defineModel("days", ({ sample, observe }) => {
      const [p, q] = [sample("p", uniform(0, 4)), sample("q", uniform(0, 4))];
      const levels = [0, 1, 2].map((k) => sample(`level${k}`, normal(0, 3)));
      [0.1, 1.9, 2.2, 0.4].forEach((y, i) => {
        const later = where(gt(max(p, q), i + 0.5), levels[1]!, levels[2]!);
        observe(normal(where(gt(min(p, q), i + 0.5), levels[0]!, later), 0.5), y);
      });
    });
    expect(explain(days, { collapse: "auto" }).text).toMatch(/summed out, exactly:\n {2}p: .*\n {2}q: /);
  });
});

test("an autoregression that starts where it stays divides by nothing that may be 0, one of half the width does", () => {
  const decisions = (end: number): number => {
    const model = defineModel("ar", ({ sample, observe }) => {
      const phi = sample("phi", uniform(-1, 1));
      observe(normal(0, div(2, sqrt(sub(end, square(phi))))), 1.3);
      observe(normal(mul(phi, 1.3), 2), 0.7);
    });
    return explain(model).conditions.length;
  };
  expect(decisions(1)).toBe(0);
  expect(decisions(0.5)).toBeGreaterThan(0);
});
