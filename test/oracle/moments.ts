/**
 * What the closed forms share: expectations under one Gaussian with their derivatives, and the bookkeeping of a
 * gradient with respect to means and standard deviations.
 */
import { sigmoid, softplus } from "../../src/autodiff/special/logistic.ts";
import { normalCdf } from "../../src/autodiff/special/normal.ts";
import { HALF_LOG_2PI } from "./data.ts";

/** A value with its derivatives with respect to a mean and a standard deviation. */
export interface Moment {
  readonly value: number;
  readonly byMean: number;
  readonly bySd: number;
}

/** Standard normal density. */
export function normalPdf(x: number): number {
  return Math.exp(-0.5 * x * x - HALF_LOG_2PI);
}

/** P(z > threshold) for z ~ N(mean, sd): Φ((mean − threshold)/sd). */
export function probabilityAbove(threshold: number, mean: number, sd: number): Moment {
  const score = (mean - threshold) / sd;
  const density = normalPdf(score) / sd;
  return { value: normalCdf(score), byMean: density, bySd: -score * density };
}

/** The sd of each latent. */
export function sdsOf(rho: ArrayLike<number>): Float64Array {
  return Float64Array.from(rho, softplus);
}

/** An ELBO under construction, with its derivatives with respect to the guide's means and standard deviations. */
export class Accumulator {
  elbo = 0;
  readonly byMean: Float64Array;
  readonly bySd: Float64Array;
  readonly mu: ArrayLike<number>;
  readonly sd: Float64Array;
  readonly #rho: ArrayLike<number>;

  /** Starts from the entropy of the guide. */
  constructor(mu: ArrayLike<number>, rho: ArrayLike<number>) {
    this.mu = mu;
    this.#rho = rho;
    this.sd = sdsOf(rho);
    this.byMean = new Float64Array(mu.length);
    this.bySd = new Float64Array(mu.length);
    for (let i = 0; i < mu.length; i++) {
      this.elbo += Math.log(this.sd[i]!) + HALF_LOG_2PI + 0.5;
      this.bySd[i] = 1 / this.sd[i]!;
    }
  }

  /** Adds weight · a moment of latent i. */
  addMoment(i: number, moment: Moment, weight: number): void {
    this.elbo += weight * moment.value;
    this.addDerivatives(i, moment, weight);
  }

  /** Adds only the derivatives, for a moment that is a factor of something already added. */
  addDerivatives(i: number, moment: Moment, weight: number): void {
    this.byMean[i]! += weight * moment.byMean;
    this.bySd[i]! += weight * moment.bySd;
  }

  /** Adds E[log N(z_i; location, scale)]. */
  addNormal(i: number, location: number, scale: number): void {
    const [deviation, sd] = [this.mu[i]! - location, this.sd[i]!];
    const precision = 1 / (scale * scale);
    this.elbo -= 0.5 * precision * (deviation * deviation + sd * sd) + Math.log(scale) + HALF_LOG_2PI;
    this.byMean[i]! -= precision * deviation;
    this.bySd[i]! -= precision * sd;
  }

  /** [∂μ…, ∂ρ…], by ∂sd/∂ρ = sigmoid(ρ). */
  gradient(): Float64Array {
    const n = this.mu.length;
    const gradient = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      gradient[i] = this.byMean[i]!;
      gradient[n + i] = this.bySd[i]! * sigmoid(this.#rho[i]!);
    }
    return gradient;
  }
}
