/** Exact answers need probabilities and moments of normals under a guide; here they are expressions in means and standard deviations. */
import { add, div, exp, mul, normalCdf, type Real, sqrt, square, sub, sum } from "../../autodiff/expr.ts";

const INV_SQRT_2PI = 0.3989422804014327; // 1/√2π

/** One latent under the guide, or a sum of several. */
export interface Gaussian {
  readonly mean: Real;
  readonly sd: Real;
}

/** P(z > t). */
export function above({ mean, sd }: Gaussian, t: Real): Real {
  return normalCdf(div(sub(mean, t), sd));
}

/** P(z < t). */
export function below({ mean, sd }: Gaussian, t: Real): Real {
  return normalCdf(div(sub(t, mean), sd));
}

/** P(from < z < to). */
export function between(q: Gaussian, from: Real, to: Real): Real {
  return sub(below(q, to), below(q, from));
}

/** The density at x. */
export function density({ mean, sd }: Gaussian, x: Real): Real {
  return div(mul(INV_SQRT_2PI, exp(mul(-0.5, square(div(sub(x, mean), sd))))), sd);
}

/** Σ aᵢ zᵢ of independent normals. */
export function weighted(...parts: readonly (readonly [a: number, q: Gaussian])[]): Gaussian {
  return {
    mean: sum(parts.map(([a, { mean }]) => mul(a, mean))),
    sd: sqrt(sum(parts.map(([a, { sd }]) => square(mul(a, sd))))),
  };
}

/** P, E z and E z² of z between two numbers (0 elsewhere), either of them infinite or not. */
export function moments(q: Gaussian, from: number, to: number): readonly [Real, Real, Real] {
  const variance = square(q.sd);
  const edge = (t: number): Real => (Number.isFinite(t) ? mul(variance, density(q, t)) : 0);
  const edgeTimes = (t: number): Real => (Number.isFinite(t) ? mul(t, edge(t)) : 0);
  const zeroth = sub(to === Infinity ? 1 : below(q, to), from === -Infinity ? 0 : below(q, from));
  const first = add(mul(q.mean, zeroth), sub(edge(from), edge(to)));
  const second = sum([mul(q.mean, first), mul(variance, zeroth), sub(edgeTimes(from), edgeTimes(to))]);
  return [zeroth, first, second];
}
