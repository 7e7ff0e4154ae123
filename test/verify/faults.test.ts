/** verifyGradient catches twelve wrong estimators, and lets the one that they are made of pass. */
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { verifyGradient } from "../../src/verify/index.ts";
import { FAULTS, tampered } from "../support/faulty-estimators.ts";
import { amount, SOAK } from "../support/soak.ts";
import { textOf } from "../support/tree.ts";

const params = { mu: [0.2], rho: [n.rhoOfSd(0.9)] };
/** Samples within which each fault has to be found. */
const BUDGET = 131_072;
/** In the soak. */
const PLACES = 20;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

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

  // Of the table of docs/verification.md: usually its first row, at some of the places.
  test("takes as many samples as docs/verification.md says, at 20 places each", { timeout: 3_600_000 }, async () => {
    const rows = (await textOf("docs/verification.md"))
      .split("\n")
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .filter(([, names]) => names && FAULTS[names.split(", ")[0]!]);
    expect(rows.flatMap(([, names]) => names!.split(", ")).sort()).toEqual(Object.keys(FAULTS).sort());
    for (const [, names, caught, median, most] of SOAK ? rows : rows.slice(0, 1))
      for (const name of names!.split(", ")) {
        const samples = range(amount(2, PLACES)).map((place) => samplesUntilCaught(name, place));
        const told = samples.sort((p, q) => p - q).map((n) => (n === Infinity ? "undecided" : n.toLocaleString("en")));
        const found = [
          `${(samples.filter(Number.isFinite).length * PLACES) / samples.length}`,
          told[told.length >> 1],
          told.at(-1),
        ];
        expect.soft([name, ...found]).toEqual([name, caught, median, most]);
      }
  });
});

function samplesUntilCaught(name: string, place: number): number {
  const { model, estimator } = FAULTS[name]!;
  const at = { mu: [((0.618 * place) % 1) - 0.4], rho: [n.rhoOfSd(0.7 + ((0.755 * place) % 1))] };
  const options = { estimator, params: at, budget: 1 << 22, resolution: 0.001, seed: place };
  const check = verifyGradient(model, options);
  return check.verdict === "biased" ? check.samples : Infinity;
}
