/** A fit starts where it is told, by arrays of any kind, by names, or by what JSON has made of typed arrays. */
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import type { GuideSpace } from "../../src/guides/guide.ts";
import { listedParameters, type NamedParameters } from "../../src/guides/named-parameters.ts";
import {
  add,
  bernoulli,
  defineModel,
  exponential,
  type FitOptions,
  fit,
  fullRank,
  gt,
  normal,
  rhoOfSd,
  sgd,
  where,
} from "../../src/index.ts";
import type { Trace } from "../../src/program/trace.ts";
import { climbed } from "../support/unweighed.ts";

const model = defineModel("three", ({ sample, observe }) => {
  const [a, rate] = [sample("a", normal(2, 1)), sample("rate", exponential(1))];
  const k = sample("k", bernoulli(0.5));
  const c = sample("c", normal(0, 1));
  observe(normal(add(add(a, rate), where(gt(c, 0), where(gt(k, 0.5), 1, 0), 0)), 1), 3);
});

// Nothing is moved: the parameters of the result are those of the start.
const still = { name: "still", init: () => new Float64Array(0), update() {} };
const start = (options: FitOptions) => fit(model, { optimizer: still, steps: 1, onWarning() {}, ...options }).params;

describe("a start", () => {
  const usual = start({});
  test("by names leaves what is not named as it is", () => {
    const { mu, rho } = start({ init: { mu: { rate: -1 } } });
    expect([...mu]).toEqual([usual.mu[0], -1, usual.mu[2]]);
    expect(rho).toEqual(usual.rho);
    const both = start({ init: { rho: { c: rhoOfSd(0.1), a: 0 }, mu: { a: 7 } } });
    expect([...both.mu]).toEqual([7, usual.mu[1], usual.mu[2]]);
    expect([...both.rho]).toEqual([0, usual.rho[1], rhoOfSd(0.1)]);
  });

  test("by arrays, typed arrays, and what JSON makes of them is one start", () => {
    const init = { mu: [1, 2, 3], rho: [0.1, 0.2, 0.3] };
    const typed = { mu: Float64Array.from(init.mu), rho: Float64Array.from(init.rho) };
    const json = JSON.parse(JSON.stringify(typed)) as FitOptions["init"] & object;
    expect(Object.keys(json.mu as object)).toEqual(["0", "1", "2"]);
    for (const one of [init, typed, json]) expect([...start({ init: one }).mu]).toEqual([1, 2, 3]);
    expect(start({ init: json })).toEqual(start({ init }));
  });

  test("of correlations is named by pairs, and that of latents that were summed out counts for nothing", () => {
    const { lower } = start({ guide: fullRank(), init: { lower: { "c on a": 0.5 } } });
    expect([...lower!]).toEqual([0, 0.5, 0]);
    const summed = start({ collapse: "auto", init: { mu: { a: 5, c: 9 } } });
    expect([...summed.mu]).toEqual([5, usual.mu[1]]);
  });

  test("by names is one of a fit that chooses its steps, too", () => {
    const thetas: number[][] = [];
    const onProgress = ({ theta }: { theta: Float64Array }): void => void thetas.push([...theta]);
    const options = { maxSamples: 500, restarts: 0, seed: 1, onWarning() {}, onProgress } as const;
    climbed(model, { ...options, init: { mu: { a: -4 } }, collapse: false });
    expect(thetas[0]![0]).toBeCloseTo(-4, 9);
    expect(thetas[0]![1]).toBeCloseTo(usual.mu[1]!, 9);
  });

  test("that names no latent is refused, and so are names in the core", () => {
    expect(() => start({ init: { mu: { b: 1 } } })).toThrow(
      'fit: init names what is not in "three"; got mu of "b", expected one of a, rate, c',
    );
    expect(() => start({ init: { mu: { a: NaN } } })).toThrow('fit: mu of "a" is not a finite number; got NaN');
    for (const init of [{ a: 3 }, { a: { mean: 3 } }, [1, 2, 3]])
      expect(() => start({ init: init as never })).toThrow(/^fit: the mean-field guide has no parameters "(a|0)"; got/);
    expect(start({ init: {} })).toEqual(usual);
    const small = core.defineModel("small", ({ sample }) => void sample("z", core.normal(0, 1)));
    expect(() => core.fit(small, { init: { mu: { z: 1 } }, steps: 1 })).toThrow("fit: mu does not fit the latents");
  });

  test("may name a latent as arrays name their length", () => {
    const fish = defineModel("fish", ({ sample, observe }) => observe(normal(sample("length", normal(0, 9)), 1), 2));
    const { params } = fit(fish, { init: { mu: { length: 5 } }, steps: 1, optimizer: sgd({ learningRate: 1e-9 }) });
    expect(params.mu[0]).toBeCloseTo(5, 5);
  });
});

describe("parameters as arrays", () => {
  const names = Array.from({ length: 13 }, (_, i) => `z${i}`);
  const numbers = names.map((_, i) => i);
  const space = {
    parts: [
      { key: "mu", of: "latents", names },
      { key: "rho", of: "latents", names },
    ],
    initial: () => ({ mu: numbers, rho: numbers }),
  } as unknown as GuideSpace;
  const traced = { model: { name: "m" } } as Trace;
  const listed = (params: unknown, trace = traced) => listedParameters(params as NamedParameters, space, trace);

  test("are left as they are where nothing is named, for the guide to check", () => {
    for (const params of [{ mu: [5, 6] }, { mu: null }, { mu: 3 }, { mu: new Float64Array(2), rho: [] }])
      expect(listed(params)).toEqual(params);
    expect(listed({ mu: { 0: 5, 1: 6 } })).toEqual({ mu: [5, 6] });
    expect(listed({ z0: { mean: 1 } })).toEqual({ z0: { mean: 1 } });
  });

  test("begin where they would anyway where they are not named, also those that are not mentioned", () => {
    expect(listed({ mu: { z2: -1 } })).toEqual({ mu: numbers.with(2, -1), rho: numbers });
    expect(listed({})).toEqual({ mu: numbers, rho: numbers });
  });

  test("may name latents that were summed out, of both kinds, and no others", () => {
    const original = { latents: [{ name: "c" }], finite: [{ name: "k" }] } as unknown as Trace;
    expect(listed({ mu: { c: 9, k: 1, z0: 2 } }, { ...traced, original }).mu).toEqual(numbers.with(0, 2));
    const twelve = names.slice(0, 12).join(", ");
    for (const mu of [{ k: 1 }, { 0: 5, k: 1 }, { k: 1, 1: 5 }])
      expect(() => listed({ mu })).toThrow(
        new RangeError(
          `fit: init names what is not in "m"; got mu of "${Object.keys(mu)[0]}", expected one of ${twelve}`,
        ),
      );
  });
});
