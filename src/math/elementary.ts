/**
 * exp, log, expm1 and log1p from +, −, ·, / and powers of two alone: the same bits on every JavaScript engine, whose own
 * Math functions differ in the last place, and in the WebAssembly kernels, which follow the same steps.
 */

// Constants stand in the functions as literals: engines load module variables anew at every use.

// 2^(j − 1074) for every j up to 2097: repeated doubling is exact.
export const POWERS: Float64Array = /* @__PURE__ */ powersOfTwo();
function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2098).fill(5e-324);
  for (let j = 1; j < powers.length; j++) powers[j] = 2 * powers[j - 1]!;
  return powers;
}

// The high word of a double, least significant word first as on every platform that runs JavaScript today; and what the
// functions below leave beside their result.
export const DOUBLE: Float64Array = /* @__PURE__ */ new Float64Array(1);
export const WORDS: Int32Array = /* @__PURE__ */ new Int32Array(DOUBLE.buffer);

/**
 * e^(exponent + more) for a small `more`, 0 at exponents beyond −746. If `keep`, DOUBLE[0] becomes what its rounding lost.
 *
 * exponent + more = k log 2 + r, |r| ≤ ½ log 2, so the result is 2^k·eʳ.
 */
export function exponential(exponent: number, keep?: boolean, more = 0): number {
  const x = exponent > 710 ? 710 : exponent < -746 ? -746 : exponent;
  // Adding and subtracting 1.5·2⁵² rounds to an integer; k times the high part of log 2 is exact.
  const d = x * Math.LOG2E + 6755399441055744 - 6755399441055744;
  const k = d | 0;
  const high = x - d * 6.9314718036912382e-1;
  const low = d * 1.90821492927058770002e-10 - more;
  const r = high - low;
  const w = r * r;
  // 1 + high with its rounding error, so that the sum is rounded once.
  const sum = 1 + high;
  const rest = 1 - sum + high - low + 0.5 * w + series(r, w);
  const fraction = sum + rest;
  // The power in two factors, because 2^k itself is out of range for the largest and for subnormal results.
  const half = k >> 1;
  const first = POWERS[half + 1074]!;
  const second = POWERS[k - half + 1074]!;
  if (keep) DOUBLE[0] = (rest - (fraction - sum)) * first * second;
  return fraction * first * second;
}

/**
 * eʳ − 1 − r − ½ w for |r| ≤ ½ log 2, w = r²: near-minimax, in pairs of terms that need not wait for each other; error 2e-19
 * relative to eʳ. Coefficients by mpmath's chebyfit of (eʳ − 1 − r)/r² on ±0.34661 with 11 terms.
 */
export function series(r: number, w: number): number {
  const v = w * w;
  const even =
    0.04166666666666667 +
    w * 0.0013888888888883748 +
    v * (2.4801587325547743e-5 + w * 2.75572736431103e-7 + v * 2.0914686968086876e-9);
  const odd =
    0.1666666666666667 +
    w * 0.008333333333326136 +
    v * (0.00019841269874820627 + w * 2.7557255400206422e-6 + v * 2.5105217004720745e-8);
  return v * even + w * r * odd;
}

/**
 * eˣ.
 *
 * Domain: all reals; 0 below −745.13, +Infinity above 709.78; NaN gives NaN. Error below 1 ulp (measured
 * 0.66, 0.77 where the result is subnormal).
 */
export function exp(x: number): number {
  return exponential(x);
}

/**
 * eˣ − 1, accurate near 0.
 *
 * Domain: all reals; −1 at −Infinity, +Infinity above 709.78; NaN gives NaN, ±0 themselves. Error
 * below 1 ulp (measured 0.87).
 */
export function expm1(x: number): number {
  return x === 0 ? x : exponentialLess1(x);
}

/** e^exponent − 1: as `exponential`, the result being 2^k·(eʳ − 2^−k). */
export function exponentialLess1(exponent: number, keep?: boolean): number {
  const x = exponent > 710 ? 710 : exponent < -40 ? -40 : exponent;
  const d = x * Math.LOG2E + 6755399441055744 - 6755399441055744;
  const k = d | 0;
  const high = x - d * 6.9314718036912382e-1;
  const low = d * 1.90821492927058770002e-10;
  const r = high - low;
  const w = r * r;
  const inverse = POWERS[1074 - k]!;
  const one = 1 - inverse;
  // |one| > |high| or one = 0. Where one is small the rounding of r counts too, and beyond k = ±53 its own.
  const sum = one + high;
  const lower = low - r * (high - r - low) + (k < 0 ? one + inverse - 1 : one - 1 + inverse);
  const rest = one - sum + high + (0.5 * w + (series(r, w) - lower));
  const fraction = sum + rest;
  // 2^(k − 1), because 2^k is out of range for the largest results.
  const power = POWERS[k + 1073]!;
  if (keep) DOUBLE[0] = 2 * (rest - (fraction - sum)) * power;
  return 2 * fraction * power;
}

// The exponent of a normal double: 2^k times a number between √½ and √2.
function exponent(x: number): number {
  DOUBLE[0] = x;
  return ((WORDS[1]! + 0x95f62) >> 20) - 1023;
}

/**
 * k log 2 + log(1 + f) + c, less f and k times the high part of log 2, for a small c and |f| < 0.42.
 * Source: fdlibm (Sun Microsystems, 1993), as arranged without branches in FreeBSD and musl.
 */
export function logarithmRest(k: number, f: number, c: number): number {
  const square = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  return s * (square + (odd + even)) + (k * 1.90821492927058770002e-10 + c) - square;
}

/**
 * Natural logarithm.
 *
 * Domain: x ≥ 0; −Infinity at 0, +Infinity at +Infinity, NaN below 0; NaN gives NaN. Error below 1 ulp (measured 0.83).
 */
export function log(x: number): number {
  // −Infinity and NaN as quotients: engines that have not read the names yet take what they name for anything, and box results.
  if (!(x > 0 && x < Infinity)) return x === 0 ? -1 / (x * x) : x > 0 ? x : (x - x) / 0;
  const subnormal = x < 2.2250738585072014e-308;
  const scaled = subnormal ? x * 18014398509481984 : x;
  const shift = exponent(scaled);
  const f = scaled * POWERS[1074 - shift]! - 1;
  const k = subnormal ? shift - 54 : shift;
  return f + logarithmRest(k, f, 0) + k * 6.9314718036912382e-1;
}

/**
 * log(1 + x), accurate near 0.
 *
 * Domain: x ≥ −1; −Infinity at −1, NaN below; NaN gives NaN, ±0 themselves. Error below 1 ulp (measured
 * 0.85).
 */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  if (!(u > 0 && u < Infinity)) return log(u);
  const k = exponent(u);
  // The rounding of 1 + x, x − (u − 1), moves the logarithm by 1/u times as much; near 0, x itself is better than u.
  const near = k === 0;
  const f = near ? x : u * POWERS[1074 - k]! - 1;
  return logarithmRest(k, f, near ? 0 : (x < 1 ? x - (u - 1) : 1 - (u - x)) / u) + f + k * 6.9314718036912382e-1;
}
