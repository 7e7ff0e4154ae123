/** Vector distributions check what they are made from: lengths, and the distributions of their entries. */
import { describe } from "../../autodiff/expr.ts";
import type { Distribution } from "../distribution.ts";

/** Entries of a vector: each is a traced number, of which as many again leave no memory for a model. */
const MOST_ENTRIES = 10_000_000;

/** Throws RangeError unless it is a whole number of at least `least`, and of no more than a vector can have. */
export function requireSize(caller: string, size: unknown, least: number): asserts size is number {
  if (!(Number.isSafeInteger(size) && (size as number) >= least))
    throw new RangeError(`${caller}: no such length; got ${describe(size)}, expected a whole number ≥ ${least}`);
  if ((size as number) > MOST_ENTRIES)
    throw new RangeError(`${caller}: too long; got ${describe(size)} entries, expected at most ${MOST_ENTRIES}`);
}

/** Throws TypeError unless it is a distribution of one number. */
export function requireDistribution(caller: string, distribution: Distribution): Distribution {
  if (typeof distribution?.logDensity !== "function" || "length" in distribution)
    throw new TypeError(
      `${caller}: not a distribution of one number; got ${describe(distribution)}, expected one such as normal(0, 1)`,
    );
  return distribution;
}
