/** Particles from priors to posteriors of known densities: modes far apart keep their shares, and what cannot be reached is not answered. */
import { expect, test } from "vitest";
import { particlePieces } from "../../../../src/inference/posterior/adaptation/particles.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const particleNormals = (...given: Parameters<typeof particlePieces>) => finished(particlePieces(...given));

const prior = independent([0, 0, 0], [10, 10, 10], 1);

/** The log density of normals in three latents, all sds 0.3, each with a share. */
const normals =
  (modes: readonly (readonly [share: number, center: readonly number[]])[]): Target =>
  (kept, draws) =>
    Float64Array.from({ length: draws }, (_, d) => {
      let sum = 0;
      for (const [share, center] of modes) {
        const square = center.reduce((total, mean, i) => total + ((kept[i * draws + d]! - mean) / 0.3) ** 2, 0);
        sum += share * Math.exp(-square / 2);
      }
      return Math.log(sum);
    });

test("two modes forty sds apart keep their shares", () => {
  const target = normals([
    [0.8, [6, 6, 6]],
    [0.2, [-6, 0, 2]],
  ]);
  const shares = [1, 2].map((seed) => {
    const parts = particleNormals(target, prior, makeGenerator(seed))!;
    const total = parts.reduce((sum, { weight }) => sum + weight, 0);
    const near = parts.filter(({ means }) => Math.hypot(means[0]! + 6, means[1]!, means[2]! - 2) < 1);
    return near.reduce((sum, { weight }) => sum + weight, 0) / total;
  });
  // Stages draw each mode anew: the sd of a share is about 0.03, as six stages and 2048 particles of which a few hundred are distinct tell.
  for (const share of shares) expect(Math.abs(share - 0.2)).toBeLessThan(0.1);
});

test("a density that is 0 at all particles of the priors, or narrower than any stage can reach, is not answered", () => {
  const nowhere: Target = (_, draws) => new Float64Array(draws).fill(Number.NEGATIVE_INFINITY);
  expect(particleNormals(nowhere, prior, makeGenerator(1))).toBeUndefined();
  const needle: Target = (kept, draws) =>
    Float64Array.from({ length: draws }, (_, d) => -((kept[d]! / 1e-100) ** 2) - (kept[draws + d]! / 1e-100) ** 2);
  expect(particleNormals(needle, prior, makeGenerator(1))).toBeUndefined();
});

test("particles begin at the priors whatever their share of a proposal is, in any unit and about any centre", () => {
  const target =
    (at: number): Target =>
    (kept, draws) =>
      Float64Array.from(
        { length: draws },
        (_, d) => -8 * (kept[d]! - at - 1) ** 2 - 0.5 * (kept[draws + d]! - at) ** 2,
      );
  const means = (at: number, share: number): number[] =>
    particleNormals(target(at), independent([at, at], [5, 5], share), makeGenerator(3))!.map(
      (part) => part.means[0]! - at,
    );
  const expected = means(0, 1);
  for (const found of [means(0, 0.2), means(512, 0.2)])
    found.forEach((mean, k) => void expect(mean).toBeCloseTo(expected[k]!, 6));
});
