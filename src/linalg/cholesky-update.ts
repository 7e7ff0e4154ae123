/** A Cholesky factor kept up to date in n² steps when its matrix changes by x xᵀ, where a new factorisation would take n³/6. */
import { notPositive } from "./cholesky.ts";
import { checkFinite, checkLength } from "./shape.ts";

/**
 * Cholesky factor after a rank-one update, in place: L Lᵀ becomes L Lᵀ + x xᵀ.
 *
 * Shapes: out: n×n, a factor as of `choleskyInto`; x: n, used as scratch and lost. Using: a Givens rotation for each
 * column of [L x] (Golub and Van Loan, Matrix Computations, section 6.5.4), whose errors are of the order n·2⁻⁵³ of the
 * rows' norms. Throws RangeError if a length does not fit, if x is not finite or naming a pivot that is not positive.
 * Cost: 2n² multiplications, no allocation; a new factorisation costs n³/6.
 */
export function choleskyUpdateInto(out: Float64Array, x: Float64Array, n: number): void {
  check("choleskyUpdate", out, x, n);
  for (let k = 0; k < n; k++) {
    const pivot = out[k * n + k]!;
    if (!(pivot > 0)) throw notPositive("choleskyUpdate", k, pivot);
    const scale = Math.max(pivot, Math.abs(x[k]!));
    const p = pivot / scale;
    const q = x[k]! / scale;
    const radius = scale * Math.sqrt(p * p + q * q); // Math.hypot is slow and differs between engines
    const c = pivot / radius;
    const s = x[k]! / radius;
    out[k * n + k] = radius;
    for (let i = k + 1; i < n; i++) {
      const old = out[i * n + k]!;
      out[i * n + k] = c * old + s * x[i]!;
      x[i] = c * x[i]! - s * old;
    }
  }
}

/**
 * Cholesky factor after a rank-one downdate, in place: L Lᵀ becomes L Lᵀ − x xᵀ; shapes and cost as `choleskyUpdateInto`.
 *
 * Using: the mixed form of the hyperbolic rotations, whose errors are of the order n·2⁻⁵³ of the old rows' norms
 * (Bojanczyk, Brent, van Dooren and de Hoog, SIAM J. Sci. Stat. Comput. 8, 1987). Throws RangeError naming the pivot, here
 * the square of the new diagonal entry, if the result would not be positive definite; out is then lost.
 */
export function choleskyDowndateInto(out: Float64Array, x: Float64Array, n: number): void {
  check("choleskyDowndate", out, x, n);
  for (let k = 0; k < n; k++) {
    const old = out[k * n + k]!;
    const pivot = (old - x[k]!) * (old + x[k]!);
    if (!(pivot > 0 && old > 0)) throw notPositive("choleskyDowndate", k, pivot);
    const radius = Math.sqrt(pivot);
    const c = radius / old;
    const s = x[k]! / old;
    out[k * n + k] = radius;
    for (let i = k + 1; i < n; i++) {
      const next = (out[i * n + k]! - s * x[i]!) / c;
      out[i * n + k] = next;
      x[i] = c * x[i]! - s * next;
    }
  }
}

function check(caller: string, out: Float64Array, x: Float64Array, n: number): void {
  checkLength(caller, "out", out, n, n);
  checkLength(caller, "x", x, n);
  for (let i = 0; i < n; i++) checkFinite(caller, "x", x[i]!, i);
}
