/** xʸ from +, −, ·, / alone: y·log x in twice the digits, then exp; the same bits on every engine and back end. */
import { DOUBLE, exponential, POWERS, WORDS } from "./elementary.ts";

/**
 * x to the power y.
 *
 * Domain: as `Math.pow` has it: 1 for y = 0 even at x = NaN, NaN for x < 0 unless y is an integer, and NaN, where IEEE 754
 * has 1, for x = ±1 with y = ±Infinity and x = 1 with y = NaN. Error below 1 ulp (measured 0.66, 0.78
 * where the result is subnormal).
 */
export function pow(x: number, y: number): number {
  POWER[0] = Math.abs(x);
  POWER[1] = y;
  positivePower();
  const value = POWER[0]!;
  if (x > 0 || y === 0 || Number.isNaN(x)) return value;
  const whole = Math.floor(y) === y;
  if (!whole && x < 0 && x > -Infinity) return Number.NaN;
  const odd = whole && 2 * Math.floor(y / 2) !== y;
  return odd && !Object.is(x, 0) ? -value : value;
}

/** Base and exponent, then the power. Engines do not inline so large a function, and would box its numbers. */
const POWER: Float64Array = /* @__PURE__ */ new Float64Array(2);

function positivePower(): void {
  const x = POWER[0]!;
  const y = POWER[1]!;
  if (y === 0) {
    POWER[0] = 1;
    return;
  }
  if (!(x > 0 && x < Infinity && Math.abs(y) < Infinity)) {
    if (Number.isNaN(x) || Number.isNaN(y) || x === 1) POWER[0] = Number.NaN;
    else POWER[0] = x > 1 === y > 0 ? Infinity : 0;
    return;
  }
  // x = 2^k·m, √¾ < m < √3.
  const subnormal = x < 2.2250738585072014e-308;
  const scaled = subnormal ? x * 18014398509481984 : x;
  DOUBLE[0] = scaled;
  const shift = ((WORDS[1]! + 0x44986) >> 20) - 1023;
  const m = scaled * POWERS[1074 - shift]!;
  const k = subnormal ? shift - 54 : shift;
  // s = (m − centre)/(m + centre), |s| < 0.102, in two parts; log(m/centre) = 2 artanh s = ⅔·s·(3 + s² + more). Numbers
  // whose products have to be exact are rounded to 24 bits.
  const outer = m > 1.224744871391589;
  const centre = outer ? 1.5 : 1;
  const difference = m - centre;
  const sum = m + centre;
  const reciprocal = 1 / sum;
  const s = difference * reciprocal;
  const sHigh = Math.fround(s);
  const sumHigh = Math.fround(sum);
  const sLow = reciprocal * (difference - sHigh * sumHigh - sHigh * (m - (sumHigh - centre)));
  const z = s * s;
  const square = sHigh * sHigh;
  // 3·(artanh(s)/s − 1 − z/3)/z², z < 0.0103: coefficients by mpmath's chebyfit with 6 terms; relative error of log 2⁻⁶⁷.
  const series =
    ((((0.20549979212420502 * z + 0.23070570064387516) * z + 0.27272760997152423) * z + 0.33333333252513364) * z +
      0.4285714285721364) *
      z +
    0.5999999999999999;
  const more = z * z * series + sLow * (sHigh + s);
  const factor = Math.fround(3 + square + more);
  const product = sHigh * factor;
  const productRest = sLow * factor + (more - (factor - 3 - square)) * s;
  const high = Math.fround(product + productRest);
  const low = productRest - (high - product);
  // log x = k log 2 + log centre + ⅔·(high + low), the constants in two parts each.
  const main = 0.6666666865348816 * high;
  const logCentre = outer ? 0.40546509623527527 : 0;
  const logCentreRest = outer ? 1.1872889113423326e-8 : 0;
  const turns = k * 6.9314718036912382e-1;
  const rest =
    -1.9868214925130207e-8 * high + low * 0.6666666666666666 + logCentreRest + k * 1.90821492927058770002e-10;
  const log = Math.fround(turns + (logCentre + (main + rest)));
  const logRest = rest - (log - turns - logCentre - main);
  // Beyond 2⁶⁴ any power but of 1 is 0 or Infinity.
  const exponent =
    y > 18446744073709552000 ? 18446744073709552000 : y < -18446744073709552000 ? -18446744073709552000 : y;
  const exponentHigh = Math.fround(exponent);
  const whole = exponentHigh * log;
  const part = (exponent - exponentHigh) * log + exponent * logRest;
  POWER[0] = whole > 710 ? Infinity : whole < -746 ? 0 : exponential(whole, false, part);
}
