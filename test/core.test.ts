import { expect, test } from "vitest";
import * as core from "../src/core.ts";
import * as nondiff from "../src/index.ts";
import { makeSampler } from "../src/inference/sampler.ts";
import type { Model, Program } from "../src/program/model.ts";

const COUNTS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
const changepoint: Program = ({ sample, observe }) => {
  const [early, late, day] = [
    sample("early", core.normal(1, 1)),
    sample("late", core.normal(1, 1)),
    sample("day", core.normal(6, 4)),
  ];
  COUNTS.forEach((count, i) => {
    observe(core.poisson(core.exp(core.where(core.gt(day, i), early, late))), count);
  });
};

test("models of the core and of nondiff have the same gradient up to rounding, by the same samples", () => {
  const estimate = (model: Model): core.GradientEstimate =>
    core.estimateGradient(model, { estimator: core.corrected(), samples: 1000, seed: 3 });
  const [plain, fast] = [core.defineModel("plain", changepoint), nondiff.defineModel("fast", changepoint)].map(
    estimate,
  );
  // Each sample adds fewer than 100 terms per component in another order, each at most a few sd in size: 100 ε, and room
  // for the last places of exp. The mean's sd is the scale of the terms, by 1/√1000.
  plain!.gradient.forEach((component, p) => {
    const scale = Math.abs(component) + Math.sqrt(plain!.variance[p]!);
    expect(Math.abs(component - fast!.gradient[p]!)).toBeLessThanOrEqual(400 * Number.EPSILON * scale);
  });
  expect(Math.abs(plain!.elbo - fast!.elbo)).toBeLessThanOrEqual(400 * Number.EPSILON * Math.abs(plain!.elbo));
});

test("only models of nondiff are gathered and fused", () => {
  const instructions = (model: Model): number => makeSampler(model, core.corrected()).each().tape.size.lane;
  const plain = instructions(core.defineModel("plain", changepoint));
  expect(instructions(nondiff.defineModel("fast", changepoint))).toBeLessThan(0.8 * plain);
});

test("a model of the core whose density is not finite is named, and where the site can be learned", () => {
  const overflowing: Program = ({ sample, factor }) => factor("f", core.exp(core.exp(sample("z", core.normal(20, 1)))));
  const at = (model: Model) => () => core.estimateGradient(model, { estimator: core.corrected(), samples: 4 });
  expect(at(core.defineModel("m", overflowing))).toThrow(
    new RangeError(
      'model "m": ELBO or gradient by corrected is not finite; a model of nondiff instead of nondiff/core names the site',
    ),
  );
  expect(at(nondiff.defineModel("m", overflowing))).toThrow(/^factor "f": log density of the term is Infinity;/);
});
