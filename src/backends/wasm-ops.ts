/**
 * The ops in WebAssembly SIMD, two samples at a time. Each leaves its result on the stack, given what puts an operand
 * there; the operations are those of the op table in the same order, so that the bits are the same.
 */
import { Code, type FunctionSpec, V128 } from "./wasm-encoder.ts";

/** Puts operand j on the stack. */
type Operand = (j: number) => void;
/** Is operand j the constant +0? */
type IsZero = (j: number) => boolean;
type Emit = (code: Code, at: Operand, isZero: IsZero) => void;

const [EXP, LOG, LOG1P, SIGMOID, SOFTPLUS] = [0, 1, 2, 3, 4];

/** Functions (v128) → v128 that the module must contain, by position. */
export const HELPERS: readonly { readonly name: string; readonly locals: number; readonly code: Code }[] = [
  { name: "exp", locals: 7, code: exponential() },
  { name: "log", locals: 8, code: logarithm() },
  { name: "log1p", locals: 2, code: logarithmOfSum() },
  { name: "sigmoid", locals: 1, code: logistic() },
  { name: "softplus", locals: 1, code: integratedLogistic() },
];

/** The helpers as the first functions of a module. */
export function helperFunctions(): FunctionSpec[] {
  return HELPERS.map(({ locals, code }) => ({ parameters: [V128], results: [V128], locals: [[locals, V128]], code }));
}

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
  (helper: number): Emit =>
  (code, at) => {
    at(0);
    code.call(helper);
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
  exp: call(EXP),
  log: call(LOG),
  log1p: call(LOG1P),
  sigmoid: call(SIGMOID),
  softplus: call(SOFTPLUS),
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

/** The emitter of an instruction, undefined if there is none. */
export function emitterOf(name: string): Emit | undefined {
  const fixed = FIXED[name];
  if (fixed) return fixed;
  const [, family = "", count = ""] = /^([a-z]+)(\d)$/.exec(name) ?? [];
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

// As exp in src/autodiff/special/elementary.ts.
function exponential(): Code {
  const code = new Code();
  const [x, y, d, k, high, low, w] = [0, 1, 2, 3, 4, 5, 6];
  const r = 7;
  const rounder = 6755399441055744;
  code.get(x).f64x2(710).simd("pmin").f64x2(-746).simd("pmax").tee(y);
  // The integer is in the low bits of its sum with 1.5·2⁵².
  code.f64x2(Math.LOG2E).simd("mul").f64x2(rounder).simd("add").tee(d).i64x2(0x43380000, 0).simd("i64_sub").set(k);
  code.get(d).f64x2(rounder).simd("sub").set(d);
  code.get(y).get(d).f64x2(6.9314718036912382e-1).simd("mul").simd("sub").set(high);
  code.get(d).f64x2(1.90821492927058770002e-10).simd("mul").set(low);
  code.get(high).get(low).simd("sub").tee(r).get(r).simd("mul").set(w);
  // sum = 1 + high in place of d; fraction = sum + (1 − sum + high − shortfall)
  code.f64x2(1).get(high).simd("add").tee(d);
  code.f64x2(1).get(d).simd("sub").get(high).simd("add");
  code.get(low).get(w);
  polynomial(
    code,
    w,
    [
      0.5, 0.04166666666666667, 0.0013888888888883748, 2.4801587325547743e-5, 2.75572736431103e-7,
      2.0914686968086876e-9,
    ],
  );
  code.get(r);
  polynomial(
    code,
    w,
    [0.1666666666666667, 0.008333333333326136, 0.00019841269874820627, 2.7557255400206422e-6, 2.5105217004720745e-8],
  );
  code.simd("mul").simd("add").simd("mul").simd("sub").simd("sub").simd("add");
  // 2^⌊k/2⌋ · 2^(k − ⌊k/2⌋): each word of k is shifted by itself, which is right because k is small.
  code.get(k).i32(1).simd("i32_shr_s").tee(y);
  power(code);
  code.simd("mul").get(k).get(y).simd("i64_sub");
  power(code);
  return code.simd("mul");
}

// The integers on the stack to powers of two.
function power(code: Code): void {
  code.i64x2(0, 1023).simd("i64_add").i32(52).simd("i64_shl");
}

/** (… (c_n·w + c_{n−1})·w + …)·w + c_0, rounded at each step. */
function polynomial(code: Code, w: number, coefficients: readonly number[]): void {
  const last = coefficients.length - 1;
  code.f64x2(coefficients[last]!);
  for (let j = last - 1; j >= 0; j--) code.get(w).simd("mul").f64x2(coefficients[j]!).simd("add");
}

// As log in src/autodiff/special/elementary.ts; the exponent is taken off by integer arithmetic instead of a product.
function logarithm(): Code {
  const code = new Code();
  const [x, subnormal, scaled, e, f, s, z, w] = [0, 1, 2, 3, 4, 5, 6, 7];
  const square = 8;
  code.get(x).f64x2(2.2250738585072014e-308).simd("lt").set(subnormal);
  code.get(x).f64x2(18014398509481984).simd("mul").get(x).get(subnormal).simd("bitselect").tee(scaled);
  code.i64x2(0x95f62, 0).simd("i64_add").i32(52).simd("i64_shr_u").set(e);
  code.get(scaled).get(e).i64x2(0, 1023).simd("i64_sub").i32(52).simd("i64_shl").simd("i64_sub");
  code.f64x2(1).simd("sub").set(f);
  code.f64x2(0.5).get(f).simd("mul").get(f).simd("mul").set(square);
  code.get(f).f64x2(2).get(f).simd("add").simd("div").tee(s).get(s).simd("mul").tee(z).get(z).simd("mul").set(w);
  // s·(square + (odd + even))
  code.get(s).get(square).get(z);
  polynomial(
    code,
    w,
    [6.66666666666673513e-1, 2.857142874366239149e-1, 1.818357216161805012e-1, 1.479819860511658591e-1],
  );
  code.simd("mul").get(w);
  polynomial(code, w, [3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1]);
  code.simd("mul").simd("add").simd("add").simd("mul");
  // The exponent as a double: its bits in the low part of 2⁵².
  code
    .get(e)
    .i64x2(0x43300000, 0)
    .simd("or")
    .f64x2(4503599627370496 + 1023)
    .simd("sub");
  code.get(subnormal).f64x2(54).simd("and").simd("sub").tee(e);
  code.f64x2(1.90821492927058770002e-10).simd("mul").simd("add").get(square).simd("sub").get(f).simd("add");
  code.get(e).f64x2(6.9314718036912382e-1).simd("mul").simd("add").set(s);
  // Where x is 0, negative, infinite or NaN.
  code.get(s);
  code.f64x2(Number.NEGATIVE_INFINITY).get(x).f64x2(Number.NaN).get(x).f64x2(0).simd("gt").simd("bitselect");
  code.get(x).f64x2(0).simd("eq").simd("bitselect");
  code.get(x).f64x2(0).simd("gt").get(x).f64x2(Number.POSITIVE_INFINITY).simd("lt").simd("and");
  return code.simd("bitselect");
}

// As log1p in src/autodiff/special/elementary.ts.
function logarithmOfSum(): Code {
  const code = new Code();
  const [x, u, logarithm] = [0, 1, 2];
  code.get(x);
  code.f64x2(1).get(x).simd("add").tee(u).call(LOG).tee(logarithm);
  // the rounding of u, divided by u
  code.get(x).get(u).f64x2(1).simd("sub").simd("sub");
  code.f64x2(1).get(u).get(x).simd("sub").simd("sub");
  code.get(x).f64x2(1).simd("lt").simd("bitselect");
  code.get(u).simd("div").simd("add").get(logarithm);
  code.get(u).f64x2(0).simd("gt").get(u).f64x2(Number.POSITIVE_INFINITY).simd("lt").simd("and").simd("bitselect");
  return code.get(u).f64x2(1).simd("eq").simd("bitselect");
}

// e^−|x|, from which the others are made.
function decay(code: Code): Code {
  return code.get(0).simd("abs").simd("neg").call(EXP);
}

// As sigmoid in src/autodiff/special/logistic.ts: 1 or e over 1 + e.
function logistic(): Code {
  const e = 1;
  const code = new Code().f64x2(1);
  decay(code).tee(e).get(0).f64x2(0).simd("ge").simd("bitselect");
  return code.f64x2(1).get(e).simd("add").simd("div");
}

// As softplus in src/autodiff/special/logistic.ts.
function integratedLogistic(): Code {
  const t = 1;
  const code = new Code().get(0);
  decay(code).call(LOG1P).tee(t).simd("add").get(t);
  return code.get(0).f64x2(0).simd("gt").simd("bitselect");
}
