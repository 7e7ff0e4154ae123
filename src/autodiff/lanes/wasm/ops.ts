/**
 * The ops in WebAssembly SIMD, two samples at a time. Each leaves its result on the stack, given what puts an operand
 * there; the operations are those of the op table in the same order, so that the bits are the same.
 */
import type { Reduction } from "../../tape/fusion.ts";
import { reductionOf } from "../../tape/signatures.ts";
import type { Code } from "./encoder.ts";
import { FUNCTION_INDEX, type FunctionName } from "./functions.ts";
import { pushLookUp, pushPlace } from "./step-functions.ts";

/** Puts operand j on the stack. */
type Operand = (j: number) => void;
/** Is operand j the constant +0? */
type IsZero = (j: number) => boolean;
/** Puts the address of the instruction's table on the stack. */
type Table = () => void;
type Emit = (code: Code, at: Operand, isZero: IsZero, table: Table) => void;

/** Bytes of a shuffle: the low words of two masks of 64 bits side by side, to be stored. */
export const NARROW: readonly number[] = [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11];

const binary =
  (name: "add" | "sub" | "mul" | "div" | "min" | "max" | "eq" | "and" | "or"): Emit =>
  (code, at) => {
    at(0);
    at(1);
    code.simd(name);
  };
const unary =
  (name: "neg" | "abs" | "sqrt" | "not"): Emit =>
  (code, at) => {
    at(0);
    code.simd(name);
  };
const call =
  (name: FunctionName): Emit =>
  (code, at) => {
    at(0);
    if (name === "pow") at(1);
    code.call(FUNCTION_INDEX[name]);
  };
const select = (code: Code, at: Operand, isZero: IsZero, p: number, x: number, y: number): void => {
  if (isZero(x) || isZero(y)) {
    at(isZero(y) ? x : y);
    at(p);
    code.simd(isZero(y) ? "and" : "andnot");
    return;
  }
  at(x);
  at(y);
  at(p);
  code.simd("bitselect");
};
const product = (code: Code, at: Operand, x: number, y: number): void => {
  at(x);
  at(y);
  code.simd("mul");
};
// x·y, 0 where x is 0.
const chain = (code: Code, at: Operand, x: number, y: number): void => {
  product(code, at, x, y);
  at(x);
  code.f64x2(0).simd("eq").simd("andnot");
};

const FIXED: { readonly [name: string]: Emit } = {
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  min: binary("min"),
  max: binary("max"),
  neg: unary("neg"),
  abs: unary("abs"),
  sqrt: unary("sqrt"),
  exp: call("exp"),
  expm1: call("expm1"),
  log: call("log"),
  log1p: call("log1p"),
  sigmoid: call("sigmoid"),
  softplus: call("softplus"),
  tanh: call("tanh"),
  sin: call("sin"),
  cos: call("cos"),
  tan: call("tan"),
  pow: call("pow"),
  square: (code, at) => product(code, at, 0, 0),
  sign: (code, at) => {
    code.f64x2(1).f64x2(-1);
    at(0);
    at(0);
    code.f64x2(0).simd("lt").simd("bitselect");
    at(0);
    code.f64x2(0).simd("gt").simd("bitselect");
  },
  where: (code, at, isZero) => select(code, at, isZero, 0, 1, 2),
  chain: (code, at) => chain(code, at, 0, 1),
  positive: (code, at) => {
    at(0);
    code.f64x2(0).simd("gt");
  },
  equal: binary("eq"),
  not: unary("not"),
  and: binary("and"),
  or: binary("or"),
  mulAdd: (code, at) => {
    at(2);
    product(code, at, 0, 1);
    code.simd("add");
  },
  subMul: (code, at) => {
    at(2);
    product(code, at, 0, 1);
    code.simd("sub");
  },
  addWhere: (code, at, isZero) => {
    at(3);
    select(code, at, isZero, 0, 1, 2);
    code.simd("add");
  },
  addChain: (code, at) => {
    at(2);
    chain(code, at, 0, 1);
    code.simd("add");
  },
  addPositive: (code, at) => {
    at(0);
    at(1);
    code.simd("add").f64x2(0).simd("gt");
  },
  subPositive: (code, at) => {
    at(0);
    at(1);
    code.simd("sub").f64x2(0).simd("gt");
  },
};

/** Instructions with a table. */
const OPEN: { readonly [family: string]: Emit } = {
  search: (code, at, _isZero, table) => pushPlace(code, () => at(0), table),
  lookUp: (code, at, _isZero, table) => pushLookUp(code, () => at(0), table),
};

const TERMS: {
  readonly [family: string]: readonly [
    operands: number,
    emit: (code: Code, at: Operand, isZero: IsZero, j: number) => void,
  ];
} = {
  dot: [2, (code, at, _isZero, j) => product(code, at, j, j + 1)],
  squares: [
    2,
    (code, at, _isZero, j) => {
      at(j);
      product(code, at, j + 1, j + 1);
      code.simd("mul");
    },
  ],
  chains: [2, (code, at, _isZero, j) => chain(code, at, j, j + 1)],
  select: [3, (code, at, isZero, j) => select(code, at, isZero, j, j + 1, j + 2)],
};

/** Emits the term that an instruction adds to its sum number t. */
type EmitTerm = (code: Code, at: Operand, isZero: IsZero, t: number) => void;

const REDUCED: { readonly [K in Reduction["name"]]: EmitTerm } = {
  sumLanes: (_code, at, _isZero, t) => at(t),
  sumDots: (code, at, _isZero, t) => product(code, at, 2 * t, 2 * t + 1),
  sumSquares: (code, at, isZero, t) => {
    // (x + 0)² is x².
    if (isZero(2 * t + 1)) {
      product(code, at, 2 * t, 2 * t);
      return;
    }
    for (let factor = 0; factor < 2; factor++) {
      at(2 * t);
      at(2 * t + 1);
      code.simd("add");
    }
    code.simd("mul");
  },
  sumChains: (code, at, _isZero, t) => chain(code, at, 2 * t, 2 * t + 1),
  sumSelects: (code, at, isZero, t) => select(code, at, isZero, 3 * t, 3 * t + 1, 3 * t + 2),
};

/** The terms of an instruction that adds to sums over the lanes, and how many it has. */
export function reductionEmitterOf(name: string): { readonly term: EmitTerm; readonly count: number } | undefined {
  const reduction = reductionOf(name);
  return reduction && { term: REDUCED[reduction.row.name], count: reduction.count };
}

/** The emitter of an instruction with a value in every lane, undefined if there is none. */
export function emitterOf(name: string): Emit | undefined {
  const fixed = FIXED[name];
  if (fixed) return fixed;
  const [, family = "", count = ""] = /^([a-zA-Z]+)(\d*)$/.exec(name) ?? [];
  if (OPEN[family]) return OPEN[family];
  const row = TERMS[family];
  if (!row) return undefined;
  const [operands, term] = row;
  return (code, at, isZero) => {
    at(0);
    for (let t = 0; t < Number(count); t++) {
      term(code, at, isZero, 1 + t * operands);
      code.simd("add");
    }
  };
}
