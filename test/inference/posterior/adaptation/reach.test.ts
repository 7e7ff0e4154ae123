// Whether guides are everything: a second mode is seen by draws of the prior, and where too many of these were needed nothing is said.
import { describe, expect, it } from "vitest";
import { everythingPieces } from "../../../../src/inference/posterior/adaptation/reach.ts";
import type { Target } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const isEverything = (...given: Parameters<typeof everythingPieces>) => finished(everythingPieces(...given));

const generator = makeGenerator(3);
const prior = independent([0, 0], [1, 1], 1);
const guide = (sd: number) => [independent([1, 1], [sd, sd], 1)];

/** Normals of one sd about the given places, with the given shares. */
const modes =
  (sd: number, places: readonly (readonly [number, number, number])[]): Target =>
  (kept, draws) =>
    Float64Array.from({ length: draws }, (_, d) =>
      Math.log(
        places.reduce(
          (sum, [x, y, share]) =>
            sum + share * Math.exp((-0.5 * ((kept[d]! - x) ** 2 + (kept[draws + d]! - y) ** 2)) / sd ** 2),
          0,
        ),
      ),
    );

describe("guides", () => {
  it("are everything where there is one mode, and not where they leave out another", () => {
    expect(isEverything(modes(0.1, [[1, 1, 1]]), guide(0.1), prior, generator, 1)).toBe(true);
    expect(
      isEverything(
        modes(0.1, [
          [1, 1, 0.7],
          [-1, 0, 0.3],
        ]),
        guide(0.1),
        prior,
        generator,
        2,
      ),
    ).toBe(false);
  });

  it("are not known to be everything where a mode would be met too seldom", () => {
    expect(isEverything(modes(0.001, [[1, 1, 1]]), guide(0.001), prior, generator, 3)).toBe(false);
  });
});
