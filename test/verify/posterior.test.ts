/** checkPosterior on fits that are right and wrong, and its chains against closed forms. */
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";
import { gmm } from "../../src/models/index.ts";
import { checkPosterior } from "../../src/verify/index.ts";
import { amount } from "../support/soak.ts";

const silent = { onWarning: () => undefined };

/** A normal mean, a rate with a truncated-normal posterior, and a coin: 0.3·N(1.3; 2, 1) against 0.7·N(1.3; 0, 1). */
const known = n.defineModel("known", ({ sample, observe }) => {
  const z = sample("z", n.normal(0, 1));
  const w = sample("w", n.exponential(1));
  const c = sample("c", n.bernoulli(0.3));
  observe(n.normal(z, 1), 1);
  observe(n.normal(z, 1), 2);
  observe(n.normal(w, 1), 2);
  observe(n.normal(n.mul(c, 2), 1), 1.3);
});

describe("checkPosterior", () => {
  test("has chains with the known posterior", () => {
    // A quarter of the soak's draws sees means and sds that are off by twice as much.
    const tolerance = amount(0.04, 0.02);
    const tight = { meanTolerance: tolerance, sdTolerance: tolerance, budget: 12_000_000 };
    const { quantities, largestRHat, smallestEss } = checkPosterior(known, n.fit(known, silent), tight);
    expect(largestRHat).toBeLessThan(1.02);
    expect(smallestEss).toBeGreaterThan(amount(2500, 10_000));
    const odds = (0.3 / 0.7) * Math.exp(-0.5 * 0.7 ** 2 + 0.5 * 1.3 ** 2);
    const p = odds / (1 + odds);
    // N(1, 1) above 0: mean 1 + λ and variance 1 − λ − λ², with λ = φ(1)/Φ(1).
    const hazard = 0.24197072451914337 / 0.8413447460685429;
    const exact = [
      [1, Math.sqrt(1 / 3)],
      [1 + hazard, Math.sqrt(1 - hazard - hazard ** 2)],
      [p, Math.sqrt(p * (1 - p))],
    ] as const;
    quantities.forEach(({ name, referenceMean, referenceSd, meanError, sdError }, q) => {
      const [mean, sd] = exact[q]!;
      expect([name, Math.abs(referenceMean - mean) / sd < 4 * meanError]).toEqual([name, true]);
      expect([name, Math.abs(referenceSd / sd - 1) < 4 * sdError]).toEqual([name, true]);
    });
  });

  test("says right of a right fit, and wrong of one whose gradient is", () => {
    expect(checkPosterior(gmm, n.fit(gmm, silent)).verdict).toBe("right at this resolution");
    const wrong = n.fit(gmm, {
      ...silent,
      estimator: n.reparam(),
      optimizer: n.adam({ learningRate: 0.05 }),
      steps: 400,
    });
    const { verdict, quantities } = checkPosterior(gmm, wrong);
    expect(verdict).toBe("wrong");
    expect(quantities[0]!.meanZ).toBeGreaterThan(20);
  });

  test("is undecided where chains do not mix or the budget ends", () => {
    const apart = n.defineModel("apart", ({ sample, observe, where }) => {
      const z = sample("z", n.normal(0, 10));
      observe(n.normal(where(n.gt(z, 0), n.sub(z, 20), n.add(z, 20)), 0.01), 0);
    });
    const fitted = n.fit(apart, { ...silent, optimizer: n.adam(), steps: 5 });
    expect(checkPosterior(apart, fitted, { budget: 300_000 }).verdict).toBe("undecided: budget");
    expect(checkPosterior(gmm, n.fit(gmm, silent), { budget: 1000 }).verdict).toBe("undecided: budget");
  });

  test("refuses what it cannot check", () => {
    const frozen = n.defineModel("frozen", ({ sample, observe, frozen }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(n.add(z, frozen("e", n.normal(0, 1))), 1), 0.3);
    });
    expect(() => checkPosterior(frozen, n.fit(frozen, silent))).toThrow('got frozen site "e", expected none');
    expect(() => checkPosterior(gmm, {} as never)).toThrow("checkPosterior: not a posterior");
    expect(() => checkPosterior(gmm, n.fit(gmm, silent), { alpha: 2 })).toThrow(
      "checkPosterior: alpha is out of range",
    );
  });
});
