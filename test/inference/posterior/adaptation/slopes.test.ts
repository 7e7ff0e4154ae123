/** Slopes are the derivatives of the density at draws, 0 where there is none; particles that follow them answer for 43 latents. */
import { expect, test } from "vitest";
import { PLAIN_ENGINE } from "../../../../src/autodiff/lanes/interpreter/engines.ts";
import {
  add,
  defineModel,
  exp,
  fit,
  gt,
  halfCauchy,
  mul,
  normal,
  sqrt,
  sub,
  uniform,
  where,
} from "../../../../src/index.ts";
import { slopesOf } from "../../../../src/inference/posterior/adaptation/slopes.ts";
import { targetOf } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { trace } from "../../../../src/program/trace.ts";
import { SOAK } from "../../../support/soak.ts";

test("slopes are those of the density, arm by arm, and 0 where it is no number", () => {
  const model = defineModel("two", ({ sample, observe }) => {
    const a = sample("a", normal(1, 2));
    const b = sample("b", normal(mul(a, 0.5), 1));
    observe(normal(where(gt(a, 0), mul(a, b), sqrt(add(a, 1))), 0.7), 0.4, "y");
  });
  const prior = independent([0, 0], [1, 1], 1);
  const source = { trace: trace(model), engine: PLAIN_ENGINE, components: [prior], drawing: undefined };
  const [target, slopes] = [targetOf(source, prior), slopesOf(source)];
  const at = Float64Array.of(0.7, -0.4, -3, 1.1, 0.2, 0.3); // the last a has no root
  const found = slopes(at, 3);
  for (const d of [0, 1])
    for (const i of [0, 1]) {
      const [above, below] = [1, -1].map((side) => {
        const moved = at.slice();
        moved[3 * i + d]! += side * 1e-5;
        return target(moved, 3)[d]!;
      });
      expect(found[3 * i + d]).toBeCloseTo((above! - below!) / 2e-5, 6);
    }
  expect(target(at, 3)[2]).toBe(Number.NEGATIVE_INFINITY);
  expect(found.filter((slope) => !Number.isFinite(slope))).toEqual(new Float64Array(0));
});

// Returns of forty days, and the mean and sd of a long Gibbs run with Metropolis steps, centred and by noises in turns (two runs of 400,000 sweeps agree to 0.005).
const RETURNS = [0.5454, 0.7355, -0.2358, 0.0649, 0.1938, -0.2294, 0.1027, 0.0886, -0.3845, 0.0331, -0.0827, 0.2841, -0.3741, -0.6101, 0.9037, 0.7791, 0.2075, 0.4324, -1.6412, -0.114, -1.1075, -1.0809, -0.1303, -0.0533, 0.2329, 0.7909, 0.175, 0.301, -0.565, 0.318, 0.841, -0.1467, 0.279, 0.1015, -0.2187, -0.2565, -0.0171, -0.0783, 0.3559, -0.2652]; // biome-ignore format: numbers
const EXACT = {
  mu: [-1.522, 0.484],
  phi: [0.471, 0.447],
  sigma: [0.695, 0.332],
  h0: [-1.378, 0.658],
  h10: [-2.1, 0.959],
  h20: [-0.603, 0.682],
  h39: [-1.915, 0.847],
} as const;

// Twelve seconds.
test.runIf(SOAK)(
  "stochastic volatility of forty days, 43 latents, is right by particles and told",
  () => {
    const model = defineModel("volatility", ({ sample, observe }) => {
      const mu = sample("mu", normal(0, 2));
      const phi = sample("phi", uniform(-1, 1));
      const sigma = sample("sigma", halfCauchy(1));
      let h = sample("h0", normal(mu, sigma));
      RETURNS.forEach((y, t) => {
        if (t > 0) h = sample(`h${t}`, normal(add(mu, mul(phi, sub(h, mu))), sigma));
        observe(normal(0, exp(mul(0.5, h))), y, `y${t}`);
      });
    });
    for (const seed of [0, 1]) {
      const posterior = fit(model, { seed, onWarning: () => undefined });
      expect(posterior.report!.importance!.answers).toBe("particles");
      expect(posterior.report!.warnings.map(({ code }) => code)).toContain("narrow-guide");
      for (const [name, [mean, sd]] of Object.entries(EXACT)) {
        expect(Math.abs(posterior.mean(name) - mean)).toBeLessThan(0.1 * sd);
        expect(Math.abs(posterior.sd(name) / sd - 1), `sd of ${name}, seed ${seed}`).toBeLessThan(0.08);
      }
    }
  },
  300_000,
);
