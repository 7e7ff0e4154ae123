/** An end that is nearly within the tolerance takes the step at its fresh points, and is judged again, in place of a stage with more points. */
import { expect, test } from "vitest";
import { type Climber, finish } from "../../../../src/inference/fit/climb/climb.ts";
import { type Gap, nearShare } from "../../../../src/inference/fit/climb/gap.ts";
import { RACING } from "../../../../src/inference/fit/climb/natural/race.ts";
import { influenza } from "../../../../src/models/index.ts";
import { climbOf } from "../../../support/climbs.ts";

const end = (gap: number, noise: number): Gap => ({
  ...{ gap, noise, most: Math.max(0, gap) + noise, elbo: -1, error: 0.1, points: 128, share: 0 },
  ...{ gradient: new Float64Array(1), finite: true },
});

test("the step's share is that of the gap which is no noise, where the step may end the climb", () => {
  expect(nearShare(end(0.08, 0.03), 0.05)).toBeCloseTo(8 / 11, 12);
  for (const other of [
    end(0.01, 0.01),
    end(0.3, 0.03),
    end(0.08, 0.06),
    end(-0.01, 0.049),
    { ...end(0.08, 0.03), finite: false },
  ])
    expect(nearShare(other, 0.05)).toBe(0);
});

test("three of five climbs of 37 latents end before 1024 points as steps at fresh points bring them within the tolerance, one without", () => {
  const before = (climber?: Climber): number =>
    [0, 1, 2, 3, 4]
      .map((seed) => climbOf(influenza, seed, climber))
      .filter(({ stages }) => stages.at(-1)!.points < 1024).length;
  expect(before()).toBeGreaterThanOrEqual(3);
  expect(before({ ...RACING, finish })).toBeLessThanOrEqual(1);
});
