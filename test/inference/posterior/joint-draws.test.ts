/** What draws say of a latent that exists in one arm: as of a tracked number it is about the draws at which that arm is taken. */
import { expect, test } from "vitest";
import { gt } from "../../../src/autodiff/expr.ts";
import { bernoulli, normal } from "../../../src/distributions/index.ts";
import { defineModel, fit } from "../../../src/index.ts";

// The flag of the arm is 1 with odds 7·φ(0) : 3·φ(1), the other latent of it above 0 with odds φ(0) : φ(1), whatever decides about the arm.
const FLAG = 1 / (1 + (3 / 7) * Math.exp(-0.5));
const ABOVE = 1 / (1 + Math.exp(-0.5));

test.each(["summed out", "kept"])("latents of an arm that one decides about that is %s", (decided) => {
  const model = defineModel("arm", ({ sample, observe, branch, where }) => {
    const isTaken = decided === "kept" ? gt(sample("z", normal(0, 1)), 0.4) : gt(sample("on", bernoulli(0.4)), 0.5);
    branch(
      isTaken,
      () => {
        observe(normal(sample("flag", bernoulli(0.7)), 1), 1);
        observe(normal(where(gt(sample("c", normal(0, 1)), 0), 1, 0), 1), 1);
      },
      () => observe(normal(0.9, 0.5), 1),
    );
    if (decided === "kept") observe(normal(sample("other", normal(0, 1)), 1), 0.3);
  });
  const posterior = fit(model, { seed: 1 });
  const tolerance = decided === "kept" ? 0.01 : 1e-12;
  // By probabilities given what decides: exact where that was summed out, else of some thousand draws.
  for (const of of [posterior, posterior.reweighted({ seed: 2 })]) {
    expect(Math.abs(of.mean("flag") - FLAG)).toBeLessThan(tolerance);
    expect(Math.abs(of.sd("flag") - Math.sqrt(FLAG * (1 - FLAG)))).toBeLessThan(tolerance);
    expect(Math.abs(of.probabilities("flag")[1]!.probability - FLAG)).toBeLessThan(tolerance);
    expect(Math.abs(of.cells("c")[1]!.probability - ABOVE)).toBeLessThan(tolerance);
    expect(Math.abs(of.mean("c") - (2 * ABOVE - 1) * Math.sqrt(2 / Math.PI))).toBeLessThan(0.12); // by drawn cells: 350 draws at least
  }
});
