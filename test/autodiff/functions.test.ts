import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  and,
  compile,
  div,
  type Expr,
  exp,
  ge,
  grad,
  gt,
  le,
  log,
  logSumExp,
  lt,
  max,
  min,
  mul,
  not,
  or,
  type Real,
  sin,
  sub,
  sum,
  type Truth,
  valueAndGrad,
  where,
} from "../../src/autodiff/index.ts";

/** A value of the wrong type, as a caller without types may pass it. */
const wrong = (value: unknown): never => value as never;

describe("compile, grad and valueAndGrad", () => {
  const f = ([x, y]: readonly Expr[]): Real => mul(x!, exp(y!));

  test("the value, the gradient and both", () => {
    expect(compile(f)([2, 0])).toBe(2);
    expect(grad(f)([2, 0])).toEqual(Float64Array.of(1, 2));
    expect(valueAndGrad(f)([2, 0])).toEqual({ value: 2, gradient: Float64Array.of(1, 2) });
    expect(compile(f)(Float64Array.of(3, 1))).toBe(3 * Math.E);
  });

  test("the function is traced once for each length of its argument", () => {
    const lengths: number[] = [];
    const total = compile((x) => {
      lengths.push(x.length);
      return sum(x);
    });
    const values = [[1, 2], [3, 4], [1, 2, 3], [5, 6], []].map((x) => total(x));
    expect(values).toEqual([3, 7, 6, 11, 0]);
    expect(lengths).toEqual([2, 3, 0]);
  });

  test("each call returns a gradient of its own", () => {
    const both = valueAndGrad(f);
    const first = both([2, 0]);
    both([5, 1]);
    expect(first).toEqual({ value: 2, gradient: Float64Array.of(1, 2) });
  });

  test("constants, unused arguments and conditions known beforehand", () => {
    expect(compile(() => 7)([1, 2])).toBe(7);
    expect(grad(([, y]) => y!)([1, 2])).toEqual(Float64Array.of(0, 1));
    expect(grad(([x]) => where(gt(3, 2), x!, log(x!)))([5])).toEqual(Float64Array.of(1));
  });
});

describe("comparisons and connectives", () => {
  const CONNECTED: readonly (readonly [string, (a: Truth, b: Truth) => Truth, (a: boolean, b: boolean) => boolean])[] =
    [
      ["and", (a, b) => and(a, b), (a, b) => a && b],
      ["or", (a, b) => or(a, b), (a, b) => a || b],
      ["not and", (a, b) => not(and(a, b)), (a, b) => !(a && b)],
      ["and of three", (a, b) => and(a, not(b), or(a, b)), (a, b) => a && !b && (a || b)],
      ["with a known false", (a, b) => or(and(a, false), b), (_a, b) => b],
      ["with a known true", (a, b) => and(or(b, true), a), (a) => a],
    ];
  const real = fc.oneof(fc.constantFrom(-1, 0, 1, 2, Infinity, -Infinity), fc.double({ noNaN: true }));

  test.each([
    ["gt", gt, (x: number, y: number) => x > y],
    ["lt", lt, (x: number, y: number) => x < y],
    ["ge", ge, (x: number, y: number) => x >= y],
    ["le", le, (x: number, y: number) => x <= y],
  ] as const)("%s, between expressions and with a constant on either side", (_name, compare, plain) => {
    const both = compile(([x, y]) => where(compare(x!, y!), 1, 2));
    fc.assert(
      fc.property(real, real, (x, y) => {
        const expected = plain(x, y) ? 1 : 2;
        expect(both([x, y])).toBe(expected);
        expect(compile(([x]) => where(compare(x!, y), 1, 2))([x])).toBe(expected);
        expect(compile(([y]) => where(compare(x, y!), 1, 2))([y])).toBe(expected);
        expect(compare(x, y)).toBe(plain(x, y));
      }),
    );
  });

  test.each(CONNECTED)("%s, traced and known", (_name, connect, plain) => {
    const f = compile(([x, y]) => where(connect(gt(x!, 0), gt(y!, 0)), 1, 2));
    for (const a of [true, false])
      for (const b of [true, false]) {
        expect(f([a ? 1 : -1, b ? 1 : -1])).toBe(plain(a, b) ? 1 : 2);
        expect(connect(a, b)).toBe(plain(a, b));
      }
  });

  test("of no conditions, `and` is true and `or` is false", () => {
    expect([and(), or()]).toEqual([true, false]);
  });
});

describe("a traced value in plain JavaScript", () => {
  const ADVICE =
    "it has no plain value; got a JavaScript operator or raw `if` on it, expected `where` or `branch` for decisions, " +
    "`add`, `not`, … for operators";

  test.each([
    ["x + 1", (x: Expr) => wrong(x) + 1],
    ["x > 0", (x: Expr) => (wrong(x) > 0 ? x : 0)],
    ["-x", (x: Expr) => -wrong(x)],
    ["Math.exp(x)", (x: Expr) => Math.exp(wrong(x))],
    ["a template string", (x: Expr) => Number(`${wrong(x)}`)],
    // biome-ignore lint/suspicious/noDoubleEquals: the mistake itself
    ["x == 1", (x: Expr) => (wrong(x) == (1 as never) ? x : 0)],
  ])("%s throws and says what to use", (_code, body) => {
    expect(() => compile(([x]) => body(x!))([1])).toThrow(new TypeError(`a traced number: ${ADVICE}`));
  });

  test("operators on a condition throw and say what to use", () => {
    expect(() => compile(([x]) => wrong(gt(x!, 0)) + 1)([1])).toThrow(new TypeError(`a traced condition: ${ADVICE}`));
  });

  test("a raw `if` on a condition, which JavaScript always takes, is reported as an unused condition", () => {
    const raw = (x: Expr): Real => (gt(x, 2) ? x : 0);
    expect(() => compile(([x]) => raw(x!))([1])).toThrow(
      "compile: a condition was made but never used; got `x0 > 2` (a raw `if` or `!` always takes it for true), expected it in `where` or `branch`",
    );
    expect(() => grad(([x]) => raw(x!))([1])).toThrow(/^grad: a condition was made but never used; got `x0 > 2`/);
    expect(() => valueAndGrad(([x]) => raw(x!))([1])).toThrow(/^valueAndGrad: a condition was made but never used/);
  });

  test("of two equal conditions the one that was not used is still reported", () => {
    expect(() =>
      compile(([x]) => {
        const used = where(gt(x!, 0), x!, 1);
        gt(x!, 0);
        return used;
      })([1]),
    ).toThrow("compile: a condition was made but never used; got `x0 > 0`");
  });

  test("conditions used in `where` or in another condition are not reported", () => {
    const f = compile(([x]) => where(and(not(lt(x!, 0)), or(ge(x!, 5), true)), x!, where(le(x!, 3), 1, 1)));
    expect(f([2])).toBe(2);
  });
});

describe("comparisons with what is no number", () => {
  // At x = −2 log x is NaN, at x = 0 it is −∞; max(x, 0)/max(x, 0) is 0/0 for both.
  const ratio = (x: Real): Real => div(max(x, 0), max(x, 0));
  const WAYS: readonly (readonly [
    string,
    (x: Real) => Truth,
    readonly [atMinus2: boolean, at0: boolean, at5: boolean],
  ])[] = [
    ["log x > 1", (x) => gt(log(x), 1), [false, false, true]],
    ["log x < 1", (x) => lt(log(x), 1), [false, true, false]],
    ["log x ≥ 1", (x) => ge(log(x), 1), [false, false, true]],
    ["log x ≤ 1", (x) => le(log(x), 1), [false, true, false]],
    ["1 ≥ log x", (x) => ge(1, log(x)), [false, true, false]],
    ["not log x > 1", (x) => not(gt(log(x), 1)), [true, true, false]],
    ["not log x ≤ 1", (x) => not(le(log(x), 1)), [true, false, true]],
    ["x/x ≥ 1 of max(x, 0)", (x) => ge(ratio(x), 1), [false, false, true]],
    ["x/x ≤ 1 of max(x, 0)", (x) => le(ratio(x), 1), [false, false, true]],
    ["1/max(x, 0) ≥ 1/max(x − 1, 0)", (x) => ge(div(1, max(x, 0)), div(1, max(sub(x, 1), 0))), [true, true, false]],
    ["x ≥ NaN", (x) => ge(x, Number.NaN), [false, false, false]],
  ];
  test.each(WAYS)("%s is what it is in JavaScript, on numbers and traced", (_text, holds, expected) => {
    const traced = compile(([x]) => where(holds(x!), 1, 0));
    expect([-2, 0, 5].map((x) => traced([x]) === 1)).toEqual(expected);
    expect([-2, 0, 5].map(holds)).toEqual(expected);
  });

  test("what is a number everywhere is not asked whether it is one", () => {
    const count = (holds: (x: Real, y: Real) => Truth): number => {
      let size = 0;
      compile(([x, y]) => {
        const condition = holds(x!, y!);
        size = (condition as unknown as Expr).session.graph.size;
        return where(condition, 1, 0);
      })([1, 2]);
      return size;
    };
    expect(count((x, y) => ge(div(exp(x), 3), mul(y, y)))).toBe(count((x, y) => not(gt(mul(y, y), div(exp(x), 3)))));
    expect(count((x, y) => ge(div(exp(x), y), y))).toBeGreaterThan(count((x, y) => not(gt(y, div(exp(x), y)))));
  });
});

describe("more than two numbers", () => {
  test("are added, multiplied and compared one after the other, traced or not", () => {
    expect([add(1, 2, 3, 4), mul(2, 3, 4), max(1, 5, 2), min(4, 2, 1, 3)]).toEqual([10, 24, 5, 1]);
    const f = compile(([x, y, z]) => add(mul(x!, y!, z!), max(x!, y!, z!), min(x!, y!, z!)));
    expect(f([2, 3, 5])).toBe(37);
    expect([1, 2, 3].reduce<Real>(add, 0)).toBe(6); // which passes an index and the array besides
  });

  test("are refused where only two make sense, and not dropped", () => {
    const more = (f: unknown): unknown => (f as (...all: number[]) => unknown)(8, 4, 2);
    expect(() => more(sub)).toThrow("sub: too many arguments; got 3, expected 2");
    expect(() => more(div)).toThrow("div: too many arguments; got 3, expected 2");
    expect(() => add(1, 2, wrong("3"))).toThrow('add: not a number; got "3"');
  });
});

describe("wrong types are refused by name", () => {
  const NUMBER = "expected a number or a traced value";
  const TRUTH = "expected a boolean or a comparison such as gt(x, 0)";

  test.each([
    ["a string", () => add(wrong("1"), 2), `add: not a number; got "1", ${NUMBER}`],
    ["undefined", () => sin(wrong(undefined)), `sin: not a number; got undefined, ${NUMBER}`],
    ["an array", () => mul(2, wrong([1, 2])), `mul: not a number; got an array, ${NUMBER}`],
    ["a boolean", () => gt(wrong(true), 0), `gt: not a number; got true, ${NUMBER}`],
    ["a string in a sum", () => sum([1, wrong("2")]), `sum: not a number; got "2", ${NUMBER}`],
    ["a hole in a sum", () => sum(Array<number>(2)), `sum: not a number; got undefined, ${NUMBER}`],
    ["a single string in logSumExp", () => logSumExp([wrong("2")]), `logSumExp: not a number; got "2", ${NUMBER}`],
    ["the taken arm of a known where", () => where(true, wrong("2"), 1), `where: not a number; got "2", ${NUMBER}`],
    ["a number as condition", () => where(wrong(1), 1, 2), `where: not a truth value; got 1, ${TRUTH}`],
    ["a number in `and`", () => and(true, wrong(1)), `and: not a truth value; got 1, ${TRUTH}`],
    ["a number in `or`", () => or(wrong(0)), `or: not a truth value; got 0, ${TRUTH}`],
    ["null in `not`", () => not(wrong(null)), `not: not a truth value; got null, ${TRUTH}`],
  ])("%s", (_what, call, message) => {
    expect(call).toThrow(new TypeError(message));
  });

  test.each([
    [
      "a condition as number",
      ([x]: readonly Expr[]) => add(wrong(gt(x!, 0)), 1),
      `add: not a number; got a traced condition, ${NUMBER}`,
    ],
    [
      "a condition as result",
      ([x]: readonly Expr[]) => wrong(gt(x!, 0)),
      `expression: not a number; got a traced condition, ${NUMBER}`,
    ],
    [
      "a traced number as condition",
      ([x]: readonly Expr[]) => where(wrong(x), 1, 2),
      `where: not a truth value; got a traced number, ${TRUTH}`,
    ],
    [
      "a string beside a condition",
      ([x]: readonly Expr[]) => where(and(gt(x!, 0), wrong("a")), 1, 2),
      `and: not a truth value; got "a", ${TRUTH}`,
    ],
    ["no result", () => wrong(undefined), `expression: not a number; got undefined, ${NUMBER}`],
  ])("%s in a traced function", (_what, f, message) => {
    expect(() => compile(f)([1])).toThrow(new TypeError(message));
  });

  test("values and conditions of another trace", () => {
    let leaked: Expr | undefined;
    let condition: Truth = true;
    compile(([x]) => {
      leaked = x;
      condition = gt(x!, 0);
      return where(condition, 1, 2);
    })([1]);
    expect(() => compile(([x]) => add(x!, leaked!))([1])).toThrow(
      "a traced number: got one traced in another program, expected one of this run",
    );
    expect(() => compile(([x]) => where(and(gt(x!, 0), condition), 1, 2))([1])).toThrow(
      "a traced condition: got one traced in another program, expected one of this run",
    );
  });

  test("arguments of compiled functions", () => {
    expect(() => compile(wrong(3))).toThrow(
      "compile: not a function; got 3, expected a function of an array of values",
    );
    expect(() => grad(wrong(undefined))).toThrow("grad: not a function; got undefined");
    expect(() => valueAndGrad(wrong(null))).toThrow("valueAndGrad: not a function; got null");
    const f = compile(([x]) => x!);
    expect(() => f([1, wrong("2")])).toThrow('compile: argument 1 is not a number; got "2", expected a number');
    expect(() => f(wrong(3))).toThrow("compile: argument is not an array; got 3, expected an array of numbers");
    expect(() => f(wrong(undefined))).toThrow("compile: argument is not an array; got undefined");
    expect(() => grad(([x]) => x!)([wrong(undefined)])).toThrow("grad: argument 0 is not a number; got undefined");
  });
});
