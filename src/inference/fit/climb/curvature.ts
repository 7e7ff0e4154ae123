/**
 * A fit learns the curvature of the ELBO: a diagonal that follows from the gradient alone, and the pairs (step, change of the
 * gradient) of the last steps, as in L-BFGS. H, the inverse of −∇²ELBO, turns a gradient into a step, and ½ gᵀHg is how many
 * nats that step gains where the ELBO is quadratic.
 *
 * Source: Nocedal and Wright, "Numerical Optimization", 2006, algorithm 7.4 (two-loop recursion).
 */
import type { Chart } from "../../../guides/chart.ts";
import { axpyInto } from "../../../linalg/axpy.ts";
import { dot } from "../../../linalg/dot.ts";
import { exp } from "../../../math/elementary.ts";

const MEMORY = 10;

/** The pairs of the last steps, oldest first. */
export interface Curvature {
  readonly steps: Float64Array[];
  /** Falls of the gradient along them: positive along a step where the ELBO is concave. */
  readonly falls: Float64Array[];
}

export function noCurvature(): Curvature {
  return { steps: [], falls: [] };
}

/**
 * The diagonal of H by the gradient: with P = 1/σ² and Q = P·(1 − g_τ), the mean curvature of −log p under the guide, that of the
 * ELBO is Q in μ, 2·Q/P in τ, and Q_i·σ_j² in C_ij. Where Q is below P, which may be noise, P counts.
 */
export function diagonalInto(h: Float64Array, x: Float64Array, g: Float64Array, { pairs, partsOf }: Chart): void {
  const { scales } = partsOf(x);
  const slopes = partsOf(g).scales;
  const out = partsOf(h);
  for (let i = 0; i < scales.length; i++) {
    const ratio = Math.max(1, Math.min(1e6, 1 - slopes[i]!));
    out.means[i] = exp(2 * scales[i]!) / ratio;
    out.scales[i] = 0.5 / Math.max(1, ratio / 2);
  }
  pairs.forEach(({ row, column }, k) => {
    out.shares[k] = out.means[row]! * exp(-2 * scales[column]!);
  });
}

/** H·g, by the pairs and, beyond them, the diagonal. */
export function newtonOf({ steps, falls }: Curvature, g: Float64Array, h: Float64Array): Float64Array {
  const out = g.slice();
  const shares: number[] = [];
  for (let j = steps.length - 1; j >= 0; j--) {
    shares[j] = dot(steps[j]!, out) / dot(steps[j]!, falls[j]!);
    axpyInto(out, -shares[j]!, falls[j]!);
  }
  const scale = steps.length > 0 ? scaleOf(steps.at(-1)!, falls.at(-1)!, h) : 1;
  for (let p = 0; p < out.length; p++) out[p]! *= scale * h[p]!;
  for (let j = 0; j < steps.length; j++) {
    const share = shares[j]! - dot(falls[j]!, out) / dot(steps[j]!, falls[j]!);
    axpyInto(out, share, steps[j]!);
  }
  return out;
}

// The scale of the diagonal, at most 4 times off. A step that meets one steep wall among latents that are smooth suggests 1/1000, and at that no step
// of the others gains anything; the pair itself already tells of the wall.
function scaleOf(step: Float64Array, fall: Float64Array, h: Float64Array): number {
  return Math.min(4, Math.max(0.25, dot(step, fall) / weighted(fall, h)));
}

/** Keeps the pair of a step, unless the ELBO is not concave along it. */
export function learn({ steps, falls }: Curvature, step: Float64Array, fall: Float64Array, h: Float64Array): void {
  const inverse = h.map((value) => 1 / value);
  const along = dot(step, fall);
  if (!(along > 1e-6 * Math.sqrt(weighted(fall, h) * weighted(step, inverse)))) return;
  steps.push(step);
  falls.push(fall);
  if (steps.length <= MEMORY) return;
  steps.shift();
  falls.shift();
}

/** Forgets all pairs. */
export function forget({ steps, falls }: Curvature): void {
  steps.length = 0;
  falls.length = 0;
}

/** Σ h_p·v_p². */
export function weighted(v: Float64Array, h: Float64Array): number {
  let sum = 0;
  for (let p = 0; p < v.length; p++) sum += h[p]! * v[p]! * v[p]!;
  return sum;
}
