import { describe, expect, test } from "vitest";
import * as core from "../src/core.ts";
import * as nondiff from "../src/index.ts";
import { estimateGradient as estimateUnder } from "../src/inference/estimate-gradient.ts";
import type { Profile } from "../src/inference/profile.ts";
import { makeSampler } from "../src/inference/sampler/sampler.ts";
import { conditions, type KnownModel, textmsg } from "../src/models/index.ts";
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

/** How many standard errors the worst component of an estimate is from the exact gradient of a known model. */
function apart(estimate: nondiff.GradientEstimate, model: KnownModel): number {
  const exact = model.gradient(model.init);
  const errors = [...estimate.gradient].map((component, p) => {
    const error = Math.sqrt(estimate.variance[p]! / estimate.samples);
    return Math.abs(component - exact[p]!) / (error + 1e-9);
  });
  return Math.max(...errors);
}

test("there is one corrected: whichever entry made it, it has the same gradient under both up to rounding", () => {
  expect(core.corrected).toBe(nondiff.corrected);
  const estimator = core.corrected({ points: "random", pairing: "independent", marginalise: false });
  const options = { estimator, samples: 1000, seed: 3 };
  const [plain, fast] = [core.estimateGradient(model, options), nondiff.estimateGradient(model, options)];
  // Each sample adds fewer than 100 terms per component in another order, each at most a few sd in size: 100 ε, and room
  // for the last places of exp. The mean's sd is the scale of the terms, by 1/√1000.
  plain.gradient.forEach((component, p) => {
    const scale = Math.abs(component) + Math.sqrt(plain.variance[p]!);
    expect(Math.abs(component - fast.gradient[p]!)).toBeLessThanOrEqual(400 * Number.EPSILON * scale);
  });
  expect(Math.abs(plain.elbo - fast.elbo)).toBeLessThanOrEqual(400 * Number.EPSILON * Math.abs(plain.elbo));
  // Without options each does what it can: under the core that is this.
  expect(core.estimateGradient(model, { ...options, estimator: core.corrected() })).toEqual(plain);
  expect(nondiff.estimateGradient(model, { ...options, estimator: core.corrected() })).not.toEqual(fast);
});

test("under the core options that it cannot follow throw by name, and are not ignored", () => {
  const at = (estimator: nondiff.Estimator) => () => core.estimateGradient(model, { estimator, samples: 16 });
  const refused: readonly (readonly [nondiff.Estimator, string])[] = [
    [nondiff.corrected({ marginalise: true }), "corrected: option is beyond nondiff/core; got marginalise: true"],
    [nondiff.corrected({ boundaries: "auto" }), 'got boundaries: "auto", expected "all"'],
    [nondiff.corrected({ boundaries: 2 }), "got boundaries: 2, expected"],
    [nondiff.corrected({ points: "rqmc" }), 'got points: "rqmc", expected "random"'],
    [nondiff.corrected({ pairing: "antithetic" }), 'got pairing: "antithetic", expected "independent"'],
    [nondiff.corrected({ entropy: "analytic" }), 'got entropy: "analytic", expected "sampled"'],
    [core.reparam({ entropy: "sticking-the-landing" }), 'got entropy: "sticking-the-landing", expected'],
    [core.reparam({ points: "rqmc" }), 'reparam: option is beyond nondiff/core; got points: "rqmc"'],
  ];
  for (const [estimator, message] of refused) {
    expect(at(estimator)).toThrow(message);
    expect(at(estimator)).toThrow("; nondiff has it");
    expect(() => nondiff.estimateGradient(model, { estimator, samples: 16 })).not.toThrow();
  }
  expect(
    at(core.corrected({ entropy: "sampled", marginalise: false, boundaries: "all", points: "random" })),
  ).not.toThrow();
});

describe("conditions with a known gradient", () => {
  const options = { estimator: core.corrected(), samples: 20_000, seed: 11 };
  const answers = Object.values(conditions).map((known) => {
    try {
      return { known, estimate: core.estimateGradient(known, options) };
    } catch (error) {
      return { known, message: String(error) };
    }
  });

  test("have it under the core, or are refused with where they are treated", () => {
    const accepted = answers.flatMap(({ known, estimate }) => (estimate ? [apart(estimate, known)] : []));
    expect(accepted.length).toBeGreaterThan(25);
    // 5.5 standard errors: one in 10⁷ by chance, of about 100 components.
    expect(Math.max(...accepted)).toBeLessThan(5.5);
    const messages = answers.flatMap(({ message }) => message ?? []);
    expect(messages.length).toBeGreaterThan(20);
    for (const message of messages) expect(message).toMatch(/; nondiff \(not nondiff\/core\) treats such conditions/);
  });

  test("would not have it under the core without its look for boundaries that coincide, by which such are refused", () => {
    const blind: Profile = { ...CORE, repertoire: { ...CORE.repertoire, boundaryPasses: [] } };
    const { coincidentUnseen } = conditions;
    expect(() => core.estimateGradient(coincidentUnseen, options)).toThrow(
      /got boundaries that may meet though their forms differ, .* treats such conditions/,
    );
    expect(apart(estimateUnder(blind, coincidentUnseen, options), coincidentUnseen)).toBeGreaterThan(10);
  });
});

test("there is one defineModel: a model is a name, a program and the schema of its data, which nondiff reads", () => {
  expect(core.defineModel).toBe(nondiff.defineModel);
  const visits = core.defineModel(
    "visits",
    ({ sample, observe }, { y }) => {
      const level = sample("level", nondiff.normal(0, 1));
      for (const count of y) observe(nondiff.normal(level, 1), count);
    },
    { data: { y: "counts" } },
  );
  expect(visits).toEqual({ name: "visits", program: visits.program, data: { y: "counts" } });
  // @ts-expect-error a model without its data
  const late = (): unknown => core.fit(visits, { steps: 1 });
  expect(late).toThrow(/^model "visits": got a schema, expected data by withData\(\) or compile\(\) of nondiff/);
  const withData = nondiff.withData(visits, { y: [3, 5] });
  expect(core.logJoint(withData, [0.5])).toBe(nondiff.logJoint(withData, [0.5]));
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
    new RangeError('model "m": ELBO or gradient by corrected is not finite; nondiff names the site'),
  );
  expect(() => nondiff.estimateGradient(overflowing, options)).toThrow(
    /^factor "f": log density of the term is Infinity;/,
  );
  for (const given of [{}, { steps: 2 }]) {
    expect(() => core.fit(overflowing, given)).toThrow(
      /^fit: (not finite at the start|diverged at step 1 of 2): model "m"/,
    );
    expect(() => nondiff.fit(overflowing, { ...given, collapse: false })).toThrow(
      /^factor "f": .* \(at the initial point/,
    );
  }
});

test("of several optima the posterior is the best alone, and the warning says so", () => {
  const posterior = core.fit(textmsg, { seed: 1, onWarning: () => {} });
  const [best, other] = posterior.report!.optima;
  expect(other!.weight).toBeGreaterThan(0.05);
  expect(posterior.mean("z")).toBe(best!.params.mu[2]);
  expect(posterior.sd("z")).toBeCloseTo(Math.log1p(Math.exp(best!.params.rho[2]!)), 12);
  expect(posterior.quantile("z", 0.5)).toBeCloseTo(posterior.mean("z"), 12);
  expect(Object.values(posterior.sample(4)).every((draws) => draws.every(Number.isFinite))).toBe(true);
  expect(posterior.warnings.join()).toContain("; the result is the latter alone");
});
