import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, grad } from "../../src/autodiff/functions.ts";
import { corrected, type Estimator, lyy18, reparam, score, smoothed } from "../../src/estimators/index.ts";
import {
  abs,
  add,
  ceil,
  clamp,
  defineModel,
  estimateGradient,
  exp,
  explain,
  fit,
  floor,
  gt,
  logJoint,
  max,
  min,
  mul,
  normal,
  type Program,
  poisson,
  type Real,
  relu,
  rhoOfSd,
  round,
  sign,
  sin,
  step,
  sub,
  where,
} from "../../src/index.ts";
import { gradientFault } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const any = <T>(value: unknown): T => value as T;

describe("on plain numbers", () => {
  const range = { from: -40, to: 40 };

  test("they are those of Math, without negative zeros", () => {
    fc.assert(
      fc.property(fc.double({ min: -39, max: 39, noNaN: true }), (x) => {
        expect(floor(x, range)).toBe(Math.floor(x) + 0);
        expect(ceil(x, range)).toBe(Math.ceil(x) + 0);
        expect(round(x, range)).toBe(Math.round(x) + 0);
        expect(step(x)).toBe(x > 0 ? 1 : 0);
        expect(sign(x)).toBe(Math.sign(x) + 0);
        expect(relu(x)).toBe(Math.max(x, 0));
        expect(clamp(x, -3, 7)).toBe(Math.min(Math.max(x, -3), 7));
      }),
    );
  });

  test("integers and halves, and the ends of the range", () => {
    for (const x of [-2.5, -2, -1.5, -0.5, -0, 0, 0.49999999999999994, 0.5, 1.5, 2]) {
      expect(round(x, range)).toBe(Math.round(x) + 0);
      expect(floor(x, range)).toBe(Math.floor(x) + 0);
      expect(ceil(x, range)).toBe(Math.ceil(x) + 0);
    }
    const narrow = { from: 0, to: 9 };
    expect([floor(0, narrow), floor(9.99, narrow), ceil(-0.99, narrow), ceil(9, narrow)]).toEqual([0, 9, 0, 9]);
    expect([round(-0.5, narrow), round(9.49, narrow)]).toEqual([0, 9]);
    expect(() => floor(12.3, narrow)).toThrow(
      "floor: value is outside the stated range; got x=12.3, expected 0 ≤ x < 10; ",
    );
    expect(() => ceil(-1, narrow)).toThrow("ceil: value is outside the stated range; got x=-1, expected -1 < x ≤ 9; ");
    expect(() => round(9.5, narrow)).toThrow("got x=9.5, expected -0.5 ≤ x < 9.5; ");
    for (const x of [NaN, Infinity, -Infinity]) expect(() => floor(x, narrow)).toThrow(`got x=${x}, expected`);
    for (const x of [-2.5, -0.5, -0, 1.5, 1e6]) {
      expect([floor(x), ceil(x), round(x)]).toEqual([Math.floor(x) + 0, Math.ceil(x) + 0, Math.round(x) + 0]);
      expect(floor(x, { ...narrow, outside: "saturate" })).toBe(Math.min(Math.max(Math.floor(x) + 0, 0), 9));
    }
  });

  test("ranges and values that are none", () => {
    for (const [from, to] of [
      [0, 0],
      [3, 2],
      [0.5, 2],
      [0, NaN],
      [-Infinity, 0],
      ["0", 1],
    ])
      expect(() => ceil(1, any({ from, to }))).toThrow(
        `ceil: range is none; got from=${from}, to=${to}, expected { from, to }`,
      );
    expect(() => round(1, any({}))).toThrow("round: range is none; got from=undefined, to=undefined");
    expect(() => round(1, any({ from: 0, to: 2, outside: "wrap" }))).toThrow(
      'round: unknown outside; got "wrap", expected',
    );
    expect(() => round(1, any({ from: 0, to: 2, until: 3 }))).toThrow('round: unknown option; got "until"');
    expect(() => floor(1, { from: 0, to: 10_001 })).toThrow(
      "floor: range is too wide; got 10001 steps, expected at most 10000",
    );
    for (const f of [floor, ceil, round])
      expect(() => f(any("1"), { from: 0, to: 2 })).toThrow(`${f.name}: not a number; got "1"`);
    expect(() => clamp(1, 3, 2)).toThrow("clamp: range is empty; got low=3, high=2, expected low ≤ high");
  });
});

test("on traced values they are what they are on numbers, jumps included", () => {
  const range = { from: -6, to: 6 };
  const both: ((x: Real) => Real)[] = [
    (x) => floor(x, range),
    (x) => ceil(x, range),
    (x) => round(x, range),
    (x) => floor(x, { from: -2, to: 2, outside: "saturate" }),
    (x) => floor(x),
    (x) => ceil(x),
    (x) => round(x),
    step,
    sign,
    relu,
    (x) => clamp(x, -1, 2),
  ];
  for (const f of both) {
    const traced = compile(([x]) => f(x!));
    for (let x = -5.5; x <= 5.5; x += 0.25) expect((traced([x]) as number) + 0).toBe(f(x));
  }
});

describe("gradients", () => {
  const logNormal = (x: number, mean: number, sd: number): number =>
    -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);
  const logPoisson = (k: number, rate: number): number =>
    k * Math.log(rate) - rate - [0, 0, Math.log(2), Math.log(6)][k]!;

  interface Case {
    readonly title: string;
    readonly program: Program;
    readonly logJoint: (z: number) => number;
    readonly jumps: readonly number[];
    /** Whether lyy18, which peels nothing, accepts it. */
    readonly affine: boolean;
    readonly mu: number;
    readonly sd: number;
  }
  const integers = Array.from({ length: 21 }, (_, j) => j - 10);
  const wide = { from: -10, to: 10 };
  const CASES: readonly Case[] = [
    {
      title: "the mean is floor(z)",
      program: ({ sample, observe }) => observe(normal(floor(sample("z", normal(0, 2)), wide), 0.7), 1.3),
      logJoint: (z) => logNormal(z, 0, 2) + logNormal(1.3, Math.floor(z), 0.7),
      jumps: integers,
      affine: true,
      mu: 0.4,
      sd: 0.8,
    },
    {
      title: "the mean is ceil(2z)/2 + sin z",
      program: ({ sample, observe }) => {
        const z = sample("z", normal(0, 2));
        observe(normal(add(mul(0.5, ceil(mul(2, z), wide)), sin(z)), 0.9), -0.4);
      },
      logJoint: (z) => logNormal(z, 0, 2) + logNormal(-0.4, Math.ceil(2 * z) / 2 + Math.sin(z), 0.9),
      jumps: integers.map((k) => k / 2),
      affine: true,
      mu: -0.3,
      sd: 0.6,
    },
    {
      title: "the rate of a Poisson is round(exp z) + ½",
      program: ({ sample, observe }) => {
        const rate = round(exp(sample("z", normal(0, 1))), { from: 0, to: 100 });
        observe(poisson(add(rate, 0.5)), 3);
      },
      logJoint: (z) => logNormal(z, 0, 1) + logPoisson(3, Math.round(Math.exp(z)) + 0.5),
      jumps: Array.from({ length: 60 }, (_, k) => Math.log(k + 0.5)),
      affine: false,
      mu: 0.5,
      sd: 0.4,
    },
    {
      title: "the mean is floor(z), whatever z is",
      program: ({ sample, observe }) => observe(normal(floor(sample("z", normal(0, 2))), 0.7), 1.3),
      logJoint: (z) => logNormal(z, 0, 2) + logNormal(1.3, Math.floor(z), 0.7),
      jumps: integers,
      affine: false,
      mu: 0.4,
      sd: 0.8,
    },
    {
      title: "the rate of a Poisson is ceil(exp z), whatever z is",
      program: ({ sample, observe }) => observe(poisson(ceil(exp(sample("z", normal(0, 1))))), 3),
      logJoint: (z) => logNormal(z, 0, 1) + logPoisson(3, Math.ceil(Math.exp(z))),
      jumps: Array.from({ length: 60 }, (_, k) => Math.log(k + 1)),
      affine: false,
      mu: 0.5,
      sd: 0.4,
    },
    {
      title: "the mean is z and the fraction of 2z, where that is above a rounded value",
      program: ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        const twice = mul(2, z);
        const fraction = sub(twice, floor(twice));
        observe(normal(where(gt(fraction, mul(0.25, round(z))), add(fraction, z), -1), 1.5), 3);
      },
      logJoint: (z) => {
        const fraction = 2 * z - Math.floor(2 * z);
        return logNormal(z, 0, 1) + logNormal(3, fraction > 0.25 * Math.round(z) ? fraction + z : -1, 1.5);
      },
      // Where 2z or z + ½ is whole, and where the fraction is 0, ¼ or ½ under rounded values of 0, 1 and 2.
      jumps: Array.from({ length: 161 }, (_, k) => (k - 80) / 8),
      affine: false,
      mu: -1,
      sd: 0.7,
    },
    {
      title: "mean and sd are by step and sign at the same place",
      program: ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        const above = sub(z, 0.2);
        observe(normal(mul(2, sign(above)), add(1, step(mul(3, above)))), 0.7);
      },
      logJoint: (z) => logNormal(z, 0, 1) + logNormal(0.7, 2 * Math.sign(z - 0.2), z > 0.2 ? 2 : 1),
      jumps: [0.2],
      affine: true,
      mu: -0.1,
      sd: 0.7,
    },
    {
      title: "floor and round of the same latent, and the latent itself",
      program: ({ sample, observe }) => {
        const z = sample("z", normal(0, 1));
        observe(normal(mul(round(z, wide), add(1, mul(0.3, z))), exp(mul(0.2, floor(z, wide)))), 1.1);
      },
      logJoint: (z) =>
        logNormal(z, 0, 1) + logNormal(1.1, Math.round(z) * (1 + 0.3 * z), Math.exp(0.2 * Math.floor(z))),
      jumps: [...integers, ...integers.map((k) => k + 0.5)],
      affine: true,
      mu: 0.4,
      sd: 0.9,
    },
  ];

  // d/dμ E f = E[f·(z − μ)/σ²] and d/dσ E f = E[f·((z − μ)²/σ² − 1)/σ]: no derivative of f. Gauss–Legendre, 5 points on
  // panels of 1/20 sd that end at the jumps: error far below 1e-10.
  const [x1, x2] = [0.5384693101056831, 0.906179845938664];
  const [w0, w1, w2] = [0.5688888888888889, 0.47862867049936647, 0.23692688505618908];
  const RULE = [
    [0, w0],
    [x1, w1],
    [-x1, w1],
    [x2, w2],
    [-x2, w2],
  ] as const;
  function exactGradient({ logJoint: f, jumps, mu, sd }: Case): { elbo: number; gradient: number[] } {
    const grid = Array.from({ length: 381 }, (_, j) => mu + sd * (j / 20 - 9.5));
    const edges = [...grid, ...jumps.filter((jump) => Math.abs(jump - mu) < 9.5 * sd)].sort((p, q) => p - q);
    let [mean, byMu, bySd] = [0, 0, 0];
    for (let j = 0; j + 1 < edges.length; j++) {
      const [middle, half] = [(edges[j]! + edges[j + 1]!) / 2, (edges[j + 1]! - edges[j]!) / 2];
      for (const [x, w] of RULE) {
        const z = middle + half * x;
        const value = half * w * Math.exp(logNormal(z, mu, sd)) * f(z);
        mean += value;
        byMu += (value * (z - mu)) / sd ** 2;
        bySd += (value * (((z - mu) / sd) ** 2 - 1)) / sd;
      }
    }
    const slope = 1 - Math.exp(-sd); // dσ/dρ of σ = softplus(ρ)
    return {
      elbo: mean + Math.log(sd) + 0.5 * Math.log(2 * Math.PI * Math.E),
      gradient: [byMu, (bySd + 1 / sd) * slope],
    };
  }
  const SAMPLES = amount(64_000, 102_400); // groups of 16
  const estimate = ({ program, mu, sd }: Case, estimator: Estimator) =>
    estimateGradient(defineModel("m", program), {
      estimator,
      params: { mu: [mu], rho: [rhoOfSd(sd)] },
      samples: SAMPLES,
      seed: 5,
    });

  for (const each of CASES)
    test(`${each.title}: unbiased but for reparam`, () => {
      const exact = exactGradient(each);
      // Detectable: five standard errors. Those of lyy18 and score are up to 5 % of the gradient, of the others far less.
      for (const [estimator, detectable] of [
        [corrected(), 0.02],
        [corrected({ marginalise: false }), 0.02],
        [corrected({ marginalise: false, points: "random", pairing: "independent" }), 0.1],
        ...(each.affine ? [[lyy18(), 0.3] as const] : []),
        [score(), 0.3],
      ] as const) {
        const found = estimate(each, estimator);
        expect(gradientFault(found, exact.gradient, { alpha: 1e-4, detectable })).toBeUndefined();
        expect(Math.abs(found.elbo - exact.elbo)).toBeLessThan(4 * Math.sqrt(found.elboVariance / SAMPLES) + 1e-10);
      }
      expect(gradientFault(estimate(each, reparam()), exact.gradient, { alpha: 1e-9, detectable: 0.2 })).toMatch(
        /standard errors from/,
      );
    });
});

describe("without a range", () => {
  const of = (program: (x: Real, y: Real) => Real) =>
    defineModel("m", ({ sample, observe }) => {
      const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(0, 1))];
      observe(normal(program(x, y), 1), 1.5);
    });
  const params = { mu: [0.3, -0.2], rho: [rhoOfSd(0.8), rhoOfSd(0.6)] };

  test("two latents are rounded together", () => {
    const rounded = of((x, y) => round(add(mul(3, x), y)));
    // d/dμ_x E f = E[f·ε_x]/σ_x by midpoints: the jumps lie aslant in the grid, so that its error is far below 1e-3.
    const f = (x: number, y: number): number => -0.5 * (x * x + y * y + (1.5 - Math.floor(3 * x + y + 0.5)) ** 2);
    const [points, step] = [600, 14 / 600];
    let [expected, mass] = [0, 0];
    for (let i = 0; i < points; i++)
      for (let j = 0; j < points; j++) {
        const [p, q] = [(i + 0.5) * step - 7, (j + 0.5) * step - 7];
        const weight = Math.exp(-0.5 * (p * p + q * q));
        mass += weight;
        expected += weight * f(0.3 + 0.8 * p, -0.2 + 0.6 * q) * (p / 0.8);
      }
    const by = (estimator: Estimator) => estimateGradient(rounded, { estimator, params, samples: 512 }).gradient[0]!;
    expect(Math.abs(by(corrected()) - expected / mass)).toBeLessThan(0.02);
    expect(Math.abs(by(reparam()) - expected / mass)).toBeGreaterThan(0.2);
  });

  test("what jumps too often to be told apart is refused by name, within a budget", () => {
    for (const f of [exp, (x: Real) => mul(1e9, x)])
      expect(() =>
        estimateGradient(
          of((x) => floor(f(mul(3, x)))),
          { estimator: corrected(), params, samples: 16 },
        ),
      ).toThrow(
        /corrected: `floor\(.*\)` at observe "y0" cannot be handled exactly; got 20000 pieces of the line of "x"/,
      );
  });

  test("estimators that count no places say so", () => {
    const model = of((x) => floor(x));
    expect(() => estimateGradient(model, { estimator: lyy18(), params, samples: 16 })).toThrow(/floor\(x\).*rounding/);
    expect(() => estimateGradient(model, { estimator: smoothed(), params, samples: 16 })).toThrow(/has no smooth form/);
  });
});

describe("the range", () => {
  const model = defineModel("m", ({ sample, observe }) => {
    const z = sample("z", normal(4, 1));
    observe(normal(floor(z, { from: 0, to: 9 }), 1), 1.3);
  });
  const at = (mu: number, sd: number, estimator: Estimator) => () =>
    estimateGradient(model, { estimator, params: { mu: [mu], rho: [rhoOfSd(sd)] }, samples: 1600 });
  const message =
    /^floor: value is outside the stated range; got x=1[0-9.]+, expected 0 ≤ x < 10; each further step of \{ from, to \} costs one boundary \(model "m", sample \d+ of the guide\)$/;

  test("a sample outside is an error that names it, for every estimator", () => {
    for (const estimator of [corrected(), corrected({ points: "random" }), lyy18(), score(), reparam()]) {
      expect(at(4.5, 0.5, estimator)).not.toThrow();
      expect(at(8.5, 0.5, estimator)).toThrow(message);
    }
  });

  test("so it is in a fit, at the start and later", () => {
    expect(() => fit(model, { init: { mu: [12.3], rho: [0] } })).toThrow(
      "floor: value is outside the stated range; got x=12.3, expected 0 ≤ x < 10",
    );
    expect(() => fit(model, { init: { mu: [8.5], rho: [0] }, steps: 10 })).toThrow(
      /diverged at step \d+ of 10: floor: value is outside the stated range; got x=1/,
    );
  });

  test("the log joint is NaN outside; compiled functions and their gradients are too", () => {
    expect(logJoint(model, [3])).toBeGreaterThan(-10);
    expect([logJoint(model, [-0.1]), logJoint(model, [10])]).toEqual([NaN, NaN]);
    const f = ([x]: readonly Real[]): Real => mul(x!, ceil(x!, { from: 0, to: 3 }));
    expect([compile(f)([2.5]), compile(f)([3.5]), compile(f)([NaN])]).toEqual([7.5, NaN, NaN]);
    expect([grad(f)([2.5])[0], grad(f)([-1])[0]]).toEqual([3, NaN]);
  });

  test("in an arm it counts where the arm is taken", () => {
    const inArm = defineModel("m", ({ sample, observe, branch }) => {
      const z = sample("z", normal(0, 1));
      const y = sample("y", normal(0, 1));
      branch(
        gt(z, 0),
        () => branch(gt(y, 0), () => observe(normal(round(z, { from: 0, to: 1 }), 1), 0.5)),
        () => observe(normal(z, 1), 0.5),
      );
    });
    expect([
      logJoint(inArm, [-3, 1]),
      logJoint(inArm, [3, -1]),
      logJoint(inArm, [1.2, 1]),
      logJoint(inArm, [3, 1]),
    ]).toEqual([expect.any(Number), expect.any(Number), expect.any(Number), NaN]);
    expect(logJoint(inArm, [-3, 1])).toBeLessThan(0);
    expect(logJoint(inArm, [3, -1])).toBeLessThan(0);
    expect(logJoint(inArm, [1.2, 1])).toBeLessThan(0);
  });
});

describe("what explain says", () => {
  const using = (f: (z: Real, y: Real) => Real, sd: (z: Real) => Real = () => 1) =>
    explain(
      defineModel("m", ({ sample, observe }) => {
        const [z, y] = [sample("z", normal(0, 1)), sample("y", normal(0, 1))];
        observe(normal(f(z, y), sd(z)), 1);
      }),
    );

  test("continuous functions make no boundary", () => {
    const continuous: ((z: Real, y: Real) => Real)[] = [
      (z) => abs(z),
      (z, y) => min(z, y),
      (z, y) => max(z, y),
      (z) => relu(z),
      (z, y) => clamp(z, -1, y),
      (z) => clamp(z, -1, 1),
    ];
    for (const f of continuous) {
      const { conditions, cost } = using(f);
      expect(conditions).toEqual([]);
      expect(cost.corrected).toBe(cost.pathwise);
    }
    expect(using((z) => step(z)).conditions).toHaveLength(1);
    expect(using((z) => sign(z)).conditions).toMatchObject([{ predicates: 2 }]);
  });

  test("the cost is linear in the number of steps", () => {
    const costs = [16, 32, 64].map((steps) =>
      using(
        (z, y) => add(y, floor(add(z, y), { from: 0, to: steps })),
        (z) => exp(z),
      ),
    );
    costs.forEach(({ conditions }, j) => {
      expect(conditions).toHaveLength(16 << j);
    });
    const [small, middle, large] = costs.map(({ cost }) => cost.corrected) as [number, number, number];
    expect(large - middle).toBe(2 * (middle - small));
    // Per step: one comparison and its share of the sum (4), and the boundary's weight, draw and jump.
    expect((large - middle) / 32).toBeLessThan(50);
  });

  test("outsides are no boundaries", () => {
    expect(using((z) => floor(z, { from: 0, to: 1 })).conditions.map(({ text }) => text)).toEqual(["1 > z"]);
  });
});
