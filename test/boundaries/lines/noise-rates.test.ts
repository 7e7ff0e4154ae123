import { describe, expect, test } from "vitest";
import { NoiseRates } from "../../../src/boundaries/lines/noise-rates.ts";
import { defineModel, fullRank, type Guide, meanField, normal } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";

const NAMES = ["a", "b", "c"];
const MU = [0.3, -1, 2];
const RHO = [0.2, -0.7, 1.1];
const NOISE = [0.4, -1.3, 0.8];

// biome-ignore format: a table
const ROWS: readonly { readonly name: string; readonly guide: Guide; readonly lower: readonly number[]; readonly shares: readonly (readonly [row: number, column: number])[] }[] = [
  { name: "independent latents", guide: meanField(), lower: [], shares: [] },
  { name: "latents of which each moves with those before it", guide: fullRank(), lower: [0.5, -0.8, 1.3], shares: [[1, 0], [2, 0], [2, 1]] },
  { name: "latents of which the last moves with the second alone", guide: fullRank({ pairs: [["b", "c"]] }), lower: [1.3], shares: [[2, 1]] },
];

const softplus = (x: number): number => Math.log1p(Math.exp(x));

describe.each(ROWS)("rates of the noises of $name", ({ guide, lower, shares }) => {
  const objective = buildObjective(
    defineModel("three", ({ sample }) => {
      for (const name of NAMES) sample(name, normal(0, 1));
    }),
    undefined,
    guide,
  );
  const theta = [...MU, ...RHO, ...lower];

  // z = μ + Cσε, with ones on the diagonal of C.
  const move = (at: readonly number[], i: number, from: readonly number[]): number =>
    shares.reduce((sum, [row, column], k) => (row === i ? sum + at[6 + k]! * from[column]! : sum), 0);
  const sizes = (at: readonly number[]): number[] => at.slice(3, 6).map(softplus);
  const scaled = NOISE.map((e, i) => e * sizes(theta)[i]!);
  const z = NAMES.map((_, i) => theta[i]! + scaled[i]! + move(theta, i, scaled));
  /** The noise with which a guide of other parameters draws the same z. */
  const noiseAt = (at: readonly number[]): number[] => {
    const deviations: number[] = [];
    for (let i = 0; i < NAMES.length; i++) deviations.push(z[i]! - at[i]! - move(at, i, deviations));
    return deviations.map((deviation, i) => deviation / sizes(at)[i]!);
  };

  test.each(NAMES)("are what that of %s falls by as a parameter rises and the latents stay", (name) => {
    const v = NAMES.indexOf(name);
    const rates = new NoiseRates(objective, v);
    const inputs = rates.inputs.map((node) => {
      const p = objective.parameters.indexOf(node);
      return p < 0 ? NOISE[objective.normals.indexOf(node)]! : theta[p]!;
    });
    const sums = new Float64Array(theta.length).fill(1);
    rates.addInto(sums, Float64Array.from(inputs), NOISE[v]!, -2);
    theta.forEach((_, p) => {
      const at = (step: number): number => noiseAt(theta.map((value, j) => (j === p ? value + step : value)))[v]!;
      expect(sums[p]! - 1).toBeCloseTo((2 * (at(1e-5) - at(-1e-5))) / 2e-5, 8);
    });
  });
});
