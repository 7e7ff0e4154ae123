import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exprOf, nodeOf } from "../../../src/autodiff/expr.ts";
import {
  add,
  and,
  compile,
  div,
  type Expr,
  exp,
  Graph,
  ge,
  gradient,
  gt,
  le,
  lgamma,
  log,
  lt,
  max,
  mul,
  neg,
  not,
  or,
  pow,
  type Real,
  sin,
  sqrt,
  square,
  sub,
  sum,
  type Truth,
  where,
} from "../../../src/autodiff/index.ts";
import { Session } from "../../../src/autodiff/session.ts";
import { evaluatorOf } from "../../support/evaluate.ts";
import { evaluate, hasWhere, resolve, type Tree, trace, trees } from "../../support/expressions.ts";
import { amount } from "../../support/soak.ts";

type Function = (x: readonly Expr[]) => Real;

interface Derivatives {
  readonly value: number;
  readonly gradient: readonly number[];
  /** Row by row. */
  readonly hessian: readonly number[];
}

/**
 * Value, gradient and Hessian of f at a point, −0 as 0. Computed with all inputs uniform, with all of them and with one
 * of them per lane (which are scheduled and fused differently), and the same up to rounding.
 */
function derivatives(f: Function, length: number): (x: readonly number[]) => Derivatives {
  const splits = [0, 1, length].map((lanes) => {
    const graph = new Graph();
    const inputs = Array.from({ length }, (_, i) => graph.input(`x${i}`, i < lanes));
    const value = nodeOf(new Session(graph), f(inputs.map((node) => exprOf(new Session(graph), node) as Expr)));
    const first = gradient(graph, value, inputs);
    const second = first.flatMap((component) => gradient(graph, component, inputs));
    const valuesAt = evaluatorOf(graph, [value, ...first, ...second]);
    return (x: readonly number[]): number[] => valuesAt(x).map((output) => output + 0);
  });
  return (x) => {
    const [got, ...others] = splits.map((run) => run(x)) as [number[], ...number[][]];
    const scale = Math.max(1, ...got.filter(Number.isFinite).map(Math.abs));
    for (const other of others)
      got.forEach((value, i) => {
        const wrong = `output ${i} at ${x}: ${value} uniform, ${other[i]} per lane`;
        if (Number.isFinite(value)) expect(Math.abs(other[i]! - value), wrong).toBeLessThanOrEqual(1e-9 * scale);
        else expect(other[i], wrong).toBe(value);
      });
    return { value: got[0]!, gradient: got.slice(1, 1 + length), hessian: got.slice(1 + length) };
  };
}

interface Arm {
  readonly name: string;
  readonly f: (x: Real) => Real;
  readonly slope: (x: number) => number;
  readonly curvature: (x: number) => number;
}

// biome-ignore format: a table
const ARMS: readonly Arm[] = [
  { name: "log x",        f: (x) => log(x),                                     slope: (x) => 1 / x,                  curvature: (x) => -1 / x ** 2 },
  { name: "√x",           f: (x) => sqrt(x),                                    slope: (x) => 0.5 * x ** -0.5,        curvature: (x) => -0.25 * x ** -1.5 },
  { name: "1/x",          f: (x) => div(1, x),                                  slope: (x) => -(x ** -2),             curvature: (x) => 2 * x ** -3 },
  { name: "x^0.3",        f: (x) => pow(x, 0.3),                                slope: (x) => 0.3 * x ** -0.7,        curvature: (x) => -0.21 * x ** -1.7 },
  { name: "x^−2.5",       f: (x) => pow(x, -2.5),                               slope: (x) => -2.5 * x ** -3.5,       curvature: (x) => 8.75 * x ** -4.5 },
  { name: "x^x",          f: (x) => pow(x, x),                                  slope: (x) => x ** x * (1 + Math.log(x)), curvature: (x) => x ** x * ((1 + Math.log(x)) ** 2 + 1 / x) },
  { name: "exp(exp(−9x))", f: (x) => exp(exp(mul(-9, x))),                      slope: (x) => -9 * Math.exp(-9 * x) * Math.exp(Math.exp(-9 * x)), curvature: (x) => 81 * Math.exp(-9 * x) * (1 + Math.exp(-9 * x)) * Math.exp(Math.exp(-9 * x)) },
];
/** Ways to write `x > 0 ? f : 0`. */
const SPELLINGS: readonly (readonly [name: string, choose: (x: Real, f: Real) => Real])[] = [
  ["where(gt(x, 0), f, 0)", (x, f) => where(gt(x, 0), f, 0)],
  ["where(le(x, 0), 0, f)", (x, f) => where(le(x, 0), 0, f)],
  ["where(not(ge(0, x)), f, 0)", (x, f) => where(not(ge(0, x)), f, 0)],
  ["where(and(gt(x, 0), lt(x, 100)), f, 0)", (x, f) => where(and(gt(x, 0), lt(x, 100)), f, 0)],
  ["where(or(le(x, 0), gt(x, 100)), 0, f)", (x, f) => where(or(le(x, 0), gt(x, 100)), 0, f)],
  ["nested", (x, f) => where(gt(x, -3), where(gt(x, 0), f, 0), 0)],
];
const CASES = ARMS.flatMap((arm) => SPELLINGS.map(([spelling, choose]) => ({ ...arm, spelling, choose })));
const NOTHING: Derivatives = { value: 0, gradient: [0], hessian: [0] };

const close = (got: number, expected: number): void => {
  expect(Math.abs(got - expected), `${got}, expected ${expected}`).toBeLessThanOrEqual(1e-13 * Math.abs(expected));
};

describe("an arm that is not taken", () => {
  test.each(CASES)(
    "$name in $spelling: value, gradient and second derivative are 0",
    ({ f, choose, slope, curvature }) => {
      const run = derivatives(([x]) => choose(x!, f(x!)), 1);
      for (const x of [0, -1, -2.5, -100]) expect(run([x]), `at ${x}`).toEqual(NOTHING);
      const taken = run([0.7]);
      close(taken.gradient[0]!, slope(0.7));
      close(taken.hessian[0]!, curvature(0.7));
    },
  );

  test("lgamma at its poles", () => {
    const run = derivatives(([x]) => where(gt(x!, 0), lgamma(x!), 0), 1);
    for (const x of [0, -1, -2, -2.5]) expect(run([x]), `at ${x}`).toEqual(NOTHING);
    expect(run([3]).value).toBeCloseTo(Math.log(2), 14);
    expect(run([1]).hessian[0]).toBeCloseTo(Math.PI ** 2 / 6, 14);
  });

  test("exp that overflows", () => {
    const run = derivatives(([x]) => where(lt(x!, 700), exp(x!), 0), 1);
    expect(run([1000])).toEqual(NOTHING);
    expect(run([1])).toEqual({ value: Math.E, gradient: [Math.E], hessian: [Math.E] });
    const difference = derivatives(([x]) => where(lt(x!, 700), sub(exp(x!), exp(mul(2, x!))), x!), 1);
    expect(difference([1000])).toEqual({ value: 1000, gradient: [1], hessian: [0] });
  });

  test("arms that are NaN or infinite themselves", () => {
    for (const bad of [Number.NaN, Infinity, -Infinity]) {
      const run = derivatives(([x]) => where(gt(x!, 0), mul(bad, x!), square(x!)), 1);
      expect(run([-2])).toEqual({ value: 4, gradient: [-4], hessian: [2] });
    }
  });

  test("functions of the whole `where`", () => {
    const safeLog = (x: Real): Real => where(gt(x, 0), log(x), 0);
    const run = derivatives(([x]) => exp(mul(3, square(sin(add(1, safeLog(x!)))))), 1);
    const value = Math.exp(3 * Math.sin(1) ** 2);
    for (const x of [0, -1]) expect(run([x])).toEqual({ value, gradient: [0], hessian: [0] });
  });
});

describe("several masks meet in one adjoint", () => {
  // One node log x under three conditions: its adjoint is a sum of masks, all of which may be zero.
  const conditions = (x: Real): Truth[] => [gt(x, 0), gt(x, 1), and(gt(x, 0), lt(x, 3))];

  test.each(ARMS)("sums of `where` over a shared $name", ({ f, slope, curvature }) => {
    const run = derivatives(([x]) => sum(conditions(x!).map((c) => where(c, f(x!), 0))), 1);
    for (const x of [0, -1, -2.5]) expect(run([x]), `at ${x}`).toEqual(NOTHING);
    const times = (x: number): number => [x > 0, x > 1, x > 0 && x < 3].filter(Boolean).length;
    for (const x of [0.5, 2, 4]) {
      close(run([x]).gradient[0]!, times(x) * slope(x));
      close(run([x]).hessian[0]!, times(x) * curvature(x));
    }
  });

  test.each(ARMS)("weighted sums, differences and products of `where` over a shared $name", ({ f }) => {
    const masked = (x: Real): Real[] => conditions(x).map((c) => where(c, f(x), 0));
    const forms: readonly Function[] = [
      ([x, y]) => {
        const [a, b, c] = masked(x!) as [Real, Real, Real];
        return sub(mul(y!, a), mul(mul(2, b), sub(c, 3)));
      },
      ([x, y]) => sum(masked(x!).map((u, i) => mul(square(y!), mul(i + 1, u)))),
      ([x, y]) => masked(x!).reduce((p, q) => mul(p, add(q, y!)), y!),
      ([x, y]) => square(sub(y!, sum(masked(x!)))),
      ([x, y]) => neg(sum(masked(x!).map((u) => sin(mul(y!, u))))),
    ];
    for (const [form, g] of forms.entries())
      for (const x of [0, -1]) {
        const got = derivatives(g, 2)([x, 1.5]);
        const all = [got.value, ...got.gradient, ...got.hessian];
        expect(all.every(Number.isFinite), `form ${form} at ${x}: ${all}`).toBe(true);
        // Nothing depends on x there.
        expect([got.gradient[0], got.hessian[0], got.hessian[1], got.hessian[2]]).toEqual([0, 0, 0, 0]);
      }
  });

  test("third derivatives with a factor that is not masked", () => {
    const graph = new Graph();
    const [x, w] = [graph.input("x", false), graph.input("w", false)];
    const exprs = [exprOf(new Session(graph), x), exprOf(new Session(graph), w)] as const;
    let node = nodeOf(new Session(graph), sum(conditions(exprs[0]).map((c) => where(c, log(exprs[0]), 0))));
    // A weight in front of each derivative makes its adjoint an unmasked factor of a masked partial.
    for (let order = 0; order < 3; order++) node = graph.algebra.mul(w, gradient(graph, node, [x])[0]!);
    const valueAt = evaluatorOf(graph, [node]);
    for (const [value, expected] of [
      [0, 0],
      [-1, 0],
      [0.5, (2 * 1.5 ** 3 * 2) / 0.5 ** 3],
    ] as const) {
      expect(valueAt([value, 1.5])[0]! + 0).toBeCloseTo(expected, 10);
    }
  });
});

describe("random expressions whose arms are NaN or infinite where not taken", () => {
  const coordinate = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: -2, max: 2 }) },
    { weight: 1, arbitrary: fc.integer({ min: -2_000_003, max: 2_000_003 }).map((k) => k / 1_000_003) },
  );
  const point = fc.tuple(coordinate, coordinate);
  const usable = (tree: Tree, at: readonly number[]): boolean => {
    const { clear, value, spread, largest } = evaluate(tree, at);
    return clear && Number.isFinite(value) && spread.every(Number.isFinite) && largest < 1e3;
  };

  test("first derivatives are those of forward mode, which never looks at the other arms", () => {
    fc.assert(
      fc.property(trees({ inputs: 2, depth: 4, where: true, poison: true }), point, (tree, at) => {
        fc.pre(hasWhere(tree) && usable(tree, at));
        const graph = new Graph();
        const inputs = at.map((_, i) => graph.input(`x${i}`, false));
        const value = nodeOf(
          new Session(graph),
          trace(
            tree,
            inputs.map((node) => exprOf(new Session(graph), node)),
          ),
        );
        const [got, ...slopes] = evaluatorOf(graph, [value, ...gradient(graph, value, inputs)])(at);
        const expected = evaluate(tree, at);
        expect(Math.abs(got! - expected.value)).toBeLessThanOrEqual(4 * expected.error);
        slopes.forEach((slope, i) => {
          expect(Math.abs(slope - expected.slope[i]!), `${slope}, expected ${expected.slope[i]}`).toBeLessThanOrEqual(
            1e-9 * expected.spread[i]!,
          );
        });
      }),
      { numRuns: amount(80, 300) },
    );
  });

  test("second derivatives are those of the expression with only the taken arms", () => {
    let poisoned = 0;
    fc.assert(
      fc.property(trees({ inputs: 2, depth: 3, where: true, poison: true, twice: true }), point, (tree, at) => {
        fc.pre(hasWhere(tree) && usable(tree, at));
        const taken = derivatives((x) => trace(resolve(tree, at), x), 2)(at);
        fc.pre(taken.hessian.every(Number.isFinite));
        const got = derivatives((x) => trace(tree, x), 2)(at);
        const scale = Math.max(...taken.hessian.map(Math.abs), ...evaluate(tree, at).spread);
        got.hessian.forEach((value, i) => {
          expect(Math.abs(value - taken.hessian[i]!), `${value}, expected ${taken.hessian[i]}`).toBeLessThanOrEqual(
            1e-9 * scale,
          );
        });
        poisoned++;
      }),
      { numRuns: amount(50, 200) },
    );
    expect(poisoned).toBe(amount(50, 200));
  });

  test("most of these expressions are poisoned: selecting by multiplication gives NaN", () => {
    const bySelection = (tree: Tree): Tree => {
      if (tree.kind === "op") return { ...tree, args: tree.args.map(bySelection) };
      if (tree.kind !== "where") return tree;
      const mask: Tree = { ...tree, yes: { kind: "constant", value: 1 }, no: { kind: "constant", value: 0 } };
      const times = (weight: Tree, arm: Tree): Tree => ({ kind: "op", op: "mul", args: [weight, bySelection(arm)] });
      const other: Tree = { kind: "op", op: "sub", args: [{ kind: "constant", value: 1 }, mask] };
      return { kind: "op", op: "add", args: [times(mask, tree.yes), times(other, tree.no)] };
    };
    const samples = fc.sample(trees({ inputs: 2, depth: 4, where: true, poison: true }), { seed: 1, numRuns: 200 });
    const finite = samples.filter((tree) => usable(tree, [-1, 0]) && hasWhere(tree));
    const poisoned = finite.filter((tree) => !Number.isFinite(compile((x) => trace(bySelection(tree), x))([-1, 0])));
    expect(poisoned.length / finite.length).toBeGreaterThan(0.4);
  });
});

describe("a derivative that does not exist is not hidden", () => {
  test("in the taken arm the singularity shows", () => {
    const at = (f: Function, x: number): Derivatives => derivatives(f, 1)([x]);
    expect(at(([x]) => where(ge(x!, 0), sqrt(x!), 0), 0).gradient[0]).toBe(Infinity);
    expect(at(([x]) => where(ge(x!, 0), log(x!), 0), 0)).toMatchObject({ value: -Infinity, gradient: [Infinity] });
    expect(at(([x]) => where(ge(x!, -1), log(x!), 0), -1).value).toBeNaN();
    expect(at(([x]) => where(ge(x!, 0), div(1, x!), 0), 0).gradient[0]).toBe(-Infinity);
    expect(at(([x]) => where(ge(x!, 0), sqrt(square(sqrt(x!))), 0), 0).gradient[0]).not.toBe(0);
    expect(at(([x]) => where(lt(x!, 2000), exp(x!), 0), 1000).gradient[0]).toBe(Infinity);
  });

  test("without `where` 0·∞ is NaN", () => {
    expect(derivatives(([x]) => mul(x!, log(x!)), 1)([0]).gradient[0]).toBeNaN();
    expect(derivatives(([x]) => square(sqrt(x!)), 1)([0]).gradient[0]).toBeNaN();
  });

  test("under a mask, scaled or not", () => {
    // d/dx (√x)² is 0·∞ at 0 whichever way it is selected.
    for (const scale of [1, 3, -1]) {
      const run = derivatives(([x]) => mul(scale, square(where(ge(x!, 0), sqrt(x!), 0))), 1);
      expect(run([0]).gradient[0]).toBeNaN();
      expect(run([-2]).gradient[0]).toBe(0);
    }
    const scaled = derivatives(([x]) => square(mul(3, where(ge(x!, 0), sqrt(x!), 0))), 1);
    expect(scaled([0]).gradient[0]).toBeNaN();
  });

  test("the one exception is documented: a sum of masks that is 0 by chance absorbs", () => {
    const both: Function = ([x]) => square(add(where(ge(x!, 0), sqrt(x!), 0), where(ge(x!, -1), sqrt(x!), 0)));
    expect(derivatives(both, 1)([0]).gradient[0]).toBe(0);
    expect(derivatives(both, 1)([1]).gradient[0]).toBe(4);
  });

  test("max does not take the derivative of the smaller operand", () => {
    const run = derivatives(([x]) => max(log(x!), -5), 1);
    expect(run([0])).toEqual({ value: -5, gradient: [0], hessian: [0] });
  });
});
