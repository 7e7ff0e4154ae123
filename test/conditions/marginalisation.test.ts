import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  add,
  and,
  div,
  exp,
  gt,
  lt,
  mul,
  neg,
  or,
  type Real,
  sin,
  square,
  type Truth,
  where,
} from "../../src/autodiff/expr.ts";
import { MARGINALISATION } from "../../src/conditions/marginalisation.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, reparam } from "../../src/estimators/index.ts";
import { estimateGradient, explain, type GradientEstimate } from "../../src/index.ts";
import { gmm, influenza, temperature, textmsg, walk, xornet } from "../../src/models/index.ts";
import { type Pass, withNodes } from "../../src/objective/pass.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { gmmExact, influenzaExact, temperatureExact, textmsgExact } from "../oracle/closed-forms.ts";
import { interpret, quadrature, randomParameters, randomProgram } from "../oracle/random-program.ts";
import { distanceFromMean, type Holds, objectiveOf, POINTS, rewrittenText } from "../support/condition-rows.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const independent = (marginalise: boolean): Estimator =>
  corrected({ points: "random", pairing: "independent", marginalise });
const gone = (model: Model): number =>
  explain(model).conditions.filter(({ strategy }) => strategy === "marginalised: no boundary is left").length;
const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
const worst = (estimate: GradientEstimate, exact: ArrayLike<number>): number =>
  Math.max(...zScores(estimate, exact).map(Math.abs));

// The term is 1 where the condition holds, else 0, so that its mean is a probability.
// biome-ignore format: a table
const ROWS: readonly { readonly holds: Holds; readonly becomes: string }[] = [
  { holds: (x) => gt(x, 0.3),                       becomes: "normalCdf(-((0.3 - mu[x]) / softplus(rho[x])))" },
  { holds: (x) => gt(0.3, x),                       becomes: "normalCdf((0.3 - mu[x]) / softplus(rho[x]))" },
  { holds: (x) => gt(mul(-2, x), 1),                becomes: "normalCdf((-0.5 - mu[x]) / softplus(rho[x]))" },
  { holds: (x) => and(gt(x, -1), gt(1, x)),         becomes: "normalCdf((1 - mu[x]) / softplus(rho[x])) - normalCdf((-1 - mu[x]) / softplus(rho[x]))" },
  { holds: (x) => or(gt(x, 1), gt(-1, x)),          becomes: "normalCdf((-1 - mu[x]) / softplus(rho[x])) + normalCdf(-((1 - mu[x]) / softplus(rho[x])))" },
  { holds: (x, y) => and(gt(x, 0), gt(y, 0)),       becomes: "normalCdf(mu[x] / softplus(rho[x])) * normalCdf(mu[y] / softplus(rho[y]))" },
  { holds: (x) => or(gt(x, 1), and(gt(x, -1), gt(0, x))), becomes: "normalCdf(-(mu[x] / softplus(rho[x]))) - normalCdf((-1 - mu[x]) / softplus(rho[x])) + normalCdf(-((1 - mu[x]) / softplus(rho[x])))" },
  // A threshold may depend on another latent, which stays; where it may overflow the score is held between ±40.
  { holds: (x, y) => gt(x, square(y)),              becomes: "normalCdf(-((square(y) - mu[x]) / softplus(rho[x])))" },
  { holds: (x, y) => gt(x, exp(y)),                 becomes: "normalCdf(-max(-40, min(40, (exp(y) - mu[x]) / softplus(rho[x]))))" },
  { holds: (x, y) => and(gt(x, square(y)), gt(x, sin(y))),             becomes: "normalCdf(-max((square(y) - mu[x]) / softplus(rho[x]), (sin(y) - mu[x]) / softplus(rho[x])))" },
  { holds: (x, y) => and(gt(x, square(y)), gt(add(square(y), 1), x)),  becomes: "normalCdf((square(y) + 1 - mu[x]) / softplus(rho[x])) - normalCdf((square(y) - mu[x]) / softplus(rho[x]))" },
  // A condition inside of another: level by level.
  { holds: (x, y) => gt(add(x, where(gt(y, 0), 1, 0)), 0.5),           becomes: "normalCdf(-(mu[y] / softplus(rho[y]))) * normalCdf((mu[x] - 0.5) / softplus(rho[x])) + normalCdf(mu[y] / softplus(rho[y])) * normalCdf((mu[x] + 0.5) / softplus(rho[x]))" },
  // Left alone: what is affine in several latents together, or in none; a latent that matters otherwise too; a threshold with a pole;
  // three thresholds, no two of which are known to be in order.
  { holds: (x, y) => gt(x, y),                      becomes: "x > y" },
  { holds: (x) => gt(square(x), 1),                 becomes: "square(x) > 1" },
  { holds: (x, y) => gt(mul(x, y), 1),              becomes: "x * y > 1" },
  { holds: (x, y) => gt(where(gt(x, 0), y, neg(y)), 0.5), becomes: "where(x > 0, y, -y) > 0.5" },
  { holds: (x, y) => gt(x, div(1, y)),              becomes: "x > 1 / y" },
  { holds: (x, y) => and(gt(x, sin(y)), or(gt(x, square(y)), gt(x, exp(y)))), becomes: "x > sin(y) and (x > square(y) or x > exp(y))" },
];

describe("the marginalised term of a condition", () => {
  test.each(ROWS)("is $becomes, the mean over the latents that are gone", ({ holds, becomes }) => {
    expect(rewrittenText(MARGINALISATION, holds)).toBe(becomes);
    // At most three steps, along each of at most two latents.
    expect(distanceFromMean(MARGINALISATION, holds)).toBeLessThan(6 / POINTS);
  });

  test("has at most 16 cells: 16 thresholds are too many, and the term stays", () => {
    const thresholds =
      (n: number): Holds =>
      (x) =>
        Array.from({ length: n }, (_, k) => gt(x, k)).reduce<Truth>(
          (any, each, k) => (k % 2 === 0 ? or(any, each) : and(any, each)),
          false,
        );
    const changes = (n: number): boolean => {
      const objective = objectiveOf(thresholds(n));
      return MARGINALISATION.run(objective) !== objective;
    };
    expect([14, 15, 16, 17].map(changes)).toEqual([true, true, false, false]);
  });

  test("is the probability of the other side where it is taken for it: the check sees that", () => {
    const swapped: Pass = {
      ...MARGINALISATION,
      run(objective) {
        const { graph, terms } = MARGINALISATION.run(objective);
        const other = terms.map(({ site, node }, j) =>
          site === objective.terms[j]!.site && node !== objective.terms[j]!.node
            ? graph.algebra.sub(graph.constant(1), node)
            : node,
        );
        return withNodes(objective, other);
      },
    };
    expect(distanceFromMean(swapped, (x) => gt(x, 1))).toBeGreaterThan(0.2);
  });
});

describe("on random programs", () => {
  // Those of which a boundary disappears.
  const programs = randomProgram
    .filter((spec) => gone(defineModel("random", interpret(spec))) > 0)
    .chain((spec) => randomParameters(spec).map((params) => ({ spec, params })));

  test("marginalised and plain have the same mean, that of quadrature; reparam has not", () => {
    let [count, biased, components] = [0, 0, 0];
    const squares = [0, 0];
    fc.assert(
      fc.property(programs, fc.nat(1e6), ({ spec, params }, seed) => {
        const model = defineModel("random", interpret(spec));
        const { gradient } = quadrature(spec, params);
        const at = (estimator: Estimator): GradientEstimate =>
          estimateGradient(model, { estimator, params, samples: amount(10_000, 20_000), seed });
        [true, false].forEach((marginalise, k) => {
          const scores = zScores(at(independent(marginalise)), gradient);
          // 20 programs in the soak, 4 components, two ways: |z| above 5 has probability 1e-4 in all.
          for (const z of scores) expect(Math.abs(z)).toBeLessThan(5);
          squares[k]! += scores.reduce((sum, z) => sum + z * z, 0);
          if (k === 0) components += scores.length;
        });
        count++;
        if (worst(at(reparam()), gradient) > 5) biased++;
      }),
      { numRuns: amount(4, 20) },
    );
    for (const square of squares) expect(Math.abs(square / components - 1)).toBeLessThan(4 * Math.sqrt(2 / components));
    expect(biased).toBeGreaterThan(count / 3);
  });
});

describe.each([
  { model: gmm, exact: gmmExact, boundaries: 1 },
  { model: textmsg, exact: textmsgExact, boundaries: 37 },
  { model: influenza, exact: influenzaExact, boundaries: 13 },
  { model: temperature, exact: temperatureExact, boundaries: 60 },
])("$model.name", ({ model, exact, boundaries }) => {
  // Beside the start, at which textmsg has two equal rates and nothing jumps on average.
  const params = {
    mu: Array.from(model.init?.mu ?? [], (value, i) => value + 1e-4 * Math.cos(i) + (model === textmsg ? 0.2 * i : 0)),
    rho: Array.from(model.init?.rho ?? []),
  };
  const at = (estimator: Estimator): GradientEstimate =>
    estimateGradient(model, { estimator, params, samples: 20_000, seed: 4 });

  test("has no boundary left, and the exact mean, at a variance no larger than that of all boundaries", () => {
    expect(gone(model)).toBe(boundaries);
    expect(explain(model).conditions).toHaveLength(boundaries);
    const { gradient } = exact(params.mu, params.rho);
    const [marginalised, plain] = [at(independent(true)), at(independent(false))];
    expect(worst(marginalised, gradient)).toBeLessThan(5);
    expect(worst(plain, gradient)).toBeLessThan(5);
    expect(worst(at(reparam()), gradient)).toBeGreaterThan(5);
    // Two variances of 20,000 samples differ by less than a tenth when they are equal.
    expect(total(marginalised.variance)).toBeLessThan(1.1 * total(plain.variance));
  });
});

// One observation whose mean depends on z through conditions alone: E log N(y; mean, 1) = Σ P(cell)·log N(y; mean of the cell, 1).
const CELL_SAMPLES = amount(20_000, 50_000);
describe("cells", () => {
  const params = { mu: [0.3, -0.2, 0.1], rho: [0.4, 0.1, -0.2] };
  const MEANS = [-1, 0.5, 2, 3.5];
  type Conditions = (z: Real, x: Real, y: Real) => readonly [Truth, Truth];
  const modelOf = (conditions: Conditions): Model =>
    defineModel("cells", ({ sample, observe, where }) => {
      const [z, x, y] = [sample("z", normal(0, 1)), sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      const [p, q] = conditions(z, x, y);
      const [both, first, second] = [and(p, q), and(p, or(p, q)), or(p, q)];
      observe(normal(where(both, MEANS[3]!, where(first, MEANS[2]!, where(second, MEANS[1]!, MEANS[0]!))), 1), 1.2);
    });
  const CASES: readonly (readonly [string, Conditions, number])[] = [
    ["two thresholds in order", (z) => [gt(z, -0.4), gt(z, 0.9)], 2],
    ["two thresholds in the other order", (z) => [gt(z, 0.9), gt(z, -0.4)], 2],
    ["one threshold, written twice", (z) => [gt(z, 0.25), lt(mul(-2, z), -0.5)], 1],
    ["one threshold by two functions", (z) => [gt(z, 0), gt(exp(z), 1)], 1],
    ["an interval", (z) => [gt(z, -0.4), lt(z, 0.9)], 2],
    ["two rays apart", (z) => [lt(z, -0.4), gt(z, 0.9)], 2],
    ["two thresholds without an order", (z, x, y) => [gt(z, sin(x)), gt(z, mul(0.8, sin(y)))], 2],
    ["two rays that may overlap", (z, x, y) => [gt(z, sin(x)), lt(z, mul(0.8, sin(y)))], 2],
    ["thresholds a constant apart", (z, x) => [gt(z, sin(x)), gt(z, add(sin(x), 0.5))], 2],
  ];

  test.each(CASES)("of %s", (_name, conditions, boundaries) => {
    const model = modelOf(conditions);
    expect(gone(model)).toBe(boundaries);
    const at = (estimator: Estimator, seed: number): GradientEstimate =>
      estimateGradient(model, { estimator, params, samples: CELL_SAMPLES, seed });
    const [marginalised, plain] = [at(independent(true), 1), at(independent(false), 2)];
    const apart = (one: GradientEstimate): number =>
      Math.max(
        ...Array.from(one.gradient, (value, i) => {
          const error = Math.sqrt((one.variance[i]! + plain.variance[i]!) / one.samples);
          // Differences of 1e-9 are rounding: the components are sums of a few numbers below 10.
          return Math.abs(value - plain.gradient[i]!) / (error + 1e-9);
        }),
      );
    expect(apart(marginalised)).toBeLessThan(5);
    expect(Math.abs(marginalised.elbo - plain.elbo)).toBeLessThan(
      5 * Math.sqrt((marginalised.elboVariance + plain.elboVariance) / CELL_SAMPLES),
    );
    expect(apart(at(reparam(), 1))).toBeGreaterThan(5);
    expect(total(marginalised.variance)).toBeLessThan(1.1 * total(plain.variance));
  });

  test("stay as they are where several variables can be moved onto the boundary together", () => {
    expect(gone(modelOf((z, x) => [gt(z, x), gt(z, mul(2, x))]))).toBe(0);
    expect(gone(modelOf((z, x, y) => [gt(add(z, mul(x, sin(y))), 0), gt(z, mul(2, x))]))).toBe(0);
    for (const model of [walk, xornet]) expect(gone(model)).toBe(0);
  });
});
