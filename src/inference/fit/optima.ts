/**
 * Several starts of a fit may find one optimum or several. This file tells which are the same, and how much each weighs in the mixture
 * that the fit returns.
 */
import type { Chart } from "../../guides/chart.ts";
import { exp } from "../../math/elementary.ts";
import type { Climbed } from "./climb/climb.ts";

/** A start that was finished. */
export interface Found extends Climbed {
  readonly elbo: number;
  /** Whether draws of the priors have told that it is all that there is. */
  readonly isEverything?: boolean;
}

/** Two ends nearer than this, Σ (μ − μ′)²/(σ² + σ′²), are one optimum: 2.5 joint sds. */
const SAME = 6;

/** Whether two points have means so near that they belong to one optimum. */
export function same(x: Float64Array, y: Float64Array, { partsOf }: Chart): boolean {
  const [p, q] = [partsOf(x), partsOf(y)];
  let sum = 0;
  for (let i = 0; i < p.means.length; i++) {
    const apart = p.means[i]! - q.means[i]!;
    sum += (apart * apart) / (exp(2 * p.scales[i]!) + exp(2 * q.scales[i]!));
  }
  return sum < SAME;
}

/** exp(ELBO), normalised: the weights of mixture components that hardly overlap. The first has all where no ELBO is known. */
export function weightsOf(elbos: readonly number[]): number[] {
  const most = Math.max(...elbos);
  const shares = elbos.map((elbo) => (Number.isFinite(elbo) ? exp(elbo - most) : 0));
  const sum = shares.reduce((total, share) => total + share, 0);
  return shares.map((share, k) => (sum > 0 ? share / sum : Number(k === 0)));
}
