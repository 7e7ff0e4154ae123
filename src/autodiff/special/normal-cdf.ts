import { exp } from "./elementary.ts";
import { erfRatio, far, middle, SEAM } from "./erf.ts";

/** Numbers that go through the stages together. */
const CHUNK = 64;
/** −x/√2. */
const Z: Float64Array = /* @__PURE__ */ new Float64Array(CHUNK);
/** Two exponents for each number, then powers, whose product is exp(−x²/2). */
const POWERS: Float64Array = /* @__PURE__ */ new Float64Array(2 * CHUNK);
/** erf(z)/z near 0, else exp(z²) erfc(|z|). */
const PIECE: Float64Array = /* @__PURE__ */ new Float64Array(CHUNK);
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
  for (let done = 0; done < n; done += CHUNK) {
    const count = Math.min(CHUNK, n - done);
    for (let j = 0; j < STAGES.length; j++) STAGES[j]!(s, out + done, at + done, count);
  }
}

/** Near 0, in the middle and far out; from a table too, as the call of a rare one would not be inlined. */
const PIECES: readonly ((i: number) => void)[] = [
  (i) => {
    PIECE[i] = erfRatio(Z[i]! * Z[i]!);
  },
  (i) => {
    PIECE[i] = middle(Math.abs(Z[i]!));
  },
  (i) => {
    PIECE[i] = far(Math.abs(Z[i]!));
  },
];

type Stage = (s: Float64Array, out: number, at: number, n: number) => void;

/**
 * One after the other, from a table: engines compile such functions each by itself, with all that it calls. In one function there would
 * be too much to inline, and the numbers that pass between functions would be boxed.
 */
const STAGES: readonly Stage[] = [
  (s, _out, at, n) => {
    for (let i = 0; i < n; i++) {
      const x = s[at + i]!;
      const z = -x * Math.SQRT1_2;
      // As `expSquare` takes exp(−x²/2) apart, and where z is accurate enough exp(−z²).
      const low = x < -1;
      const y = low ? x : Math.abs(z);
      const scale = low ? -0.5 : -1;
      const beyond = Math.abs(y) > 64;
      const h = beyond ? y : Math.round(y * 256) / 256;
      Z[i] = z;
      POWERS[2 * i] = scale * h * h;
      POWERS[2 * i + 1] = beyond ? 0 : scale * (y - h) * (y + h);
    }
  },
  (_s, _out, _at, n) => {
    for (let i = 0; i < 2 * n; i++) if (!(Math.abs(Z[i >> 1]!) <= SEAM)) POWERS[i] = exp(POWERS[i]!);
  },
  (_s, _out, _at, n) => {
    for (let i = 0; i < n; i++) {
      const y = Math.abs(Z[i]!);
      PIECES[y <= SEAM ? 0 : y <= 4 ? 1 : 2]!(i);
    }
  },
  (s, out, at, n) => {
    for (let i = 0; i < n; i++) {
      const z = Z[i]!;
      const y = Math.abs(z);
      const power = POWERS[2 * i]! * POWERS[2 * i + 1]!;
      const piece = PIECE[i]!;
      const tail = piece * power;
      const erfc = y <= SEAM ? 1 - z * piece : z < 0 ? 2 - tail : tail;
      s[out + i] = s[at + i]! < -1 ? 0.5 * piece * power : 0.5 * erfc;
    }
  },
];
