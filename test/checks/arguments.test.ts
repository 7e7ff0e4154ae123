/**
 * Every function that an entry exports, called with what it is not made for: whatever it throws says what was given and what was expected,
 * and none fails somewhere inside, as `Cannot read properties of undefined` would say.
 */
import { describe, expect, test } from "vitest";
import * as autodiff from "../../src/autodiff/index.ts";
import { requireList, requireMethod } from "../../src/checks/arguments.ts";
import * as core from "../../src/core.ts";
import * as nondiff from "../../src/index.ts";
import * as jit from "../../src/jit.ts";
import * as linalg from "../../src/linalg/index.ts";
import * as methods from "../../src/methods/index.ts";
import * as plugin from "../../src/plain/node/plugin.ts";
import * as transform from "../../src/plain/transform/index.ts";
import * as shards from "../../src/shards/index.ts";
import * as testing from "../../src/testing/index.ts";
import * as verify from "../../src/verify/index.ts";
import * as wasm from "../../src/wasm.ts";
import { DISTRIBUTIONS, VALID } from "../support/valid-calls.ts";

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
  Object.entries(entry).filter(
    ([name, value]) => typeof value === "function" && !/^class/.test(String(value)) && name !== "requireReal", // which is told a name
  );

describe.each(Object.entries({ nondiff, verify, shards, transform, autodiff, linalg, testing, methods }))(
  "functions of %s with other arguments",
  (_, entry) => {
    test.each(functionsOf(entry))("%s", async (_name, call) => {
      expect(await faults(call)).toEqual([]);
    });
  },
);

// What goes through on purpose, and why.
const OPTIONAL = "the argument has a default";
const LATER =
  "a distribution with parameters out of range may stand in an arm that is not taken; who observes, samples or draws checks it";
const CORE = "nondiff/core is small: it checks what programs observe and which options calls have";
// Who speaks in place of the function itself.
const SPEAKERS: readonly (readonly [RegExp, string])[] = [
  [/^\w+ fit(Async|Steps) #1|^\w+ fit(Async|Steps) foo/, "fit: "], // the options are those of a fit
  [/^core /, "model: "],
  [/^(nondiff|core) makeGenerator /, "seed: "],
  [/^testing (outcomeOf|unbiased) /, "verifyGradient: "], // whose options these are
  [/^nondiff withData #1/, 'data of "visits": '],
  [/^plugin rspack /, "webpack: "], // one function of two names
  [/^testing (modelOf|sourceOf) #0/, "defineModel: "],
  [/^linalg choleskySolveInto /, "solveLower: "],
  [/^nondiff (compile|withData) /, 'model "visits": '],
];
// Of nodes and lanes, for who writes passes and back ends: `checked.ts` has their checks, which the first half of this file tests.
const INTERNAL =
  /^autodiff (checkReal|requireReal|compileTape|describe|exprOf|gradient|maskOf|nodeOf|outOfRange|print|runLanes|runUniform|unpacked)$|^linalg (accumulateCovariance|applyQTransposedInto|gemmTransposedInto|gemvTransposedInto|lanes|leastSquares|qrInto|solveLowerTransposedInto|solveUpper)/;
const EXPLAINED: readonly (readonly [RegExp, string])[] = [
  [
    /^\w+ (adam|corrected|defineModel|drawsCsv|fullRank|lyy18|reparam|rmsprop|score|sgd|smoothed|fit|fitAsync|fitSteps|explain|loo|arvizJson|compile|makeSampler|predict|simulate|predictiveCheck|ceil|floor|round|uniformSource|auto|wasm|wasmKernels|jit|censored|truncated|flat|ar|gaussianRandomWalk|halfStudentT|studentT|exponential|checkPosterior|verifyGradient|outcomeOf|unbiased|parameters|parametersOf|programs|runShard|shardRunner|momentsInto) #\d undefined$/,
    OPTIONAL,
  ],
  [new RegExp(`^(nondiff|core) (${Object.keys(DISTRIBUTIONS).join("|")}) #\\d (null|undefined|wrong)$`), LATER],
  [
    /^core (?!(abs|and|cos|div|dot|exp|expm1|ge|gt|le|log|log1p|logSumExp|lt|neg|normalCdf|not|or|pow|sigmoid|sin|softplus|sqrt|square|sub|sum|tanh) )/,
    CORE,
  ],
  [/^nondiff (makeGenerator|meanField|rhoOfSd|sdOfRho) too many$/, CORE],
  [/^nondiff (add|max|min|mul|and|or) too many$/, "it goes on with any further ones"],
  [/^testing conditions #\d wrong$/, "a number is a term"],
  [/^testing parameters #1 undefined$/, OPTIONAL],
  [
    /^verify verifyModel foo$|^testing (parameters|parametersOf) foo$|^nondiff (withTails|withData|compareModels) foo$/,
    "the last argument is no options",
  ],
  [
    /^nondiff (hurdle|intervalCensored|transformed|zeroInflated) foo$/,
    "the last argument is a distribution or a transform, which may have more fields",
  ],
  [/^wasm kernelModule too many$/, "it has no arguments, and no other way to be meant"],
  [/^nondiff (makeMoments|meanGradientInto|momentsInto) foo$/, "these are no options, but a sampler and a draw"],
  [/^autodiff (add|max|min|mul|and|or) too many$/, "it goes on with any further ones"],
  [/^autodiff where #2 \w+$/, CORE],
  [/^linalg \w+ (too many|foo)$/, "kernels: they check sizes alone, once for each call"],
  [/^linalg axpyInto #1/, "a factor that is no number makes NaN, as it would in the loop"],
];

/** One call with each fault: what went through, and errors that do not begin with the function's name. */
async function misuse(entry: string, name: string, call: (...args: unknown[]) => unknown): Promise<string[]> {
  const found: string[] = [];
  const attempt = async (fault: string, args: readonly unknown[]): Promise<void> => {
    const line = `${entry} ${name} ${fault}`;
    try {
      const made = call(...args);
      await (typeof (made as Generator)?.next === "function" ? (made as Generator).next() : made);
      if (fault !== "valid" && !EXPLAINED.some(([pattern]) => pattern.test(line))) found.push(`${line}: went through`);
    } catch (error) {
      const { message } = error as Error;
      const own =
        message.startsWith(name.replace(/Into$/, "")) ||
        SPEAKERS.some(([pattern, by]) => pattern.test(line) && message.startsWith(by));
      if (fault === "valid" || !own || message.includes("\n")) found.push(`${line}: ${message}`);
    }
  };
  const valid = VALID[entry]?.[name];
  if (!valid) return [`${entry} ${name}: no valid call is known`];
  const args = valid();
  await attempt("valid", args);
  await attempt("too many", [...args, 7.7]);
  for (let i = 0; i < args.length; i++) {
    const wrong = typeof args[i] === "number" ? "x" : typeof args[i] === "string" ? 3 : 5;
    for (const [fault, value] of [
      ["null", null],
      ["undefined", undefined],
      ["wrong", wrong],
    ] as const)
      await attempt(
        `#${i} ${fault}`,
        valid().map((arg, j) => (j === i ? value : arg)),
      );
  }
  const options = args.at(-1);
  if (Object(options) === options && Object.getPrototypeOf(options) === Object.prototype)
    await attempt("foo", [...valid().slice(0, -1), { ...(options as object), foo: 1 }]);
  return found;
}

const TABLED = { nondiff, core, verify, shards, autodiff, linalg, testing, transform, wasm, jit, plugin };

describe.each(Object.entries(TABLED))(
  "functions of %s with one fault in arguments that they take",
  (entry, exported) => {
    const known = functionsOf(exported).filter(([name]) => !INTERNAL.test(`${entry} ${name}`));
    test.each(known)("%s names itself, or lets it through for a reason", async (name, call) => {
      expect(await misuse(entry, name, call)).toEqual([]);
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

test("functions are what lists call with an index and themselves", () => {
  type Numeric = (x: number, y?: number) => number;
  const { add, exp, log, max, sub } = nondiff as unknown as Record<"add" | "exp" | "log" | "max" | "sub", Numeric>;
  const powers = [1, Math.E];
  expect([0, 1].map(exp)).toEqual(powers);
  expect(Array.from([0, 1], exp)).toEqual(powers);
  expect([...Float64Array.from([0, 1], exp)]).toEqual(powers);
  expect(powers.map(log)).toEqual([0, 1]);
  expect([1, 2, 3].reduce(add)).toBe(6);
  expect([1, 2, 3].reduce(sub)).toBe(-4);
  expect([1, 2, 3].reduce(max, 0)).toBe(3);
  expect(() => log(8, 2)).toThrow("log: too many arguments; got 2, expected 1");
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
