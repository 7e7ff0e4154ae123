/**
 * exp, log, expm1 and log1p from +, −, ·, / and powers of two alone: the same bits on every JavaScript engine, whose own
 * Math functions differ in the last place, and in the WebAssembly kernels, which follow the same steps.
 */

// Constants stand in the functions as literals: engines load module variables anew at every use.

// 2^(j − 1074) for every j up to 2097: repeated doubling is exact.
const POWERS = /* @__PURE__ */ powersOfTwo();
function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2098).fill(5e-324);
  for (let j = 1; j < powers.length; j++) powers[j] = 2 * powers[j - 1]!;
  return powers;
}

// The high word of a double, least significant word first as on every platform that runs JavaScript today.
const DOUBLE = /* @__PURE__ */ new Float64Array(1);
const WORDS = /* @__PURE__ */ new Int32Array(DOUBLE.buffer);

/**
 * What is missing from `high` to eʳ − 1 for r = high − low, |r| ≤ ½ log 2, negated: near-minimax polynomial of (eʳ − 1 − r)/r², even and odd powers apart; relative
 * error of eʳ 2e-19. Coefficients by mpmath's chebyfit on ±0.34661 with 11 terms, constant term first.
 */
function shortfall(high: number, low: number): number {
  const r = high - low;
  const w = r * r;
  const even =
    ((((2.0914686968086876e-9 * w + 2.75572736431103e-7) * w + 2.4801587325547743e-5) * w + 0.0013888888888883748) * w +
      0.04166666666666667) *
      w +
    0.5;
  const odd =
    (((2.5105217004720745e-8 * w + 2.7557255400206422e-6) * w + 0.00019841269874820627) * w + 0.008333333333326136) *
      w +
    0.1666666666666667;
  return low - w * (even + r * odd);
}

/**
 * eˣ.
 *
 * Domain: all reals; 0 below −745.13, +Infinity above 709.78; NaN gives NaN. Error below 1 ulp (measured 0.65).
 */
export function exp(x: number): number {
  const y = x > 710 ? 710 : x < -746 ? -746 : x;
  // x = k log 2 + r. Adding and subtracting 1.5·2⁵² rounds to an integer; k times the high part of log 2 is exact.
  const d = y * Math.LOG2E + 6755399441055744 - 6755399441055744;
  const k = d | 0;
  const high = y - d * 6.9314718036912382e-1;
  // 1 + high with its rounding error, so that the sum is rounded once; the power in two factors, because 2^k itself is
  // out of range for the largest and for subnormal results.
  const sum = 1 + high;
  const fraction = sum + (1 - sum + high - shortfall(high, d * 1.90821492927058770002e-10));
  const half = k >> 1;
  return fraction * POWERS[half + 1074]! * POWERS[k - half + 1074]!;
}

/**
 * eˣ − 1, accurate near 0.
 *
 * Domain: all reals; −1 at −Infinity, +Infinity above 709.78; NaN gives NaN, ±0 themselves. Error below 2 ulp.
 */
export function expm1(x: number): number {
  if (x > 40 || x < -40) return exp(x) - 1;
  const d = x * Math.LOG2E + 6755399441055744 - 6755399441055744;
  const high = x - d * 6.9314718036912382e-1;
  const fraction = high - shortfall(high, d * 1.90821492927058770002e-10);
  const k = d | 0;
  if (k === 0) return x === 0 ? x : fraction;
  const power = POWERS[k + 1074]!;
  return power * fraction + (power - 1);
}

/**
 * Natural logarithm.
 *
 * Domain: x ≥ 0; −Infinity at 0, +Infinity at +Infinity, NaN below 0; NaN gives NaN. Error below 1 ulp (measured 0.74).
 * Source: fdlibm (Sun Microsystems, 1993), as arranged without branches in FreeBSD and musl.
 */
export function log(x: number): number {
  if (!(x > 0 && x < Infinity)) return x === 0 ? -Infinity : x > 0 ? x : NaN;
  const subnormal = x < 2.2250738585072014e-308;
  const scaled = subnormal ? x * 18014398509481984 : x;
  DOUBLE[0] = scaled;
  // Exponent such that x/2^k lies between √½ and √2.
  const k = ((WORDS[1]! + 0x95f62) >> 20) - 1023;
  const f = scaled * POWERS[1074 - k]! - 1;
  const square = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (3.999999999940941908e-1 + w * (2.222219843214978396e-1 + w * 1.531383769920937332e-1));
  const odd =
    z *
    (6.66666666666673513e-1 +
      w * (2.857142874366239149e-1 + w * (1.818357216161805012e-1 + w * 1.479819860511658591e-1)));
  const d = subnormal ? k - 54 : k;
  return s * (square + (odd + even)) + d * 1.90821492927058770002e-10 - square + f + d * 6.9314718036912382e-1;
}

/**
 * log(1 + x), accurate near 0.
 *
 * Domain: x ≥ −1; −Infinity at −1, NaN below; NaN gives NaN, ±0 themselves. Error below 1.5 ulp.
 */
export function log1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  // The rounding of 1 + x, x − (u − 1), moves the logarithm by 1/u times as much.
  return u > 0 && u < Infinity ? log(u) + (x < 1 ? x - (u - 1) : 1 - (u - x)) / u : log(u);
}
