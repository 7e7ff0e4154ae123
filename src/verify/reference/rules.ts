/** Quadrature rules on [−1, 1]: points and weights. The rule of Gauss and Legendre with 2 points has ±0.577 with the weight 1 each. */
import { cos } from "../../math/trigonometric.ts";

export interface Rule {
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** The rule of Gauss and Legendre with n points, exact for polynomials of degree 2n − 1; by Newton's method on Legendre's recurrence. */
export function gaussLegendre(n: number): Rule {
  const [points, weights] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    let t = cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let step = 0; step < 20; step++) {
      let [before, here] = [1, t];
      for (let j = 2; j <= n; j++) [before, here] = [here, ((2 * j - 1) * t * here - (j - 1) * before) / j];
      slope = (n * (t * here - before)) / (t * t - 1);
      t -= here / slope;
    }
    points[i] = t;
    weights[i] = 2 / ((1 - t * t) * slope * slope);
  }
  return { points, weights };
}

/**
 * A rule of Gauss and Legendre in x = (3t − t³)/2, whose points crowd at both ends: a root such as √(1 − x), as there is where a line
 * touches a curve, is a polynomial of t but for a smooth factor.
 */
export function crowdedRule(n: number): Rule {
  const { points, weights } = gaussLegendre(n);
  return {
    points: points.map((t) => 0.5 * t * (3 - t * t)),
    weights: weights.map((weight, i) => weight * 1.5 * (1 - points[i]! * points[i]!)),
  };
}

/** The 15 points of Kronrod, with their weights and those of the 7 points of Gauss among them (0 at the others). */
export function gaussKronrod(): Rule & { readonly coarse: Float64Array } {
  const half = [
    [0.991455371120813, 0.022935322010529, 0],
    [0.949107912342759, 0.063092092629979, 0.12948496616887],
    [0.864864423359769, 0.10479001032225, 0],
    [0.741531185599394, 0.140653259715525, 0.279705391489277],
    [0.586087235467691, 0.169004726639267, 0],
    [0.405845151377397, 0.190350578064785, 0.381830050505119],
    [0.207784955007898, 0.204432940075298, 0],
  ] as const;
  const all = [
    ...half.map(([x, w, g]) => [-x, w, g] as const),
    [0, 0.209482141084728, 0.417959183673469] as const,
    ...half.toReversed(),
  ];
  return {
    points: Float64Array.from(all, ([x]) => x),
    weights: Float64Array.from(all, ([, w]) => w),
    coarse: Float64Array.from(all, ([, , g]) => g),
  };
}
