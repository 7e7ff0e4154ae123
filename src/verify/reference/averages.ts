/**
 * References with a standard error, for programs with many noises: lines through low-discrepancy points, differences of the ELBO at shifted
 * parameters with common noise, and scores. Each is done in batches that are independent of one another, and the spread of the batches'
 * means gives the error.
 */
import { fillSobolNormals, makeGenerator, noiseRequest } from "../../random/index.ts";
import { Lines } from "./lines.ts";
import { crowdedRule } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** Batches; the spread of so few is known to an eighth, which whoever compares with it has to count in. */
export const BATCHES = 32;
/** Points of a batch whose noise is held at once: a group of Sobol points, which has no more. */
const AT_ONCE = 65_536;
/** Steps of differences, relative to the standard deviation that a parameter moves; halved once. */
const DIFFERENCE = 0.1;

export interface Averages {
  readonly elbo: number;
  readonly elboError: number;
  readonly gradient: Float64Array;
  /** Standard errors. */
  readonly errors: Float64Array;
  /** What a limit that was not reached may add, in absolute terms. */
  readonly bounds: Float64Array;
  readonly evaluations: number;
}

/** Evaluations of ℓ that a line takes, from a few of them. */
export function costOfLine(subject: Subject, centre: number, seed: number): number {
  const { latents } = subject;
  const lines = new Lines(subject, centre, crowdedRule(7));
  const noise = normals(subject, 2, seed, BATCHES);
  const axes = [...new Set([0, latents >> 1, latents - 1])];
  for (const axis of axes) lines.along(axis, noise, 2);
  return lines.evaluations / (2 * axes.length);
}

/** Lines through how many points of each batch a budget of evaluations of ℓ pays for, given what a line costs; 0 if through none. */
export function linesPaidBy(budget: number, { latents }: Subject, cost: number): number {
  const paid = budget / (BATCHES * cost * latents);
  return paid < 1 ? 0 : powerOfTwo(paid);
}

/** Along the line of each latent the integral of all that is seen along it, averaged over points of the other noises. */
export function byLines(subject: Subject, centre: number, points: number, seed: number): Averages {
  const { latents, axisOf, scored } = subject;
  const lines = new Lines(subject, centre, crowdedRule(7));
  const batch = (stream: number): Float64Array => {
    const noise = points === 0 ? new Float64Array(0) : normals(subject, points, seed, stream);
    const row = new Float64Array(scored.width);
    for (let axis = 0; axis < latents; axis++) {
      const along = lines.along(axis, noise, points);
      for (let i = 0; i < points; i++) {
        row[0]! += (along[i * scored.width]! + centre) / (points * latents);
        axisOf.forEach((own, k) => {
          if (own === axis) row[k + 1]! += along[i * scored.width + k + 1]! / points;
        });
      }
    }
    return row;
  };
  return averaged(
    Array.from({ length: BATCHES }, (_, b) => batch(b)),
    () => lines.evaluations,
  );
}

/** The mean of (ℓ − c)·∇ log q, where c is the mean of ℓ over the other batches. */
export function byScores(subject: Subject, budget: number, seed: number): Averages {
  const { scored } = subject;
  const { width } = scored;
  const points = Math.max(16, powerOfTwo(budget / BATCHES));
  const sums = Array.from({ length: BATCHES }, (_, b) => {
    const row = new Float64Array(2 * width);
    inParts(
      subject,
      points,
      seed,
      b,
    )((noise, count) => {
      scored.at(noise, count);
      for (let i = 0; i < count; i++) {
        const value = scored.rows[i * width]!;
        row[0]! += value / points;
        for (let k = 1; k < width; k++) {
          row[k]! += (value * scored.rows[i * width + k]!) / points;
          row[width + k]! += scored.rows[i * width + k]! / points;
        }
      }
    });
    return row;
  });
  const all = sums.reduce((sum, [value]) => sum + value!, 0);
  const rows = sums.map((row) => {
    const others = (all - row[0]!) / (BATCHES - 1);
    return row.slice(0, width).map((value, k) => (k === 0 ? value : value - others * row[width + k]!));
  });
  return averaged(rows, () => BATCHES * points);
}

/** Central differences with common noise at two steps; the stated bound is how far these are apart. */
export function byDifferences(subject: Subject, budget: number, seed: number): Averages {
  const { theta, values, unitOf } = subject;
  const steps = unitOf.map((unit) => DIFFERENCE * unit);
  const each = budget / (BATCHES * (4 * theta.length + 1));
  const points = Math.max(16, powerOfTwo(each));
  let evaluations = 0;
  const meanAt = (parts: ReturnType<typeof inParts>, at: Float64Array): number => {
    let sum = 0;
    parts((noise, count) => {
      values.at(noise, count, at);
      evaluations += count;
      for (let i = 0; i < count; i++) sum += values.rows[i]!;
    });
    return sum / points;
  };
  const size = theta.length;
  const rows = Array.from({ length: BATCHES }, (_, b) => {
    const parts = inParts(subject, points, seed, b);
    const slope = (p: number, step: number): number => {
      const [above, below] = [theta.slice(), theta.slice()];
      above[p]! += step;
      below[p]! -= step;
      return (meanAt(parts, above) - meanAt(parts, below)) / (2 * step);
    };
    const wide = steps.map((step, p) => slope(p, step));
    const narrow = steps.map((step, p) => slope(p, 0.5 * step));
    // What is left of order h² cancels in (4·narrow − wide)/3.
    return Float64Array.from([
      meanAt(parts, theta),
      ...narrow.map((value, p) => (4 * value - wide[p]!) / 3),
      ...narrow.map((value, p) => (value - wide[p]!) / 3),
    ]);
  });
  const { gradient, errors, ...rest } = averaged(rows, () => evaluations);
  return {
    ...rest,
    gradient: gradient.slice(0, size),
    errors: errors.slice(0, size),
    bounds: gradient.slice(size).map(Math.abs),
  };
}

// The largest power of two that is not above x; 1 below 1.
function powerOfTwo(x: number): number {
  return 2 ** (31 - Math.clz32(Math.max(1, Math.min(x, 2 ** 30))));
}

// The noise of so many points, a power of two of them, part by part; the first part is made once.
function inParts(
  subject: Subject,
  points: number,
  seed: number,
  stream: number,
): (use: (noise: Float64Array, count: number) => void) => void {
  const count = Math.min(AT_ONCE, points);
  const first = normals(subject, points, seed, stream, { count });
  return (use) => {
    use(first, count);
    for (let at = count; at < points; at += count)
      use(normals(subject, points, seed, stream, { firstSample: at, count }), count);
  };
}

function normals(
  { axes }: Subject,
  points: number,
  seed: number,
  stream: number,
  { firstSample = 0, count = points } = {},
): Float64Array {
  const out = new Float64Array(axes * count);
  const part = { out, stream, firstSample, lanes: count, dimensions: axes, group: Math.min(AT_ONCE, points) };
  fillSobolNormals(noiseRequest({ ...part, generator: makeGenerator(seed) }));
  return out;
}

function averaged(rows: readonly Float64Array[], evaluations: () => number): Averages {
  const width = rows[0]!.length;
  const mean = Float64Array.from(
    { length: width },
    (_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length,
  );
  const errors = mean.map((value, k) => {
    const squares = rows.reduce((sum, row) => sum + (row[k]! - value) * (row[k]! - value), 0);
    return Math.sqrt(squares / (rows.length * (rows.length - 1)));
  });
  return {
    elbo: mean[0]!,
    elboError: errors[0]!,
    gradient: mean.slice(1),
    errors: errors.slice(1),
    bounds: new Float64Array(width - 1),
    evaluations: evaluations(),
  };
}
