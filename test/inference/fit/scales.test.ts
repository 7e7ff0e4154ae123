/** Fits of data and priors in other units: what is measured in millimetres and in thousands of kilometres has one posterior. */
import { describe, expect, test } from "vitest";
import {
  add,
  defineModel,
  exponential,
  fit,
  flat,
  gt,
  halfCauchy,
  halfNormal,
  type Model,
  meanField,
  mul,
  normal,
  type Posterior,
  type ProgramContext,
  studentT,
  sub,
  uniform,
  where,
} from "../../../src/index.ts";
import { amount, SOAK } from "../../support/soak.ts";
import { climbed } from "../../support/unweighed.ts";

const noise = (i: number): number => 1.7 * Math.sin(12.9898 * (i + 1));
const days = Array.from({ length: 30 }, (_, i) => i);

type Scaled = (c: number) => (context: ProgramContext) => void;

// The unit of one prior may be another one, which no fit is to overlook.
const changePoint =
  (c: number, ofStep = c) =>
  ({ sample, observe }: ProgramContext): void => {
    const [level, step] = [sample("level", normal(0, 5 * c)), sample("step", normal(0, 5 * ofStep))];
    const [at, sd] = [sample("at", normal(15 * c, 8 * c)), sample("sd", halfNormal(2 * c))];
    for (const i of days)
      observe(normal(add(level, where(gt(i * c, at), step, 0)), sd), c * ((i > 18 ? 4 : 0) + noise(i)));
  };

/** Programs whose data and priors are in units of 1/c. */
const PROGRAMS: Record<string, Scaled> = {
  "a regression under flat priors":
    (c) =>
    ({ sample, observe }) => {
      const [a, b, sd] = [sample("a", flat()), sample("b", flat()), sample("sd", flat(0))];
      for (const i of days) observe(normal(add(a, mul(b, i / 10)), sd), c * (2 + 0.15 * i + noise(i)));
    },
  "effects whose scale is a latent":
    (c) =>
    ({ sample, observe }) => {
      const tau = sample("tau", halfCauchy(5 * c));
      const mu = sample("mu", studentT(3, 0, 10 * c));
      for (let j = 0; j < 3; j++) {
        const effect = sample(`effect${j}`, normal(mu, tau));
        for (let i = 0; i < 3; i++) observe(normal(effect, c), c * (4 + 4 * noise(3 * j) + noise(i + 10 * j)));
      }
    },
  "a change point in the unit of the data": (c) => changePoint(c),
  "two lines that meet where a latent is, slopes without a unit":
    (c) =>
    ({ sample, observe }) => {
      const [knot, level] = [sample("knot", normal(15 * c, 6 * c)), sample("level", normal(0, 5 * c))];
      const [before, after] = [sample("before", normal(0, 1)), sample("after", normal(0, 1))];
      const sd = sample("sd", halfNormal(2 * c));
      for (const i of days) {
        const past = sub(i * c, knot);
        const line = add(level, mul(where(gt(past, 0), after, before), past));
        observe(normal(line, sd), c * (3 + (i > 12 ? 0.8 : 0.1) * (i - 12) + 0.5 * noise(i)));
      }
    },
  "an end that is a latent, with a jump":
    (c) =>
    ({ sample, observe }) => {
      const low = sample("low", normal(0, 3 * c));
      const u = sample("u", uniform(low, 10 * c));
      const sd = sample("sd", exponential(1 / c));
      for (const i of days.slice(0, 10)) observe(normal(where(gt(add(u, low), c), u, low), sd), c * (3 + noise(i)));
    },
};

/** Without one, a latent is a number in every unit. */
const UNITLESS = ["before", "after"];

/** Models whose draws are weighed too; of the others climbs alone are compared, whose start and steps have the unit of the latents. */
const WEIGHED: ReadonlySet<string> = new Set([
  "effects whose scale is a latent",
  "an end that is a latent, with a jump",
]);

const fitted = (model: Model): Posterior =>
  (SOAK || WEIGHED.has(model.name) ? fit : climbed)(model, {
    seed: 1,
    onWarning() {},
    ...amount({ restarts: 0, flips: false }, {}),
  });

/** Of all numbers: how far means lie apart, in sds, and by how much sds differ, as a share. */
function apart(one: Posterior, other: Posterior, c: number): number {
  return Math.max(
    ...one.quantities.map((latent) => {
      const unit = UNITLESS.includes(latent) ? 1 : c;
      const [mean, sd] = [one.mean(latent), one.sd(latent)];
      return Math.max(Math.abs(other.mean(latent) / unit - mean) / sd, Math.abs(other.sd(latent) / unit / sd - 1));
    }),
  );
}

/** Fits in the unit of the programs, by name. */
const fits = new Map<string, Posterior>();

const SCALES = amount([1e6], [1e-3, 1e6]);

describe.each(Object.entries(PROGRAMS))("the fit of %s", (name, program) => {
  test(`is the same to three digits with data and priors times ${SCALES.join(" and ")}`, () => {
    const one = fitted(defineModel(name, program(1)));
    fits.set(name, one);
    expect(one.status).toBe("converged");
    for (const c of SCALES) {
      const other = fitted(defineModel(name, program(c)));
      expect(other.status).toBe("converged");
      expect(apart(one, other, c)).toBeLessThan(1e-3);
    }
  });
});

test("a prior that keeps its unit makes it another fit", () => {
  const one = fits.get("a change point in the unit of the data")!;
  expect(apart(one, fitted(defineModel("change", changePoint(1e3, 10))), 1e3)).toBeGreaterThan(0.1);
});

describe("the first start", () => {
  const firstOf = (program: (context: ProgramContext) => void, init?: { mu: number[]; rho: number[] }): number[] => {
    // Of so few samples none are left for a step.
    const model = defineModel("start", program);
    const posterior = climbed(model, {
      guide: meanField(),
      maxSamples: 700,
      restarts: 0,
      onWarning() {},
      ...(init && { init }),
    });
    return [...posterior.params.mu];
  };
  const observed =
    (scale: number) =>
    ({ sample, observe }: ProgramContext) => {
      const centre = sample("centre", normal(1e4 * scale, scale));
      const x = sample("x", normal(mul(centre, 2), scale));
      observe(normal(x, scale), 2e4 * scale);
    };

  test("is where a prior lies given the start of the latent that it depends on", () => {
    for (const scale of [1, 1e6]) {
      const [centre, x] = firstOf(observed(scale));
      expect(centre! / scale).toBeCloseTo(1e4, -1);
      expect(x! / scale).toBeCloseTo(2e4, -1);
    }
  });

  test("is the user's if there is one", () => {
    const [, x] = firstOf(observed(1), { mu: [1e4, -7e6], rho: [0, -5] });
    expect(x).toBeLessThan(-1e6);
  });
});
