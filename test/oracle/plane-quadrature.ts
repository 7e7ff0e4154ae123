/** Exact ELBO gradients of densities in the plane that jump, by quadrature. */
import { denseGuide, type GuidePoint } from "./full-rank.ts";
import { type Exact, gaussLegendre } from "./random-program.ts";

/** log p on the axes u and w, of which the first `latents` are latents and the others frozen noise. */
export interface PlainDensity<S extends string | number> {
  readonly latents: 1 | 2;
  /** Whether there is a second axis. */
  readonly two: boolean;
  /** What names the region of a point; log p is smooth in each. */
  readonly holds: (u: number, w: number) => S;
  readonly logJoint: (u: number, w: number, region: S) => number;
}

export interface QuadratureOptions {
  readonly scan?: number;
  readonly points?: number;
  readonly panel?: number;
}

const REACH = 6.5; // sd; beyond it lies less than 1e-10 of a normal

/**
 * ELBO and gradient by Gauss–Legendre panels, from ∇ELBO = ∫ ∇q (log p − log q): no derivative of the density is needed,
 * so jumps only have to be panel ends. On the inner axis these are where the region changes, on the outer one where the
 * sequence of regions along the inner axis does; both by scanning and bisection. Panels
 * are mapped by (3t − t³)/2, which makes the roots √(x − x₀) at their ends, where a line touches a curve, smooth.
 */
export function planeQuadrature<S extends string | number>(
  { latents: n, two, holds, logJoint }: PlainDensity<S>,
  parameters: GuidePoint,
  { scan = 260, points = 12, panel = 1.6 }: QuadratureOptions = {},
): Exact {
  const { mu } = parameters;
  const guide = denseGuide(parameters);
  const place = (axis: number, [x, y]: readonly [number, number]): number => {
    if (axis >= n) return axis === 0 ? x : y;
    return mu[axis]! + guide.scale[axis]![0]! * x + (n > 1 ? guide.scale[axis]![1]! * y : 0);
  };
  const rule = gaussLegendre(points);
  let elbo = 0;
  const gradient = new Float64Array(guide.parameters);

  const changes = <T extends string | number>(at: (x: number) => T, steps: number): number[] => {
    const edges = [-REACH];
    const split = (left: number, l: T, right: number, r: T): void => {
      if (l === r) return;
      const middle = (left + right) / 2;
      if (right - left < 1e-11) {
        edges.push(middle);
        return;
      }
      const m = at(middle);
      split(left, l, middle, m);
      split(middle, m, right, r);
    };
    let [x, before] = [-REACH, at(-REACH)];
    for (let i = 1; i <= steps; i++) {
      const next = -REACH + (2 * REACH * i) / steps;
      const here = at(next);
      split(x, before, next, here);
      [x, before] = [next, here];
    }
    return [...edges, REACH];
  };
  // A panel lies in one region, which the caller may want to know: it is that of its middle.
  const overPanels = <R>(
    edges: readonly number[],
    regionAt: (middle: number) => R,
    visit: (x: number, weight: number, region: R) => void,
  ): void => {
    for (let e = 0; e + 1 < edges.length; e++) {
      const span = edges[e + 1]! - edges[e]!;
      const parts = Math.max(1, Math.ceil(span / panel));
      for (let part = 0; part < parts; part++) {
        const [half, middle] = [span / parts / 2, edges[e]! + (span * (part + 0.5)) / parts];
        const region = regionAt(middle);
        for (const [t, weight] of rule) {
          const x = middle + half * 0.5 * (3 * t - t ** 3);
          const density = Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
          visit(x, weight * half * 1.5 * (1 - t * t) * density, region);
        }
      }
    }
  };
  const add = (epsilon: readonly [number, number], weight: number, region: S): void => {
    const l = logJoint(place(0, epsilon), place(1, epsilon), region) - guide.logDensity(epsilon);
    guide.addScore(gradient, epsilon, weight * l);
    elbo += weight * l;
  };
  if (!two) {
    const at = (x: number): S => holds(place(0, [x, 0]), 0);
    overPanels(changes(at, 8 * scan), at, (x, weight, region) => add([x, 0], weight, region));
    return { elbo, gradient };
  }
  const along = (x: number): ((y: number) => S) => {
    const u = place(0, [x, 0]);
    return (y) => holds(u, place(1, [x, y]));
  };
  const sequence = (x: number): string => {
    const at = along(x);
    const seen: S[] = [];
    for (let i = 0; i <= scan; i++) {
      const here = at(-REACH + (2 * REACH * i) / scan);
      if (here !== seen[seen.length - 1]) seen.push(here);
    }
    return seen.join();
  };
  const outer = changes(sequence, scan);
  overPanels(outer, Number, (x, weight) => {
    const at = along(x);
    overPanels(changes(at, scan), at, (y, inner, region) => add([x, y], weight * inner, region));
  });
  return { elbo, gradient };
}
