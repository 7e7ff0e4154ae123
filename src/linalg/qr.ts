/** Householder reflections make QR factors, on which least squares rest. */
import { normAt } from "./norm.ts";
import { checkFinite, checkLength } from "./shape.ts";

/**
 * Householder QR, A = Q R with m ≥ n: R in the upper triangle of out, below it the reflectors.
 *
 * Shapes: a and out m×n row-major, out may be a; tau: n. Q is the product of I − tau_k v_k v_kᵀ, where v_k is 0 above
 * entry k, 1 there and column k of out below. The computed R belongs to a matrix whose columns differ from those of A by
 * at most n(5m + 50)·2⁻⁵³ of their norm (Higham, Theorem 19.4, with the constants worked out). A column that depends on
 * those before it gives a diagonal entry of the order of that error.
 * Throws RangeError if m < n, a length does not fit or an entry is not finite. Cost: 2mn² multiplications, no allocation.
 */
export function qrInto(out: Float64Array, tau: Float64Array, a: Float64Array, m: number, n: number): void {
  checkLength("qr", "a", a, m, n);
  checkLength("qr", "out", out, m, n);
  checkLength("qr", "tau", tau, n);
  if (m < n) throw new RangeError(`qr: fewer rows than columns; got ${m} × ${n}, expected m ≥ n`);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) checkFinite("qr", "a", a[i * n + j]!, i, j);
  if (out !== a) out.set(a);
  for (let k = 0; k < n; k++) {
    const pivot = k * n + k;
    const norm = normAt(m - k, out, pivot, n);
    tau[k] = 0;
    if (norm === 0) continue;
    const first = out[pivot]!;
    const diagonal = first > 0 ? -norm : norm; // of the other sign: nothing cancels in first − diagonal
    for (let i = k + 1; i < m; i++) out[i * n + k] = out[i * n + k]! / (first - diagonal);
    tau[k] = (diagonal - first) / diagonal;
    out[pivot] = diagonal;
    for (let j = k + 1; j < n; j++) reflect(out, j, n, out, tau[k]!, k, m, n);
  }
}

/**
 * out ← Qᵀ out, in place, Q as left by `qrInto` in qr (m×n) and tau (n); out: m.
 *
 * Throws RangeError if a length does not fit. Cost: 2mn multiplications, no allocation.
 */
export function applyQTransposedInto(
  out: Float64Array,
  qr: Float64Array,
  tau: Float64Array,
  m: number,
  n: number,
): void {
  checkLength("applyQTransposed", "qr", qr, m, n);
  checkLength("applyQTransposed", "tau", tau, n);
  checkLength("applyQTransposed", "out", out, m);
  for (let k = 0; k < n; k++) reflect(out, 0, 1, qr, tau[k]!, k, m, n);
}

// Applies reflector k of qr to the column of x that starts at `column` and has its entries `step` apart.
function reflect(
  x: Float64Array,
  column: number,
  step: number,
  qr: Float64Array,
  tau: number,
  k: number,
  m: number,
  n: number,
): void {
  let product = x[column + k * step]!;
  for (let i = k + 1; i < m; i++) product += qr[i * n + k]! * x[column + i * step]!;
  product *= tau;
  x[column + k * step]! -= product;
  for (let i = k + 1; i < m; i++) x[column + i * step]! -= product * qr[i * n + k]!;
}
