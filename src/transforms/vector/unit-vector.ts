/**
 * Vectors of length 1: x = u/|u|. The n unconstrained numbers have one direction too many, the length of u; the Jacobian gives u a standard
 * normal density, under which its direction is uniform and its length stays near √n.
 */
import { div, type Real, sqrt, square, sub, sum } from "../../autodiff/expr.ts";
import { lgamma } from "../../math/gamma.ts";
import type { VectorTransform } from "./vector-transform.ts";

/** The sphere in ℝⁿ. Densities on it are with respect to its surface, whose area is 2π^(n/2)/Γ(n/2). */
export function unitVector(length: number): VectorTransform {
  // (2π)^(−n/2) times the area
  const constant = (1 - length / 2) * Math.LN2 - lgamma(length / 2);
  return {
    name: "unit vector",
    free: length,
    forward(u) {
      const size = sqrt(sum(u.map(square)));
      return u.map((entry) => div(entry, size));
    },
    inverse: (x) => x.map((entry): Real => div(entry, 1 / Math.sqrt(length))),
    logJacobian: (u) => sub(constant, div(sum(u.map(square)), 2)),
  };
}
