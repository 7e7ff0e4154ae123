import { expect, test } from "vitest";
import * as ours from "../../bench/rivals/ours.ts";
import { logJoint } from "../../src/index.ts";

// What is compared needs no rival: the densities over plain numbers, and the fit that all of them share.
const load = (name: string) => import(new URL(`../../bench/rivals/${name}.mjs`, import.meta.url).href);

test.each(ours.MODELS)("the density of $name for the rivals is the model's up to a constant", async (model) => {
  const { DENSITIES } = await load("models");
  const { rowsOf } = await load("scalars");
  const numbers = rowsOf({
    add: (x: number, y: number) => x + y,
    sub: (x: number, y: number) => x - y,
    mul: (x: number, y: number) => x * y,
    exp: Math.exp,
    greater: (x: number, y: number) => x > y,
    where: (condition: boolean, x: number, y: number) => (condition ? x : y),
  });
  const density = DENSITIES[model.name](ours.CONSTANTS[model.name as keyof typeof ours.CONSTANTS])(numbers);
  const points = 8;
  const z = ours.pointsOf(model, points);
  const latents = z.length / points;
  const at = Array.from({ length: points }, (_, j) => Array.from({ length: latents }, (_, i) => z[i * points + j]!));
  const offsets = at.map((point) => density(point)[0] - logJoint(model, point));
  const scale = Math.max(...at.map((point) => Math.abs(logJoint(model, point))));
  for (const offset of offsets) expect(Math.abs(offset - offsets[0]!) / scale).toBeLessThan(1e-13);
  expect(Math.abs(density(at[0]!)[0] - density(at[1]!)[0]) / scale).toBeGreaterThan(1e-6);
});

test.each(ours.MODELS)("the fit that the rivals share is ours by the pathwise gradient: $name", async (model) => {
  const { fitWith } = await load("fit");
  const [steps, samples] = [20, ours.SAMPLES];
  const options = { steps, samples, learningRate: ours.LEARNING_RATE };
  const theirs = fitWith(ours.logJointGradient(model, samples), ours, ours.init(model), options);
  ours.fitted(model, steps, false).forEach((value, i) => {
    expect(theirs[i]).toBeCloseTo(value, 9);
  });
});
