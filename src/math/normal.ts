/** The standard normal has more than density and cdf: log Φ, accurate at −40 where Φ is 0, φ/Φ, and the quantile function Φ⁻¹. */
import { expm1, log, log1p } from "./elementary.ts";
import { erfcx } from "./erf.ts";
import { expSquare } from "./exp-square.ts";
import { horner8 } from "./horner.ts";
import { normalCdf } from "./normal-cdf.ts";

export { normalCdf };

/** ½ log 2π: the log density of the standard normal is −½x² less it. */
export const HALF_LOG_2PI = 0.9189385332046728;
const SQRT_HALF = Math.SQRT1_2;
const SQRT_2_OVER_PI = 0.7978845608028654;
const INV_SQRT_2PI = 0.3989422804014327;

/**
 * log Φ(x), accurate in both tails.
 *
 * Domain: all reals; ≈ −x²/2 in the lower tail (−Infinity below x ≈ −1.9e154), −Φ(−x) in the upper; 0 at +Infinity;
 * NaN gives NaN. Relative error below 2e-15.
 */
export function logNormalCdf(x: number): number {
  // Both terms are negative for x < −1, so nothing cancels; (x/2)·x overflows later than x²/2.
  if (x < -1) return log(0.5 * erfcx(-x * SQRT_HALF)) - 0.5 * x * x;
  return log1p(-normalCdf(-x));
}

/**
 * φ(x)/Φ(x), the derivative of log Φ (the inverse Mills ratio at −x).
 *
 * Domain: all reals; ≈ −x in the lower tail (+Infinity at −Infinity), φ(x) in the upper (0 at +Infinity, subnormal
 * above x ≈ 37.5); NaN gives NaN. Relative error below 2e-15.
 */
export function normalHazard(x: number): number {
  if (x < -1e9) return -x; // −x (1 + 1/x² + …)
  if (x < 0) return SQRT_2_OVER_PI / erfcx(-x * SQRT_HALF);
  return (INV_SQRT_2PI * expSquare(x, -0.5)) / normalCdf(x);
}

/**
 * Φ⁻¹(p), the quantile function of the standard normal distribution.
 *
 * Domain: 0 ≤ p ≤ 1, −Infinity at 0 and +Infinity at 1, NaN outside; NaN gives NaN. Relative error below 2e-15 for
 * every double p, subnormals included.
 * Source: M. J. Wichura, Algorithm AS 241 (PPND16), Applied Statistics 37 (1988) 477–484, whose own error is 1e-16.
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * centre(0.180625 - q * q);
  const tail = q < 0 ? p : 1 - p;
  if (!(tail > 0)) return tail === 0 ? Math.sign(q) * Infinity : NaN;
  const x = lowerTail(Math.sqrt(-log(tail)));
  return q < 0 ? x : -x;
}

/** From here on, Φ < 1e-304, the rational approximation of the tail is not used. */
const FARTHEST = 700;

/**
 * Φ⁻¹(exp(−s)), the quantile of an event by its surprisal s = −log p, accurate in both tails: the x with −log Φ(x) = s.
 *
 * Domain: s ≥ 0, +Infinity at 0 and −Infinity at +Infinity, NaN below 0; NaN gives NaN. Relative error below 2e-15, also near
 * the zero s = log 2. Using: the approximations of `normalQuantile`; far down Newton's method on log Φ.
 */
export function normalQuantileOfSurprisal(s: number): number {
  // exp(−s) − ½ = ½ (exp(log 2 − s) − 1), with log 2 to 107 bits
  const q = 0.5 * expm1(Math.LN2 - s + 2.3190468138462996e-17);
  if (Math.abs(q) <= 0.425) return q * centre(0.180625 - q * q);
  if (q > 0) return s > 0 ? -lowerTail(Math.sqrt(-log(-expm1(-s)))) : s === 0 ? Infinity : NaN;
  if (!(s > FARTHEST)) return lowerTail(Math.sqrt(s));
  if (s > 1e30) return -Math.SQRT2 * Math.sqrt(s); // log Φ(x) = −x²/2 to 28 digits
  // log Φ(x) = −x²/2 − log |x| − ½ log 2π + O(1/x²), and each step squares the relative error, 1e-5 at the start.
  let x = -Math.sqrt(2 * s - log(4 * Math.PI * s));
  for (let step = 0; step < 3; step++) x += (-s - logNormalCdf(x)) / normalHazard(x);
  return x;
}

/** Φ⁻¹(p) for r = √(−log p), p < 0.075. */
function lowerTail(r: number): number {
  return -(r <= 5 ? nearTail(r - 1.6) : farTail(r - 5));
}

/** Φ⁻¹(p)/q in w = 0.425² − q², q = p − ½, |q| ≤ 0.425. */
function centre(w: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner8(w, 3.387132872796366608, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
      4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3) /
    horner8(w, 1, 4.2313330701600911252e1, 6.871870074920579083e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.930789580009271061e4, 2.8729085735721942674e4, 5.226495278852854561e3)
  );
}

/** −Φ⁻¹(p) in s = r − 1.6, r = √(−log p) ≤ 5. */
function nearTail(s: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner8(s, 1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
      1.27045825245236838258, 0.24178072517745061177, 2.27238449892691845833e-2, 7.7454501427834140764e-4) /
    horner8(s, 1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
      1.51986665636164571966e-2, 5.475938084995344946e-4, 1.05075007164441684324e-9)
  );
}

/** −Φ⁻¹(p) in s = r − 5, r > 5. */
function farTail(s: number): number {
  // biome-ignore format: coefficients, the constant term first
  return (
    horner8(s, 6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
      2.6532189526576123093e-2, 1.2426609473880784386e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7) /
    horner8(s, 1, 0.59983220655588793769, 0.13692988092273580531, 1.48753612908506148525e-2,
      7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15)
  );
}
