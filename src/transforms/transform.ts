/**
 * The contract of a transform: how a latent with a bounded support is written by an unconstrained number, which is what a guide is
 * over. Under `exponential(1)` a rate is x = exp(u) with u on ℝ; p(x) becomes p(exp u)·exp(u), and u is the log-Jacobian.
 */
import type { Real } from "../autodiff/expr.ts";

/** Where a guide may start. */
export interface Start {
  readonly mean: number;
  readonly sd: number;
}

/** What a start is found from: the quantiles of a prior whose parameters are numbers. */
export interface KnownQuantiles {
  readonly quantile?: ((p: number) => number) | undefined;
  readonly parameters: readonly { readonly value: Real }[];
}

export interface Moments {
  readonly mean: number;
  readonly sd: number;
}

/** A rising function from ℝ onto a support. There is a file of them per kind of support; a distribution's support carries its own. */
export interface Transform {
  /** For messages and `explain`: "exp". */
  readonly name: string;
  /** x of u. */
  readonly forward: (u: Real) => Real;
  /** u of an x inside of the support. */
  readonly inverse: (x: Real) => Real;
  /** log dx/du at u, which neither overflows nor cancels in the tails. */
  readonly logJacobian: (u: Real) => Real;
  /** Where u lies under a prior of x; undefined if that has no known quantiles, or these tell no scale. */
  readonly start: (prior: KnownQuantiles) => Start | undefined;
  /** Mean and standard deviation of x for u ~ N(mean, sd²). Absent where x depends on more than u, as with traced ends. */
  readonly moments?: (mean: number, sd: number) => Moments;
}

/** Φ(1): a normal number lies below its mean plus one sd with this probability. */
const ONE_SD = 0.8413447460685429;

/** A prior whose u has a larger sd tells no scale: as that of log x it is a factor of 5 · 10⁸. */
const WIDEST = 20;

/**
 * The median of u and half of the distance between its 16 % and 84 % quantiles: exponential(1) has quantiles 0.69, 0.17 and 1.84, so that
 * u = log x starts at −0.37 with an sd of 1.18. Nearly flat priors such as gamma(0.001, 0.001), with a median of 10⁻²⁹⁹, say nothing.
 */
export function startFrom(inverse: Transform["inverse"], { quantile, parameters }: KnownQuantiles): Start | undefined {
  if (!quantile || parameters.some(({ value }) => typeof value !== "number")) return undefined;
  const at = (p: number): number => inverse(quantile(p)) as number;
  const sd = 0.5 * (at(ONE_SD) - at(1 - ONE_SD));
  return sd > WIDEST ? undefined : { mean: at(0.5), sd };
}
