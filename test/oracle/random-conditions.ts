/**
 * Random programs with conditions of every kind that a program can write, and their exact ELBO gradients by quadrature.
 *
 * A condition is written once, in terms of a kit of operations, and read three times: by the library's kit, by one of
 * plain arithmetic that shares no code with it, and by one that prints.
 */
import fc from "fast-check";
import * as expr from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import type { Program } from "../../src/program/model.ts";
import type { GuidePoint as Parameters } from "./full-rank.ts";
import { planeQuadrature, type QuadratureOptions } from "./plane-quadrature.ts";
import type { Exact } from "./random-program.ts";

const UNARY = ["exp", "log", "log1p", "expm1", "sqrt", "sigmoid", "softplus", "tanh", "sin", "abs", "square"] as const;
type Unary = (typeof UNARY)[number];

/** Operations over reals T and truth values B. */
interface Kit<T, B> {
  readonly constant: (value: number) => T;
  readonly unary: { readonly [K in Unary]: (x: T) => T };
  readonly add: (x: T, y: T) => T;
  readonly sub: (x: T, y: T) => T;
  readonly mul: (x: T, y: T) => T;
  readonly div: (x: T, y: T) => T;
  readonly pow: (x: T, y: T) => T;
  readonly max: (x: T, y: T) => T;
  readonly min: (x: T, y: T) => T;
  readonly gt: (x: T, y: T) => B;
  readonly lt: (x: T, y: T) => B;
  readonly not: (p: B) => B;
  readonly and: (p: B, q: B) => B;
  readonly or: (p: B, q: B) => B;
  readonly where: (p: B, x: T, y: T) => T;
}

const library: Kit<expr.Real, expr.Truth> = { ...expr, constant: (value) => value, unary: expr };
const plain: Kit<number, boolean> = {
  constant: (value) => value,
  unary: {
    exp: Math.exp,
    log: Math.log,
    log1p: Math.log1p,
    expm1: Math.expm1,
    sqrt: Math.sqrt,
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    softplus: (x) => Math.log1p(Math.exp(x)),
    tanh: Math.tanh,
    sin: Math.sin,
    abs: Math.abs,
    square: (x) => x * x,
  },
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
  max: Math.max,
  min: Math.min,
  gt: (x, y) => x > y,
  lt: (x, y) => x < y,
  not: (p) => !p,
  and: (p, q) => p && q,
  or: (p, q) => p || q,
  where: (p, x, y) => (p ? x : y),
};
/** Plain arithmetic that also tells which piece of each abs, max, min and comparison it is on. */
function recording(record: (bit: boolean) => void): Kit<number, boolean> {
  const seen = (bit: boolean): boolean => {
    record(bit);
    return bit;
  };
  return {
    ...plain,
    unary: { ...plain.unary, abs: (x) => (seen(x > 0) ? x : -x) },
    max: (x, y) => (seen(x > y) ? x : y),
    min: (x, y) => (seen(x < y) ? x : y),
    gt: (x, y) => seen(x > y),
    lt: (x, y) => seen(x < y),
  };
}
const call =
  (name: string) =>
  (...values: readonly string[]): string =>
    `${name}(${values.join(", ")})`;
const text: Kit<string, string> = {
  constant: String,
  unary: Object.fromEntries(UNARY.map((name) => [name, call(name)])) as Kit<string, string>["unary"],
  add: call("add"),
  sub: call("sub"),
  mul: call("mul"),
  div: call("div"),
  pow: call("pow"),
  max: call("max"),
  min: call("min"),
  gt: call("gt"),
  lt: call("lt"),
  not: call("not"),
  and: call("and"),
  or: call("or"),
  where: call("where"),
};

/** A condition on the axes (latents, then frozen noise); on one axis both are the same. */
type ConditionOf = <T, B>(kit: Kit<T, B>, u: T, w: T) => B;
type ValueOf = <T, B>(kit: Kit<T, B>, u: T, w: T) => T;

interface Arm {
  readonly constant: number;
  readonly slope: number;
  readonly bend: number;
}
/** Index of a condition, or two of them joined. */
interface Test {
  readonly kind: "one" | "not" | "and" | "or";
  readonly p: number;
  readonly q: number;
}
export interface ConditionProgram {
  readonly latents: 1 | 2;
  /** One axis of noise without parameters (with one latent only). */
  readonly frozen: boolean;
  readonly conditions: readonly { readonly kind: Kind; readonly of: ConditionOf }[];
  readonly observations: readonly {
    readonly test: Test;
    readonly yes: Arm;
    readonly no: Arm;
    readonly sdTest: Test;
    readonly sds: readonly [yes: number, no: number];
    readonly value: number;
  }[];
  readonly toString: () => string;
}

// Uniform: fc.double prefers numbers too small to tell from 0.
const real = (min: number, max: number): fc.Arbitrary<number> =>
  fc.noBias(fc.nat(2 ** 20)).map((k) => min + ((max - min) * k) / 2 ** 20);
const away = (min: number, max: number): fc.Arbitrary<number> =>
  fc.tuple(real(min, max), fc.boolean()).map(([x, negative]) => (negative ? -x : x));

type Monotone = Exclude<Unary, "sin" | "abs" | "square"> | "cube" | "fifth" | "reciprocal";
const MONOTONE: readonly Monotone[] = [
  "exp",
  "log",
  "log1p",
  "expm1",
  "sqrt",
  "sigmoid",
  "softplus",
  "tanh",
  "cube",
  "fifth",
  "reciprocal",
];
function apply<T, B>(kit: Kit<T, B>, name: Monotone, x: T): T {
  if (name === "cube" || name === "fifth") return kit.pow(x, kit.constant(name === "cube" ? 3 : 5));
  if (name === "reciprocal") return kit.div(kit.constant(1), x);
  return kit.unary[name](x);
}

// The kinds: numbers a, b, c and a flag are drawn by the caller, |a| and |b| between ½ and 2, |c| at most 1.
type Numbers = readonly [a: number, b: number, c: number, swap: boolean, f: Monotone, g: Monotone];
const affine =
  (a: number, c: number): ValueOf =>
  (kit, u) =>
    kit.add(kit.mul(kit.constant(a), u), kit.constant(c));

/** Conditions whose left side is above 0, or below if `below`. */
const sided =
  (value: ValueOf, below: boolean): ConditionOf =>
  (kit, u, w) =>
    below ? kit.lt(value(kit, u, w), kit.constant(0)) : kit.gt(value(kit, u, w), kit.constant(0));

export const KINDS = {
  affine: ([a, , c, below]: Numbers) => sided(affine(a, c), below),
  plane: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => kit.add(affine(a, c)(kit, u, w), kit.mul(kit.constant(b), w)), below),
  // The threshold is the function's value where the latent is c.
  monotone:
    ([a, b, c, below, f]: Numbers): ConditionOf =>
    (kit, u, w) => {
      const at = apply(plain, f, a * c + b);
      const [left, right] = [apply(kit, f, affine(a, b)(kit, u, w)), kit.constant(Number.isNaN(at) ? b : at)];
      return below ? kit.lt(left, right) : kit.gt(left, right);
    },
  nested:
    ([a, b, c, below, f, g]: Numbers): ConditionOf =>
    (kit, u, w) => {
      // At most 2.5, where no function has reached its limit to rounding.
      const at = apply(plain, f, 1 + 0.5 * Math.min(3, Math.max(-3, apply(plain, g, a * c + b))));
      const inner = kit.add(kit.constant(1), kit.mul(kit.constant(0.5), apply(kit, g, affine(a, b)(kit, u, w))));
      const [left, right] = [apply(kit, f, inner), kit.constant(Number.isNaN(at) ? b : at)];
      return below ? kit.lt(left, right) : kit.gt(left, right);
    },
  bothSides:
    ([a, b, c, below, f]: Numbers): ConditionOf =>
    (kit, u, w) => {
      const [left, right] = [apply(kit, f, affine(a, c)(kit, u, w)), apply(kit, f, affine(-b, c / 2)(kit, w, u))];
      return below ? kit.lt(left, right) : kit.gt(left, right);
    },
  product: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) => kit.sub(kit.mul(kit.add(u, kit.constant(a)), kit.sub(w, kit.constant(b / 4))), kit.constant(c)),
      below,
    ),
  productSign: ([a, , c, below]: Numbers) =>
    sided((kit, u, w) => kit.mul(kit.mul(kit.constant(a), kit.sub(u, kit.constant(c))), w), below),
  network: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const step = kit.where(kit.gt(affine(a, c)(kit, u, w), kit.constant(0)), kit.constant(1), kit.constant(0));
      return kit.add(kit.mul(step, kit.mul(kit.constant(b), w)), kit.constant(c === 0 ? 0.5 : c));
    }, below),
  networkOfTwo: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const step = kit.where(kit.gt(u, kit.constant(c)), kit.constant(1), kit.constant(0));
      return kit.add(kit.mul(step, w), kit.add(kit.mul(kit.constant(a), w), kit.mul(kit.constant(b), u)));
    }, below),
  max:
    ([a, b, c, below]: Numbers): ConditionOf =>
    (kit, u, w) => {
      const [left, right] = [
        (below ? kit.min : kit.max)(affine(a, c)(kit, u, w), kit.mul(kit.constant(b), w)),
        kit.constant(c / 3),
      ];
      return below ? kit.lt(left, right) : kit.gt(left, right);
    },
  abs: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) =>
        kit.sub(kit.add(kit.unary.abs(affine(a, c)(kit, u, w)), kit.mul(kit.constant(b / 2), w)), kit.constant(0.4)),
      below,
    ),
  circle: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) =>
        kit.sub(
          kit.add(kit.unary.square(kit.sub(u, kit.constant(c))), kit.unary.square(kit.mul(kit.constant(b), w))),
          kit.constant(Math.abs(a)),
        ),
      below,
    ),
  sine: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) => kit.sub(kit.unary.sin(affine(a, c)(kit, u, w)), kit.mul(kit.constant(b / 4), kit.unary.square(w))),
      below,
    ),
  cubic: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const cubic = kit.sub(kit.pow(u, kit.constant(3)), kit.mul(kit.constant(Math.abs(a)), u));
      return kit.sub(cubic, kit.add(kit.constant(c / 2), kit.mul(kit.constant(b / 4), kit.unary.sin(w))));
    }, below),
  mixed: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) =>
        kit.sub(
          kit.unary.exp(kit.mul(kit.constant(a / 2), u)),
          kit.add(kit.constant(1 + c / 2), kit.mul(kit.constant(b / 4), kit.unary.square(w))),
        ),
      below,
    ),
  whereInside: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const shift = kit.where(kit.gt(w, kit.constant(c / 2)), kit.constant(b / 2), kit.constant(-0.3));
      return kit.add(kit.mul(kit.constant(a), u), shift);
    }, below),
  whereOfLatents: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const split = kit.gt(kit.add(u, w), kit.constant(c));
      return kit.where(split, kit.sub(u, kit.constant(a)), kit.add(kit.mul(kit.constant(b), w), kit.constant(c)));
    }, below),
  quotient: ([a, b, c, below]: Numbers) =>
    sided(
      (kit, u, w) => kit.sub(kit.div(affine(a, c)(kit, w, u), kit.sub(u, kit.constant(c / 2))), kit.constant(b)),
      below,
    ),
  poles: ([a, b, c, below]: Numbers) =>
    sided((kit, u, w) => {
      const [first, second] = [
        kit.div(kit.constant(a), kit.sub(u, kit.constant(c))),
        kit.div(w, kit.add(u, kit.constant(2))),
      ];
      return kit.sub(kit.add(first, kit.mul(kit.constant(b), w)), second);
    }, below),
} satisfies { readonly [name: string]: (numbers: Numbers) => ConditionOf };
export type Kind = keyof typeof KINDS | "again" | "againByData";

// The first condition, a·u + c > 0, once more: by another function, or with a threshold that equals it where w > 0.
const again =
  ([a, , c]: Numbers, form: number): ConditionOf =>
  (kit, u, w) => {
    const left = affine(a, c)(kit, u, w);
    const zero = kit.constant(0);
    if (form === 0) return kit.gt(kit.unary.exp(left), kit.constant(1));
    if (form === 1) return kit.gt(zero, kit.unary.tanh(kit.mul(kit.constant(-2), left)));
    if (form === 2) return kit.not(kit.gt(kit.pow(left, kit.constant(3)), zero));
    return kit.lt(kit.constant(0.5), kit.unary.sigmoid(left));
  };
const againByData =
  ([a, b, c]: Numbers): ConditionOf =>
  (kit, u, w) => {
    const threshold = kit.where(kit.gt(w, kit.constant(0.1)), kit.constant(-c), kit.constant(-c + b / 2));
    return kit.gt(kit.mul(kit.constant(a), u), threshold);
  };

const numbers: fc.Arbitrary<Numbers> = fc.tuple(
  away(0.5, 2),
  away(0.5, 2),
  real(-1, 1),
  fc.boolean(),
  fc.constantFrom(...MONOTONE),
  fc.constantFrom(...MONOTONE),
);
const arm = fc.record({ constant: real(-2, 2), slope: real(-1, 1), bend: real(-0.4, 0.4) });

/** 1 to 3 conditions, of which the first is of the given kind, or a coincident pair. */
export function conditionProgram(first: Kind): fc.Arbitrary<ConditionProgram> {
  const names = Object.keys(KINDS) as (keyof typeof KINDS)[];
  const one = (kind: keyof typeof KINDS): fc.Arbitrary<ConditionProgram["conditions"]> =>
    numbers.map((drawn) => [{ kind, of: KINDS[kind](drawn) }]);
  const start: fc.Arbitrary<ConditionProgram["conditions"]> =
    first === "again" || first === "againByData"
      ? fc.tuple(numbers, fc.nat(3)).map(([drawn, form]) => [
          { kind: "affine", of: KINDS.affine([...drawn.slice(0, 3), false, "exp", "exp"] as unknown as Numbers) },
          { kind: first, of: first === "again" ? again(drawn, form) : againByData(drawn) },
        ])
      : one(first);
  const others = fc
    .array(fc.constantFrom(...names).chain(one), { minLength: 0, maxLength: 1 })
    .map((parts) => parts.flat());
  return fc.tuple(start, others, fc.constantFrom("one", "two", "frozen")).chain(([own, more, axes]) => {
    const conditions = [...own, ...more];
    const index = fc.nat(conditions.length - 1);
    const test: fc.Arbitrary<Test> = fc.record({
      kind: fc.constantFrom("one" as const, "one" as const, "not" as const, "and" as const, "or" as const),
      p: index,
      q: index,
    });
    const observation = fc.record({
      test,
      yes: arm,
      no: arm,
      sdTest: test,
      sds: fc.tuple(real(0.7, 1.5), real(0.7, 1.5)),
      value: real(-2, 2),
    });
    return fc.array(observation, { minLength: 1, maxLength: 2 }).map((observations): ConditionProgram => {
      const program = {
        latents: axes === "two" ? (2 as const) : (1 as const),
        frozen: axes === "frozen",
        conditions,
        observations,
      };
      const [u, w] = ["u", axes === "one" ? "u" : "w"];
      const shown = { ...program, conditions: conditions.map(({ of }) => of(text, u, w)) };
      return { ...program, toString: () => JSON.stringify(shown) };
    });
  });
}

export function randomPoint({ latents }: ConditionProgram): fc.Arbitrary<Parameters> {
  const vector = fc.array(real(-1, 1), { minLength: latents, maxLength: latents });
  return fc.record({ mu: vector, rho: vector });
}

/** The program as the library sees it. */
export function interpretConditions({ latents, frozen, conditions, observations }: ConditionProgram): Program {
  return (context) => {
    const z = Array.from({ length: latents }, (_, i) => context.sample(`z${i}`, normal(0, 1)));
    const axes = frozen ? [...z, context.frozen("e", normal(0, 1))] : z;
    const [u, w] = [axes[0]!, axes[1] ?? axes[0]!];
    // Made afresh at each use, as a program would write it again.
    const atom = (index: number): expr.Truth => conditions[index]!.of(library, u, w);
    const truth = ({ kind, p, q }: Test): expr.Truth => {
      if (kind === "one") return atom(p);
      return kind === "not" ? expr.not(atom(p)) : library[kind](atom(p), atom(q));
    };
    const value = ({ constant, slope, bend }: Arm): expr.Real =>
      expr.sum([constant, expr.mul(slope, u), expr.mul(bend, expr.sin(w))]);
    for (const { test, yes, no, sdTest, sds, value: seen } of observations)
      context.observe(
        normal(context.where(truth(test), value(yes), value(no)), context.where(truth(sdTest), ...sds)),
        seen,
      );
  };
}

const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd * Math.sqrt(2 * Math.PI));

/** Truth of every condition (lowest bits) and of what decides them, and log p given these, at a point of the axes. */
function plainProgram({ latents, frozen, conditions, observations }: ConditionProgram) {
  const two = latents === 2 || frozen;
  let [bits, next] = [0, 0];
  const kit = recording((bit) => {
    if (bit) bits |= 1 << next;
    next++;
  });
  const holds = (u: number, w: number): number => {
    [bits, next] = [0, conditions.length];
    conditions.forEach(({ of }, k) => {
      if (of(kit, u, two ? w : u)) bits |= 1 << k;
    });
    return bits;
  };
  const logJoint = (u: number, w: number, bits: number): number => {
    const second = two ? w : u;
    const is = ({ kind, p, q }: Test): boolean => {
      const [yes, other] = [(bits >> p) % 2 === 1, (bits >> q) % 2 === 1];
      return { one: yes, not: !yes, and: yes && other, or: yes || other }[kind];
    };
    const value = ({ constant, slope, bend }: Arm): number => constant + slope * u + bend * Math.sin(second);
    let total = logNormal(u, 0, 1) + (latents === 2 ? logNormal(w, 0, 1) : 0);
    for (const { test, yes, no, sdTest, sds, value: seen } of observations)
      total += logNormal(seen, value(is(test) ? yes : no), sds[is(sdTest) ? 0 : 1]);
    return total;
  };
  return { two, holds, logJoint };
}

export const plainLogJointOf = (program: ConditionProgram): ((u: number, w: number) => number) => {
  const { holds, logJoint } = plainProgram(program);
  return (u, w) => logJoint(u, w, holds(u, w));
};

/** ELBO and gradient of a program, by quadrature. */
export function conditionQuadrature(
  program: ConditionProgram,
  params: Parameters,
  options: QuadratureOptions = {},
): Exact {
  return planeQuadrature({ latents: program.latents, ...plainProgram(program) }, params, options);
}
