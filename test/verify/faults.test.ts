/** verifyGradient catches twelve wrong estimators, and lets the one that they are made of pass. */
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { verifyGradient } from "../../src/verify/index.ts";
import { FAULTS, tampered } from "../support/faulty-estimators.ts";
import { SOAK } from "../support/soak.ts";

const params = { mu: [0.2], rho: [n.rhoOfSd(0.9)] };
/** Samples within which each fault has to be found. */
const BUDGET = 131_072;

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

  test.skipIf(!SOAK)("catches all of them at 20 places each", () => {
    for (let place = 0; place < 20; place++) {
      const at = { mu: [((0.618 * place) % 1) - 0.4], rho: [n.rhoOfSd(0.7 + ((0.755 * place) % 1))] };
      for (const [name, { model, estimator }] of Object.entries(FAULTS)) {
        const { verdict } = verifyGradient(model, {
          estimator,
          params: at,
          budget: 1 << 22,
          resolution: 0.001,
          seed: place,
        });
        expect([name, place, verdict]).toEqual([name, place, "biased"]);
      }
    }
  });
});
