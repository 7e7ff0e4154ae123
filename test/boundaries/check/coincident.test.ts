import { describe, expect, test } from "vitest";
import { add, exp, gt, mul, type Real, square, sub, type Truth } from "../../../src/autodiff/expr.ts";
import { normal } from "../../../src/distributions/index.ts";
import { corrected } from "../../../src/estimators/index.ts";
import { estimateGradient, explain } from "../../../src/index.ts";
import { defineModel, type Model } from "../../../src/program/model.ts";
import { gradientFault } from "../../support/expect-mean.ts";

const cubic = (z: Real): Real => add(sub(mul(z, square(z)), square(z)), z); // z³ − z² + z grows, and is 1 at z = 1
const params = { mu: [0.7], rho: [0.2] };
// Roots of curves cost microseconds each: fewer samples see a jump of 3 in the gradient just as well.
const SAMPLES = 30_000;

// Mean and scale of one normal switch on two conditions with the same boundary z = 1.
const model = (first: (z: Real) => Truth, second: (z: Real) => Truth): Model =>
  defineModel("two", ({ sample, observe, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(first(z), 2, -1), where(second(z), 1, 0.3)), 1.5);
  });

// ∇ELBO in closed form: the smooth part −½z² and the entropy, and the jump of both at once at z = 1.
function exact(secondAbove: boolean): number[] {
  const logNormal = (x: number, mean: number, sd: number): number =>
    -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
  const [above, below] = secondAbove ? [1, 0.3] : [0.3, 1];
  const jump = logNormal(1.5, 2, above) - logNormal(1.5, -1, below);
  const sd = Math.log1p(Math.exp(0.2));
  const slope = 1 / (1 + Math.exp(-0.2));
  const density = Math.exp(-0.5 * ((0.7 - 1) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));
  return [-0.7 + density * jump, (1 / sd - sd) * slope + density * jump * ((1 - 0.7) / sd) * slope];
}

describe("boundaries that coincide though no rewriting shows it", () => {
  test.each([
    [
      "beside a plain condition",
      model(
        (z) => gt(z, 1),
        (z) => gt(cubic(z), 1),
      ),
      true,
    ],
    [
      "before a plain condition",
      model(
        (z) => gt(cubic(z), 1),
        (z) => gt(z, 1),
      ),
      true,
    ],
    [
      "the other way round",
      model(
        (z) => gt(z, 1),
        (z) => gt(1, cubic(z)),
      ),
      false,
    ],
    [
      "both curved",
      model(
        (z) => gt(cubic(z), 1),
        (z) => gt(mul(square(z), z), 1),
      ),
      true,
    ],
    [
      "monotone functions, peeled",
      model(
        (z) => gt(exp(z), Math.E),
        (z) => gt(z, 1),
      ),
      true,
    ],
  ])("are crossed together: a cubic %s", (_name, two, secondAbove) => {
    expect(explain(two).conditions).toHaveLength(1);
    for (const marginalise of [false, true]) {
      const estimator = corrected({ marginalise, points: "random", pairing: "independent" });
      const estimate = estimateGradient(two, { estimator, params, samples: SAMPLES, seed: 3 });
      expect(gradientFault(estimate, exact(secondAbove), { alpha: 1e-4, detectable: 0.15 })).toBeUndefined();
      expect(gradientFault(estimate, exact(!secondAbove), { alpha: 1e-4, detectable: 0.5 })).toMatch(/standard errors/);
    }
  });

  test("are refused where they coincide in part, with both conditions named", () => {
    // z³ − 2z² − z + 2 = (z − 1)(z + 1)(z − 2)
    const factored = (z: Real): Real => add(sub(mul(z, square(z)), add(mul(2, square(z)), z)), 2);
    const curvedPart = model(
      (z) => gt(z, 1),
      (z) => gt(factored(z), 0),
    );
    expect(() => estimateGradient(curvedPart, { estimator: corrected(), params })).toThrow(
      /corrected: condition.* coincide in part; got .*expected/s,
    );
  });

  test("different boundaries close to each other stay two", () => {
    expect(
      explain(
        model(
          (z) => gt(z, 1),
          (z) => gt(cubic(z), 1.0001),
        ),
      ).conditions,
    ).toHaveLength(2);
  });
});

describe("many conditions that coincide", () => {
  // z³ − z² + kz > k has the one root z = 1 for every k > ¼; the mean reads the first, the sd the second.
  const many = (count: number): Model =>
    defineModel("many", ({ sample, observe, where, factor }) => {
      const z = sample("z", normal(0, 1));
      const conditions = Array.from({ length: count }, (_, i) => {
        const k = 1 + i / 10;
        return gt(add(sub(mul(z, square(z)), square(z)), mul(k, z)), k);
      });
      observe(normal(where(conditions[0]!, 2, -1), where(conditions[1]!, 1, 0.3)), 1.5);
      for (const [i, condition] of conditions.slice(2).entries()) factor(`f${i}`, where(condition, 0, 1e-9));
    });
  const estimate = (count: number) =>
    estimateGradient(many(count), { estimator: corrected({ points: "random" }), params, samples: 4000, seed: 1 });

  // 95 conditions are 4465 pairs, 300 are 44,850.
  test.each([40, 95, 300])("are one boundary: %i of them", (count) => {
    const conditions = explain(many(count)).conditions;
    expect(conditions).toHaveLength(1);
    expect(conditions[0]!.predicates).toBe(count);
    const { gradient, variance } = estimate(count);
    // Forced one at a time the derivative of μ would be 28.96.
    const exactMu = exact(true)[0]!;
    expect(exactMu).toBeCloseTo(14.853, 3);
    expect(Math.abs(gradient[0]! - exactMu)).toBeLessThan(4.5 * Math.sqrt(variance[0]! / 4000) + 1e-6);
  });

  test("are refused by name where there are too many to compare", () => {
    expect(() => explain(many(2050))).toThrow(
      /^corrected: too many conditions that may share a boundary; got 2100225 pairs, the first `.*` and `.*`, expected at most 2097152;/,
    );
  });
});
