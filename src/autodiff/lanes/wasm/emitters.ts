/**
 * Instructions become WebAssembly SIMD, two samples at a time. An emitter appends the code that leaves the result on the stack, given
 * what puts an operand there: for `mulAdd` operand 2, operands 0 and 1, a multiplication and an addition. The operations are those
 * of the instruction's formula in the same order, so that the bits are the same.
 */
import type { OpName } from "../../ops/op.ts";
import type { FusedOp, InstructionRow, LaneSum, TermSum } from "../../tape/instructions.ts";
import type { Code } from "./encoder.ts";
import { FUNCTION_INDEX, type FunctionName } from "./functions.ts";
import { pushLookUp, pushPlace } from "./step-functions.ts";

/** Puts operand j on the stack. */
type Operand = (j: number) => void;
/** Whether operand j is the constant +0. */
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
  (name: "neg" | "abs" | "sqrt" | "floor" | "not"): Emit =>
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
// Emits x·y, but 0 where x is 0.
const chain = (code: Code, at: Operand, x: number, y: number): void => {
  product(code, at, x, y);
  at(x);
  code.f64x2(0).simd("eq").simd("andnot");
};

/** The emitters of ops; the interpreter runs those that have none. */
const OPS: { readonly [K in OpName | FusedOp]: Emit | undefined } = {
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
  peak: (code, at) => {
    at(0);
    at(1);
    code.simd("max").f64x2(-Number.MAX_VALUE).simd("max").f64x2(Number.MAX_VALUE).simd("min");
  },
  floor: unary("floor"),
  expSub: (code, at) => {
    at(0);
    at(1);
    code.simd("sub").call(FUNCTION_INDEX.exp);
  },
  atan: undefined,
  lgamma: undefined,
  digamma: undefined,
  trigamma: undefined,
  erf: undefined,
  normalCdf: undefined,
  logNormalCdf: undefined,
  normalHazard: undefined,
  normalQuantileOfSurprisal: undefined,
};

/** Emits a term whose operands begin with number j. */
type EmitTerm = (code: Code, at: Operand, isZero: IsZero, j: number) => void;

const TERMS: { readonly [K in TermSum | LaneSum]: EmitTerm } = {
  dot: (code, at, _isZero, j) => product(code, at, j, j + 1),
  squares: (code, at, _isZero, j) => {
    at(j);
    product(code, at, j + 1, j + 1);
    code.simd("mul");
  },
  chains: (code, at, _isZero, j) => chain(code, at, j, j + 1),
  select: (code, at, isZero, j) => select(code, at, isZero, j, j + 1, j + 2),
  sumLanes: (_code, at, _isZero, j) => at(j),
  sumDots: (code, at, _isZero, j) => product(code, at, j, j + 1),
  sumSquares: (code, at, isZero, j) => {
    // (x + 0)² is x².
    if (isZero(j + 1)) {
      product(code, at, j, j);
      return;
    }
    for (let factor = 0; factor < 2; factor++) {
      at(j);
      at(j + 1);
      code.simd("add");
    }
    code.simd("mul");
  },
  sumChains: (code, at, _isZero, j) => chain(code, at, j, j + 1),
  sumSelects: (code, at, isZero, j) => select(code, at, isZero, j, j + 1, j + 2),
};

/** What an instruction that adds to sums over the lanes adds to sum number t, and how many sums it has. */
export interface LaneSums {
  readonly term: (code: Code, at: Operand, isZero: IsZero, t: number) => void;
  readonly count: number;
}

/** The terms of an instruction that adds to sums over the lanes, undefined for other instructions. */
export function laneSumsOf({ effect }: InstructionRow): LaneSums | undefined {
  if (effect.does !== "addLanes") return undefined;
  const { family, count, width } = effect;
  return { term: (code, at, isZero, t) => TERMS[family](code, at, isZero, t * width), count };
}

/** The emitter of an instruction that makes a value in every lane; undefined for sums over the lanes and where there is none. */
export function emitterOf({ effect }: InstructionRow): Emit | undefined {
  switch (effect.does) {
    case "op":
      return OPS[effect.op];
    case "addTerms": {
      const { family, count, width } = effect;
      return (code, at, isZero) => {
        at(0);
        for (let t = 0; t < count; t++) {
          TERMS[family](code, at, isZero, 1 + t * width);
          code.simd("add");
        }
      };
    }
    case "search":
      return (code, at, _isZero, table) => pushPlace(code, () => at(0), table);
    case "lookUp":
      return (code, at, _isZero, table) => pushLookUp(code, () => at(0), table);
    case "addLanes":
    case "gather":
      return undefined;
  }
}

/** Whether there is code for an instruction. */
export function hasEmitter(row: InstructionRow): boolean {
  return (emitterOf(row) ?? laneSumsOf(row)) !== undefined;
}
