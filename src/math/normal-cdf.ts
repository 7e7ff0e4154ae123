/** The standard normal distribution function, which weighs the cells of marginalised conditions. */
import { exp } from "./elementary.ts";
import { erfRatio, far, middle, SEAM } from "./erf.ts";

/** −x/√2; two exponents, then powers, whose product is exp(−x²/2); erf(z)/z near 0, else exp(z²) erfc(|z|). */
const PARTS: Float64Array = /* @__PURE__ */ new Float64Array(4);
const ONE: Float64Array = /* @__PURE__ */ new Float64Array(1);

/**
 * Standard normal distribution function Φ(x).
 *
 * Domain: all reals; 0 at −Infinity, 1 at +Infinity; subnormal below x ≈ −37.5; NaN gives NaN. Relative error below
 * 2e-15. Using: Φ(x) = erfc(−x/√2)/2, in the lower tail by erfcx, because rounding x/√2 costs x² ulp of erfc.
 */
export function normalCdf(x: number): number {
  ONE[0] = x;
  normalCdfInto(ONE, 0, 0, 1);
  return ONE[0]!;
}

/** `normalCdf` of n numbers from s[at] on, to s[out] and those after it. */
export function normalCdfInto(s: Float64Array, out: number, at: number, n: number): void {
  for (let i = 0; i < n; i++) {
    const x = s[at + i]!;
    const z = -x * Math.SQRT1_2;
    const size = Math.abs(z);
    // As `expSquare` takes exp(−x²/2) apart, and where z is accurate enough exp(−z²).
    const low = x < -1;
    const y = low ? x : size;
    const scale = low ? -0.5 : -1;
    const beyond = Math.abs(y) > 64;
    const h = beyond ? y : Math.round(y * 256) / 256;
    PARTS[0] = z;
    PARTS[1] = scale * h * h;
    PARTS[2] = beyond ? 0 : scale * (y - h) * (y + h);
    PIECES[size <= SEAM ? 0 : size <= 4 ? 1 : 2]!();
    const piece = PARTS[3]!;
    const power = PARTS[1]! * PARTS[2]!;
    const tail = piece * power;
    const erfc = size <= SEAM ? 1 - z * piece : z < 0 ? 2 - tail : tail;
    s[out + i] = low ? 0.5 * piece * power : 0.5 * erfc;
  }
}

/**
 * Near 0, in the middle and far out. Engines compile functions that are called from a table each by itself, with all that they call. In
 * one function there would be too much to inline, the less what is rare, and the numbers that pass between functions would be boxed.
 */
const PIECES: readonly (() => void)[] = [
  () => {
    PARTS[3] = erfRatio(PARTS[0]! * PARTS[0]!);
  },
  () => {
    for (let j = 1; j < 3; j++) PARTS[j] = exp(PARTS[j]!);
    PARTS[3] = middle(Math.abs(PARTS[0]!));
  },
  () => {
    for (let j = 1; j < 3; j++) PARTS[j] = exp(PARTS[j]!);
    PARTS[3] = far(Math.abs(PARTS[0]!));
  },
];
