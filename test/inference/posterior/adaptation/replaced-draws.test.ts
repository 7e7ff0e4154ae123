// Guides that put draws where no value of a summed-out latent is possible: other draws stand in for these.
import { expect, test } from "vitest";
import {
  add,
  bernoulli,
  defineModel,
  eq,
  fit,
  halfNormal,
  normal,
  sub,
  uniform,
  where,
} from "../../../../src/index.ts";
import { replaceImpossible } from "../../../../src/inference/posterior/adaptation/replaced-draws.ts";

test("possible draws stand in for impossible ones in turn", () => {
  const kept = Float64Array.of(1, 2, 3, 4, 5, /* second latent */ 10, 20, 30, 40, 50);
  replaceImpossible(kept, 5, (d) => d === 1 || d === 4);
  expect([...kept]).toEqual([2, 2, 5, 2, 5, 20, 20, 50, 20, 50]);
  const none = Float64Array.of(1, 2);
  replaceImpossible(none, 2, () => false);
  expect([...none]).toEqual([1, 2]);
});

test("a guide over the ends of a uniform is drawn from where a flag is possible", () => {
  const model = defineModel("ends", ({ sample, observe }) => {
    const centre = sample("centre", normal(0, 1));
    const width = sample("width", halfNormal(1));
    const flag = sample("flag", bernoulli(0.4));
    const high = add(centre, add(width, where(eq(flag, 1), 2, 0)));
    for (const y of [1.5, 0.5]) observe(uniform(sub(centre, width), high), y);
  });
  const draws = fit(model, { seed: 1 }).drawn({ draws: 2000, seed: 1 });
  const [centre, width, flag] = ["centre", "width", "flag"].map((name) => draws.values(name)) as Float64Array[];
  const isWithin = Array.from(centre!, (c, d) => c - width![d]! <= 0.5 && c + width![d]! + 2 * flag![d]! >= 1.5);
  expect(isWithin.filter((is) => !is)).toEqual([]);
});
