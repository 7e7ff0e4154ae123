/**
 * Random expressions with two independent readings: traced by the library, and evaluated here in plain JavaScript with
 * textbook derivatives (forward mode), lazily: only the arm that is taken is ever looked at.
 */
import fc from "fast-check";
import * as ad from "../../src/autodiff/index.ts";
import { erf } from "../../src/math/erf.ts";
import { digamma, lgamma, trigamma } from "../../src/math/gamma.ts";
import { logNormalCdf, normalCdf } from "../../src/math/normal.ts";

type UnaryName =
  | "neg"
  | "exp"
  | "log"
  | "log1p"
  | "expm1"
  | "sqrt"
  | "square"
  | "abs"
  | "sin"
  | "cos"
  | "tan"
  | "tanh"
  | "sigmoid"
  | "softplus"
  | "lgamma"
  | "digamma"
  | "atan"
  | "erf"
  | "normalCdf"
  | "logNormalCdf";
type BinaryName = "add" | "sub" | "mul" | "div" | "pow" | "min" | "max";
type ListName = "sum" | "logSumExp";

export type Tree =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "op"; readonly op: UnaryName | BinaryName | ListName; readonly args: readonly Tree[] }
  | { readonly kind: "where"; readonly test: Test; readonly yes: Tree; readonly no: Tree };

export type Test =
  | { readonly kind: "gt" | "lt" | "ge" | "le"; readonly left: Tree; readonly right: Tree }
  | { readonly kind: "and"; readonly parts: readonly Test[] }
  | { readonly kind: "or"; readonly parts: readonly Test[] }
  | { readonly kind: "not"; readonly of: Test };

// biome-ignore format: a table
const UNARY: { readonly [K in UnaryName]: readonly [f: (x: number) => number, slope: (x: number) => number] } = {
  neg:          [(x) => -x, () => -1],
  exp:          [Math.exp, Math.exp],
  log:          [Math.log, (x) => 1 / x],
  log1p:        [Math.log1p, (x) => 1 / (1 + x)],
  expm1:        [Math.expm1, Math.exp],
  sqrt:         [Math.sqrt, (x) => 0.5 / Math.sqrt(x)],
  square:       [(x) => x * x, (x) => 2 * x],
  abs:          [Math.abs, Math.sign],
  sin:          [Math.sin, Math.cos],
  cos:          [Math.cos, (x) => -Math.sin(x)],
  tan:          [Math.tan, (x) => 1 / Math.cos(x) ** 2],
  tanh:         [Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  sigmoid:      [(x) => 1 / (1 + Math.exp(-x)), (x) => 1 / (2 + Math.exp(x) + Math.exp(-x))],
  softplus:     [(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), (x) => 1 / (1 + Math.exp(-x))],
  lgamma:       [lgamma, digamma],
  digamma:      [digamma, trigamma],
  atan:         [Math.atan, (x) => 1 / (1 + x * x)],
  erf:          [erf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
  normalCdf:    [normalCdf, (x) => Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)],
  logNormalCdf: [logNormalCdf, (x) => Math.exp(-x * x / 2 - logNormalCdf(x)) / Math.sqrt(2 * Math.PI)],
};
type Slopes = readonly [number, number];
// biome-ignore format: a table
const BINARY: { readonly [K in BinaryName]: readonly [f: (x: number, y: number) => number, slopes: (x: number, y: number) => Slopes] } = {
  add: [(x, y) => x + y, () => [1, 1]],
  sub: [(x, y) => x - y, () => [1, -1]],
  mul: [(x, y) => x * y, (x, y) => [y, x]],
  div: [(x, y) => x / y, (x, y) => [1 / y, -x / (y * y)]],
  pow: [Math.pow, (x, y) => [y * x ** (y - 1), x ** y * Math.log(x)]],
  min: [Math.min, (x, y) => (x < y ? [1, 0] : [0, 1])],
  max: [Math.max, (x, y) => (x > y ? [1, 0] : [0, 1])],
};
const EXACT_ON_INTEGERS = new Set(["add", "sub", "mul", "neg", "square", "abs", "min", "max", "sum"]);

// 1 − tanh² is accurate to 2 ε absolutely, not relatively: as part of a path sum it counts at least this much, so that
// 1e-9 of the sum covers it.
const TANH_FLOOR = (2 * Number.EPSILON) / 1e-9;

/** A value with first-order knowledge of its rounding error and of its derivatives. */
export interface Dual {
  readonly value: number;
  /** Bound of what rounding may have done to the value, to first order. */
  readonly error: number;
  readonly slope: readonly number[];
  /** Σ |contribution| over all paths: what rounding errors of the slope are relative to. */
  readonly spread: readonly number[];
}

export interface Evaluation extends Dual {
  /** Outcomes of comparisons and sides of kinks, in order of evaluation. */
  readonly decisions: string;
  /** No decision hangs on rounding. */
  readonly clear: boolean;
  /** Largest intermediate value. */
  readonly largest: number;
}

/** Value, error bound and forward-mode derivatives of an expression at a point. */
export function evaluate(tree: Tree, point: readonly number[]): Evaluation {
  let decisions = "";
  let clear = true;
  let largest = 0;
  const zeros = point.map(() => 0);

  const decide = (left: Dual, right: Dual, outcome: boolean): boolean => {
    const error = left.error + right.error;
    if (error > 0 && !(Math.abs(left.value - right.value) > 4 * error)) clear = false;
    decisions += outcome ? "1" : "0";
    return outcome;
  };
  const combine = (op: string, value: number, args: readonly Dual[], partials: readonly number[]): Dual => {
    largest = Math.max(largest, Math.abs(value));
    const exact = EXACT_ON_INTEGERS.has(op) && args.every((arg) => Number.isInteger(arg.value) && arg.error === 0);
    let error = exact ? 0 : 10 * Number.EPSILON * Math.abs(value);
    const slope = [...zeros];
    const spread = [...zeros];
    args.forEach((arg, j) => {
      if (arg.error > 0) error += Math.abs(partials[j]!) * arg.error;
      for (let i = 0; i < slope.length; i++) {
        if (arg.spread[i] === 0) continue;
        slope[i]! += partials[j]! * arg.slope[i]!;
        spread[i]! += Math.max(Math.abs(partials[j]!), op === "tanh" ? TANH_FLOOR : 0) * arg.spread[i]!;
      }
    });
    return { value, error, slope, spread };
  };
  const holds = (test: Test): boolean => {
    if (test.kind === "not") return !holds(test.of);
    // Both sides are always evaluated, as in a trace.
    if (test.kind === "and") return test.parts.map(holds).every(Boolean);
    if (test.kind === "or") return test.parts.map(holds).some(Boolean);
    const [x, y] = [visit(test.left), visit(test.right)];
    const { value: l } = x;
    const { value: r } = y;
    return decide(x, y, test.kind === "gt" ? l > r : test.kind === "lt" ? l < r : test.kind === "ge" ? l >= r : l <= r);
  };
  const visit = (node: Tree): Dual => {
    switch (node.kind) {
      case "constant":
      case "input": {
        const value = node.kind === "constant" ? node.value : point[node.index]!;
        const slope = node.kind === "constant" ? zeros : zeros.with(node.index, 1);
        return { value, error: Number.isInteger(value) ? 0 : Number.EPSILON * Math.abs(value), slope, spread: slope };
      }
      case "where":
        return visit(holds(node.test) ? node.yes : node.no);
    }
    const args = node.args.map(visit);
    const values = args.map(({ value }) => value);
    const [x = 0, y = 0] = values;
    const { op } = node;
    if (op === "sum")
      return combine(
        op,
        values.reduce((s, v) => s + v, 0),
        args,
        values.map(() => 1),
      );
    if (op === "logSumExp") {
      const top = Math.max(...values);
      const value = top + Math.log(values.reduce((s, v) => s + Math.exp(v - top), 0));
      const result = combine(
        op,
        value,
        args,
        values.map((v) => Math.exp(v - value)),
      );
      return { ...result, error: result.error + 10 * Number.EPSILON * Math.abs(top) };
    }
    if (op in UNARY) {
      const [f, slope] = UNARY[op as UnaryName];
      if (op === "abs") decide(args[0]!, { value: 0, error: 0, slope: zeros, spread: zeros }, x > 0);
      return combine(op, f(x), args, [slope(x)]);
    }
    const [f, slopes] = BINARY[op as BinaryName];
    if (op === "min" || op === "max") decide(args[0]!, args[1]!, op === "min" ? x < y : x > y);
    return combine(op, f(x, y), args, slopes(x, y));
  };
  const result = visit(tree);
  return { ...result, decisions, clear, largest };
}

const TRACED: { readonly [K in UnaryName]: (x: ad.Real) => ad.Real } & {
  readonly [K in BinaryName]: (x: ad.Real, y: ad.Real) => ad.Real;
} & { readonly [K in ListName]: (values: readonly ad.Real[]) => ad.Real } = ad;
const TRACED_TESTS: { readonly [K in "gt" | "lt" | "ge" | "le"]: (x: ad.Real, y: ad.Real) => ad.Truth } & {
  readonly [K in "and" | "or"]: (...conditions: ad.Truth[]) => ad.Truth;
} = ad;

/** The expression as the library sees it. */
export function trace(tree: Tree, inputs: readonly ad.Real[]): ad.Real {
  switch (tree.kind) {
    case "constant":
      return tree.value;
    case "input":
      return inputs[tree.index]!;
    case "where":
      return ad.where(traceTest(tree.test, inputs), trace(tree.yes, inputs), trace(tree.no, inputs));
  }
  const args = tree.args.map((arg) => trace(arg, inputs));
  if (tree.op === "sum" || tree.op === "logSumExp") return TRACED[tree.op](args);
  if (args.length === 1) return TRACED[tree.op as UnaryName](args[0]!);
  return TRACED[tree.op as BinaryName](args[0]!, args[1]!);
}

function traceTest(test: Test, inputs: readonly ad.Real[]): ad.Truth {
  if (test.kind === "not") return ad.not(traceTest(test.of, inputs));
  if (test.kind === "and" || test.kind === "or")
    return TRACED_TESTS[test.kind](...test.parts.map((part) => traceTest(part, inputs)));
  return TRACED_TESTS[test.kind](trace(test.left, inputs), trace(test.right, inputs));
}

/** The expression without `where`: each replaced by the arm that it takes at the point. */
export function resolve(tree: Tree, point: readonly number[]): Tree {
  if (tree.kind === "op") return { ...tree, args: tree.args.map((arg) => resolve(arg, point)) };
  if (tree.kind !== "where") return tree;
  const taken = evaluate({ ...tree, yes: constant(1), no: constant(0) }, point).value === 1;
  return resolve(taken ? tree.yes : tree.no, point);
}

/** Does any `where` remain to be decided? */
export function hasWhere(tree: Tree): boolean {
  return tree.kind === "where" || (tree.kind === "op" && tree.args.some(hasWhere));
}

export const constant = (value: number): Tree => ({ kind: "constant", value });
export const input = (index: number): Tree => ({ kind: "input", index });
export const op = (name: UnaryName | BinaryName | ListName, ...args: readonly Tree[]): Tree => ({
  kind: "op",
  op: name,
  args,
});

const positive = (tree: Tree): Tree => op("add", op("softplus", tree), constant(0.5));
const bounded = (tree: Tree): Tree => op("tanh", tree);

const TOTAL: readonly UnaryName[] = [
  "neg",
  "square",
  "abs",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "softplus",
  "atan",
  "erf",
  "normalCdf",
  "logNormalCdf",
];
const OF_POSITIVE: readonly UnaryName[] = ["log", "log1p", "sqrt", "lgamma", "digamma"];
const OF_BOUNDED: readonly UnaryName[] = ["exp", "expm1", "tan"];
const TOTAL_BINARY: readonly BinaryName[] = ["add", "sub", "mul", "min", "max"];

export interface TreeOptions {
  readonly inputs: number;
  readonly depth: number;
  /** Include `where` with tests of random expressions. */
  readonly where: boolean;
  /** Leave out digamma, whose second derivative has no rule. */
  readonly twice?: boolean;
  /** Also `where` whose untaken arm is NaN or ±∞, in value and derivative. */
  readonly poison?: boolean;
}

/** Random expressions; every value that is looked at is finite at every point (unless it overflows). */
export function trees(options: TreeOptions): fc.Arbitrary<Tree> {
  const { inputs, depth } = options;
  const leaf = fc.oneof(
    { weight: 3, arbitrary: fc.nat({ max: inputs - 1 }).map(input) },
    { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 2, -2, 0.5, 3, -0.7).map(constant) },
  );
  let level: fc.Arbitrary<Tree> = leaf;
  for (let i = 0; i < depth; i++)
    level = fc.oneof({ weight: 1, arbitrary: leaf }, { weight: 6, arbitrary: above(level, leaf, options) });
  return level;
}

function above(t: fc.Arbitrary<Tree>, leaf: fc.Arbitrary<Tree>, options: TreeOptions): fc.Arbitrary<Tree> {
  const pick = <T extends string>(names: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...names);
  const ofPositive = options.twice ? OF_POSITIVE.filter((name) => name !== "digamma") : OF_POSITIVE;
  const made: { weight: number; arbitrary: fc.Arbitrary<Tree> }[] = [
    { weight: 4, arbitrary: fc.tuple(pick(TOTAL), t).map(([name, x]) => op(name, x)) },
    { weight: 2, arbitrary: fc.tuple(pick(ofPositive), t).map(([name, x]) => op(name, positive(x))) },
    { weight: 2, arbitrary: fc.tuple(pick(OF_BOUNDED), t).map(([name, x]) => op(name, bounded(x))) },
    { weight: 6, arbitrary: fc.tuple(pick(TOTAL_BINARY), t, t).map(([name, x, y]) => op(name, x, y)) },
    { weight: 1, arbitrary: fc.tuple(t, t).map(([x, y]) => op("div", x, positive(y))) },
    { weight: 1, arbitrary: fc.tuple(t, t).map(([x, y]) => op("pow", positive(x), bounded(y))) },
    { weight: 1, arbitrary: fc.tuple(t, fc.constantFrom(0, 1, 2, 3)).map(([x, k]) => op("pow", x, constant(k))) },
    { weight: 1, arbitrary: fc.tuple(t, t, t).map((args) => op("sum", ...args)) },
    { weight: 1, arbitrary: fc.tuple(t, t, t).map((args) => op("logSumExp", ...args)) },
    // The pairs of ops that simplify
    { weight: 1, arbitrary: t.map((x) => op("log", op("exp", bounded(x)))) },
    { weight: 1, arbitrary: fc.tuple(leaf, t).map(([x, y]) => op("mul", x, op("neg", y))) },
  ];
  if (options.where)
    made.push({
      weight: 5,
      arbitrary: fc.tuple(tests(t), t, t).map(([test, yes, no]): Tree => ({ kind: "where", test, yes, no })),
    });
  if (options.poison) made.push({ weight: 8, arbitrary: guarded(t, options.inputs) });
  return fc.oneof(...made);
}

function tests(t: fc.Arbitrary<Tree>): fc.Arbitrary<Test> {
  const atom = fc
    .tuple(fc.constantFrom("gt", "lt", "ge", "le"), t, t)
    .map(([kind, left, right]): Test => ({ kind, left, right }));
  return fc.oneof(
    { weight: 3, arbitrary: atom },
    { weight: 1, arbitrary: atom.map((of): Test => ({ kind: "not", of })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("and", "or"), atom, atom)
        .map(([kind, p, q]): Test => ({ kind, parts: [p, q] })),
    },
  );
}

/** `where(u > 0 (and …), f(u), other)`, f singular at 0 and undefined or overflowing below; u from a small pool. */
function guarded(t: fc.Arbitrary<Tree>, inputs: number): fc.Arbitrary<Tree> {
  const index = fc.nat({ max: inputs - 1 }).map(input);
  const pool = fc.oneof(
    index,
    fc.tuple(index, fc.constantFrom(-1, 1)).map(([x, k]) => op("add", x, constant(k))),
    fc.tuple(index, index).map(([x, y]) => op("sub", x, y)),
  );
  const singular = (u: Tree): readonly Tree[] => [
    op("log", u),
    op("sqrt", u),
    op("div", constant(1), u),
    op("pow", u, constant(0.5)),
    op("pow", u, constant(-1.5)),
    op("pow", u, u),
    op("lgamma", u),
    op("log1p", op("sub", u, constant(1))),
    op("exp", op("mul", constant(-1000), u)),
  ];
  return fc
    .tuple(pool, fc.nat(), fc.nat({ max: 5 }), fc.option(tests(t), { freq: 3, nil: undefined }), t, t)
    .map(([u, which, form, extra, weight, other]): Tree => {
      const all = singular(u);
      const f = all[which % all.length]!;
      const above: Test = { kind: "gt", left: u, right: constant(0) };
      const below: Test = { kind: "le", left: u, right: constant(0) };
      const test: Test = extra ? { kind: "and", parts: [above, extra] } : above;
      const plain: Tree = { kind: "where", test, yes: f, no: form % 2 === 0 ? constant(0) : other };
      if (form < 2) return plain;
      if (form < 4) return { ...plain, yes: op("mul", weight, f) };
      return { kind: "where", test: below, yes: other, no: form === 4 ? f : op("sin", op("mul", weight, f)) };
    });
}
