/**
 * The contract of a transform of several numbers at once: how n entries that are bound to one another, increasing cut points or
 * probabilities that sum to 1, are written by m unconstrained ones. p(x) becomes p(x(u))·exp(logJacobian(u)).
 */
import type { Real } from "../../autodiff/expr.ts";

/** A function from ℝᵐ onto a set of vectors. */
export interface VectorTransform {
  /** For messages: "simplex". */
  readonly name: string;
  /** m, the number of unconstrained numbers. */
  readonly free: number;
  /** Where among the entries the i-th unconstrained number belongs, for its name; default the i-th. */
  readonly places?: readonly number[];
  /** The entries of u; those of a matrix row by row. */
  readonly forward: (u: readonly Real[]) => Real[];
  /** u of entries inside of the support. */
  readonly inverse: (x: readonly Real[]) => Real[];
  /** The log of the volume by which x(u) stretches. */
  readonly logJacobian: (u: readonly Real[]) => Real;
}

/** ℝⁿ itself. */
export function unbounded(length: number): VectorTransform {
  return { name: "identity", free: length, forward: (u) => [...u], inverse: (x) => [...x], logJacobian: () => 0 };
}
