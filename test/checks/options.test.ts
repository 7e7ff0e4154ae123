import { describe, expect, test } from "vitest";
import { requireOptions } from "../../src/checks/options.ts";
import {
  adam,
  corrected,
  defineModel,
  dot,
  estimateGradient,
  explain,
  fit,
  fullRank,
  logSumExp,
  lyy18,
  normal,
  reparam,
  rhoOfSd,
  rmsprop,
  score,
  sdOfRho,
  sgd,
  smoothed,
  sum,
} from "../../src/index.ts";
import { jit } from "../../src/jit.ts";
import { gmm } from "../../src/models/index.ts";
import { auto, wasm, wasmKernels } from "../../src/wasm.ts";

interface Some {
  readonly steps?: number;
  readonly name?: string | number;
}
const TABLE = { steps: "any", name: "string|number" } as const;
const loosely = (options: unknown): Some => options as Some;

describe("options", () => {
  test("that are known and of their types pass as they are, undefined ones too", () => {
    for (const options of [{}, { steps: NaN, name: 5 }, loosely({ name: undefined })])
      expect(requireOptions<Some>("f", options, TABLE)).toBe(options);
  });

  test.each([
    [null, "f: options are no object; got null, expected { steps: … }"],
    [500, "f: options are no object; got 500, expected { steps: … }"],
    ["x", 'f: options are no object; got "x", expected { steps: … }'],
    [[1], "f: options are no object; got an array, expected { steps: … }"],
    [{ step: 1 }, 'f: unknown option; got "step", expected steps, name'],
    [{ toString: 1 }, 'f: unknown option; got "toString", expected steps, name'],
    [{ name: true }, "f: name is of another type; got true, expected string|number"],
    [{ name: null }, "f: name is of another type; got null, expected string|number"],
  ])("are refused otherwise: %j", (options, message) => {
    expect(() => requireOptions<Some>("f", loosely(options), TABLE)).toThrow(message);
  });
});

const as = <T>(value: unknown): T => value as T;
const CALLS: Record<string, (options: unknown) => unknown> = {
  adam: (options) => adam(as(options)),
  sgd: (options) => sgd(as(options)),
  rmsprop: (options) => rmsprop(as(options)),
  corrected: (options) => corrected(as(options)),
  reparam: (options) => reparam(as(options)),
  score: (options) => score(as(options)),
  lyy18: (options) => lyy18(as(options)),
  smoothed: (options) => smoothed(as(options)),
  fullRank: (options) => fullRank(as(options)),
  wasm: (options) => wasm(as(options)),
  wasmKernels: (options) => wasmKernels(as(options)),
  auto: (options) => auto(as(options)),
  jit: (options) => jit(as(options)),
  fit: (options) => fit(gmm, as(options)),
  estimateGradient: (options) => estimateGradient(gmm, as(options)),
  explain: (options) => explain(gmm, as(options)),
  defineModel: (options) => defineModel("m", ({ sample }) => void sample("z", normal(0, 1)), as(options)),
};

describe("every call of the library", () => {
  test.each(Object.keys(CALLS))("refuses options that it does not know, and what is no options: %s", (name) => {
    expect(() => CALLS[name]!({ misspelt: 1 })).toThrow(
      new RegExp(`^${name}: unknown option; got "misspelt", expected `),
    );
    for (const none of [null, 5, "x", []]) expect(() => CALLS[name]!(none)).toThrow(`${name}: options are no object`);
  });

  test.each([
    ["corrected", { marginalise: "no" }, /^corrected: marginalise is of another type; got "no", expected boolean$/],
    ["fit", { backend: "wasm" }, /^fit: backend is of another type/],
    ["fit", { backend: wasm }, /^fit: backend is of another type/],
    ["fit", { onProgress: "x" }, /^fit: onProgress is of another type/],
    ["fit", { signal: new AbortController() }, /^fit: signal is none; .* expected an AbortSignal/],
    ["fit", { signal: "x" }, /^fit: signal is of another type/],
    ["fit", { steps: 2 ** 33 }, /^fit: steps is not a count; .* ≤ 100000000$/],
    ["estimateGradient", { estimator: corrected(), params: 3 }, /^estimateGradient: params is of another type/],
  ])("%s refuses %o", (name, options, message) => {
    expect(() => CALLS[name]!(options)).toThrow(message);
  });
});

describe("helpers refuse what is no argument of theirs", () => {
  test.each([
    [() => rhoOfSd(-1), "rhoOfSd: got -1"],
    [() => rhoOfSd(as("1")), "rhoOfSd: got 1"],
    [() => sdOfRho(as("x")), "sdOfRho: got x"],
    [() => sum(as(3)), "sum: values are no list; got 3"],
    [() => logSumExp(as(undefined)), "logSumExp: values are no list; got undefined"],
    [() => dot(as(1), as(2)), "dot: values are no list; got 1"],
  ])("%s", (call, message) => {
    expect(call).toThrow(message);
  });

  test("and typed arrays are lists", () => {
    expect([sum(as(Float64Array.of(1, 2))), dot(as(Float64Array.of(1, 2)), [3, 4])]).toEqual([3, 11]);
  });
});
