/** Matrices for tests: arbitraries whose entries are short enough for exact integer arithmetic, and exact sums. */
import fc from "fast-check";

/** Unit roundoff. */
export const U: number = 2 ** -53;

/** γ_n = n u/(1 − n u): relative error of n roundings in a row (Higham, Lemma 3.1). */
export const gammaOf = (n: number): number => (n * U) / (1 - n * U);

/** Entries are k/2⁴⁰ with |k| < 2⁴⁵: products of two are multiples of 2⁻⁸⁰, exact as integers, rounded as doubles. */
const BITS = 40;
const entry = fc.maxSafeInteger().map((k) => Math.trunc(k / 256) / 2 ** BITS);

/** `length` entries in (−32, 32). */
export const vector = (length: number): fc.Arbitrary<Float64Array> =>
  fc.array(entry, { minLength: length, maxLength: length }).map((values) => Float64Array.from(values));

const scaled = (x: number, bits: number): bigint => BigInt(x * 2 ** bits);

/** Σ x_i y_i − result, of entries as above and a result summed from their products, without any rounding but the last. */
export function dotError(result: number, x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0n;
  for (let i = 0; i < x.length; i++) sum += scaled(x[i]!, BITS) * scaled(y[i]!, BITS);
  return Number(sum - scaled(result, 2 * BITS)) / 2 ** (2 * BITS);
}

/** Exact mean of entries as above, rounded twice. */
export const exactMean = (x: Float64Array): number =>
  Number(Array.from(x, (y) => scaled(y, BITS)).reduce((sum, y) => sum + y, 0n)) / x.length / 2 ** BITS;

/** Exact covariance, divisor n − 1, of entries as above, rounded twice. */
export function exactCovariance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = BigInt(x.length);
  let [sumX, sumY, product] = [0n, 0n, 0n];
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [scaled(x[i]!, BITS), scaled(y[i]!, BITS)];
    sumX += a;
    sumY += b;
    product += a * b;
  }
  return Number(n * product - sumX * sumY) / Number(n * (n - 1n)) / 2 ** (2 * BITS);
}

/** A B by the definition, a: m×k, b: k×n. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>, m: number, n: number, k: number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[Math.floor(at / n) * k + p]! * b[p * n + (at % n)]!;
    return sum;
  });
}

export const transpose = (a: ArrayLike<number>, m: number, n: number): Float64Array =>
  Float64Array.from({ length: m * n }, (_, at) => a[(at % m) * n + Math.floor(at / m)]!);

export const magnitude = (a: Float64Array): Float64Array => a.map(Math.abs);

export const norm = (a: ArrayLike<number>): number => Math.sqrt(Array.from(a).reduce((sum, x) => sum + x * x, 0));

export const trace = (a: Float64Array, n: number): number =>
  Array.from({ length: n }, (_, i) => a[i * n + i]!).reduce((sum, x) => sum + x, 0);

/** Largest |error| in units of its bound; at most 1 if every entry keeps its bound. An error of 0 is 0 units of any bound. */
export function worst(errors: ArrayLike<number>, bounds: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < bounds.length; i++) {
    const units = errors[i] === 0 ? 0 : Math.abs(errors[i]!) / bounds[i]!;
    if (!(units <= most)) most = units;
  }
  return most;
}

/** A symmetric positive definite matrix D (G Gᵀ + I/8) D: n×n, D a diagonal of powers of 2 that spans 2^±spread. */
export const positiveDefinite = (n: number, spread: number = 20): fc.Arbitrary<Float64Array> =>
  fc
    .tuple(vector(n * n), fc.array(fc.integer({ min: -spread, max: spread }), { minLength: n, maxLength: n }))
    .map(([g, powers]) => {
      const a = product(g, transpose(g, n, n), n, n, n);
      return a.map((x, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        return (x + (i === j ? 0.125 : 0)) * 2 ** (powers[i]! + powers[j]!);
      });
    });
