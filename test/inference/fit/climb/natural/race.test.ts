/** At its first start a fit races where the density jumps: a network of steps ends where its four cases are right, and other models take no more samples. */
import { expect, test } from "vitest";
import { RACING } from "../../../../../src/inference/fit/climb/natural/race.ts";
import { xornet } from "../../../../../src/models/index.ts";
import { FULL } from "../../../../../src/profile.ts";
import { climbOf } from "../../../../support/climbs.ts";
import { amount } from "../../../../support/soak.ts";
import { hyst } from "../../../../support/study-models.ts";

const middle = (values: readonly number[]): number => [...values].sort((p, q) => p - q)[values.length >> 1]!;

test("one climb of a network of steps gets all cases right, with an ELBO near that of flips", () => {
  expect(FULL.racing).toBe(RACING);
  const climbs = Array.from({ length: 10 }, (_, seed) => climbOf(xornet, seed));
  const elbos = climbs.map(({ gap }) => gap!.elbo);
  // A climb without a race gets a case wrong with one seed, which is 5000 nats, and the one in the middle is at −21.6.
  expect(Math.min(...elbos)).toBeGreaterThan(-30);
  expect(middle(elbos)).toBeGreaterThan(-18.5);
  expect(middle(climbs.map(({ samples }) => samples))).toBeLessThan(10_000);
});

test("where walks agree the race costs nothing", () => {
  for (let seed = 0; seed < amount(1, 3); seed++) expect(climbOf(hyst(), seed).samples).toBeLessThan(2000);
});
