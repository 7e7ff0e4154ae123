import { describe, expect, test } from "vitest";
import {
  abs,
  add,
  and,
  corrected,
  cos,
  defineModel,
  div,
  type Estimator,
  estimateGradient,
  exp,
  explain,
  exponential,
  fit,
  ge,
  gt,
  le,
  log,
  lt,
  lyy18,
  type MeanFieldParameters,
  type Model,
  max,
  mul,
  normal,
  not,
  or,
  type Program,
  type Real,
  reparam,
  rhoOfSd,
  score,
  sdOfRho,
  sigmoid,
  sin,
  sqrt,
  square,
  sub,
  type Truth,
  tanh,
  where,
} from "../src/index.ts";
import { normalCdf } from "../src/math/normal.ts";
import { gradientFault } from "./support/expect-mean.ts";
import { amount } from "./support/soak.ts";

const any = <T>(value: unknown): T => value as T;
type Condition = (z: Real, y: Real) => Truth;

// z and y ~ N(0, 2), and 0.9 is observed under a mean that the condition decides.
const deciding = (condition: Condition): Model =>
  defineModel("m", ({ sample, observe }) => {
    const z = sample("z", normal(0, 2));
    const y = sample("y", normal(0, 2));
    observe(normal(where(condition(z, y), 2, -1), 1), 0.9);
  });
const GUIDE = { mu: [0.3, -0.2], rho: [0.2, -0.1] };
const JUMP = -0.5 * (0.9 - 2) ** 2 + 0.5 * (0.9 + 1) ** 2;
const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

interface Probability {
  readonly value: number;
  /** By the means and sds of z and y. */
  readonly gradient: readonly number[];
}

// P(u > t) for u ~ N(μ, σ), by (μ, σ) of z or of y.
function above(threshold: number, which: 0 | 1, { mu, rho }: MeanFieldParameters = GUIDE): Probability {
  const sd = sdOfRho(rho[which]!);
  const u = (mu[which]! - threshold) / sd;
  const gradient = [0, 0, 0, 0];
  gradient[which] = density(u) / sd;
  gradient[2 + which] = (-density(u) * u) / sd;
  return { value: normalCdf(u), gradient };
}
const complement = ({ value, gradient }: Probability): Probability => ({
  value: 1 - value,
  gradient: gradient.map((d) => -d),
});
const product = (p: Probability, q: Probability): Probability => ({
  value: p.value * q.value,
  gradient: p.gradient.map((d, i) => d * q.value + p.value * q.gradient[i]!),
});
const total = (p: Probability, q: Probability): Probability => ({
  value: p.value + q.value,
  gradient: p.gradient.map((d, i) => d + q.gradient[i]!),
});
const NEVER: Probability = { value: 0, gradient: [0, 0, 0, 0] };

// ∇ of E[log p − log q]: −μ/4 and 1/σ − σ/4 without the condition, JUMP·∇P with it; then by ρ.
function exactGradient({ gradient }: Probability, { mu, rho }: MeanFieldParameters = GUIDE): number[] {
  const sds = Array.from(rho, sdOfRho);
  const plain = [...Array.from(mu, (m) => -m / 4), ...sds.map((sd) => 1 / sd - sd / 4)];
  return plain.map((d, i) => (d + JUMP * gradient[i]!) * (i < 2 ? 1 : 1 - Math.exp(-sds[i - 2]!)));
}

const PLAIN = corrected({ marginalise: false, points: "random", pairing: "independent" });
const SAMPLES = amount(6400, 102_400);
const estimate = (model: Model, estimator: Estimator, params: MeanFieldParameters = GUIDE, samples = SAMPLES) =>
  estimateGradient(model, { estimator, params, samples, seed: 11 });

describe("conditions that never or always hold", () => {
  const CASES: readonly (readonly [string, Condition, boolean])[] = [
    ["z > ∞", (z) => gt(z, Infinity), false],
    ["z > −∞", (z) => gt(z, -Infinity), true],
    ["z ≥ ∞", (z) => ge(z, Infinity), false],
    ["z < −∞", (z) => lt(z, -Infinity), false],
    ["z ≤ ∞", (z) => le(z, Infinity), true],
    ["z + y > ∞", (z, y) => gt(add(z, y), Infinity), false],
    ["2y − z > −∞", (z, y) => gt(sub(mul(2, y), z), -Infinity), true],
    ["zy > ∞", (z, y) => gt(mul(z, y), Infinity), false],
    ["exp z > −1", (z) => gt(exp(z), -1), true],
    ["exp z ≥ 0", (z) => ge(exp(z), 0), true],
    ["exp z > ∞", (z) => gt(exp(z), Infinity), false],
    ["exp z ≤ ∞", (z) => le(exp(z), Infinity), true],
    ["exp z + exp y > −1", (z, y) => gt(add(exp(z), exp(y)), -1), true],
    ["log z < −∞", (z) => lt(log(z), -Infinity), false],
    ["tanh z > 1", (z) => gt(tanh(z), 1), false],
    ["sigmoid z < 1.5", (z) => lt(sigmoid(z), 1.5), true],
    ["sigmoid z + tanh y > 2.5", (z, y) => gt(add(sigmoid(z), tanh(y)), 2.5), false],
    ["sin z > y² + 1.5", (z, y) => gt(sin(z), add(square(y), 1.5)), false],
    ["z² > −1", (z) => gt(square(z), -1), true],
    ["z² + y² > −1", (z, y) => gt(add(square(z), square(y)), -1), true],
    ["z² + y² > ∞", (z, y) => gt(add(square(z), square(y)), Infinity), false],
    ["|z| > −1", (z) => gt(abs(z), -1), true],
    ["max(z, y) > −∞", (z, y) => gt(max(z, y), -Infinity), true],
    ["1/z > ∞", (z) => gt(div(1, z), Infinity), false],
    ["0·z > 0", (z) => gt(mul(0, z), 0), false],
    ["0·z > −1", (z) => gt(mul(0, z), -1), true],
    ["z − z > 0", (z) => gt(sub(z, z), 0), false],
    ["z + 1 − z > 0", (z) => gt(sub(add(z, 1), z), 0), true],
    ["1e−320·z > 1", (z) => gt(mul(1e-320, z), 1), false],
    ["z > 1 and not z > 1", (z) => and(gt(z, 1), not(gt(z, 1))), false],
    ["z > 1 or not z > 1", (z) => or(gt(z, 1), not(gt(z, 1))), true],
  ];
  for (const [title, condition, truth] of CASES)
    test(`${title}: no boundary, no cost, the gradient of ${truth ? "one" : "the other"} arm`, () => {
      const model = deciding(condition);
      const { conditions, cost } = explain(model);
      expect(conditions).toEqual([]);
      expect(cost.corrected).toBe(cost.pathwise);
      const plain = deciding(() => truth);
      for (const estimator of [corrected(), PLAIN]) {
        const [found, expected] = [model, plain].map((each) => estimate(each, estimator, GUIDE, 160));
        // The same operations but for their order.
        found!.gradient.forEach((value, i) => {
          expect(value).toBeCloseTo(expected!.gradient[i]!, 12);
        });
        expect(found!.elbo).toBeCloseTo(expected!.elbo, 12);
      }
    });

  test("a latent that is positive by its prior is so at no cost", () => {
    const explained = (low: number) =>
      explain(
        defineModel("safe", ({ sample, observe }) => {
          const rate = sample("rate", exponential(1));
          observe(normal(where(gt(rate, low), rate, -5), 1), 2);
        }),
      );
    const { conditions, cost } = explained(0);
    expect(conditions).toEqual([]);
    expect(cost.corrected).toBe(cost.pathwise);
    expect(explained(0.1).conditions).toHaveLength(1);
  });

  test("a threshold that no sample reaches leaves the gradient of one arm", () => {
    for (const [condition, truth] of [
      [(z: Real) => gt(z, 1e300), false],
      [(z: Real) => gt(z, 1e308), false],
      [(z: Real, y: Real) => gt(mul(z, y), 1e300), false],
      [(z: Real, y: Real) => gt(add(square(z), square(y)), 1e307), false],
      [(z: Real) => gt(exp(z), 0), true], // from −745 on
      [(z: Real) => lt(exp(z), Infinity), true], // up to 709
    ] as const)
      for (const estimator of [corrected(), PLAIN]) {
        const found = estimate(deciding(condition), estimator, GUIDE, 160);
        const expected = estimate(
          deciding(() => truth),
          estimator,
          GUIDE,
          160,
        );
        found.gradient.forEach((value, i) => {
          expect(value).toBeCloseTo(expected.gradient[i]!, 12);
        });
      }
  });
});

describe("slopes that vanish, overflow or are NaN in one arm", () => {
  const [zUp, yUp] = [above(0, 0), above(0, 1)];
  const CASES: readonly (readonly [string, Condition, Probability])[] = [
    ["[y > 0]·z > 0", (z, y) => gt(mul(where(gt(y, 0), 1, 0), z), 0), product(yUp, zUp)],
    ["[y > 0]·z > ½", (z, y) => gt(mul(where(gt(y, 0), 1, 0), z), 0.5), product(yUp, above(0.5, 0))],
    [
      "[y > 0]·z > −½",
      (z, y) => gt(mul(where(gt(y, 0), 1, 0), z), -0.5),
      total(complement(yUp), product(yUp, above(-0.5, 0))),
    ],
    ["(NaN or 1)·z > 0.1", (z, y) => gt(mul(where(gt(y, 0), NaN, 1), z), 0.1), product(complement(yUp), above(0.1, 0))],
    ["z > (∞ or 0)", (z, y) => gt(z, where(gt(y, 0), Infinity, 0)), product(complement(yUp), zUp)],
    ["z > (−∞ or 0)", (z, y) => gt(z, where(gt(y, 0), -Infinity, 0)), total(yUp, product(complement(yUp), zUp))],
    ["log z > −∞", (z) => gt(log(z), -Infinity), zUp],
    ["√z > −1", (z) => gt(sqrt(z), -1), zUp],
    ["1e−320·z > 0", (z) => gt(mul(1e-320, z), 0), zUp],
    ["1e300·z > −1e300", (z) => gt(mul(1e300, z), -1e300), above(-1, 0)],
    ["−1e300·z < 1e300·y·0 + 1e300", (z, y) => lt(mul(-1e300, z), add(mul(y, 0), 1e300)), above(-1, 0)],
    ["z + 1e300·y > 0", (z, y) => gt(add(z, mul(1e300, y)), 0), yUp],
  ];
  for (const [title, condition, probability] of CASES)
    test(`${title}: the exact gradient`, () => {
      const model = deciding(condition);
      const exact = exactGradient(probability);
      for (const estimator of [corrected(), corrected({ marginalise: false }), PLAIN])
        expect(gradientFault(estimate(model, estimator), exact, { alpha: 1e-4, detectable: 0.1 })).toBeUndefined();
      expect(gradientFault(estimate(model, reparam()), exact, { alpha: 1e-9, detectable: 0.3 })).toMatch(
        /standard errors from/,
      );
    });
});

test("slopes that are infinite for some samples are counted along lines, without them", () => {
  const infinite = (z: Real, y: Real) => gt(mul(mul(where(gt(y, 0), 1e200, 1), 1e200), z), 1);
  const exact = exactGradient(above(0, 0));
  for (const estimator of [corrected(), PLAIN])
    expect(
      gradientFault(estimate(deciding(infinite), estimator), exact, { alpha: 1e-4, detectable: 0.1 }),
    ).toBeUndefined();
});

describe("NaN and infinite coefficients", () => {
  const CASES = [
    [(z: Real) => gt(mul(NaN, z), 0), "NaN * z > 0", "NaN", NEVER],
    [(z: Real) => gt(z, NaN), "z > NaN", "NaN", NEVER],
    [(z: Real, y: Real) => gt(add(y, mul(NaN, z)), 0), "y + NaN * z > 0", "NaN", NEVER],
    [(z: Real) => gt(mul(Infinity, z), 0), "Infinity * z > 0", "Infinity", above(0, 0)],
    [(z: Real) => gt(div(z, 0), 1), "z / 0 > 1", "Infinity", above(0, 0)],
  ] as const;
  test.each(CASES)(
    "are refused by lyy18 by name, and corrected counts what they do: %#",
    (condition, text, value, probability) => {
      const model = deciding(condition);
      expect(() => estimate(model, lyy18(), GUIDE, 32)).toThrow(
        `lyy18: condition \`${text}\` at observe "y0" cannot be handled exactly; got the coefficient ${value}, expected`,
      );
      const exact = exactGradient(probability);
      for (const estimator of [corrected(), PLAIN])
        expect(gradientFault(estimate(model, estimator), exact, { alpha: 1e-4, detectable: 0.1 })).toBeUndefined();
      expect(explain(model).accepted).toBe(true);
    },
  );
});

describe("guides at the edge of the numbers", () => {
  const CONDITIONS: readonly Condition[] = [
    (z) => gt(z, 0),
    (z, y) => gt(add(z, y), 0),
    (z, y) => gt(z, square(y)),
    (z, y) => gt(mul(z, y), 0.1),
    (z, y) => gt(add(square(z), square(y)), 1),
    (z, y) => gt(exp(z), y),
  ];
  const guide = (mu: number, rho: number): MeanFieldParameters => ({ mu: [mu, -0.2], rho: [rho, 0] });

  test("sd 0 is an error that names the guide, sd 1e308 and mu 1e308 one that names the site", () => {
    for (const condition of CONDITIONS)
      for (const estimator of [corrected(), PLAIN, reparam(), score()]) {
        const at = (params: MeanFieldParameters) => () => estimate(deciding(condition), estimator, params, 32);
        expect(at(guide(0.3, -800))).toThrow(
          'guide of "z": log density of the guide is -Infinity; got sd=0, expected 2.3e-308 ≤ sd < ∞ (model "m", sample 0 of the guide)',
        );
        expect(at(guide(0, -800))).toThrow('guide of "z": log density of the guide is -Infinity; got sd=0');
        expect(at(guide(0.3, 1e308))).toThrow(/^sample "z": log density of normal is -Infinity; got value=-?[0-9.]+e/);
        expect(at(guide(1e308, 0))).toThrow('sample "z": log density of normal is -Infinity; got value=1e+308');
      }
    expect(() => fit(deciding(CONDITIONS[0]!), { init: guide(0.3, -800), collapse: false })).toThrow(
      'guide of "z": log density of the guide is -Infinity; got sd=0, expected 2.3e-308 ≤ sd < ∞ (at the initial point',
    );
  });

  test("anything else gives finite gradients or an error that says where", () => {
    const errors =
      /^(sample "z"|guide of "z"): log density|narrowest guide of "z" with sd=|cannot be handled exactly|roots/;
    let finite = 0;
    for (const condition of CONDITIONS)
      for (const estimator of [corrected(), PLAIN, reparam()])
        for (const mu of amount([0.3, -1e-300, 1e16, -1e150], [0, 0.3, -1e-300, 1e16, 1e100, -1e150]))
          for (const rho of amount([-730, -690, -12, 1e150], [-730, -690, -400, -12, 1e16, 1e150])) {
            let found: Float64Array | undefined;
            try {
              found = estimate(deciding(condition), estimator, guide(mu, rho), 16).gradient;
            } catch (error) {
              expect(error).toBeInstanceOf(RangeError);
              expect(String((error as Error).message)).toMatch(errors);
            }
            if (!found) continue;
            finite++;
            expect(Array.from(found).every(Number.isFinite)).toBe(true);
          }
    expect(finite).toBeGreaterThan(amount(130, 300));
  });

  // z is 0.3: z + y > 0 is y > −0.3, and zy > 0.1 is y > 1/3; z > 0 holds. dP/dμ_z is the density of y times d edge/dz.
  const faultAtLimit = (
    condition: Condition,
    probabilityUnder: (params: MeanFieldParameters) => Probability,
    edge: number,
    rate: number,
  ): string | undefined => {
    const params = guide(0.3, rhoOfSd(1e-140));
    const sd = sdOfRho(0);
    const byZ = (rate * density((edge + 0.2) / sd)) / sd;
    const probability = probabilityUnder(params);
    const gradient = [byZ, probability.gradient[1]!, 0, probability.gradient[3]!];
    const exact = exactGradient({ value: 0, gradient }, params);
    exact[2] = 1; // d log σ/dρ = 1 as σ → 0
    const found = estimate(deciding(condition), corrected({ marginalise: false }), params);
    return gradientFault(found, exact, { alpha: 1e-4, detectable: 0.1 });
  };

  test("a guide of almost no width: the gradient of the limit", () => {
    expect(faultAtLimit(CONDITIONS[0]!, () => NEVER, 0, 0)).toBeUndefined();
    expect(faultAtLimit(CONDITIONS[1]!, (params) => above(-0.3, 1, params), -0.3, 1)).toBeUndefined();
  });

  test("a guide of almost no width: a product, whose slopes may be 0", () => {
    expect(faultAtLimit(CONDITIONS[3]!, (params) => above(1 / 3, 1, params), 1 / 3, 0.1 / 0.3 ** 2)).toBeUndefined();
  });
});

describe("what is no boundary, and what is no program", () => {
  const z = (use: (z: Real, context: Parameters<Program>[0]) => void): Model =>
    defineModel("m", (context) => {
      const latent = context.sample("z", normal(0, 1));
      use(latent, context);
    });

  test("conditions on data, and on frozen noise, make none", () => {
    const data = [0.2, -1.3, 2.2];
    const models = [
      z((latent, { observe }) => {
        for (const x of data) observe(normal(where(gt(x, 0), latent, mul(2, latent)), 1), x);
      }),
      z((latent, { observe, branch }) => {
        for (const x of data) branch(gt(x, 0), () => observe(normal(latent, 1), x));
      }),
      z((latent, { observe, frozen }) => {
        const switched = gt(frozen("noise", normal(0, 1)), 0.5);
        for (const x of data) observe(normal(where(switched, latent, mul(2, latent)), 1), x);
      }),
    ];
    for (const model of models) {
      const { conditions, cost } = explain(model);
      expect(conditions).toEqual([]);
      expect(cost.corrected).toBe(cost.pathwise);
    }
    expect(
      explain(z((latent, { observe }) => observe(normal(where(gt(latent, 0), 1, 2), 1), 0))).conditions,
    ).toHaveLength(1);
  });

  test("a loop bound, an index and a raw `if` that depend on a latent are refused with advice", () => {
    const advice = /expected `where` or `branch`|expected `where`, `branch`/;
    const uses: ((latent: Real, context: Parameters<Program>[0]) => void)[] = [
      (latent, { observe }) => {
        for (let i = 0; i < any<number>(latent); i++) observe(normal(0, 1), i);
      },
      (latent, { observe }) => {
        for (let i = any<number>(latent); i > 0; i--) observe(normal(0, 1), i);
      },
      (latent, { observe }) => Array.from({ length: any<number>(latent) }, (_, i) => observe(normal(0, 1), i)),
      (latent, { observe }) => observe(normal([1, 2][any<number>(latent)]!, 1), 0),
      (latent, { observe }) => observe(normal(Math.floor(any<number>(latent)), 1), 0),
      (latent, { observe }) => observe(normal([...any<number[]>(latent)].length, 1), 0),
      (latent, { observe }) => {
        for (const x of any<number[]>(latent)) observe(normal(x, 1), 0);
      },
      (latent, { observe }) => {
        if (any<number>(latent) > 0) observe(normal(0, 1), 1);
      },
      (latent, { observe }) => {
        while (any<boolean>(gt(latent, 0)) !== false && any<number>(gt(latent, 1)) > 0) observe(normal(0, 1), 1);
      },
    ];
    for (const use of uses) expect(() => estimate(z(use), corrected(), { mu: [0], rho: [0] }, 16)).toThrow(advice);
    expect(() =>
      estimate(
        z((latent, { observe }) => {
          if (gt(latent, 0)) observe(normal(latent, 1), 1);
        }),
        corrected(),
        { mu: [0], rho: [0] },
        16,
      ),
    ).toThrow(
      "a condition was made but never used; got `z > 0` (a raw `if` or `!` always takes it for true), expected it in `where` or `branch`",
    );
  });

  test("a density of 0 beyond a boundary is an error that names the site", () => {
    // A latent that is bounded from one side is none of these.
    const truncated = z((latent, { factor }) => factor("positive", where(gt(square(latent), 0.1), 0, -Infinity)));
    for (const estimator of [corrected(), PLAIN, reparam(), score()])
      expect(() => estimate(truncated, estimator, { mu: [0], rho: [0] }, 64)).toThrow(
        /factor "positive": log density|the gradient by/,
      );
  });

  test("a wave that never reaches the threshold by far costs nothing; one that does is counted", () => {
    expect(explain(deciding((latent) => gt(cos(latent), 1.01))).conditions).toEqual([]);
    expect(explain(deciding((latent) => gt(cos(latent), 0.99))).conditions).toHaveLength(1);
  });
});
