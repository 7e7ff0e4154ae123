/** Where weighted draws come from: wider guides among them reach the tails that guides lack. */
import { expect, test } from "vitest";
import { add, asymmetricLaplace, defineModel, exponential, fit, mul, normal } from "../../../src/index.ts";
import { independent } from "../../../src/inference/posterior/guide-draws.ts";
import { proposalOf } from "../../../src/inference/posterior/proposal.ts";
import type { Source } from "../../../src/inference/posterior/source.ts";

const SEEDS = [0, 1, 2, 3];

/** A source of so many latents without priors, of which one guide, N(0, 1) each, was found. */
const sourceOf = (n: number): Source =>
  ({
    trace: { latents: Array.from({ length: n }, () => ({})) },
    components: [independent(new Array<number>(n).fill(0), new Array<number>(n).fill(1), 1)],
  }) as unknown as Source;

test("a skew latent alone has the sd of its prior, of which a sixth lies where neither guide nor prior draws", () => {
  for (const seed of SEEDS) {
    const posterior = fit(
      defineModel("skew", ({ sample }) => void sample("z", asymmetricLaplace(0, 1, 2))),
      { seed },
    );
    expect(posterior.mean("z")).toBeCloseTo(-1.5, 1);
    expect(posterior.sd("z") / Math.sqrt(4.25)).toBeGreaterThan(0.98);
    expect(posterior.sd("z") / Math.sqrt(4.25)).toBeLessThan(1.02);
  }
});

test("the noise of a line through eight years has its exact sd on every seed", () => {
  const years = [2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008];
  const readings = [1.2, 1.9, 2.1, 2.8, 3.5, 3.6, 4.4, 4.7];
  const line = defineModel("line over years", ({ sample, observe }) => {
    const [a, b] = [sample("a", normal(0, 1000)), sample("b", normal(0, 10))];
    const s = sample("s", exponential(1));
    years.forEach((x, i) => {
      observe(normal(add(a, mul(b, x)), s), readings[i]!);
    });
  });
  // Under priors that are flat beside the data p(s | y) is e^(−s)·s^(−6)·e^(−R/2s²), R the squares that a line leaves.
  const mean = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const [x0, y0] = [mean(years), mean(readings)];
  const product = (p: readonly number[], q: readonly number[]): number =>
    p.reduce((sum, _, i) => sum + p[i]! * q[i]!, 0);
  const [dx, dy] = [years.map((x) => x - x0), readings.map((y) => y - y0)];
  const left = product(dy, dy) - product(dx, dy) ** 2 / product(dx, dx);
  const moments = [0, 0, 0];
  for (let s = 5e-4; s < 20; s += 1e-3)
    for (let k = 0; k < 3; k++) moments[k]! += s ** (k - 6) * Math.exp(-s - left / (2 * s * s));
  const exact = Math.sqrt(moments[2]! / moments[0]! - (moments[1]! / moments[0]!) ** 2);
  for (const seed of SEEDS) expect(Math.abs(fit(line, { seed }).sd("s") / exact - 1)).toBeLessThan(0.04);
});

test("MOST_WIDER: of seventeen latents the priors have the share of wider guides, and shares sum to 1 all the same", () => {
  const weights = (n: number): number[] => proposalOf(sourceOf(n)).map(({ weight }) => weight);
  expect(weights(16)).toEqual([0.8, 0.06, 0.04, 0.1]);
  expect(weights(17)).toEqual([0.8, expect.closeTo(0.2, 12)]);
});
