/**
 * A quasi-Newton ascent on fixed points, the second phase of a fit: 64 points, then 256, 1024, 4096 (`../search.ts`), until the step
 * that is left gains less than a given number of nats.
 *
 * Where the density jumps, the mean of ℓ over fixed points is no smooth function, and what is computed is not its gradient but that of the
 * ELBO: between two points half an sd apart the sample average is off by more than half the true change, the trapezoid of the two
 * corrected slopes, ½(g₀ + g₁)·p, by a tenth. So a step is taken if the trapezoid rises, or the average; where no jump is left
 * the average alone decides.
 */
import type { Chart } from "../../../guides/chart.ts";
import { dot } from "../../../linalg/dot.ts";
import { exp, log } from "../../../math/elementary.ts";
import type { Ascent, FitStage, Points } from "./ascent.ts";
import { type Curvature, diagonalInto, forget, learn, newtonOf } from "./curvature.ts";

export interface Polished {
  readonly x: Float64Array;
  /** On the fixed points. */
  readonly elbo: number;
  readonly steps: number;
  readonly ended: "gain" | "radius" | "steps" | "budget" | "not finite";
  /** The diagonal of H at x. */
  readonly diagonal: Float64Array;
}

export interface PolishOptions {
  readonly points: Points;
  /** Ends where the next step gains less, in nats. */
  readonly least: number;
  /** Pairs of steps before, as of a stage with fewer points, to which those of this stage are added. */
  readonly curvature: Curvature;
  readonly mostSteps: number;
  /** Longest first step, in sds of the guide. */
  readonly radius: number;
}

const LONGEST = 1e4;
const SHORTEST = 1e-3;
const REJECTIONS = 40;

export function* polish(
  ascent: Ascent,
  from: Float64Array,
  { points, least, mostSteps, radius: firstRadius, curvature }: PolishOptions,
): Generator<FitStage, Polished, void> {
  const { chart, size, smooth } = ascent;
  const make = (): Float64Array => new Float64Array(size);
  const [x, g, tried, gTried, h] = [from.slice(), make(), make(), make(), make()];
  const reached = (ended: Polished["ended"], steps: number): Polished => {
    diagonalInto(h, x, g, chart);
    return { x, elbo, steps, ended, diagonal: h };
  };
  if (ascent.ahead) yield* ascent.ahead(x, [points]);
  let elbo = ascent.affords(points.count) ? ascent.gradientInto(g, x, points) : NaN;
  if (Number.isNaN(elbo)) return reached(ascent.affords(points.count) ? "not finite" : "budget", 0);
  yield "polish";
  let radius = firstRadius;
  let rejected = 0;
  for (let step = 1; step <= mostSteps; step++) {
    diagonalInto(h, x, g, chart);
    const { p, newton, gain } = directionAt(g, h, curvature, chart);
    const share = shorten(p, x, radius, newton, chart);
    for (let i = 0; i < size; i++) tried[i] = x[i]! + p[i]!;
    if (gain < least) {
      x.set(tried); // near an optimum the last step is right, and fresh points follow
      return reached("gain", step);
    }
    if (!ascent.affords(points.count)) return reached("budget", step);
    if (ascent.ahead) yield* ascent.ahead(tried, [points]);
    const elboTried = ascent.gradientInto(gTried, tried, points);
    yield "polish";
    const slope = dot(g, p);
    const finite = !Number.isNaN(elboTried);
    const trapezoid = 0.5 * (slope + dot(gTried, p));
    const rise = smooth ? elboTried - elbo : Math.max(elboTried - elbo, trapezoid);
    const ratio = finite ? rise / (slope * (1 - share.length / 2)) : -Infinity;
    if (finite) {
      const fall = g.map((value, i) => value - gTried[i]!);
      learn(curvature, p, fall, h); // also of a rejected step
    }
    if (ratio > 1e-3) {
      if (ratio > 0.5 && (share.length < 1 || share.sds > 0.8 * radius)) radius = Math.min(3 * radius, LONGEST);
      if (ratio < 0.1) radius = Math.max(radius / 2, 0.01);
      x.set(tried);
      g.set(gTried);
      elbo = elboTried;
      continue;
    }
    rejected++;
    radius = Math.max(SHORTEST, (newton ? Math.min(radius, Math.max(share.sds * share.length, SHORTEST)) : radius) / 4);
    if (radius <= SHORTEST || rejected > REJECTIONS) return reached(finite ? "radius" : "not finite", step);
  }
  return reached("steps", mostSteps);
}

interface Direction {
  readonly p: Float64Array;
  readonly newton: boolean;
  /** How much the whole step gains where the ELBO is quadratic. */
  readonly gain: number;
}

function directionAt(g: Float64Array, h: Float64Array, curvature: Curvature, { partsOf }: Chart): Direction {
  if (curvature.steps.length > 0) {
    const p = newtonOf(curvature, g, h);
    const slope = dot(g, p);
    if (slope > 0) return { p, newton: true, gain: slope / 2 };
    forget(curvature);
  }
  const p = g.map((value, i) => h[i]! * value);
  // The scale that makes P = Q at once, but at most twice as wide.
  const { scales } = partsOf(p);
  partsOf(g).scales.forEach((slope, i) => {
    scales[i] = -0.5 * log(Math.max(0.25, 1 - slope));
  });
  return { p, newton: false, gain: dot(g, p) / 2 };
}

// Shortens a step to a radius in sds of the guide: a Newton step as a whole, another by component. Says how long it was.
function shorten(
  p: Float64Array,
  x: Float64Array,
  radius: number,
  newton: boolean,
  { pairs, partsOf }: Chart,
): { sds: number; length: number } {
  const { scales } = partsOf(x);
  const step = partsOf(p);
  const sds = scales.map(exp);
  const units = pairs.map(({ row, column }) => sds[row]! / sds[column]!);
  if (!newton) {
    const longest = Math.max(clip(step.means, sds, radius), clip(step.shares, units, radius));
    return { sds: longest > radius ? 2 * radius : 0, length: 1 };
  }
  let most = 0;
  for (let i = 0; i < sds.length; i++)
    most = Math.max(most, Math.abs(step.means[i]!) / sds[i]!, 2 * Math.abs(step.scales[i]!));
  for (let k = 0; k < units.length; k++) most = Math.max(most, Math.abs(step.shares[k]!) / units[k]!);
  const length = most > radius ? radius / most : 1;
  for (let i = 0; i < p.length; i++) p[i]! *= length;
  for (let i = 0; i < sds.length; i++) step.scales[i] = Math.max(-3, Math.min(1, step.scales[i]!));
  return { sds: most, length };
}

// Clips components to a radius in their units; returns how long the longest was.
function clip(step: Float64Array, units: ArrayLike<number>, radius: number): number {
  let longest = 0;
  for (let i = 0; i < step.length; i++) {
    const most = radius * units[i]!;
    longest = Math.max(longest, Math.abs(step[i]!) / units[i]!);
    step[i] = Math.max(-most, Math.min(most, step[i]!));
  }
  return longest;
}
