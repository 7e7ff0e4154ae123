import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, Graph, gt, le, mul, type NodeId, OPS, where } from "../../../src/autodiff/index.ts";
import { CODE, OP_NAMES } from "../../../src/autodiff/ops/codes.ts";
import type { Algebra } from "../../../src/autodiff/ops/op.ts";
import { evaluatorOf } from "../../support/evaluate.ts";
import { evaluate, type Tree, trace, trees } from "../../support/expressions.ts";
import { amount } from "../../support/soak.ts";

describe("hash-consing", () => {
  test("equal nodes are one node, also with the operands of a commutative op swapped", () => {
    const graph = new Graph();
    const operands = [graph.input("x", false), graph.input("y", false), graph.input("z", false)] as const;
    const [x, y, z] = operands;
    const p = graph.algebra.positive(x);
    const q = graph.algebra.positive(y);
    const made = new Map<string, NodeId>();
    for (const name of OP_NAMES) {
      const { kinds = "rrr", primal, commutes } = OPS[name];
      const arity = primal.length;
      const [a, b, c] = kinds.startsWith("m") ? (arity === 3 ? [p, y, z] : [p, q, -1]) : [x, y, z];
      const pair = [a, arity > 1 ? b : -1, arity > 2 ? c : -1] as const;
      const node = graph.apply(CODE[name], ...pair);
      const size = graph.size;
      expect(graph.apply(CODE[name], ...pair), name).toBe(node);
      if (arity === 2) expect(graph.apply(CODE[name], b, a) === node, name).toBe(commutes ?? false);
      if (arity !== 2 || commutes) expect(graph.size, name).toBe(size);
      made.set(name, node);
    }
    made.delete("positive"); // p itself
    expect(new Set(made.values()).size).toBe(made.size);
  });

  test("it holds across growth of the graph: 10⁵ nodes built twice are 10⁵ nodes", () => {
    const graph = new Graph();
    const x = graph.input("x", false);
    const build = (): NodeId => {
      let node = x;
      for (let i = 0; i < 25_000; i++) {
        const scaled = graph.algebra.mul(graph.constant(i + 0.5), node);
        node = graph.algebra.sin(graph.algebra.add(scaled, x));
      }
      return node;
    };
    const first = build();
    const size = graph.size;
    expect(size).toBe(100_001);
    expect(build()).toBe(first);
    expect(graph.size).toBe(size);
  });

  test("it holds where every operand has many users", () => {
    const graph = new Graph();
    const inputs = Array.from({ length: 100 }, (_, i) => graph.input(`x${i}`, false));
    const build = (): NodeId[] => inputs.flatMap((x) => inputs.map((y) => graph.algebra.div(x, y)));
    const first = build();
    expect(new Set(first).size).toBe(100 * 100);
    expect(graph.size).toBe(100 + 100 * 100);
    expect(build()).toEqual(first);
    expect(graph.size).toBe(100 + 100 * 100);
  });

  test("NaN is one constant, −0 and 0 are two, inputs of one name stay apart", () => {
    const graph = new Graph();
    expect(graph.constant(Number.NaN)).toBe(graph.constant(0 / 0));
    expect(graph.constant(-0)).toBe(graph.constant(-0));
    expect(graph.constant(0)).not.toBe(graph.constant(-0));
    expect(Object.is(graph.value(graph.constant(-0)), -0)).toBe(true);
    expect(graph.input("x", false)).not.toBe(graph.input("x", false));
  });
});

const EDGES = [0, -0, 1, -1, 0.3, -2.7, 1e-300, 1e300, 800, -800, Infinity, -Infinity, NaN];

test("constants fold to what the primal gives, for every op", () => {
  const graph = new Graph();
  for (const name of OP_NAMES) {
    const { kinds = "rrr>r", primal } = OPS[name];
    const values = (j: number): readonly number[] => (j >= primal.length ? [0] : kinds[j] === "m" ? [0, -1] : EDGES);
    for (const x of values(0))
      for (const y of values(1))
        for (const z of values(2)) {
          const [a, b, c] = [x, y, z].map((value, j) => (j < primal.length ? graph.constant(value) : -1));
          const node = graph.apply(CODE[name], a!, b, c);
          expect(graph.isConstant(node), name).toBe(true);
          const expected = primal(x, y, z);
          expect(graph.value(node), `${name}(${x}, ${y}, ${z})`).toBe(kinds.endsWith("m") ? expected | 0 : expected);
        }
  }
});

type Builder = (A: Algebra, x: NodeId, y: NodeId, p: NodeId, q: NodeId) => NodeId;
const K =
  (value: number) =>
  (A: Algebra): NodeId =>
    A.constant(value);
const [zero, one, two, three, minusOne] = [K(0), K(1), K(2), K(3), K(-1)];

/** Left is simplified to right; `plain` is the value of left in IEEE arithmetic (x, y real, p, q truth values). */
interface RuleRow {
  readonly rule: string;
  readonly left: Builder;
  readonly right: Builder;
  readonly plain: (x: number, y: number, p: boolean, q: boolean) => number;
}

// biome-ignore format: a table
const RULES: readonly RuleRow[] = [
  { rule: "x + 0 = x",                left: (A, x) => A.add(x, zero(A)),                       right: (_A, x) => x,                                    plain: (x) => x + 0 },
  { rule: "(x + 2) + 3 = x + 5",      left: (A, x) => A.add(A.add(x, two(A)), three(A)),       right: (A, x) => A.add(x, A.constant(5)),               plain: (x) => x + 2 + 3 },
  { rule: "(2 − x) + 3 = 5 − x",      left: (A, x) => A.add(A.sub(two(A), x), three(A)),       right: (A, x) => A.sub(A.constant(5), x),               plain: (x) => 2 - x + 3 },
  { rule: "x + (−y) = x − y",         left: (A, x, y) => A.add(x, A.neg(y)),                   right: (A, x, y) => A.sub(x, y),                        plain: (x, y) => x + -y },
  { rule: "(−x) + y = y − x",         left: (A, x, y) => A.add(A.neg(x), y),                   right: (A, x, y) => A.sub(y, x),                        plain: (x, y) => -x + y },
  { rule: "x − 2 = x + (−2)",         left: (A, x) => A.sub(x, two(A)),                        right: (A, x) => A.add(x, A.constant(-2)),              plain: (x) => x - 2 },
  { rule: "0 − x = −x",               left: (A, x) => A.sub(zero(A), x),                       right: (A, x) => A.neg(x),                              plain: (x) => 0 - x },
  { rule: "x − (−y) = x + y",         left: (A, x, y) => A.sub(x, A.neg(y)),                   right: (A, x, y) => A.add(x, y),                        plain: (x, y) => x - -y },
  { rule: "(−x) − y = −(x + y)",      left: (A, x, y) => A.sub(A.neg(x), y),                   right: (A, x, y) => A.neg(A.add(x, y)),                 plain: (x, y) => -x - y },
  { rule: "1·x = x",                  left: (A, x) => A.mul(one(A), x),                        right: (_A, x) => x,                                    plain: (x) => x },
  { rule: "0·x = 0",                  left: (A, x) => A.mul(zero(A), x),                       right: (A) => zero(A),                                  plain: (x) => 0 * x },
  { rule: "−1·x = −x",                left: (A, x) => A.mul(minusOne(A), x),                   right: (A, x) => A.neg(x),                              plain: (x) => -1 * x },
  { rule: "3·(−x) = −3·x",            left: (A, x) => A.mul(three(A), A.neg(x)),               right: (A, x) => A.mul(A.constant(-3), x),              plain: (x) => 3 * -x },
  { rule: "2·(3·x) = 6·x",            left: (A, x) => A.mul(two(A), A.mul(three(A), x)),       right: (A, x) => A.mul(A.constant(6), x),               plain: (x) => 2 * (3 * x) },
  { rule: "(−x)·y = −(x·y)",          left: (A, x, y) => A.mul(A.neg(x), y),                   right: (A, x, y) => A.neg(A.mul(x, y)),                 plain: (x, y) => -x * y },
  { rule: "x·(−y) = −(x·y)",          left: (A, x, y) => A.mul(x, A.neg(y)),                   right: (A, x, y) => A.neg(A.mul(x, y)),                 plain: (x, y) => x * -y },
  { rule: "x / 1 = x",                left: (A, x) => A.div(x, one(A)),                        right: (_A, x) => x,                                    plain: (x) => x / 1 },
  { rule: "(−x) / y = −(x / y)",      left: (A, x, y) => A.div(A.neg(x), y),                   right: (A, x, y) => A.neg(A.div(x, y)),                 plain: (x, y) => -x / y },
  { rule: "x⁰ = 1",                   left: (A, x) => A.pow(x, zero(A)),                       right: (A) => one(A),                                   plain: (x) => x ** 0 },
  { rule: "x¹ = x",                   left: (A, x) => A.pow(x, one(A)),                        right: (_A, x) => x,                                    plain: (x) => x ** 1 },
  { rule: "x² is square",             left: (A, x) => A.pow(x, two(A)),                        right: (A, x) => A.square(x),                           plain: (x) => x ** 2 },
  { rule: "x⁻¹ = 1 / x",              left: (A, x) => A.pow(x, minusOne(A)),                   right: (A, x) => A.div(one(A), x),                      plain: (x) => x ** -1 },
  { rule: "−(−x) = x",                left: (A, x) => A.neg(A.neg(x)),                         right: (_A, x) => x,                                    plain: (x) => x },
  { rule: "log exp x = x",            left: (A, x) => A.log(A.exp(x)),                         right: (_A, x) => x,                                    plain: (x) => Math.log(Math.exp(x)) },
  { rule: "√(x²) = |x|",              left: (A, x) => A.sqrt(A.square(x)),                     right: (A, x) => A.abs(x),                              plain: (x) => Math.sqrt(x * x) },
  { rule: "(−x)² = x²",               left: (A, x) => A.square(A.neg(x)),                      right: (A, x) => A.square(x),                           plain: (x) => x * x },
  { rule: "|−x| = |x|",               left: (A, x) => A.abs(A.neg(x)),                         right: (A, x) => A.abs(x),                              plain: (x) => Math.abs(x) },
  { rule: "where(p, x, x) = x",       left: (A, x, _y, p) => A.where(p, x, x),                 right: (_A, x) => x,                                    plain: (x) => x },
  { rule: "where(true, x, y) = x",    left: (A, x, y) => A.where(minusOne(A), x, y),           right: (_A, x) => x,                                    plain: (x) => x },
  { rule: "where(false, x, y) = y",   left: (A, x, y) => A.where(zero(A), x, y),               right: (_A, _x, y) => y,                                plain: (_x, y) => y },
  { rule: "where(not p, x, y)",       left: (A, x, y, p) => A.where(A.not(p), x, y),           right: (A, x, y, p) => A.where(p, y, x),                plain: (x, y, p) => (p ? y : x) },
  { rule: "same test, first arm",     left: (A, x, y, p) => A.where(p, A.where(p, x, y), one(A)), right: (A, x, _y, p) => A.where(p, x, one(A)),       plain: (x, _y, p) => (p ? x : 1) },
  { rule: "same test, second arm",    left: (A, x, y, p) => A.where(p, one(A), A.where(p, x, y)), right: (A, _x, y, p) => A.where(p, one(A), y),       plain: (_x, y, p) => (p ? 1 : y) },
  { rule: "masks in masks: then then", left: (A, x, _y, p, q) => A.where(p, A.where(q, x, zero(A)), zero(A)), right: (A, x, _y, p, q) => A.where(A.and(p, q), x, zero(A)), plain: (x, _y, p, q) => (p && q ? x : 0) },
  { rule: "masks in masks: then else", left: (A, x, _y, p, q) => A.where(p, A.where(q, zero(A), x), zero(A)), right: (A, x, _y, p, q) => A.where(A.and(p, A.not(q)), x, zero(A)), plain: (x, _y, p, q) => (p && !q ? x : 0) },
  { rule: "masks in masks: else else", left: (A, x, _y, p, q) => A.where(p, zero(A), A.where(q, zero(A), x)), right: (A, x, _y, p, q) => A.where(A.or(p, q), zero(A), x), plain: (x, _y, p, q) => (!p && !q ? x : 0) },
  { rule: "masks in masks: else then", left: (A, x, _y, p, q) => A.where(p, zero(A), A.where(q, x, zero(A))), right: (A, x, _y, p, q) => A.where(A.and(A.not(p), q), x, zero(A)), plain: (x, _y, p, q) => (!p && q ? x : 0) },
  { rule: "3·where(p, 1, 2)",         left: (A, _x, _y, p) => A.mul(three(A), A.where(p, one(A), two(A))), right: (A, _x, _y, p) => A.where(p, three(A), A.constant(6)), plain: (_x, _y, p) => (p ? 3 : 6) },
  { rule: "exp where(p, 1, 2)",       left: (A, _x, _y, p) => A.exp(A.where(p, one(A), two(A))), right: (A, _x, _y, p) => A.where(p, A.constant(Math.exp(1)), A.constant(Math.exp(2))), plain: (_x, _y, p) => Math.exp(p ? 1 : 2) },
  { rule: "p and p = p",              left: (A, x, y, p) => A.where(A.and(p, p), x, y),        right: (A, x, y, p) => A.where(p, x, y),                plain: (x, y, p) => (p ? x : y) },
  { rule: "p or p = p",               left: (A, x, y, p) => A.where(A.or(p, p), x, y),         right: (A, x, y, p) => A.where(p, x, y),                plain: (x, y, p) => (p ? x : y) },
  { rule: "p and true = p",           left: (A, x, y, p) => A.where(A.and(p, minusOne(A)), x, y), right: (A, x, y, p) => A.where(p, x, y),             plain: (x, y, p) => (p ? x : y) },
  { rule: "p and false = false",      left: (A, x, y, p) => A.where(A.and(p, zero(A)), x, y),  right: (_A, _x, y) => y,                                plain: (_x, y) => y },
  { rule: "p or false = p",           left: (A, x, y, p) => A.where(A.or(p, zero(A)), x, y),   right: (A, x, y, p) => A.where(p, x, y),                plain: (x, y, p) => (p ? x : y) },
  { rule: "p or true = true",         left: (A, x, y, p) => A.where(A.or(p, minusOne(A)), x, y), right: (_A, x) => x,                                  plain: (x) => x },
  { rule: "p and not p = false",      left: (A, x, y, p) => A.where(A.and(p, A.not(p)), x, y), right: (_A, _x, y) => y,                                plain: (_x, y) => y },
  { rule: "(not p) or p = true",      left: (A, x, y, p) => A.where(A.or(A.not(p), p), x, y),  right: (_A, x) => x,                                    plain: (x) => x },
  { rule: "not not p = p",            left: (A, x, y, p) => A.where(A.not(A.not(A.and(p, A.not(A.positive(y))))), x, y), right: (A, x, y, p) => A.where(A.and(p, A.not(A.positive(y))), x, y), plain: (x, y, p) => (p && !(y > 0) ? x : y) },
  { rule: "max(−∞, x) = x",           left: (A, x) => A.max(A.constant(-Infinity), x),         right: (_A, x) => x,                                    plain: (x) => Math.max(-Infinity, x) },
  { rule: "max(x, −∞) = x",           left: (A, x) => A.max(x, A.constant(-Infinity)),         right: (_A, x) => x,                                    plain: (x) => Math.max(x, -Infinity) },
  { rule: "max(x, x) = x",            left: (A, x) => A.max(x, x),                             right: (_A, x) => x,                                    plain: (x) => Math.max(x, x) },
  { rule: "min(∞, x) = x",            left: (A, x) => A.min(A.constant(Infinity), x),          right: (_A, x) => x,                                    plain: (x) => Math.min(Infinity, x) },
  { rule: "min(x, ∞) = x",            left: (A, x) => A.min(x, A.constant(Infinity)),          right: (_A, x) => x,                                    plain: (x) => Math.min(x, Infinity) },
  { rule: "chain(0, x) = 0",          left: (A, x) => A.chain(zero(A), x),                     right: (A) => zero(A),                                  plain: (x) => 0 * x },
  { rule: "chain(x, 3) = 3·x",        left: (A, x) => A.chain(x, three(A)),                    right: (A, x) => A.mul(three(A), x),                    plain: (x) => 3 * x },
];

describe("simplification", () => {
  test.each(RULES)("$rule", ({ left, right, plain }) => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const inputs = ["x", "y", "u", "v"].map((name) => graph.input(name, false));
    const [x, y, u, v] = inputs as [NodeId, NodeId, NodeId, NodeId];
    const [p, q] = [A.positive(u), A.positive(v)];
    const node = left(A, x, y, p, q);
    expect(node).toBe(right(A, x, y, p, q));
    const valueAt = evaluatorOf(graph, [node]);
    const real = fc.double({ min: -30, max: 30, noNaN: true });
    fc.assert(
      fc.property(real, real, fc.boolean(), fc.boolean(), (x, y, p, q) => {
        const [got] = valueAt([x, y, p ? 1 : -1, q ? 1 : -1]) as [number];
        const expected = plain(x, y, p, q);
        // Each row has at most three roundings of terms no larger than 30 + 5, or of products of two factors.
        if (!Number.isFinite(expected)) expect(got).toBe(expected);
        else
          expect(Math.abs(got - expected)).toBeLessThanOrEqual(3 * Number.EPSILON * Math.max(35, Math.abs(expected)));
      }),
    );
  });

  test("constants are merged only while their sum or product keeps its digits", () => {
    expect(compile(([x]) => mul(mul(x!, 1e-200), 1e-200))([1e300])).toBeCloseTo(1e-100, 110);
    expect(compile(([x]) => mul(mul(x!, 1e200), 1e200))([1e-300])).toBeCloseTo(1e100, -90);
    expect(compile(([x]) => mul(mul(x!, 1e-160), 1e-160))([1e300])).toBe(1e300 * 1e-160 * 1e-160);
    const sum = new Graph();
    const big = sum.constant(1e308);
    const node = sum.algebra.add(sum.algebra.add(sum.input("x", false), big), big);
    expect(evaluatorOf(sum, [node])([-1e308])).toEqual([1e308]);
  });

  test("a unary op moves into a `where` only if that creates no node", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [x, y] = [graph.input("x", false), graph.input("y", false)];
    const p = A.positive(x);
    const outside = A.exp(A.where(p, x, y));
    expect(graph.op[outside]).toBe(CODE.exp);
    const [expX, expY] = [A.exp(A.square(x)), A.exp(A.square(y))];
    const size = graph.size;
    expect(A.exp(A.where(p, A.square(x), A.square(y)))).toBe(A.where(p, expX, expY));
    expect(graph.size).toBe(size + 2); // the two `where`
    const still = new Graph({ pushIntoWhere: false });
    const truth = still.algebra.positive(still.input("x", false));
    const chosen = still.algebra.where(truth, still.constant(1), still.constant(2));
    expect(still.op[still.algebra.exp(chosen)]).toBe(CODE.exp);
  });

  test("comparisons of infinite and NaN values follow IEEE, x ≤ y being not(x > y)", () => {
    const f = compile(([x, y]) => where(gt(x!, y!), 1, where(le(x!, y!), 2, 3)));
    for (const x of EDGES) for (const y of EDGES) expect(f([x, y]), `${x}, ${y}`).toBe(x > y ? 1 : 2);
  });
});

/** What is wrong with `got` as the value of an expression; both evaluations may be off by the bound. */
function valueFault(tree: Tree, point: readonly number[], got: number): string | undefined {
  const { value, error } = evaluate(tree, point);
  const allowed = 4 * error + Number.MIN_VALUE;
  return Math.abs(got - value) <= allowed ? undefined : `${got}, expected ${value} ± ${allowed}`;
}

const coordinate = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.integer({ min: -2_000_003, max: 2_000_003 }).map((k) => k / 1_000_003),
);
const point = fc.tuple(coordinate, coordinate, coordinate);
const usable = (tree: Tree, at: readonly number[]): boolean => {
  const { clear, value, error, largest } = evaluate(tree, at);
  return clear && Number.isFinite(value) && Number.isFinite(error) && largest < 1e100;
};

describe("a random expression has the value of its plain evaluation", () => {
  test.each([
    ["without where", { inputs: 3, depth: 5, where: false }],
    ["with where and predicates", { inputs: 3, depth: 5, where: true }],
    ["with arms that are not finite where not taken", { inputs: 3, depth: 4, where: true, poison: true }],
  ])("%s", (_title, options) => {
    fc.assert(
      fc.property(trees(options), fc.array(point, { minLength: 4, maxLength: 4 }), (tree, points) => {
        const usablePoints = points.filter((at) => usable(tree, at));
        fc.pre(usablePoints.length > 0);
        const f = compile((inputs) => trace(tree, inputs));
        for (const at of usablePoints) {
          expect(valueFault(tree, at, f(at)), `traced at ${at}`).toBeUndefined();
          expect(valueFault(tree, at, trace(tree, at) as number), `plain numbers at ${at}`).toBeUndefined();
        }
      }),
      { numRuns: amount(100, 400) },
    );
  });

  test("the check rejects values that are off by 1e-9 wherever rounding leaves ten digits", () => {
    let accurate = 0;
    for (const tree of fc.sample(trees({ inputs: 3, depth: 5, where: true }), { seed: 20181206, numRuns: 200 })) {
      const at = [0.3, -1.2, 0.8];
      const { value, error } = evaluate(tree, at);
      if (!usable(tree, at) || !(error < 1e-10 * Math.abs(value))) continue;
      accurate++;
      expect(valueFault(tree, at, value * (1 + 1e-9))).toBeDefined();
    }
    expect(accurate).toBeGreaterThan(100); // the others are 0, or hang on a comparison of equals
  });
});

describe("two constants beside one another are one", () => {
  test.each([
    [1, 2, true],
    [1e-5, 1e-5, true],
    [1e-9, -3e-9, true],
    [1, -1 + 2e-6, true],
    [1, -1 + 5e-7, false], // cancel but for some digits
    [1e9, 10 - 1e9, false],
    [1e17, -1e17, false],
    [1e308, 1e308, false], // too great together
  ])("(z + %d) + %d: %s, with the value that it has step by step", (first, second, isOne) => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const z = graph.input("z", false);
    for (const inner of [A.add(z, A.constant(first)), A.sub(A.constant(first), z)]) {
      const sum = A.add(inner, A.constant(second));
      expect(graph.reachable([sum]).includes(inner)).toBe(!isOne);
      const [value] = evaluatorOf(graph, [sum])([3]);
      const exact = first + (graph.op[inner] === CODE.add ? 3 : -3) + second;
      if (isOne) expect(value).toBeCloseTo(exact, 12);
      else expect(value).toBe(exact);
    }
  });
});

test("a constant times a selection goes into its arms where both are constants, and nowhere else", () => {
  const graph = new Graph();
  const { algebra: A } = graph;
  const [z, w] = [graph.input("z", false), graph.input("w", false)];
  const holds = A.positive(z);
  const rows: [NodeId, boolean, (z: number, w: number) => number][] = [
    [A.where(holds, A.constant(3), A.constant(5)), true, (z) => (z > 0 ? 3 : 5)],
    [A.where(holds, A.constant(3), w), false, (z, w) => (z > 0 ? 3 : w)],
    [A.where(holds, w, A.constant(5)), false, (z, w) => (z > 0 ? w : 5)],
    [A.max(A.constant(3), w), false, (_, w) => Math.max(3, w)],
  ];
  const still = new Graph({ pushIntoWhere: false });
  for (const [factor, of] of [4, -1, 0.5].entries()) {
    for (const [node, goes, value] of rows) {
      const product = A.mul(A.constant(of), node);
      if (of !== -1) expect(graph.op[product] === CODE.where, `${factor}`).toBe(goes);
      const at = evaluatorOf(graph, [product]);
      for (const [p, q] of [
        [1, 7],
        [-1, 7],
        [-1, -2],
      ] as const)
        expect(at([p, q])[0]).toBe(of * value(p, q));
    }
    const { algebra: S } = still;
    const chosen = S.where(S.positive(still.input(`z${factor}`, false)), S.constant(3), S.constant(5));
    expect(still.op[S.mul(S.constant(4), chosen)]).toBe(CODE.mul);
  }
});
