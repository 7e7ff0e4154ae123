/** Guides that nets look at: others are so far away or so narrow that doubles have no two sides there that anyone could tell apart. */
import type { Objective } from "../../objective/objective.ts";

const [FARTHEST, NARROWEST] = [1e8, 1e-7];

/**
 * Whether a guide with these parameters is one of them. Beside a mean of 1e16 the doubles lie 2 apart, and a guide of sd 1e-3 has no
 * two sides there.
 */
export function isWithinReach({ guide }: Objective, theta: Float64Array): boolean {
  if (!theta.every(Number.isFinite)) return false; // whoever draws from it says so, with its name
  const { means, sigmas } = guide.space.numbers(theta);
  return means.every((mean, i) => {
    const sd = sigmas[i]!;
    return Math.abs(mean) < FARTHEST && sd < FARTHEST && sd > NARROWEST * Math.max(1, Math.abs(mean));
  });
}
