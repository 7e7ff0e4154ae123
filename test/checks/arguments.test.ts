/**
 * Every function that an entry exports, called with what it is not made for: whatever it throws says what was given and what was expected,
 * and none fails somewhere inside, as `Cannot read properties of undefined` would say.
 */
import { describe, expect, test } from "vitest";
import * as autodiff from "../../src/autodiff/index.ts";
import { requireList, requireMethod } from "../../src/checks/arguments.ts";
import * as nondiff from "../../src/index.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as methods from "../../src/methods/index.ts";
import * as transform from "../../src/plain/transform/index.ts";
import * as shards from "../../src/shards/index.ts";
import * as testing from "../../src/testing/index.ts";
import * as verify from "../../src/verify/index.ts";

const JUNK: readonly unknown[] = [undefined, null, Number.NaN, "x", {}, [], -1, 1.5, 10n, () => 1, ["x"], new Map()];

const given = (): unknown[][] => [
  [],
  ...JUNK.map((one) => [one]),
  ...JUNK.flatMap((one) => [1, ...JUNK].map((other) => [one, other])),
  ...JUNK.flatMap((one) => [
    [1, one],
    [0.5, 2, one],
  ]),
];

/** Messages of errors that are not of the house form, each with the arguments that it came of. */
async function faults(call: (...args: unknown[]) => unknown): Promise<string[]> {
  const found: string[] = [];
  for (const args of given())
    try {
      await call(...args);
    } catch (error) {
      const { message } = error as Error;
      if (!/^.+: (.+; )?(got|pivot \d+ is) [\s\S]*, expected /.test(message))
        found.push(`${args.map(String)}: ${message}`);
    }
  return found;
}

/** Functions that take no arguments to be checked: fallbacks of types, and what runs in every lane. */
const functionsOf = (entry: object): [string, (...args: unknown[]) => unknown][] =>
  Object.entries(entry).filter(([, value]) => typeof value === "function" && !/^class/.test(String(value)));

describe.each(Object.entries({ nondiff, verify, shards, transform, autodiff, linalg, testing, methods }))(
  "functions of %s with other arguments",
  (_, entry) => {
    test.each(functionsOf(entry))("%s", async (_name, call) => {
      expect(await faults(call)).toEqual([]);
    });
  },
);

describe("the check", () => {
  test("sees a function that fails inside", async () => {
    expect((await faults((x) => (x as { a: number }).a)).length).toBeGreaterThan(5);
  });

  test("names what was given", () => {
    expect(() =>
      requireMethod("predict", "a posterior", nondiff.fit, "reweighted" as never, "what fit() returns"),
    ).toThrow("predict: not a posterior; got ");
    // Of a function no text, which has lines.
    expect(() => requireMethod("f", "a guide", nondiff.fullRank, "over" as never, "one")).toThrow(
      /^f: not a guide; got a function, expected one$/,
    );
    expect(() => requireList("f", "a list", "abc", "an array")).toThrow('f: not a list; got "abc", expected an array');
    expect(requireList("f", "a list", new Float64Array(2), "an array")).toHaveLength(2);
  });

  test("a schema without data has no draws", () => {
    const model = { ...nondiff.defineModel("visits", () => {}), data: { y: "number[]" } } as unknown as nondiff.Model;
    expect(() => nondiff.simulate(model)).toThrow('simulate: model "visits" has no data; got a schema alone, expected');
  });
});

describe("draws of large counts", () => {
  test.each([nondiff.binomial(1e9, 0.5), nondiff.poisson(1e9), nondiff.negativeBinomial(5, 1e-9)])(
    "$name: a few uniforms each",
    ({ draw }) => {
      let taken = 0;
      const uniform = nondiff.uniformSource(nondiff.makeGenerator(1));
      const next = (): number => {
        taken++;
        return uniform();
      };
      for (let i = 0; i < 100; i++) draw(next);
      expect(taken).toBeLessThan(1000);
    },
  );
});

describe("masses under parameters out of range", () => {
  test("are NaN, as a where() may leave them out, and errors under what is no number", () => {
    for (const { cdf, logCdf, logSurvival, logInterval } of [nondiff.normal(0, -1), nondiff.exponential(-1)]) {
      expect([cdf!(1), logCdf!(1), logSurvival!(1), logInterval!(0, 1)]).toEqual(new Array(4).fill(Number.NaN));
    }
    expect(() => nondiff.poisson("3" as never).cdf!(1)).toThrow('poisson: no such rate; got "3", expected rate ≥ 0');
    expect(() => nondiff.normal(0, 1).quantile!(null as never)).toThrow(
      "normal: no quantile at this probability; got null",
    );
  });
});
