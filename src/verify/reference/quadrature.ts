/**
 * The gradient of up to three noises by nested quadrature: lines along the innermost axis, split at their changes (`lines.ts`), adaptive
 * panels along the next, fixed panels along the outermost. It is done twice, with other axes innermost and other rules; how far the two
 * are apart is the stated error.
 */
import { exp } from "../../math/elementary.ts";
import { Lines, LOST } from "./lines.ts";
import { crowdedRule, gaussKronrod, type Rule } from "./rules.ts";
import type { Subject } from "./subject.ts";

/** Noises up to which quadrature is the reference. */
export const MOST_AXES = 3;
/** Half of the range of outer axes, in standard deviations. */
const REACH = 7.5;
/** Points of a panel along the outermost of three axes. */
const OUTER_POINTS = 8;
/** What adaptive panels aim at, relative to the spread of ℓ. */
const TOLERANCE = 1e-6;

const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)
const density = (t: number): number => INV_SQRT_2PI * exp(-0.5 * t * t);

export interface Integrals {
  readonly elbo: number;
  readonly gradient: Float64Array;
  readonly evaluations: number;
}

/** Evaluations that the coarsest panels take, given those that a line takes. */
export function leastCost({ axes }: Subject, line: number): number {
  return axes === 1 ? 2 * line : axes === 2 ? 300 * line : 6000 * line;
}

interface Way {
  /** Outermost first. */
  readonly axes: readonly number[];
  readonly rule: Rule;
  readonly panels: number;
  /** Panels along the outermost of three axes. */
  readonly outer: number;
}

/** ELBO and gradient twice; RangeError where ℓ is not finite on a share of the draws. */
export function byQuadrature(subject: Subject, centre: number, spread: number, budget: number): [Integrals, Integrals] {
  const { axes } = subject;
  const all = [...Array(axes).keys()];
  const ways: [Way, Way] = [
    { axes: all, rule: crowdedRule(10), panels: 8, outer: 5 },
    { axes: all.toReversed(), rule: crowdedRule(7), panels: 7, outer: 4 },
  ];
  return ways.map((way) => integrals(subject, centre, spread, budget / 2, way)) as [Integrals, Integrals];
}

function integrals(
  subject: Subject,
  centre: number,
  spread: number,
  budget: number,
  { axes, rule, panels, outer }: Way,
): Integrals {
  const { scored, model } = subject;
  const lines = new Lines(subject, centre, rule);
  const inner = axes.at(-1)!;
  let raw: Float64Array;
  if (axes.length === 1) raw = lines.along(inner, new Float64Array(1), 1);
  else if (axes.length === 2)
    raw = overPlane(subject, lines, axes[0]!, inner, new Map(), panels, TOLERANCE * spread, budget);
  else {
    raw = new Float64Array(scored.width);
    const edges = edgesOf(subject, lines, axes[0]!, outer);
    const { points, weights } = crowdedRule(OUTER_POINTS);
    for (let e = 1; e < edges.length; e++) {
      const [from, to] = [edges[e - 1]!, edges[e]!];
      points.forEach((point, i) => {
        const t = 0.5 * (from + to) + 0.5 * (to - from) * point;
        const weight = 0.5 * (to - from) * weights[i]! * density(t);
        const share = budget * Math.max(weight, 0.2 / (OUTER_POINTS * edges.length));
        const accuracy = (TOLERANCE * spread) / Math.max(weight, 1e-3);
        const plane = overPlane(subject, lines, axes[1]!, inner, new Map([[axes[0]!, t]]), panels, accuracy, share);
        for (let k = 0; k < raw.length; k++) raw[k]! += weight * plane[k]!;
      });
    }
  }
  if (lines.lost > LOST * Math.max(1, lines.evaluations / 1000))
    throw new RangeError(
      `verifyGradient: the density of model "${model.name}" is not finite on a share of the draws; got ${lines.lost.toExponential(1)} of them, expected none`,
    );
  return { elbo: raw[0]! + centre, gradient: raw.slice(1), evaluations: lines.evaluations };
}

// The range of an outer axis in panels, with ends where decisions change that depend on no other noise: those found at the same place on
// every one of a few lines.
function edgesOf({ axes }: Subject, lines: Lines, axis: number, panels: number): number[] {
  const noise = new Float64Array(3 * axes).map((_, i) => 0.7 * ((0.618 * (i + 1)) % 1) - 0.3 * (i % 3));
  const [first, ...others] = lines.changesAlong(axis, noise, 3);
  const alone = first!.filter((t) => others.every((line) => line.some((u) => Math.abs(u - t) < 1e-8)));
  const ends = [-REACH, ...alone.filter((t) => Math.abs(t) < REACH), REACH];
  return ends.flatMap((to, e) => {
    const from = ends[e - 1] ?? to;
    const parts = Math.max(1, Math.round(((to - from) / (2 * REACH)) * panels));
    return Array.from({ length: e === 0 ? 1 : parts }, (_, k) => to - ((to - from) * (parts - 1 - k)) / parts);
  });
}

const evenly = (panels: number): number[] =>
  Array.from({ length: panels + 1 }, (_, k) => REACH * ((2 * k) / panels - 1));

interface Panel {
  readonly from: number;
  readonly to: number;
  readonly sum: Float64Array;
  readonly error: number;
}

// Integrals over the plane of two axes, the others at given noises: adaptive along `outer`.
function overPlane(
  subject: Subject,
  lines: Lines,
  outer: number,
  inner: number,
  given: ReadonlyMap<number, number>,
  panels: number,
  tolerance: number,
  budget: number,
): Float64Array {
  const { axes, scored } = subject;
  const { width } = scored;
  const { points, weights, coarse } = gaussKronrod();
  const size = points.length;
  const looked = (ranges: readonly (readonly [number, number])[]): Panel[] => {
    const count = ranges.length * size;
    const noise = new Float64Array(axes * count);
    for (const [axis, value] of given) noise.fill(value, axis * count, (axis + 1) * count);
    ranges.forEach(([from, to], r) => {
      for (let i = 0; i < size; i++)
        noise[outer * count + r * size + i] = 0.5 * (from + to) + 0.5 * (to - from) * points[i]!;
    });
    const along = lines.along(inner, noise, count);
    return ranges.map(([from, to], r): Panel => {
      const [sum, rough] = [new Float64Array(width), new Float64Array(width)];
      for (let i = 0; i < size; i++) {
        const share = 0.5 * (to - from) * density(noise[outer * count + r * size + i]!);
        for (let k = 0; k < width; k++) {
          const value = share * along[(r * size + i) * width + k]!;
          sum[k]! += weights[i]! * value;
          rough[k]! += coarse[i]! * value;
        }
      }
      return { from, to, sum, error: Math.max(...sum.map((value, k) => Math.abs(value - rough[k]!))) };
    });
  };
  const edges = given.size > 0 ? evenly(panels >> 1) : edgesOf(subject, lines, outer, panels);
  const first = lines.evaluations;
  let all = looked(edges.slice(1).map((to, k) => [edges[k]!, to] as const));
  while (lines.evaluations - first < budget) {
    const error = all.reduce((sum, panel) => sum + panel.error, 0);
    if (error < tolerance) break;
    const worst = all.filter((panel) => panel.error > (0.3 * error) / all.length && panel.to - panel.from > 1e-9);
    if (worst.length === 0) break;
    const halves = worst.flatMap(({ from, to }) => {
      const middle = from + 0.5 * (to - from);
      return [[from, middle] as const, [middle, to] as const];
    });
    all = [...all.filter((panel) => !worst.includes(panel)), ...looked(halves)];
  }
  const total = new Float64Array(width);
  for (const { sum } of all) for (let k = 0; k < width; k++) total[k]! += sum[k]!;
  return total;
}
