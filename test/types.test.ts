// What TypeScript says of programs and options. These lines are checked when the tests are compiled, with every strict flag; a line under
// "@ts-expect-error" must not compile. That they also run, and give the same, is tested here.
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  adam,
  corrected,
  defineModel,
  dot,
  type EstimateOptions,
  estimateGradient,
  explain,
  type FitOptions,
  fit,
  fullRank,
  gt,
  logJoint,
  logSumExp,
  loo,
  lt,
  normal,
  type ProgramContext,
  predict,
  type Real,
  reparam,
  score,
  simulate,
  smoothed,
  sum,
} from "../src/index.ts";
import { jit } from "../src/jit.ts";
import { gmm } from "../src/models/index.ts";
import { wasm, wasmKernels } from "../src/wasm.ts";

/** The log density of a program with one latent, z, at 0.3. */
const density = (program: (context: ProgramContext, z: Real) => void): number =>
  logJoint(
    defineModel("typed", (context) => program(context, context.sample("z", normal(0, 1)))),
    [0.3],
  );

describe("branch", () => {
  test("has the type of its arms, numbers for traced values", () => {
    density(({ branch, observe, factor }, z) => {
      const mean = branch(
        gt(z, 0),
        () => 5,
        () => -2,
      );
      expectTypeOf(mean).toEqualTypeOf<Real>();
      observe(normal(mean, 1), 0);
      const mixed = branch(
        gt(z, 0),
        () => z,
        () => -2,
      );
      expectTypeOf(mixed).toEqualTypeOf<Real>();
      const said = branch<Real>(
        gt(z, 0),
        () => z,
        () => -2,
      );
      expectTypeOf(said).toEqualTypeOf<Real>();
      const { low, high } = branch(
        gt(z, 0),
        () => ({ low: 0, high: 1 }),
        () => ({ low: z, high: 2 }),
      );
      expectTypeOf(low).toEqualTypeOf<Real>();
      const [first] = branch(
        gt(z, 0),
        () => [1, z] as const,
        () => [2, 3] as const,
      );
      expectTypeOf(first).toEqualTypeOf<Real>();
      factor("all", sum([mixed, said, low, high, first]));
    });
  });

  test("has no result where an arm is missing", () => {
    density(({ branch, observe }, z) => {
      branch(gt(z, 0), () => observe(normal(z, 1), 0));
      const nothing = branch(gt(z, 0), () => undefined);
      expectTypeOf(nothing).toEqualTypeOf<void>();
    });
    const useless = (): number =>
      density(({ branch, observe }, z) => {
        const half = branch(gt(z, 0), () => 5);
        // @ts-expect-error: beyond the condition there is no number
        observe(normal(half, 1), 0);
        // @ts-expect-error: nor is there one if the type is said
        branch<Real>(gt(z, 0), () => 5);
      });
    expect(useless).toThrow("branch: the arms return different things");
    density(({ branch, factor }, z) => {
      const different = () =>
        branch(
          lt(z, 0),
          () => ({ low: 0 }),
          () => ({ high: 1 }),
          // @ts-expect-error: another key, so that there is no result
        ).low;
      expect(different).toThrow("the arms return different things");
      factor("none", 0);
    });
  });
});

describe("typed arrays", () => {
  test("are lists of numbers where the functions take them", () => {
    expect(sum(Float64Array.of(1, 2))).toBe(3);
    expect(dot(Int32Array.of(1, 2), Float32Array.of(3, 4))).toBe(11);
    expect(logSumExp(new Float64Array(2))).toBe(Math.log(2));
    const mixed = density(({ observe }, z) => observe(normal(dot([z, 2], Float64Array.of(3, 4)), 1), 0));
    expect(mixed).toBe(density(({ observe }, z) => observe(normal(dot([z, 2], [3, 4]), 1), 0)));
  });
});

describe("options", () => {
  test("may be undefined, as where they are passed on", () => {
    const nothing = undefined;
    const estimate: EstimateOptions = {
      estimator: corrected({ entropy: nothing, marginalise: nothing, boundaries: nothing, points: nothing }),
      guide: nothing,
      collapse: nothing,
      params: nothing,
      samples: nothing,
      seed: nothing,
      group: nothing,
      step: nothing,
      lanes: nothing,
      backend: nothing,
    };
    expect(estimateGradient(gmm, estimate)).toEqual(estimateGradient(gmm, { estimator: corrected() }));
    const options: FitOptions = {
      estimator: nothing,
      guide: nothing,
      optimizer: adam({ learningRate: nothing, beta1: nothing, beta2: nothing, epsilon: nothing }),
      steps: 3,
      samples: nothing,
      init: nothing,
      onProgress: nothing,
      onWarning: nothing,
      signal: nothing,
    };
    const posterior = fit(gmm, options);
    expect(posterior.params).toEqual(fit(gmm, { optimizer: adam(), steps: 3 }).params);
    expect(explain(gmm, { guide: nothing, collapse: nothing, entropy: nothing }).text).toBe(explain(gmm).text);
    const few = { draws: nothing, seed: nothing };
    expect(simulate(gmm, few)).toEqual(simulate(gmm));
    expect(predict(gmm, posterior, few)).toEqual(predict(gmm, posterior));
    expect(loo(gmm, posterior, few)).toEqual(loo(gmm, posterior));
    expect(defineModel("m", gmm.program, { init: nothing, description: nothing }).init).toBeUndefined();
    for (const made of [
      () => score({ points: nothing, pairing: nothing }),
      () => reparam({ entropy: nothing }),
      () => smoothed({ accuracy: nothing, schedule: nothing }),
      () => fullRank({ pairs: nothing }),
      () => jit({ block: nothing }),
      () => wasm({ block: nothing, after: nothing }),
      () => wasmKernels({ module: nothing }),
    ])
      expect(made).not.toThrow();
  });
});
