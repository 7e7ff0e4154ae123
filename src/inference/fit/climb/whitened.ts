/**
 * The algebra of a full-rank Gaussian guide z = μ + L·ε, L = (I + C)·diag(σ), in the coordinates ε in which it is standard normal.
 *
 * With g = ∂ELBO/∂μ and G = ∂ELBO/∂L, u = Lᵀg is the gradient of the mean there, and S, the lower triangle of LᵀG mirrored, is I less the
 * mean curvature of −log p: 0 where L is right. A natural-gradient step goes to the precision K = I − βS and the mean βK⁻¹u; with
 * β = 1 and a normal log density it arrives. Both gains, ½|u|² and ¼‖S‖², are nats.
 *
 * Source: Khan and Rue, "The Bayesian learning rule", JMLR 2023, section 4, in whitened coordinates.
 */
import type { Chart } from "../../../guides/chart.ts";
import { choleskyInto, choleskyInverseInto } from "../../../linalg/cholesky.ts";
import { exp, log } from "../../../math/elementary.ts";

/** A gradient in whitened coordinates. */
export interface Whitened {
  readonly u: Float64Array;
  /** n×n, symmetric. */
  readonly s: Float64Array;
}

/** L of a point, n×n row-major, lower triangular. */
export function factorOf(x: Float64Array, { latents: n, pairs, partsOf }: Chart): Float64Array {
  const { scales, shares } = partsOf(x);
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) factor[i * n + i] = exp(scales[i]!);
  pairs.forEach(({ row, column }, k) => {
    factor[row * n + column] = shares[k]! * exp(scales[column]!);
  });
  return factor;
}

/** A gradient in x, whitened by L. */
export function whitened(g: Float64Array, factor: Float64Array, { latents: n, pairs, partsOf }: Chart): Whitened {
  const { means, scales, shares } = partsOf(g);
  const slopes = new Float64Array(n * n); // in L
  const rest = scales.slice();
  pairs.forEach(({ row, column }, k) => {
    const slope = shares[k]! / factor[column * n + column]!;
    slopes[row * n + column] = slope;
    rest[column]! -= slope * factor[row * n + column]!;
  });
  for (let j = 0; j < n; j++) slopes[j * n + j] = rest[j]! / factor[j * n + j]!;
  const u = new Float64Array(n);
  const s = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = i; k < n; k++) u[i]! += factor[k * n + i]! * means[k]!;
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++) sum += factor[k * n + i]! * slopes[k * n + j]!;
      s[i * n + j] = sum;
      s[j * n + i] = sum;
    }
  }
  return { u, s };
}

/** Of a whitened gradient what the entropy counts `heat` times, all divided by that. */
export function tempered({ u, s }: Whitened, heat: number): Whitened {
  const n = u.length;
  return {
    u: u.map((value) => value / heat),
    s: s.map((value, at) => (at % (n + 1) === 0 ? (value - 1) / heat + 1 : value / heat)),
  };
}

/** How many nats a whole step gains where the log density is quadratic and L not far off. */
export function gainOf({ u, s }: Whitened): number {
  let sum = 0;
  for (const value of u) sum += value * value;
  let squares = 0;
  for (const value of s) squares += value * value;
  return sum / 2 + squares / 4;
}

/** Two vectors whose product is twice the gain; of two gradients the product of either with the other's is the inner product behind it. */
export function sidesOf({ u, s }: Whitened): [left: Float64Array, right: Float64Array] {
  const [left, right] = [new Float64Array(u.length + s.length), new Float64Array(u.length + s.length)];
  left.set(u);
  left.set(s, u.length);
  right.set(u);
  for (let at = 0; at < s.length; at++) right[u.length + at] = s[at]! / 2;
  return [left, right];
}

/** The point after a step of share β, its mean moved by at most `radius` sds on average; the scales at most by √2 a step. */
export function stepped(
  x: Float64Array,
  factor: Float64Array,
  { u, s }: Whitened,
  beta: number,
  radius: number,
  { latents: n, pairs, partsOf }: Chart,
): Float64Array {
  const precision = s.map((value, at) => (at % (n + 1) === 0 ? 1 : 0) - beta * within(value));
  const isSteep = temperedSteepness(precision, n);
  const covariance = inverseOf(precision, n);
  const step = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) step[i]! += beta * covariance[i * n + j]! * u[j]!;
    squares += step[i]! * step[i]!;
  }
  const share = isSteep ? 0 : Math.min(1, (radius * Math.sqrt(n)) / Math.sqrt(squares));
  const inner = new Float64Array(n * n);
  choleskyInto(inner, covariance, n);
  const next = x.slice();
  const { means, scales, shares } = partsOf(next);
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      means[i]! += squares > 0 ? share * factor[i * n + j]! * step[j]! : 0;
      let sum = 0;
      for (let k = j; k <= i; k++) sum += factor[i * n + k]! * inner[k * n + j]!;
      product[i * n + j] = sum;
    }
    scales[i] = log(product[i * n + i]!);
  }
  pairs.forEach(({ row, column }, k) => {
    shares[k] = product[row * n + column]! / product[column * n + column]!;
  });
  return next;
}

/** Whatever overflows. */
const within = (value: number): number => Math.max(-1e300, Math.min(1e300, value));

/** A step multiplies no precision by more: no sd shrinks by more than 10⁴. */
const STEEPEST = 1e8;

/**
 * Cuts precisions to `STEEPEST`, in place, and says whether any was above. Under θ ~ N(0, 2²) a density that falls like θ⁴⁰⁰ has a mean
 * curvature of 10²⁰⁰, of which the outermost draw is nearly all: the guide is to shrink before its mean moves.
 */
function temperedSteepness(precision: Float64Array, n: number): boolean {
  const scales = Float64Array.from({ length: n }, (_, i) => {
    const own = Math.abs(precision[i * n + i]!);
    return own > STEEPEST ? Math.sqrt(STEEPEST / own) : 1;
  });
  if (scales.every((scale) => scale === 1)) return false;
  const diagonal = scales.map((scale, i) => Math.max(1, Math.abs(precision[i * n + i]!) * scale * scale));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const most = Math.sqrt(diagonal[i]! * diagonal[j]!);
      precision[i * n + j] = Math.max(-most, Math.min(most, precision[i * n + j]! * scales[i]! * scales[j]!));
    }
  return true;
}

// K⁻¹ of a precision K; what is not positive definite, as noise or a log density that is not concave make it, is lifted until it is.
function inverseOf(precision: Float64Array, n: number): Float64Array {
  const root = new Float64Array(n * n);
  for (let lift = 0; ; lift = lift > 0 ? 2 * lift : 0.05) {
    const lifted = precision.map((value, at) => (at % (n + 1) === 0 ? value + lift : value));
    try {
      choleskyInto(root, lifted, n);
    } catch (error) {
      if (lift < 1e12) continue;
      throw error;
    }
    break;
  }
  for (let i = 0; i < n; i++) root[i * n + i] = Math.max(Math.SQRT1_2, root[i * n + i]!);
  const inverse = new Float64Array(n * n);
  choleskyInverseInto(inverse, root, n);
  return inverse;
}
