/** A support of vectors says which entries it takes, as data and as latents. */
import { correlationCholesky } from "../../transforms/vector/correlation.ts";
import { simplex } from "../../transforms/vector/simplex.ts";
import { unitVector } from "../../transforms/vector/unit-vector.ts";
import { unbounded, type VectorTransform } from "../../transforms/vector/vector-transform.ts";
import { REAL_LINE } from "../distribution.ts";
import type { VectorSupport } from "./vector-distribution.ts";

/** Sums of probabilities and lengths of unit vectors may be off by this much, as those of rounded data are. */
const ROUNDING = 1e-9;

function notFinite(entries: readonly number[]): string | undefined {
  const at = entries.findIndex((entry) => !Number.isFinite(entry));
  return at < 0 ? undefined : `entry ${at} = ${entries[at]}, expected a finite number`;
}

/** All vectors of finite entries. */
export function reals(length: number): VectorSupport {
  return { text: `ℝ^${length}`, discrete: false, fault: notFinite, transform: unbounded(length), entry: REAL_LINE };
}

/** Vectors of positive entries whose sum is 1. */
export function onSimplex(length: number): VectorSupport {
  return {
    text: "the simplex",
    discrete: false,
    fault(entries) {
      const at = entries.findIndex((entry) => !(entry >= 0));
      if (at >= 0) return `entry ${at} = ${entries[at]}, expected no negative one`;
      const total = entries.reduce((sum, entry) => sum + entry, 0);
      return Math.abs(total - 1) <= ROUNDING ? undefined : `a sum of ${total}, expected 1`;
    },
    transform: simplex(length),
  };
}

/** Vectors of length 1. */
export function onSphere(length: number): VectorSupport {
  return {
    text: "the unit sphere",
    discrete: false,
    fault(entries) {
      const size = Math.sqrt(entries.reduce((sum, entry) => sum + entry * entry, 0));
      return Math.abs(size - 1) <= ROUNDING ? undefined : `a vector of length ${size}, expected 1`;
    },
    transform: unitVector(length),
  };
}

/** Increasing vectors, by the transform that keeps them so. */
export function inOrder(transform: VectorTransform, contains: (entry: number) => boolean, text: string): VectorSupport {
  return {
    text: `increasing vectors in ${text}`,
    discrete: false,
    fault(entries) {
      const at = entries.findIndex((entry, k) => !contains(entry) || (k > 0 && !(entry > entries[k - 1]!)));
      if (at < 0) return undefined;
      return `entry ${at} = ${entries[at]}${at > 0 ? ` after ${entries[at - 1]}` : ""}, expected increasing entries in ${text}`;
    },
    transform,
  };
}

/** Cholesky factors of correlation matrices with `n` rows, entries row by row. */
export function correlationFactors(n: number): VectorSupport {
  return {
    text: "Cholesky factors of correlation matrices",
    discrete: false,
    fault(entries) {
      for (let i = 0; i < n; i++) {
        const row = entries.slice(i * n, i * n + n);
        if (row.some((entry, j) => j > i && entry !== 0))
          return `a row ${i} with entries above the diagonal, expected 0`;
        if (!(row[i]! > 0)) return `${row[i]} on the diagonal of row ${i}, expected a positive number`;
        const size = Math.sqrt(row.reduce((sum, entry) => sum + entry * entry, 0));
        if (!(Math.abs(size - 1) <= ROUNDING)) return `a row ${i} of length ${size}, expected 1`;
      }
      return undefined;
    },
    transform: correlationCholesky(n),
  };
}
