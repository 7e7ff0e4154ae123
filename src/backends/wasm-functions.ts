/**
 * The elementary functions in WebAssembly SIMD: line by line those of `src/autodiff/special`, whose comments hold here too;
 * a branch there is a selection here. The bits are the same.
 */
import type { FunctionSpec } from "./wasm-encoder.ts";
import { formula } from "./wasm-formula.ts";

// power(y, less) as `result`; `one` and `rest` in terms of y = k log 2 + high − low.
const power = (one: string, rest: string): string => `
  shifted = y * ${Math.LOG2E} + 6755399441055744
  k = i64_sub(shifted, high32(0x43380000))
  d = shifted - 6755399441055744
  high = y - d * 6.9314718036912382e-1
  low = d * 1.90821492927058770002e-10
  r = high - low
  w = r * r
  even = polynomial(w, 0.04166666666666667, 0.0013888888888883748, 2.4801587325547743e-5, 2.75572736431103e-7, 2.0914686968086876e-9) * w
  odd = polynomial(w, 0.1666666666666667, 0.008333333333326136, 0.00019841269874820627, 2.7557255400206422e-6, 2.5105217004720745e-8)
  one = ${one}
  sum = one + high
  fraction = sum + (one - sum + high + (0.5 * w + (w * (even + r * odd) - (${rest}))))
  half = sar32(k, 1)
  result = fraction * shl(i64_add(half, low32(1023)), 52) * shl(i64_add(i64_sub(k, half), low32(1023)), 52)`;

// 2^−k where it counts.
const INVERSE = "and(shl(i64_sub(low32(1023), k), 52), lt(d, 1000))";
const REST = `low - r * (high - r - low) + (one - 1 + ${INVERSE})`;

// logarithm(k, f, c) as `result`.
const LOGARITHM = `
  square = 0.5 * f * f
  s = f / (2 + f)
  z = s * s
  w = z * z
  even = w * polynomial(w, 3.999999999940941908e-1, 2.222219843214978396e-1, 1.531383769920937332e-1)
  odd = z * polynomial(w, 6.66666666666673513e-1, 2.857142874366239149e-1, 1.818357216161805012e-1, 1.479819860511658591e-1)
  result = s * (square + (odd + even)) + (k * 1.90821492927058770002e-10 + c) - square + f + k * 6.9314718036912382e-1`;

// The exponent k of `scaled`, put as an integer into the low part of 2⁵² to become a double, and f = scaled/2^k − 1: the
// exponent is taken off by integer arithmetic.
const EXPONENT = `
  biased = shr(i64_add(scaled, high32(0x95f62)), 52)
  k = or(biased, high32(0x43300000)) - 4503599627371519
  f = i64_sub(scaled, shl(i64_sub(biased, low32(1023)), 52)) - 1`;

// `result`, but log x where x is 0, negative, infinite or NaN.
const edges = (x: string): string => `
  positive = gt(${x}, 0)
  edge = bitselect(-Infinity, bitselect(${x}, NaN, positive), eq(${x}, 0))
  result = bitselect(result, edge, and(positive, lt(${x}, Infinity)))`;

export type FunctionName = "exp" | "expm1" | "log" | "log1p" | "sigmoid" | "softplus";

const TEXTS: { readonly [K in FunctionName]: string } = {
  exp: `
  y = pmax(pmin(x, 710), -746)
  ${power("1", "low")}
  result`,
  expm1: `
  y = pmax(pmin(x, 710), -40)
  ${power(`1 - ${INVERSE}`, REST)}
  bitselect(x, result, eq(x, 0))`,
  log: `
  subnormal = lt(x, 2.2250738585072014e-308)
  scaled = bitselect(x * 18014398509481984, x, subnormal)
  ${EXPONENT}
  k = k - and(subnormal, 54)
  c = 0
  ${LOGARITHM}
  ${edges("x")}
  result`,
  log1p: `
  u = 1 + x
  scaled = u
  ${EXPONENT}
  c = bitselect(x - (u - 1), 1 - (u - x), lt(x, 1)) / u
  near = eq(k, 0)
  c = bitselect(0, c, near)
  f = bitselect(x, f, near)
  ${LOGARITHM}
  ${edges("u")}
  bitselect(x, result, eq(u, 1))`,
  sigmoid: `
  e = exp(neg(abs(x)))
  bitselect(1, e, ge(x, 0)) / (1 + e)`,
  softplus: `
  t = log1p(exp(neg(abs(x))))
  bitselect(x + t, t, gt(x, 0))`,
};

const NAMES = Object.keys(TEXTS) as FunctionName[];

/** Where in a module each function stands. */
export const FUNCTION_INDEX: { readonly [K in FunctionName]: number } = Object.fromEntries(
  NAMES.map((name, index) => [name, index]),
) as { [K in FunctionName]: number };

/** The functions v128 → v128, the first ones of a module. */
export function elementaryFunctions(): FunctionSpec[] {
  return NAMES.map((name) => formula(["x"], TEXTS[name], FUNCTION_INDEX));
}
