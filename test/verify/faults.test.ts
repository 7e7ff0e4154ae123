/** verifyGradient catches twelve wrong estimators, and lets the one that they are made of pass. */
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { verifyGradient } from "../../src/verify/index.ts";
import { FAULTS, tampered } from "../support/faulty-estimators.ts";
import { SOAK } from "../support/soak.ts";

const params = { mu: [0.2], rho: [n.rhoOfSd(0.9)] };
/** Samples within which each fault has to be found. */
const BUDGET = 131_072;
/** In the soak. */
const PLACES = 20;

describe("verifyGradient", () => {
  test.each(Object.entries(FAULTS))("catches: %s", (_, { model, estimator }) => {
    expect(verifyGradient(model, { estimator, params, budget: BUDGET }).verdict).toBe("biased");
  });

  test("accuses none of the models' right gradients", () => {
    for (const model of new Set(Object.values(FAULTS).map((fault) => fault.model))) {
      const { verdict } = verifyGradient(model, { estimator: tampered({}), params, budget: BUDGET / 4 });
      expect([model.name, verdict]).not.toEqual([model.name, "biased"]);
    }
  });

  test.skipIf(!SOAK)("catches all of them at 20 places each", { timeout: 3_600_000 }, () => {
    const table = Object.entries(FAULTS).map(([name, { model, estimator }]) => {
      const samples = Array.from({ length: PLACES }, (_, place) => {
        const at = { mu: [((0.618 * place) % 1) - 0.4], rho: [n.rhoOfSd(0.7 + ((0.755 * place) % 1))] };
        const options = { estimator, params: at, budget: 1 << 22, resolution: 0.001, seed: place };
        const check = verifyGradient(model, options);
        return check.verdict === "biased" ? check.samples : Infinity;
      }).sort((p, q) => p - q);
      const caught = samples.filter(Number.isFinite).length;
      return { name, caught, "median samples": samples[PLACES / 2]!, "most samples": samples.at(-1)! };
    });
    console.table(table);
    expect(table.filter(({ caught }) => caught < PLACES)).toEqual([]);
  });
});
