import { expect, test } from "vitest";
import * as core from "../src/core.ts";
import * as nondiff from "../src/index.ts";
import type { Profile } from "../src/inference/profile.ts";
import { makeSampler } from "../src/inference/sampler.ts";
import { CORE, FULL } from "../src/profile.ts";
import type { Program } from "../src/program/model.ts";

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

const model = core.defineModel("change point", changepoint);

test("a model has the same gradient under both entries up to rounding, by the same samples", () => {
  const options = { estimator: core.corrected(), samples: 1000, seed: 3 };
  const [plain, fast] = [core.estimateGradient(model, options), nondiff.estimateGradient(model, options)];
  // Each sample adds fewer than 100 terms per component in another order, each at most a few sd in size: 100 ε, and room
  // for the last places of exp. The mean's sd is the scale of the terms, by 1/√1000.
  plain.gradient.forEach((component, p) => {
    const scale = Math.abs(component) + Math.sqrt(plain.variance[p]!);
    expect(Math.abs(component - fast.gradient[p]!)).toBeLessThanOrEqual(400 * Number.EPSILON * scale);
  });
  expect(Math.abs(plain.elbo - fast.elbo)).toBeLessThanOrEqual(400 * Number.EPSILON * Math.abs(plain.elbo));
});

test("there is one defineModel, and a model is a name and a program", () => {
  expect(core.defineModel).toBe(nondiff.defineModel);
  expect(model).toEqual({ name: "change point", program: changepoint });
});

test("only under nondiff are sums gathered and ops fused", () => {
  const instructions = (profile: Profile): number =>
    makeSampler(profile, model, core.corrected()).each().tape.size.lane;
  expect(instructions(FULL)).toBeLessThan(0.8 * instructions(CORE));
});

test("under the core a model whose density is not finite is named, and where the site can be learned", () => {
  const overflowing = core.defineModel("m", ({ sample, factor }) =>
    factor("f", core.exp(core.exp(sample("z", core.normal(20, 1))))),
  );
  const options = { estimator: core.corrected(), samples: 4 };
  expect(() => core.estimateGradient(overflowing, options)).toThrow(
    new RangeError(
      'model "m": ELBO or gradient by corrected is not finite; fitted by nondiff instead of nondiff/core, the message names the site',
    ),
  );
  expect(() => nondiff.estimateGradient(overflowing, options)).toThrow(
    /^factor "f": log density of the term is Infinity;/,
  );
});
