/**
 * The standard normal distribution between two ends: draws and moments that keep their digits in either tail. Between 8 and 9 the mass is
 * 6e-16, and Φ of both ends is 1 to all digits; the mirror image, between −9 and −8, has them.
 */
import { once } from "../pieces/once.ts";
import { exp, log } from "./elementary.ts";
import { logNormalCdf, normalHazard, normalQuantileOfSurprisal } from "./normal.ts";
import { cos } from "./trigonometric.ts";

/**
 * The x between a and b below which lies the part p of the mass between them.
 *
 * Domain: a < b, which may be infinite, and 0 ≤ p ≤ 1; a for p = 0, b for p = 1.
 */
export function truncatedNormalQuantile(a: number, b: number, p: number): number {
  return truncatedNormalQuantiles(a, b)(p);
}

/** The same for many p between two ends: what these alone decide, which is two thirds of the work, is computed once. */
export function truncatedNormalQuantiles(a: number, b: number): (p: number) => number {
  const mirrored = a + b > 0;
  const [lower, upper] = mirrored ? [-b, -a] : [a, b];
  // Φ(x) = Φ(upper)·(part + (1 − part)·Φ(lower)/Φ(upper))
  const below = logNormalCdf(upper);
  const ratio = lower === -Infinity ? 0 : exp(logNormalCdf(lower) - below);
  return (p) => {
    if (p === 0 || p === 1) return p === 0 ? a : b;
    const part = mirrored ? 1 - p : p;
    const x = normalQuantileOfSurprisal(-(below + log(part + (1 - part) * ratio)));
    return Math.min(Math.max(mirrored ? -x : x, a), b);
  };
}

/**
 * Mean and variance of a standard normal number between a and b.
 *
 * Domain: a < b, which may be infinite. Relative error of the variance, and of the distance of the mean from the nearer end, below 1e-11.
 * Method: closed formulas where they lose no digits, for narrow or far intervals Gauss and Legendre's rule on the part whose density
 * is above exp(−40) of its peak.
 */
export function truncatedNormalMoments(a: number, b: number): { readonly mean: number; readonly variance: number } {
  const mirrored = a + b > 0;
  const [lower, upper] = mirrored ? [-b, -a] : [a, b];
  if (upper === Infinity) return { mean: 0, variance: 1 };
  if (upper - lower >= WIDE && upper > FAR) {
    // With Φ(lower)/Φ(upper) = r and h = φ/Φ: E x = (r·h(lower) − h(upper))/(1 − r), and likewise of x².
    const below = logNormalCdf(upper);
    const ratio = lower === -Infinity ? 0 : exp(logNormalCdf(lower) - below);
    const atLower = ratio === 0 ? 0 : ratio * normalHazard(lower);
    const atUpper = normalHazard(upper);
    const centre = (atLower - atUpper) / (1 - ratio);
    const square = 1 + ((ratio === 0 ? 0 : lower * atLower) - upper * atUpper) / (1 - ratio);
    return { mean: mirrored ? -centre : centre, variance: square - centre * centre };
  }
  // With x = upper − s the density is exp(upper·s − s²/2) times a constant, largest at s = max(0, upper).
  const peak = Math.max(0, upper);
  const from = Math.max(0, peak - REACH);
  const away = upper > 0 ? peak + REACH : (2 * DEPTH) / (Math.sqrt(upper * upper + 2 * DEPTH) - upper);
  const to = Math.min(upper - lower, away);
  const middle = peak > from && peak < to ? peak : 0.5 * (from + to);
  const { nodes, weights } = rule();
  let [mass, first, second] = [0, 0, 0];
  for (let k = 0; k < 2 * ORDER; k++) {
    const [start, length] = k < ORDER ? [from, middle - from] : [middle, to - middle];
    const s = start + length * nodes[k % ORDER]!;
    const below = upper > 0 ? 0.5 * (s - upper) * (s - upper) : (0.5 * s - upper) * s;
    const weight = length * weights[k % ORDER]! * exp(-below);
    const beside = s - middle;
    mass += weight;
    first += weight * beside;
    second += weight * beside * beside;
  }
  const shift = first / mass;
  const mean = upper - (middle + shift);
  return { mean: mirrored ? -mean : mean, variance: second / mass - shift * shift };
}

/** From this width on, and up to this end in the lower tail, formulas keep their digits. */
const WIDE = 0.5;
const FAR = -5;
/** A density is left out where it is below exp(−40) of its peak. */
const DEPTH = 40;
const REACH = 8.94427190999916; // √(2·40)
const ORDER = 32;

// Its 5120 steps of a recurrence would be half of what it takes to load the library.
const rule = /* @__PURE__ */ once(() => gaussLegendre(ORDER));

/**
 * Gauss and Legendre's rule on [0, 1]: of order 2 the nodes 0.211 and 0.789 with weights of ½. By Newton's method on the Legendre polynomial of that
 * order.
 */
export function gaussLegendre(order: number): { readonly nodes: Float64Array; readonly weights: Float64Array } {
  const [nodes, weights] = [new Float64Array(order), new Float64Array(order)];
  for (let k = 0; k < order; k++) {
    let x = cos((Math.PI * (k + 0.75)) / (order + 0.5));
    let slope = 1;
    for (let turn = 0; turn < 5; turn++) {
      let value = 1;
      let before = 0;
      for (let n = 1; n <= order; n++) {
        const next = ((2 * n - 1) * x * value - (n - 1) * before) / n;
        before = value;
        value = next;
      }
      slope = (order * (x * value - before)) / (x * x - 1);
      x -= value / slope;
    }
    nodes[k] = 0.5 * (1 - x);
    weights[k] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}
