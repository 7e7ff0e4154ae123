import { describe, expect, test } from "vitest";
import { compile } from "../../src/autodiff/functions.ts";
import {
  add,
  and,
  bernoulli,
  ceil,
  defineModel,
  div,
  eq,
  explain,
  exponential,
  fit,
  floor,
  ge,
  gt,
  le,
  log,
  logMass,
  lt,
  mul,
  neg,
  normal,
  type Real,
  round,
  sub,
  type Truth,
  where,
} from "../../src/index.ts";

const FORMS: Record<string, (x: Real) => Real> = {
  floor: (x) => floor(x),
  ceil: (x) => ceil(x),
  round: (x) => round(x),
  "1 − 2·floor": (x) => sub(1, mul(2, floor(x))),
  "floor of 3x": (x) => floor(mul(3, x)),
  "round/4 + 0.3": (x) => add(div(round(x), 4), 0.3),
  "−0.1·floor": (x) => neg(mul(0.1, floor(x))),
  "floor of log": (x) => floor(log(x)),
  "rounded coarsely or not at all": (x) => where(gt(x, 0.3), mul(2, round(div(x, 2))), x),
  "1 − 3·(rounded by x)": (x) => sub(1, mul(3, where(lt(x, 1), where(gt(x, -1), round(x), 0.25), floor(x)))),
  "of seventy arms, which is one comparison": (x) =>
    Array.from({ length: 70 }, (_, i) => i / 10 - 3).reduce<Real>((y, at) => where(gt(x, at), add(at, y), y), floor(x)),
};
const COMPARISONS = { gt, ge, lt, le, eq };
const NUMBERS = [-2.5, -1, 3 * 0.1, 2, Number.POSITIVE_INFINITY, Number.NaN];
const POINTS = [
  ...Array.from({ length: 13 }, (_, i) => [i / 2 - 3, i / 2 - 3 - 1e-9, i / 2 - 3 + 1e-9, i / 3 - 2]).flat(),
  ...[1e300, -1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
];

describe("comparisons of a rounded value with a number", () => {
  test.each(Object.entries(FORMS))("%s: the truth that it has on plain numbers, at every edge", (_name, form) => {
    for (const [name, compare] of Object.entries(COMPARISONS))
      for (const number of NUMBERS) {
        const asked = (x: Real): Real => where(compare(form(x), number), 1, 0);
        const traced = compile(([x]) => asked(x!));
        for (const x of POINTS) expect(traced([x]), `${name} ${number} at ${x}`).toBe(asked(x));
      }
  });

  // Five readings of a ruler with marks at whole numbers.
  const readings = (reads: (z: Real, mark: number) => Truth) =>
    defineModel("ruler", ({ sample, factor }) => {
      const [m, s] = [sample("m", normal(10, 5)), sample("s", exponential(0.5))];
      for (const [i, mark] of [10, 11, 12, 11, 9].entries())
        factor(where(reads(sample(`z${i}`, normal(m, s)), mark), 0, Number.NEGATIVE_INFINITY));
    });

  test("a latent that is only seen rounded is summed out, with the bits of two comparisons written by hand", () => {
    const rounded = readings((z, mark) => eq(round(z), mark));
    const byHand = readings((z, mark) => and(ge(z, mark - 0.5), gt(mark + 0.5, z)));
    expect(explain(rounded, { collapse: "auto" }).conditions).toEqual([]);
    const [one, other] = [rounded, byHand].map((model) => fit(model, { onWarning() {} }));
    for (const name of ["m", "s"])
      expect([one!.mean(name), one!.sd(name)]).toEqual([other!.mean(name), other!.sd(name)]);
  });

  test("a latent that is seen rounded in one way or another is summed out, with the sum over both", () => {
    const ages = defineModel("ages", ({ sample, factor }) => {
      const age = sample("age", normal(77, 16.5));
      const seen = where(eq(sample("coarse", bernoulli(0.3)), 1), mul(10, round(div(age, 10))), round(age));
      factor(where(eq(seen, 80), 0, Number.NEGATIVE_INFINITY));
    });
    const mass = (low: number, high: number): number => Math.exp(logMass(normal(77, 16.5), low, high) as number);
    const evidence = 0.3 * mass(75, 85) + 0.7 * mass(79.5, 80.5);
    expect(fit(ages).report!.elbo).toBeCloseTo(Math.log(evidence), 9);
    expect(fit(ages).mean("coarse")).toBeCloseTo((0.3 * mass(75, 85)) / evidence, 9);
  });

  test("where both sides vary the value itself jumps, as ever", () => {
    const model = defineModel("both", ({ sample, factor }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      factor(where(gt(floor(x), y), 0, 1));
    });
    expect(explain(model).text).toContain("floor");
  });
});
