/**
 * sin, cos, tan and atan from +, −, ·, / alone: the same bits on every engine and back end.
 *
 * Source: the reduction for moderate arguments and the polynomials of sin and cos are fdlibm's (Sun Microsystems, 1993); the
 * reduction of large ones is that of M. H. Payne and R. N. Hanek, SIGNUM Newsletter 18 (1983) 19–24, on big integers.
 */

import { horner6 } from "./horner.ts";

// What is left of an angle beside its quarter turns: r and rest, |r| ≤ π/4 up to rounding, |rest| ≤ ½ ulp of r.
const ANGLE = /* @__PURE__ */ new Float64Array(2);

// Beyond this, and where |r| < 2⁻³⁰ has lost many bits, the reduction is exact but slow.
const FAR = 1e6;

// x = n·π/2 + r + rest: n modulo 4; r and rest in ANGLE. By Cody and Waite: π/2 in two parts of 33 bits, whose products with
// n are exact, and the rest.
function quarters(x: number): number {
  const n = x * 0.6366197723675814 + 6755399441055744 - 6755399441055744;
  const first = x - n * 1.57079632673412561417;
  const second = n * 6.0771005063039659766e-11;
  const r = first - second;
  if (!(Math.abs(x) < FAR) || (Math.abs(r) < 9.313225746154785e-10 && n !== 0)) return farQuarters(x);
  // The rounding of r, and what π/2 has left.
  const back = r - first;
  const lost = n * 2.02226624879595063154e-21 - (first - (r - back) - (second + back));
  const high = r - lost;
  ANGLE[0] = high;
  ANGLE[1] = r - high - lost;
  return n & 3;
}

// 2/π·2¹²¹⁶: for the largest double, 192 bits of it are left behind the point.
const TWO_OVER_PI =
  0xa2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6babn;

function farQuarters(x: number): number {
  const size = Math.abs(x);
  if (!(size < Infinity)) {
    ANGLE.fill(Number.NaN);
    return 0;
  }
  // Any double beyond 2⁵² is an integer, and 2⁵³ times any beyond ½; only those come here.
  const small = size < 9007199254740992;
  const bits = small ? 1269n : 1216n;
  const turns = BigInt(small ? size * 9007199254740992 : size) * TWO_OVER_PI;
  const n = (turns + (1n << (bits - 1n))) >> bits;
  // The fraction with 192 bits behind the point, times π/2 with 128.
  const r = ((turns - (n << bits)) >> (bits - 192n)) * ((1n << 1344n) / TWO_OVER_PI);
  const high = Number(r);
  const low = Number(r - BigInt(high));
  const unit = x < 0 ? -4.6816763546921983e-97 : 4.6816763546921983e-97; // 2⁻³²⁰
  ANGLE[0] = high * unit;
  ANGLE[1] = low * unit;
  return Number((x < 0 ? -n : n) & 3n);
}

// What is to be taken from r to get the sine of r + rest.
function sineShortfall(r: number, rest: number): number {
  const z = r * r;
  const w = z * z;
  const v = z * r;
  const terms =
    8.33333333332248946124e-3 +
    z * (-1.98412698298579493134e-4 + z * 2.75573137070700676789e-6) +
    z * w * (-2.50507602534068634195e-8 + z * 1.58969099521155010221e-10);
  return z * (0.5 * rest - v * terms) - rest + v * 1.66666666666666324348e-1;
}

// What cos(r + rest) has beyond `most` = 1 − ½ r², rounded.
function cosineRest(r: number, rest: number, most: number): number {
  const z = r * r;
  const w = z * z;
  const terms =
    z * (4.16666666666666019037e-2 + z * (-1.38888888888741095749e-3 + z * 2.48015872894767294178e-5)) +
    w * w * (-2.75573143513906633035e-7 + z * (2.0875723212981748279e-9 + z * -1.13596475577881948265e-11));
  // What rounding took from z: the products of 24 bits are exact.
  const half = Math.fround(r);
  const lost = half * half - z + (r - half) * (r + half);
  return 1 - most - 0.5 * z + (z * terms - (r * rest + 0.5 * lost));
}

function sine(n: number, r: number, rest: number): number {
  let value: number;
  if ((n & 1) === 0) value = r - sineShortfall(r, rest);
  else {
    const most = 1 - 0.5 * (r * r);
    value = most + cosineRest(r, rest, most);
  }
  return (n & 2) === 0 ? value : -value;
}

/**
 * Sine.
 *
 * Domain: all reals, in radians; ±0 themselves, NaN at ±Infinity; NaN gives NaN. Error below 1 ulp (measured 0.73).
 */
export function sin(x: number): number {
  return sine(quarters(x), ANGLE[0]!, ANGLE[1]!);
}

/**
 * Cosine.
 *
 * Domain: all reals, in radians; NaN at ±Infinity; NaN gives NaN. Error below 1 ulp (measured 0.73).
 */
export function cos(x: number): number {
  return sine(quarters(x) + 1, ANGLE[0]!, ANGLE[1]!);
}

/**
 * Tangent.
 *
 * Domain: all reals, in radians; ±0 themselves, NaN at ±Infinity; NaN gives NaN. Error below 1 ulp (measured 0.88).
 */
export function tan(x: number): number {
  return tangent(quarters(x), ANGLE[0]!, ANGLE[1]!);
}

// Sine over cosine, or −cosine over sine, both with what they lack, divided with the remainder.
function tangent(n: number, r: number, rest: number): number {
  const shortfall = sineShortfall(r, rest);
  const most = 1 - 0.5 * (r * r);
  const beyond = cosineRest(r, rest, most);
  const s = r - shortfall;
  const c = most + beyond;
  const sRest = r - s - shortfall;
  const cRest = most - c + beyond;
  return (n & 1) === 0 ? quotient(s, sRest, c, cRest) : quotient(-c, -cRest, s, sRest);
}

// (x + xRest)/(y + yRest): the products of halves of 24 and 29 bits are exact.
function quotient(x: number, xRest: number, y: number, yRest: number): number {
  const q = x / y;
  const qHigh = Math.fround(q);
  const yHigh = Math.fround(y);
  const qLow = q - qHigh;
  const yLow = y - yHigh;
  const remainder = qHigh * yHigh - x + qHigh * yLow + qLow * yHigh + qLow * yLow - xRest + q * yRest;
  return q - remainder / y;
}

// tan(k·π/8) for k = 0 … 3, rounded; the angles with these tangents, and what their rounding lost; k = 4 is a right angle.
const TANGENTS = [0, 0.41421356237309503, 1, 2.414213562373095];
const ANGLES = [0, 0.39269908169872414, 0.7853981633974483, 1.1780972450961724, 1.5707963267948966];
const LOST = [0, 3.060132146563891e-18, 3.061616997868383e-17, 2.7563998718653792e-17, 6.123233995736766e-17];

/**
 * Arctangent, the angle whose tangent is given.
 *
 * Domain: all reals; ±0 themselves, ±π/2 at ±Infinity; NaN gives NaN. Error below 1 ulp (measured 0.80). What x has beyond the nearest of the angles above has
 * the tangent t = (x − c)/(1 + c·x), |t| ≤ tan(π/16) = 0.2, of which 13 terms of the Taylor series suffice.
 */
export function atan(x: number): number {
  const size = Math.abs(x);
  // The k-th angle is the nearest up to tan((2k + 1)·π/16).
  const k =
    size > 1.496605762665489
      ? size > 5.027339492125848
        ? 4
        : 3
      : size > 0.6681786379192989
        ? 2
        : size > 0.198912367379658
          ? 1
          : 0;
  const c = TANGENTS[k]!;
  const t = k === 4 ? -1 / size : k === 0 ? size : (size - c) / (1 + c * size);
  const w = t * t;
  const near = horner6(w, 1 / 3, -1 / 5, 1 / 7, -1 / 9, 1 / 11, -1 / 13);
  const w6 = w * w * w * (w * w * w);
  const series = near + w6 * horner6(w, 1 / 15, -1 / 17, 1 / 19, -1 / 21, 1 / 23, -1 / 25);
  const angle = ANGLES[k]! + (t - (t * w * series - LOST[k]!));
  return x < 0 ? -angle : x === 0 ? x : angle;
}
