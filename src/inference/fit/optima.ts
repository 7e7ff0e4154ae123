/**
 * Several starts of a fit may find one optimum or several. This file tells which are the same, and how much each weighs in the mixture
 * that the fit returns.
 */
import type { Chart } from "../../guides/chart.ts";
import { exp } from "../../math/elementary.ts";
import type { Gaussian } from "../posterior/gaussian.ts";
import type { Climbed } from "./climb/climb.ts";

/** A start that was finished. */
export interface Found extends Climbed {
  readonly elbo: number;
  /** Whether draws of the priors have told that it is all that there is. */
  readonly isEverything?: boolean;
  /** Normals where they have met some of the posterior far from it. */
  readonly elsewhere?: readonly Gaussian[];
}

/** Two ends nearer than this, Σ (μ − μ′)²/(σ² + σ′²), are one optimum: 2.5 joint sds. */
const SAME = 6;

/**
 * Whether two points have means so near that they belong to one optimum, in the noises that one of their guides has: along a ridge, as that of the
 * intercept and the slope over years, a latent moves by many times the sd that it has when the others are known.
 */
export function same(x: Float64Array, y: Float64Array, { pairs, partsOf }: Chart): boolean {
  const [p, q] = [partsOf(x), partsOf(y)];
  const byRow = [...pairs.keys()].sort((k, l) => pairs[k]!.row - pairs[l]!.row);
  return [p, q].some(({ shares }) => {
    // (I + C)⁻¹(μ − μ′)
    const apart = p.means.map((mean, i) => mean - q.means[i]!);
    for (const k of byRow) apart[pairs[k]!.row]! -= shares[k]! * apart[pairs[k]!.column]!;
    return apart.reduce((sum, by, i) => sum + (by * by) / (exp(2 * p.scales[i]!) + exp(2 * q.scales[i]!)), 0) < SAME;
  });
}

/** θ of a point, a new array. */
export function thetaOf(chart: Chart, x: Float64Array): Float64Array {
  const theta = new Float64Array(x.length);
  chart.thetaInto(theta, x);
  return theta;
}

/** exp(ELBO), normalised: the weights of mixture components that hardly overlap. The first has all where no ELBO is known. */
export function weightsOf(elbos: readonly number[]): number[] {
  const most = Math.max(...elbos);
  const shares = elbos.map((elbo) => (Number.isFinite(elbo) ? exp(elbo - most) : 0));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share, k) => (sum > 0 ? share / sum : Number(k === 0)));
}
