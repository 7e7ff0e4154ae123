/**
 * Calibration by simulation: where latents are drawn from their priors and data from these, the rank of a latent among draws of its posterior is
 * uniform, if the posterior is right. Seven χ² degrees of freedom at α = 1e-4. What that sees is computed: a posterior whose sds are 0.4 of the true ones,
 * as mean field has them on the line below. `NONDIFF_SOAK=1` makes 1500 data sets, which show sds that are 0.8 of the true ones, and as many of a
 * change point, whose fit takes a second.
 */
import { describe, expect, test } from "vitest";
import {
  add,
  defineModel,
  fit,
  fullRank,
  type Guide,
  gt,
  type Model,
  makeGenerator,
  meanField,
  mul,
  normal,
  type Real,
  uniform,
  uniformSource,
  where,
} from "../../../src/index.ts";
import { normalCdf, normalQuantile } from "../../../src/math/normal.ts";
import { amount, SOAK } from "../../support/soak.ts";
import { climbed } from "../../support/unweighed.ts";

const DATASETS = amount(60, 1500);
/** Sds of a posterior, as a share of the true ones, that so many ranks show. */
const NARROW = amount(0.4, 0.8);
const LIMIT = amount(240_000, 3_000_000); // milliseconds
const DRAWS = 63;
const BINS = 8;
/** The 1 − 1e-4 quantile of χ² with 7 degrees of freedom. */
const CRITICAL = 29.88;

/** A program whose latents can be drawn, and the data that belong to them. */
interface Case {
  readonly latents: readonly string[];
  readonly draw: (next: () => number) => number[];
  readonly data: (latents: readonly number[], normalDraw: () => number) => number[];
  readonly model: (data: readonly number[]) => Model;
}

const XS = [1, 2, 3, 4];
/** Posterior correlation −0.91. */
const LINE: Case = {
  latents: ["a", "b"],
  draw: (next) => [normalQuantile(next()), normalQuantile(next())],
  data: ([a, b], noise) => XS.map((x) => a! + b! * x + 0.5 * noise()),
  model: (data) =>
    defineModel("line", ({ sample, observe }) => {
      const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
      data.forEach((y, i) => void observe(normal(add(a, mul(b, XS[i]!)), 0.5), y));
    }),
};

const DAYS = 12;
/** The day is summed out, and drawn back from its cells. */
const CHANGE: Case = {
  latents: ["early", "late", "day"],
  draw: (next) => [-1 + 0.5 * normalQuantile(next()), 1 + 0.5 * normalQuantile(next()), DAYS * next()],
  data: ([early, late, day], noise) =>
    Array.from({ length: DAYS }, (_, i) => (day! > i ? early! : late!) + 0.5 * noise()),
  model: (data) =>
    defineModel("change", ({ sample, observe }) => {
      const [early, late] = [sample("early", normal(-1, 0.5)), sample("late", normal(1, 0.5))] as [Real, Real];
      const day = sample("day", uniform(0, DAYS));
      data.forEach((y, i) => void observe(normal(where(gt(day, i), early, late), 0.5), y));
    }),
};

/** χ² of the ranks of each latent. */
function chiSquares({ latents, draw, data, model }: Case, guide?: Guide): number[] {
  const next = uniformSource(makeGenerator(20));
  const counts = latents.map(() => new Float64Array(BINS));
  for (let k = 0; k < DATASETS; k++) {
    const truth = draw(next);
    const made = model(data(truth, () => normalQuantile(next())));
    const options = { seed: k, restarts: 0, flips: false, onWarning() {} } as const;
    // Where a guide is given its own draws: weighted ones are right whatever the guide.
    const drawn = guide && climbed(made, { ...options, guide }).drawn({ draws: DRAWS, seed: k });
    const draws = drawn
      ? Object.fromEntries(latents.map((name) => [name, drawn.values(name)]))
      : fit(made, options).sample(DRAWS, { seed: k });
    latents.forEach((name, i) => {
      const rank = draws[name]!.filter((value) => value < truth[i]!).length;
      counts[i]![Math.floor((rank * BINS) / (DRAWS + 1))]!++;
    });
  }
  return counts.map((count) => chiSquare(count, DATASETS));
}

const chiSquare = (counts: Float64Array, total: number): number =>
  counts.reduce((sum, count) => sum + (count - total / BINS) ** 2 / (total / BINS), 0);

describe("ranks of latents among draws of their posteriors", () => {
  test("would show sds that are so much too small in 90 of 100 runs", () => {
    const next = uniformSource(makeGenerator(21));
    let seen = 0;
    for (let run = 0; run < 400; run++) {
      const counts = new Float64Array(BINS);
      for (let k = 0; k < DATASETS; k++) counts[Math.floor(BINS * normalCdf(normalQuantile(next()) / NARROW))]!++;
      if (chiSquare(counts, DATASETS) > CRITICAL) seen++;
    }
    expect(seen).toBeGreaterThan(0.9 * 400);
  });

  test(
    "are uniform under full rank on a line, whose posterior is normal",
    () => {
      for (const value of chiSquares(LINE, fullRank())) expect(value).toBeLessThan(CRITICAL);
    },
    LIMIT,
  );

  test.skipIf(!SOAK)(
    "are uniform where a change point is summed out",
    () => {
      for (const value of chiSquares(CHANGE)) expect(value).toBeLessThan(CRITICAL);
    },
    LIMIT,
  );

  test(
    "are not uniform under mean field on the line, whose latents are correlated",
    () => {
      for (const value of chiSquares(LINE, meanField())) expect(value).toBeGreaterThan(CRITICAL);
    },
    LIMIT,
  );
});
