// Counts whose table would be above the budget end where the least of their prior is left out: answers by closed forms and quadrature, told where the posterior lies beyond.
import { describe, expect, test } from "vitest";
import { add, binomial, defineModel, explain, fit, gamma, type Model, mul, poisson } from "../../src/index.ts";
import { amount, SOAK } from "../support/soak.ts";
import { climbed } from "../support/unweighed.ts";

const quiet = { onWarning: (): void => {} };

/** Two species, of which nine individuals of either and three of the first were seen. */
const species = (seen: number): Model =>
  defineModel("species", ({ sample, observe }) => {
    const [l, m] = [sample("l", gamma(2, 0.4)), sample("m", gamma(2, 0.4))];
    const [a, b] = [sample("a", poisson(l)), sample("b", poisson(m))];
    observe(binomial(add(a, b), 0.4), seen);
    observe(binomial(a, 0.3), 3);
  });

// Counts of which a share is seen are Poisson, and a + b with them: a sum over a and b of what the rates leave, negative binomial masses.
function exactly(seen: number): Record<"a" | "b", { mean: number; sd: number }> {
  const most = 250;
  const masses = [4 / 49]; // of a Poisson with a rate from gamma(2, 0.4)
  for (let k = 1; k <= most; k++) masses.push((masses[k - 1]! * (k + 1)) / k / 1.4);
  const chosen = (n: number, k: number, p: number): number => {
    if (k > n) return 0;
    let value = p ** k * (1 - p) ** (n - k);
    for (let j = 0; j < k; j++) value *= (n - j) / (j + 1);
    return value;
  };
  const sums = new Float64Array(5);
  for (let a = 0; a <= most; a++)
    for (let b = 0; b <= most; b++) {
      const weight = masses[a]! * masses[b]! * chosen(a + b, seen, 0.4) * chosen(a, 3, 0.3);
      for (const [k, value] of [1, a, a * a, b, b * b].entries()) sums[k]! += weight * value;
    }
  const of = (k: number): { mean: number; sd: number } => {
    const mean = sums[k]! / sums[0]!;
    return { mean, sd: Math.sqrt(sums[k + 1]! / sums[0]! - mean * mean) };
  };
  return { a: of(1), b: of(3) };
}

describe("two counts that are read together", () => {
  test("have the answers of longer lists, and what is left out is stated", () => {
    const posterior = fit(species(9), { seed: 1, ...quiet });
    const exact = exactly(9);
    for (const name of ["a", "b"] as const) {
      expect(Math.abs(posterior.mean(name) - exact[name].mean) / exact[name].sd).toBeLessThan(0.02);
      expect(Math.abs(posterior.sd(name) / exact[name].sd - 1)).toBeLessThan(0.02);
    }
    expect(posterior.warnings).toEqual([]);
    const { collapsed } = explain(species(9), { collapse: "auto" }).collapsed!;
    for (const { cells, lostMass } of collapsed) {
      expect(cells * cells).toBeLessThanOrEqual(4096);
      expect(lostMass).toBeGreaterThan(1e-6);
      expect(lostMass).toBeLessThan(0.02);
    }
  });

  test("are told of where the data lie beyond the lists", () => {
    // What is left out is read off the lists and the draws, whichever of the starts they come from.
    const { report } = (SOAK ? fit : climbed)(species(40), { seed: 1, ...amount({ restarts: 0 }, {}), ...quiet });
    expect(report!.warnings.map(({ code }) => code)).toContain("cut-count");
  });

  test("are refused with a budget of one's own, which says how long lists may be", () => {
    expect(() => fit(species(9), { collapse: { budget: 4096 } })).toThrow(
      /^collapse: discrete latents of "species" need a table above the budget; got 21904 entries for a, b, expected at most 4096; /,
    );
  });
});

test("trials end where their number does", () => {
  const thinned = defineModel("thinned", ({ sample, observe }) => {
    const n = sample("n", poisson(sample("rate", gamma(2, 0.2))));
    const k = sample("k", binomial(n, 0.5));
    observe(poisson(add(mul(0.2, add(n, mul(2, k))), 0.1)), 3);
  });
  const cells = new Map(
    explain(thinned, { collapse: "auto" }).collapsed!.collapsed.map((each) => [each.latent, each.cells]),
  );
  expect(cells.get("n")! * cells.get("k")!).toBeLessThanOrEqual(4096);
  expect(cells.get("k")).toBe(cells.get("n"));
});

test("counts are refused where too much of the prior would be left out", () => {
  const counts = defineModel("counts", ({ sample, observe }) => {
    const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, poisson(50))) as [number, number, number];
    observe(poisson(add(mul(0.1, mul(a, mul(b, c))), 1)), 3);
  });
  expect(() => explain(counts, { collapse: "auto" })).toThrow(
    /need a table above the budget; .*; to try: fewer values/,
  );
});
