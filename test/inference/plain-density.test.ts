import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  binomial,
  categorical,
  defineModel,
  dirichlet,
  div,
  eq,
  exponential,
  fit,
  floor,
  gt,
  lognormal,
  mul,
  multivariateNormal,
  normal,
  ordered,
  poisson,
  type Real,
  sigmoid,
  sqrt,
  type Truth,
  uniform,
  where,
} from "../../src/index.ts";
import { requirePlainDensity } from "../../src/inference/plain-density.ts";
import * as models from "../../src/models/index.ts";
import type { Program } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";

const check = (program: Program): void => requirePlainDensity(trace(defineModel("m", program)));
const seen =
  (look: (z: Real) => Real): Program =>
  ({ sample, observe }) =>
    observe(normal(look(sample("z", normal(0, 1))), 1), 0.3);
const asBoolean = (condition: Truth): boolean => condition as boolean;

describe("a program that looks at a traced value is told", () => {
  let runs = 0;
  test.each<[string, (z: Real) => Real]>([
    ["typeof", (z) => (typeof z === "number" ? z : 0)],
    ["Number.isFinite", (z) => (Number.isFinite(z) ? z : 0)],
    ["instanceof", (z) => (z instanceof Object ? 1 : z)],
    [
      "a raw if on a condition that is used elsewhere",
      (z) => {
        const above = gt(z, 0);
        const used = where(above, 1, 2);
        return asBoolean(above) ? used : 100;
      },
    ],
    ["another program each time", (z) => mul(z, ++runs)],
  ])("%s", (_name, look) => {
    expect(() => check(seen(look))).toThrow(/^model "m": run on plain numbers, its program has another log density/);
  });

  test.each<[string, (z: Real) => Real, RegExp]>([
    ["a length", (z) => mul(z, new Array(z as number).length), /Invalid array length at z=/],
    [
      "what only the trace can do",
      (z) => {
        if (typeof z === "number") throw new Error("a number");
        return z;
      },
      /got Error: a number at z=/,
    ],
  ])("%s that fails on plain numbers alone", (_name, look, message) => {
    expect(() => check(seen(look))).toThrow(/^model "m": run on plain numbers, its program fails; got/);
    expect(() => check(seen(look))).toThrow(message);
  });

  test.each<[string, (z: { toFixed(digits: number): string; add(other: number): Real; x: number }) => unknown]>([
    ["z.toFixed is not a function", (z) => z.toFixed(2)],
    ["z.add is not a function", (z) => z.add(1)],
    [
      "Cannot add property x, object is not extensible",
      (z) => {
        z.x = 1;
      },
    ],
  ])("%s", (message, use) => {
    const program: Program = ({ sample }) => void use(sample("z", normal(0, 1)) as never);
    expect(() => check(program)).toThrow(
      `model "m": ${message}; got it after sample "z", expected functions for what is traced`,
    );
  });

  test("a statement that is taken from the package, which has none of that name", () => {
    const nondiff: { branch?: (condition: unknown, then: () => void) => void } = {};
    const program: Program = ({ sample }) => void nondiff.branch!(gt(sample("z", normal(0, 1)), 0), () => undefined);
    expect(() => check(program)).toThrow(
      /is not a function; got it after sample "z", expected it from what a program is given: \(\{ sample, observe, branch \}\) => …$/,
    );
  });

  test("by fit, before it starts", () => {
    const model = defineModel(
      "m",
      seen((z) => (typeof z === "number" ? z : 0)),
    );
    for (const options of [{}, { steps: 5 }]) expect(() => fit(model, options)).toThrow(/on plain numbers/);
  });
});

describe("a program that does not is let through", () => {
  test.each(
    Object.values(models).flatMap((model) => ("program" in model ? [[model.name, model.program] as const] : [])),
  )("%s", (_name, program) => {
    check(program);
  });

  test("where plain numbers lose digits far out, as 1 − sigmoid(28.5) does", () => {
    const far =
      (look: (z: Real) => Real): Program =>
      ({ sample, observe }) =>
        observe(binomial(20, sigmoid(look(sample("z", normal(0, 120))))), 16);
    check(far((z) => z));
    // A program that is another one by as little is told.
    expect(() => check(far((z) => (typeof z === "number" ? (z as number) * (1 + 1e-5) : z)))).toThrow(
      /on plain numbers/,
    );
  });

  test("with all kinds of statements", () => {
    check(({ sample, observe, branch, frozen, factor, track }) => {
      const rate = sample("rate", exponential(1));
      const [share] = sample("share", dirichlet([1, 2, 3])) as unknown as [Real];
      const flag = sample("flag", bernoulli(share));
      const steps = floor(sample("steps", uniform(0, 5)), { from: 0, to: 4 });
      const noise = frozen("noise", normal(0, 1));
      observe(poisson(where(gt(flag, 0.5), rate, mul(2, rate))), 3);
      branch(
        gt(rate, 1),
        () => observe(normal(sample("inside", normal(0, 1)), 1), 0.2),
        () => observe(normal(noise, 1), steps),
      );
      factor("positive", where(gt(noise, 0), sqrt(where(gt(noise, 0), noise, 1)), 0));
      observe(lognormal(share, 1), 2);
      track("twice", mul(2, rate));
    });
  });

  // A run of such a program on plain numbers has no latent of one number.
  test.each([
    ["simplexes", dirichlet([1, 2, 3])],
    ["vectors", multivariateNormal([0, 1], { covariance: [[1, 0.5], [0.5, 2]] })], // biome-ignore format: a matrix
    ["steps", ordered(normal(0, 1), 3)],
  ])("of %s alone, and is told where it looks", (_name, prior) => {
    const looking =
      (look: (z: Real) => Real): Program =>
      ({ sample, observe }) =>
        observe(normal(look((sample("x", prior) as Real[])[1]!), 1), 0.3);
    check(looking((x) => x));
    expect(() => check(looking((x) => (typeof x === "number" ? x : 9)))).toThrow(/another log density than traced/);
  });

  test("with a condition on a parameter without spread", () => {
    check(({ sample, observe, param }) => {
      const threshold = param("threshold", 5);
      const z = sample("z", normal(0, 1));
      observe(normal(where(gt(z, threshold), 1, 0), 1), 1.2);
    });
  });
});

describe("probabilities that latents move", () => {
  const observed =
    (probabilities: (p: Real) => Real[]): Program =>
    ({ sample, observe }) =>
      observe(categorical(probabilities(sample("p", uniform(0, 1)))), 1);

  test("are refused where they do not sum to 1, as numbers are: of an observation", () => {
    expect(() => check(observed((p) => [p, 0.5, 0.2]))).toThrow(
      /^categorical: probabilities do not sum to 1; got a sum of [\d.]+, expected 1 \(model "m", at p=[\d.]+\); to try: each divided by their sum$/,
    );
    const model = defineModel(
      "m",
      observed((p) => [p, 0.5, 0.2]),
    );
    expect(() => fit(model)).toThrow(/^categorical: probabilities do not sum to 1; /);
  });

  test("of a latent, and where a discrete one moves them", () => {
    const latent: Program = ({ sample, observe }) => {
      const p = sample("p", uniform(0, 1));
      observe(normal(sample("k", categorical([p, mul(p, 0.5), 0.2])), 1), 1);
    };
    const moved: Program = ({ sample, observe }) => {
      const b = sample("b", bernoulli(0.5));
      observe(categorical([where(b, 0.2, 0.3), where(b, 0.8, 0.8)]), 1);
    };
    for (const program of [latent, moved])
      expect(() => check(program)).toThrow(/^categorical: probabilities do not sum to 1; /);
  });

  test("are taken where they do, and at values that cannot come together they may be any", () => {
    const scaled = observed((p) => [0.5, p, 0.2].map((x) => div(x, add(0.7, p))));
    // The second guest sits alone, or with the first one, whose table has the number 0: at table 1 it could not be.
    const guests: Program = ({ sample, observe }) => {
      const first = sample("first", categorical([1, 0]));
      const isZero = eq(first, 0);
      const second = sample("second", categorical([where(isZero, 0.5, 0.2), where(isZero, 0.5, 0.2)]));
      observe(normal(second, 1), 1);
    };
    for (const program of [scaled, guests]) expect(() => check(program)).not.toThrow();
  });
});
