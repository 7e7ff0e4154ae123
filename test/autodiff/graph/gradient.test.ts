import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exprOf, nodeOf } from "../../../src/autodiff/expr.ts";
import { adjoints } from "../../../src/autodiff/graph/gradient.ts";
import {
  add,
  cos,
  div,
  dot,
  type Expr,
  exp,
  Graph,
  grad,
  gradient,
  log,
  logSumExp,
  mul,
  type NodeId,
  type Real,
  sin,
  square,
  sub,
  sum,
  valueAndGrad,
} from "../../../src/autodiff/index.ts";
import { Session } from "../../../src/autodiff/session.ts";
import { finished } from "../../../src/pieces/pieces.ts";
import { evaluatorOf } from "../../support/evaluate.ts";
import { evaluate, type Tree, trace, trees } from "../../support/expressions.ts";
import { amount } from "../../support/soak.ts";

type Point = readonly number[];
type Function = (x: readonly Expr[]) => Real;

interface Traced {
  readonly graph: Graph;
  readonly inputs: readonly NodeId[];
  readonly value: NodeId;
}

function traced(f: Function, length: number): Traced {
  const graph = new Graph();
  const inputs = Array.from({ length }, (_, i) => graph.input(`x${i}`, false));
  return {
    graph,
    inputs,
    value: nodeOf(new Session(graph), f(inputs.map((node) => exprOf(new Session(graph), node) as Expr))),
  };
}

/** The Hessian, row by row: the gradient of each component of the gradient. */
function hessian(f: Function, length: number): (x: Point) => number[][] {
  const { graph, inputs, value } = traced(f, length);
  const rows = gradient(graph, value, inputs).flatMap((component) => gradient(graph, component, inputs));
  const run = evaluatorOf(graph, rows);
  return (x) => {
    const flat = run(x);
    return inputs.map((_, i) => flat.slice(i * length, (i + 1) * length));
  };
}

const LENGTH = 3;
// Away from 0, where the step of a relative difference would vanish.
const coordinate = fc
  .tuple(fc.constantFrom(-1, 1), fc.integer({ min: 100_003, max: 2_000_003 }))
  .map(([sign, k]) => (sign * k) / 1_000_003);
const point = fc.tuple(coordinate, coordinate, coordinate);

/** Are value and slope finite, no decision within rounding, and no intermediate so large that phases are noise? */
const usable = (tree: Tree, at: Point): boolean => {
  const { clear, value, spread, largest } = evaluate(tree, at);
  return clear && Number.isFinite(value) && spread.every(Number.isFinite) && largest < 1e3;
};

/**
 * The first component of `got` that disagrees with five-point central differences of the plain evaluation; undefined
 * if none does, "kink" if a decision changes within the stencil. Step: the power of two below cbrt(ε)·|x|; the weights of
 * the four values sum to 18/12, so rounding is at most 1.5·error/h.
 */
function differenceFault(tree: Tree, at: Point, got: ArrayLike<number>): string | undefined {
  const { decisions } = evaluate(tree, at);
  for (let i = 0; i < at.length; i++) {
    const h = 2 ** Math.floor(Math.log2(Math.cbrt(Number.EPSILON) * Math.abs(at[i]!)));
    const stencil = [-2, -1, 1, 2].map((k) => evaluate(tree, at.with(i, at[i]! + k * h)));
    if (stencil.some((other) => other.decisions !== decisions)) return "kink";
    const [a, b, c, d] = stencil.map(({ value }) => value) as [number, number, number, number];
    const slope = (8 * (c - b) - (d - a)) / (12 * h);
    const rounding = (1.5 * Math.max(...stencil.map(({ error }) => error))) / h;
    if (!(Math.abs(got[i]! - slope) <= 1e-6 * Math.abs(slope) + rounding))
      return `component ${i}: ${got[i]}, difference ${slope} ± ${rounding}`;
  }
  return undefined;
}

/** As above against forward mode; intermediates below 1e3 leave partials with at least 9 digits of their path sum. */
function forwardFault(tree: Tree, at: Point, got: ArrayLike<number>): string | undefined {
  const { slope, spread } = evaluate(tree, at);
  for (let i = 0; i < at.length; i++)
    if (!(Math.abs(got[i]! - slope[i]!) <= 1e-9 * spread[i]!))
      return `component ${i}: ${got[i]}, forward mode ${slope[i]}`;
  return undefined;
}

describe("reverse mode on random expressions", () => {
  test.each([
    ["without where", false],
    ["with where and predicates", true],
  ])("agrees with forward mode and with central differences (%s)", (_title, where) => {
    let differenced = 0;
    fc.assert(
      fc.property(trees({ inputs: LENGTH, depth: 5, where }), point, (tree, at) => {
        fc.pre(usable(tree, at));
        const { value, gradient } = valueAndGrad((x) => trace(tree, x))(at);
        const expected = evaluate(tree, at);
        expect(Math.abs(value - expected.value)).toBeLessThanOrEqual(4 * expected.error);
        expect(forwardFault(tree, at, gradient)).toBeUndefined();
        const fault = differenceFault(tree, at, gradient);
        if (fault === "kink") return;
        expect(fault).toBeUndefined();
        differenced++;
      }),
      { numRuns: amount(120, 400) },
    );
    expect(differenced).toBeGreaterThan(amount(105, 350));
  });

  test("both checks reject a gradient that is off by 1e-4", () => {
    let forward = 0;
    let difference = 0;
    let active = 0;
    for (const tree of fc.sample(trees({ inputs: LENGTH, depth: 5, where: true }), {
      seed: 20181206,
      numRuns: amount(60, 200),
    })) {
      const at = [0.3, -1.2, 0.8];
      if (!usable(tree, at)) continue;
      const { slope } = evaluate(tree, at);
      const i = slope.findIndex((component) => component !== 0);
      if (i < 0) continue;
      active++;
      const off = slope.with(i, slope[i]! * 1.0001);
      if (forwardFault(tree, at, off)) forward++;
      if (differenceFault(tree, at, off)) difference++;
    }
    expect(active).toBeGreaterThan(amount(30, 100));
    expect(forward / active).toBeGreaterThan(0.95);
    expect(difference / active).toBeGreaterThan(0.95);
  });

  test("gradient components that do not depend on the input are 0", () => {
    expect(grad(([x]) => sin(x!))([1, 2, 3])).toEqual(Float64Array.of(Math.cos(1), 0, 0));
    expect(grad(() => 7)([1, 2])).toEqual(Float64Array.of(0, 0));
    expect(grad(([, y]) => y!)([1, 2])).toEqual(Float64Array.of(0, 1));
  });

  test("the gradient may be taken with respect to inner nodes", () => {
    const graph = new Graph();
    const x = graph.input("x", false);
    const u = graph.algebra.sin(x);
    const [du, dx] = gradient(graph, graph.algebra.square(u), [u, x]);
    // ∂u²/∂u = 2u holds u fixed below; ∂/∂x goes through u all the same.
    expect(evaluatorOf(graph, [du!, dx!])([0.7])).toEqual([2 * Math.sin(0.7), 2 * Math.sin(0.7) * Math.cos(0.7)]);
  });
});

describe("vector–Jacobian product", () => {
  test("it is the seed-weighted sum of the gradients, seeds known or traced", () => {
    fc.assert(
      fc.property(
        fc.tuple(...[0, 1, 2].map(() => trees({ inputs: LENGTH, depth: 3, where: true }))),
        point,
        fc.tuple(coordinate, coordinate),
        (outputs, at, [s0, s1]) => {
          fc.pre(outputs.every((tree) => usable(tree, at)));
          const graph = new Graph();
          const inputs = at.map((_, i) => graph.input(`x${i}`, false));
          const seed = graph.input("seed", false);
          const exprs = inputs.map((node) => exprOf(new Session(graph), node));
          const nodes = outputs.map((tree) => nodeOf(new Session(graph), trace(tree, exprs)));
          const seeds = [graph.constant(s0!), seed, graph.constant(1)];
          const seeded = nodes.map((node, j) => [node, seeds[j]!] as const);
          const product = finished(adjoints(graph, seeded, inputs));
          const got = evaluatorOf(graph, product)([...at, s1!]);
          const duals = outputs.map((tree) => evaluate(tree, at));
          at.forEach((_, i) => {
            const terms = duals.map(({ slope }, j) => [s0!, s1!, 1][j]! * slope[i]!);
            const spread = duals.reduce((total, dual, j) => total + Math.abs([s0!, s1!, 1][j]!) * dual.spread[i]!, 0);
            expect(Math.abs(got[i]! - terms.reduce((p, q) => p + q))).toBeLessThanOrEqual(1e-9 * spread);
          });
        },
      ),
    );
  });
});

describe("second derivatives", () => {
  const close = (got: number[][], expected: number[][], tolerance: number): void => {
    const scale = Math.max(...expected.flat().map(Math.abs));
    got.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(Math.abs(value - expected[i]![j]!), `${i}, ${j}`).toBeLessThanOrEqual(tolerance * scale);
      });
    });
  };
  const ROUNDING = 20 * Number.EPSILON;

  test("x²y + sin(x)y³: the Hessian is the closed form", () => {
    const f: Function = ([x, y]) => add(mul(square(x!), y!), mul(sin(x!), mul(y!, square(y!))));
    const [x, y] = [0.7, -1.3];
    close(
      hessian(f, 2)([x, y]),
      [
        [2 * y - Math.sin(x) * y ** 3, 2 * x + 3 * Math.cos(x) * y * y],
        [2 * x + 3 * Math.cos(x) * y * y, 6 * Math.sin(x) * y],
      ],
      ROUNDING,
    );
  });

  test("logSumExp: diag(p) − ppᵀ", () => {
    const at = [0.3, -1, 2, 0.5];
    const total = at.reduce((s, v) => s + Math.exp(v), 0);
    const p = at.map((v) => Math.exp(v) / total);
    const expected = p.map((pi, i) => p.map((pj, j) => (i === j ? pi : 0) - pi * pj));
    close(hessian((x) => logSumExp(x), 4)(at), expected, ROUNDING);
  });

  test("a normal log density in location and log scale", () => {
    // ℓ = −s − (d e⁻ˢ)²/2 with d = y − m
    const y = 1.7;
    const f: Function = ([m, s]) => sub(mul(-0.5, square(div(sub(y, m!), exp(s!)))), s!);
    const [m, s] = [0.4, 0.3];
    const [d, w] = [y - m, Math.exp(-2 * s)];
    close(
      hessian(f, 2)([m, s]),
      [
        [-w, -2 * d * w],
        [-2 * d * w, -2 * d * d * w],
      ],
      ROUNDING,
    );
  });

  test("random expressions: it is symmetric, and the difference quotient of the gradient", () => {
    let checked = 0;
    fc.assert(
      fc.property(trees({ inputs: LENGTH, depth: 3, where: true, twice: true }), point, (tree, at) => {
        fc.pre(usable(tree, at));
        const f: Function = (x) => trace(tree, x);
        const got = hessian(f, LENGTH)(at);
        const first = grad(f);
        const { decisions, spread } = evaluate(tree, at);
        for (let i = 0; i < LENGTH; i++) {
          const h = 2 ** Math.floor(Math.log2(Math.cbrt(Number.EPSILON) * Math.abs(at[i]!)));
          const shifted = [-2, -1, 1, 2].map((k) => at.with(i, at[i]! + k * h));
          if (shifted.some((x) => evaluate(tree, x).decisions !== decisions)) return;
          const [a, b, c, d] = shifted.map((x) => first(x)) as [Float64Array, Float64Array, Float64Array, Float64Array];
          const scale = Math.max(...got.flat().map(Math.abs));
          for (let j = 0; j < LENGTH; j++) {
            const slope = (8 * (c[j]! - b[j]!) - (d[j]! - a[j]!)) / (12 * h);
            // Components of the gradient carry errors of about 100 ε of their path sum.
            const rounding = (1.5 * 100 * Number.EPSILON * spread[j]!) / h;
            expect(Math.abs(got[j]![i]! - slope), `${j}, ${i}`).toBeLessThanOrEqual(1e-6 * scale + rounding);
            expect(Math.abs(got[j]![i]! - got[i]![j]!)).toBeLessThanOrEqual(1e-9 * (scale + spread[j]! + spread[i]!));
          }
        }
        checked++;
      }),
      { numRuns: amount(80, 300) },
    );
    expect(checked).toBeGreaterThan(amount(66, 250));
  });

  test("third derivatives follow: the jerk of x⁵ is 60x²", () => {
    const { graph, inputs, value } = traced(([x]) => mul(square(square(x!)), x!), 1);
    let node = value;
    for (let order = 0; order < 3; order++) [node] = gradient(graph, node, inputs) as [NodeId];
    expect(evaluatorOf(graph, [node])([1.5])[0]).toBeCloseTo(60 * 1.5 ** 2, 10);
  });

  test("derivative and primal share their nodes", () => {
    const { graph, inputs, value } = traced(([x]) => exp(sin(x!)), 1);
    const [derivative] = gradient(graph, value, inputs);
    // exp(sin x)·cos x: a cosine and a product are new.
    expect(graph.reachable([value, derivative!]).length - graph.reachable([value]).length).toBe(2);
    expect(graph.operands(derivative!)).toContain(value);
  });
});

describe("sum, dot and logSumExp", () => {
  const depthOf = (graph: Graph, root: NodeId): number => {
    const depth = new Int32Array(root + 1);
    for (const node of graph.reachable([root]))
      for (const operand of graph.operands(node)) depth[node] = Math.max(depth[node]!, depth[operand]! + 1);
    return depth[root]!;
  };

  test.each([
    ["sum", (x: readonly Real[]) => sum(x), 1, 0],
    ["dot", (x: readonly Real[]) => dot(x, x.toReversed()), 1, 1],
    ["logSumExp", (x: readonly Real[]) => logSumExp(x), 2, 5], // two trees, one after the other
  ])("%s of N terms is %i · ⌈log₂ N⌉ + %i deep", (_name, f, trees, extra) => {
    for (const n of [1, 2, 3, 1000, 4096, 4097]) {
      const { graph, value } = traced((x) => f(x), n);
      expect(depthOf(graph, value), `N = ${n}`).toBeLessThanOrEqual(trees * Math.ceil(Math.log2(n)) + extra);
    }
  });

  test("changing one of N terms makes O(log N) new nodes", () => {
    const graph = new Graph();
    const terms = Array.from({ length: 1024 }, (_, i) => graph.input(`x${i}`, false));
    graph.sum(terms);
    const other = graph.input("y", false);
    const size = graph.size;
    graph.sum(terms.with(517, other));
    expect(graph.size - size).toBe(10);
  });

  test("traced and plain sums are the same bits; empty ones are 0, 0 and −∞", () => {
    const values = Array.from({ length: 1001 }, (_, i) => Math.sin(i) * 10 ** (i % 7));
    for (const f of [sum, logSumExp, (x: readonly Real[]) => dot(x, x)]) {
      expect(valueAndGrad((x) => f(x))(values).value).toBe(f(values));
    }
    expect([sum([]), dot([], []), logSumExp([])]).toEqual([0, 0, -Infinity]);
    expect(sum([0.1, 0.2, 0.3, 0.4])).toBe(0.1 + 0.2 + (0.3 + 0.4));
  });

  test("their gradients: ones, the other vector, the softmax", () => {
    const at = [1, 2, 3, 4];
    expect(Array.from(grad((x) => sum(x))(at))).toEqual([1, 1, 1, 1]);
    expect(Array.from(grad(([a, b, c, d]) => dot([a!, b!], [c!, d!]))(at))).toEqual([3, 4, 1, 2]);
    const total = at.reduce((s, v) => s + Math.exp(v), 0);
    Array.from(grad((x) => logSumExp(x))(at)).forEach((p, i) => {
      expect(Math.abs(p - Math.exp(at[i]!) / total)).toBeLessThanOrEqual(10 * Number.EPSILON * p);
    });
  });

  test("logSumExp is stable at ±1000 and with infinite terms, its gradient too", () => {
    const both = valueAndGrad((x) => logSumExp(x));
    for (const shift of [-1000, 0, 1000, 1e5]) {
      const { value, gradient } = both([shift, shift + 1, shift - 2]);
      const p = [0, 1, -2].map((v) => Math.exp(v) / (1 + Math.E + Math.exp(-2)));
      expect(Math.abs(value - shift - Math.log(1 + Math.E + Math.exp(-2)))).toBeLessThanOrEqual(
        4 * Number.EPSILON * Math.max(1, Math.abs(shift)),
      );
      // Differences of arguments near 1e5 are off by ε·1e5.
      gradient.forEach((g, i) => {
        expect(Math.abs(g - p[i]!)).toBeLessThanOrEqual(10 * Number.EPSILON * Math.max(1, Math.abs(shift)));
      });
    }
    expect(both([1000, -1000])).toEqual({ value: 1000, gradient: Float64Array.of(1, 0) });
    expect(both([-Infinity, 2])).toEqual({ value: 2, gradient: Float64Array.of(0, 1) });
    expect(logSumExp([-Infinity, -Infinity])).toBe(-Infinity);
    // The naive form fails there: the check can tell.
    expect(valueAndGrad((x) => log(sum(x.map(exp))))([1000, -1000]).value).toBe(Infinity);
    expect(valueAndGrad((x) => log(sum(x.map(exp))))([-1000, -1000]).value).toBe(-Infinity);
  });

  test("dot refuses lists of different lengths", () => {
    expect(() => dot([1, 2], [1])).toThrow("dot: lengths differ; got 2 and 1, expected equal lengths");
  });
});

test("a cosine chain of three: the product of its factors, in the order of reverse mode", () => {
  const x = 0.4;
  const [a, b] = [Math.sin(x), Math.cos(Math.sin(x))];
  expect(grad(([x]) => exp(cos(sin(x!))))([x])[0]).toBeCloseTo(-Math.exp(b) * Math.sin(a) * Math.cos(x), 15);
});
