/** Programs of all kinds: their gradients are unbiased, and a biased one is found. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { corrected, logJoint, makeGenerator, reparam, uniformSource } from "../../src/index.ts";
import {
  conditions,
  drawFrom,
  KINDS,
  kindOf,
  modelOf,
  NUMBERS,
  outcomeOf,
  parameters,
  parametersOf,
  programOf,
  programs,
  sourceOf,
  type Term,
  unbiased,
} from "../../src/testing/index.ts";
import { amount, SOAK } from "../support/soak.ts";

/** The numbers of program i of a kind, the same in every run. */
function numbersOf(kind: number, i: number): number[] {
  return Array.from({ length: 2 * NUMBERS }, uniformSource(makeGenerator(1 + i + 100_000 * kind)));
}

const BUDGET = amount(2048, 65_536);
/** No term is replaced by its mean, so that every boundary is moved onto or counted along lines. */
const EVERY_BOUNDARY = corrected({ points: "random", pairing: "independent", marginalise: false });
/** Over all programs of the soak an unbiased gradient is accused with a probability of 0.001. */
const alpha = 1e-7;

describe("kinds of programs", () => {
  test("are at least forty, each with a name of its own and a sentence", () => {
    expect(KINDS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(KINDS.length);
    for (const { says } of KINDS) expect(says).toMatch(/^[A-Z].*\.$/);
  });

  test("can be traced, each with latents under parameters that are numbers", () => {
    KINDS.forEach((kind, index) => {
      for (let i = 0; i < 3; i++) {
        const numbers = numbersOf(index, i);
        const { model } = programOf(kind, numbers);
        const { mu, rho } = parametersOf(model, numbers.slice(NUMBERS));
        expect(mu.length).toBeGreaterThan(0);
        expect([...Array.from(mu), ...Array.from(rho)].every(Number.isFinite)).toBe(true);
      }
    });
  });

  // Usually every second kind, by one of the two estimators in turn.
  test.each(
    KINDS.map((kind, index) => [kind.name, kind, index] as const).filter(([, , index]) => SOAK || index % 2 === 0),
  )(
    "obey the law that gradients are unbiased: %s",
    (_, kind, index) => {
      for (let i = 0; i < amount(1, 200); i++) {
        const numbers = numbersOf(index, i);
        const { model, source } = programOf(kind, numbers);
        const params = parametersOf(model, numbers.slice(NUMBERS));
        const options = { params, budget: BUDGET, resolution: 0.05, alpha, seed: i };
        const estimator = (index / 2 + i) % 2 === 0 ? corrected() : EVERY_BOUNDARY;
        expect(() => unbiased(model, { ...options, estimator, allow: ["undecided", "refused"] }), source).not.toThrow();
      }
    },
    600_000,
  );

  test("show that reparam() is wrong on most of those that jump", () => {
    const wrong = KINDS.slice(0, amount(5, 24)).filter((kind, index) => {
      const numbers = numbersOf(index, 0);
      const { model } = programOf(kind, numbers);
      const params = parametersOf(model, numbers.slice(NUMBERS));
      return outcomeOf(model, { estimator: reparam(), params, budget: 2048 }).verdict === "wrong";
    });
    expect(wrong.length).toBeGreaterThanOrEqual(amount(4, 16));
  });

  test("read the same from data, and print as a module", () => {
    const program = programOf(kindOf("sample in branches"), numbersOf(0, 3));
    const again = modelOf("again", JSON.parse(JSON.stringify(program.statements)));
    for (const x of [-1, 0.2, 1.4]) expect(logJoint(again, [x, 0.7])).toBe(logJoint(program.model, [x, 0.7]));
    expect(
      sourceOf("two", [
        ["sample", "x", ["normal", 0, 1]],
        ["observe", ["normal", ["round", "x", ["within", -9, 9]], 1], 0.8],
      ]),
    ).toBe(
      [
        'import { defineModel, normal, round } from "nondiff";',
        "",
        'export default defineModel("two", ({ sample, observe }) => {',
        '  const x = sample("x", normal(0, 1));',
        "  observe(normal(round(x, { from: -9, to: 9 }), 1), 0.8);",
        "});",
        "",
      ].join("\n"),
    );
  });

  test("refuse words that are none", () => {
    expect(() => logJoint(modelOf("a", [["observe", ["gauss", 0, 1], 1]]), [])).toThrow(
      'modelOf: no such function; got "gauss", expected a function of nondiff',
    );
    expect(() => logJoint(modelOf("a", [["observe", ["normal", "x", 1], 1]]), [])).toThrow(
      'modelOf: nothing has this name; got "x"',
    );
    expect(() => programs({ kinds: ["products"] })).toThrow('programs: no such kind; got "products"');
  });
});

describe("arbitraries", () => {
  test("give programs that shrink to simpler ones of their kind", () => {
    const arbitrary = programs({ kinds: ["threshold"] });
    const { counterexample } = fc.check(
      fc.property(arbitrary, ({ source }) => !source.includes("gt(")),
      { seed: 5, numRuns: 50 },
    );
    expect(counterexample?.[0].source).toContain("where(gt(mul(0.5, x), 0), 0.3, -0.7)");
  });

  test("give conditions and parameters for programs of one's own", () => {
    fc.assert(
      fc.property(conditions("x", "y"), (test) => {
        const two: Term = ["normal", ["where", test, 1.2, "y"], 1];
        const model = modelOf("own", [
          ["sample", "x", ["normal", 0, 2]],
          ["sample", "y", ["normal", 5, 1]],
          ["observe", two, 0.4],
        ]);
        fc.assert(
          fc.property(parameters(model), ({ mu, rho }) => {
            expect([mu.length, rho.length]).toEqual([2, 2]);
            expect(Math.abs(mu[0]!)).toBeLessThanOrEqual(2);
            expect(Math.abs(mu[1]! - 5)).toBeLessThanOrEqual(1);
            unbiased(model, { params: { mu, rho }, budget: 512 });
          }),
          { numRuns: 1 },
        );
      }),
      { numRuns: 3, seed: 7 },
    );
  });

  test("read numbers in [0, 1) as the simplest choices first", () => {
    const zero = drawFrom([0]);
    expect([zero.real(-1, 1), zero.whole(2, 5), zero.pick(["a", "b"]), zero.chance(0.9), zero.either(0.5, 2)]).toEqual([
      -1,
      2,
      "a",
      false,
      0.5,
    ]);
  });
});

describe("unbiased", () => {
  const { model } = programOf(kindOf("threshold"), numbersOf(0, 0));
  test("is silent of what is right and throws the component that is wrong", () => {
    expect(() => unbiased(model, { budget: 16_384, resolution: 0.1, allow: [] })).not.toThrow();
    expect(() => unbiased(model, { estimator: reparam(), budget: 16_384 })).toThrow(
      /^unbiased: the gradient of model "threshold" is wrong; mu\[x\] is \S+ ± \S+ for \S+, z = /,
    );
  });

  test("refuses options that are none, also where programs may be refused", () => {
    expect(() => unbiased(model, { allow: ["refused"], budgets: 512 } as never)).toThrow(
      /unknown option; got "budgets"/,
    );
    expect(() => unbiased(model, { allow: ["refused"], budget: 3 })).toThrow(/budget is not a count; got 3/);
  });

  test("lets pass what it is told to", () => {
    const tight = { budget: 512, resolution: 1e-6 };
    expect(() => unbiased(model, tight)).not.toThrow();
    expect(() => unbiased(model, { ...tight, allow: [] })).toThrow("is undecided");
  });
});
