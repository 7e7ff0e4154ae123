/** Latents whose range is bounded by data or factors: posteriors against quadrature, and programs in which nothing is bounded. */
import { describe, expect, test } from "vitest";
import {
  add,
  and,
  type BranchResult,
  corrected,
  defineModel,
  estimateGradient,
  exp,
  exponential,
  fit,
  gamma,
  ge,
  gt,
  log,
  logistic,
  lognormal,
  lt,
  mul,
  neg,
  normal,
  or,
  type ProgramContext,
  pareto,
  poisson,
  shifted,
  sub,
  truncated,
  uniform,
  where,
} from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";

const DATA = [0.3, 1.2, 2.9, 2.2, 1.7];
const hard = (condition: Parameters<typeof where>[0]) => where(condition, 0, -Infinity);

/** Mean and sd under a density on [low, high]. */
function exact(density: (x: number) => number, low: number, high: number): [mean: number, sd: number] {
  const sums = [0, 0, 0];
  const steps = 200_000;
  for (let i = 0; i < steps; i++) {
    const x = low + ((i + 0.5) * (high - low)) / steps;
    for (let k = 0; k < 3; k++) sums[k]! += density(x) * x ** k;
  }
  const mean = sums[1]! / sums[0]!;
  return [mean, Math.sqrt(sums[2]! / sums[0]! - mean * mean)];
}

type Row = [text: string, program: (context: ProgramContext) => BranchResult, x: [mean: number, sd: number]];
const bounded: Row[] = [
  [
    "the end of a uniform",
    ({ sample, observe }) => {
      const x = sample("x", gamma(2, 0.3));
      for (const y of DATA) observe(uniform(0, x), y);
    },
    exact((x) => x ** -4 * Math.exp(-0.3 * x), 2.9, 100),
  ],
  [
    "the end of a uniform under a prior with a finite end of its own",
    ({ sample, observe }) => {
      const x = sample("x", pareto(1, 1.5));
      for (const y of DATA) observe(uniform(0, x), y);
    },
    [(2.9 * 6.5) / 5.5, 2.9 * Math.sqrt(6.5 / 5.5 ** 2 / 4.5)],
  ],
  [
    "both ends of a uniform around one number",
    ({ sample, observe }) => {
      const x = sample("x", normal(0, 1));
      for (const y of [0.2, 0.9]) observe(uniform(sub(x, 1), mul(2, x)), y);
    },
    exact((x) => Math.exp((-x * x) / 2) * (x + 1) ** -2, 0.45, 1.2),
  ],
  [
    "a factor that allows a range",
    ({ sample, factor }) => {
      const x = sample("x", normal(0, 2));
      factor("range", hard(and(gt(x, 1), lt(mul(-1, x), 5), gt(sub(3, x), 1))));
    },
    exact((x) => Math.exp((-x * x) / 8), 1, 2),
  ],
  [
    "the end of a uniform that is a function of it",
    ({ sample, observe }) => {
      const x = sample("x", normal(1, 1));
      for (const y of [0.3, 1.2, 0.7]) observe(uniform(0, add(0.1, exp(mul(0.5, x)))), y);
    },
    exact((x) => Math.exp(-((x - 1) ** 2) / 2) * (0.1 + Math.exp(x / 2)) ** -3, 2 * Math.log(1.1), 12),
  ],
  [
    "a factor within a sum",
    ({ sample, factor }) => {
      const x = sample("x", normal(0, 5));
      factor("above", sub(where(ge(x, 2), neg(log(x)), -Infinity), mul(0.5, x)));
    },
    exact((x) => Math.exp((-x * x) / 50 - 0.5 * x) / x, 2, 60),
  ],
];

describe("a latent is bounded by", () => {
  test.each(bounded)("%s", (text, program, [mean, sd]) => {
    const posterior = fit(defineModel(text, program), { seed: 1, maxSamples: 20_000 });
    expect(posterior.status).toBe("converged");
    expect(Math.abs(posterior.mean("x") - mean)).toBeLessThan(0.06 * sd);
    expect(Math.abs(posterior.sd("x") / sd - 1)).toBeLessThan(0.06);
  });
});

/** Means and sds of x and y under a log density on a rectangle. */
function exactPair(
  logDensity: (x: number, y: number) => number,
  [x0, x1]: [number, number],
  [y0, y1]: [number, number],
): [mean: number, sd: number][] {
  const steps = 500;
  const sums = new Float64Array(5);
  for (let i = 0; i < steps; i++)
    for (let j = 0; j < steps; j++) {
      const [x, y] = [x0 + ((i + 0.5) * (x1 - x0)) / steps, y0 + ((j + 0.5) * (y1 - y0)) / steps];
      const weight = Math.exp(logDensity(x, y));
      [weight, weight * x, weight * y, weight * x * x, weight * y * y].forEach((term, k) => {
        sums[k]! += term;
      });
    }
  return [1, 2].map((k) => [sums[k]! / sums[0]!, Math.sqrt(sums[k + 2]! / sums[0]! - (sums[k]! / sums[0]!) ** 2)]);
}

const pairs: [text: string, program: (context: ProgramContext) => BranchResult, exact: [mean: number, sd: number][]][] =
  [
    [
      "the centre of a uniform and half of its width",
      ({ sample, observe }) => {
        const [x, y] = [sample("x", normal(2, 3)), sample("y", gamma(2, 0.5))];
        for (const value of DATA) observe(uniform(sub(x, y), add(x, y)), value);
      },
      exactPair(
        (x, y) =>
          x + y < 2.9 || x - y > 0.3 ? -Infinity : -((x - 2) ** 2) / 18 + Math.log(y) - 0.5 * y - 5 * Math.log(2 * y),
        [-5, 9],
        [1.2, 12],
      ),
    ],
    [
      "an order of two rates",
      ({ sample, observe, factor }) => {
        const [x, y] = [sample("x", gamma(2, 1)), sample("y", gamma(2, 1))];
        factor("order", hard(gt(y, x)));
        for (const rate of [x, y]) observe(poisson(rate), 2);
      },
      exactPair((x, y) => (y < x ? -Infinity : 3 * Math.log(x * y) - 2 * (x + y)), [0, 10], [0, 10]),
    ],
    [
      "a shortest time that was waited, beside the rate",
      ({ sample, observe }) => {
        const [x, y] = [sample("x", uniform(0, 5)), sample("y", gamma(1, 1))];
        for (const value of DATA) observe(shifted(exponential(y), x), value);
      },
      exactPair((x, y) => -y + 5 * Math.log(y) - y * (8.3 - 5 * x), [0, 0.3], [0, 6]),
    ],
    [
      "where data are cut off, beside their mean",
      ({ sample, observe }) => {
        const [x, y] = [sample("x", normal(0, 1)), sample("y", normal(1, 1))];
        for (const value of DATA) observe(truncated(logistic(y, 1), x, Infinity), value);
      },
      exactPair(
        (x, y) =>
          -0.5 * x * x -
          0.5 * (y - 1) ** 2 +
          DATA.reduce((sum, v) => sum - (v - y) - 2 * Math.log1p(Math.exp(y - v)) + Math.log1p(Math.exp(x - y)), 0),
        [-6, 0.3],
        [-4, 6],
      ),
    ],
  ];

describe("two latents are bounded together by", () => {
  test.each(pairs)("%s", (text, program, exact) => {
    const posterior = fit(defineModel(text, program), { seed: 1 });
    expect(posterior.status).toBe("converged");
    exact.forEach(([mean, sd], i) => {
      const name = "xy"[i]!;
      expect(Math.abs(posterior.mean(name) - mean)).toBeLessThan(0.08 * sd);
      expect(Math.abs(posterior.sd(name) / sd - 1)).toBeLessThan(0.08);
    });
  });
});

const supportOf = (program: (context: ProgramContext) => BranchResult): string[] =>
  trace(defineModel("m", program)).latents.map(({ prior }) => prior.name);

test("nothing bounds where a product of latents decides, one of two conditions suffices, or an arm is not taken", () => {
  const programs: ((context: ProgramContext) => BranchResult)[] = [
    ({ sample, factor }) => factor("product", hard(gt(mul(sample("x", normal(0, 1)), sample("y", normal(0, 1))), 1))),
    ({ sample, factor }) => {
      const x = sample("x", normal(0, 1));
      factor("either", hard(or(gt(x, 1), lt(x, -1))));
    },
    ({ sample, factor, branch }) => {
      const x = sample("x", normal(0, 1));
      branch(gt(sample("y", normal(0, 1)), 0), () => factor("arm", hard(gt(x, 1))));
    },
  ];
  for (const program of programs) expect(supportOf(program).join()).not.toContain("truncated");
  expect(supportOf(({ sample, factor }) => factor("one", hard(gt(sample("x", normal(0, 1)), 1))))).toEqual([
    "truncated normal",
  ]);
});

test("a range without mass is refused by name", () => {
  const none = defineModel("none", ({ sample, observe }) => observe(uniform(0, sample("end", uniform(0, 2))), 2.9));
  expect(() => fit(none)).toThrow(/sample "end": no value has a density above 0.*2\.9 ≤ end/);
});

test("a latent between two ends that another one moves: its gradient, which is that of no condition", () => {
  const model = defineModel("between", ({ sample, observe }) => {
    const half = sample("half", lognormal(0.3, 0.5));
    const centre = sample("centre", normal(0.4, 0.6));
    observe(uniform(sub(centre, half), add(centre, half)), 0.7);
  });
  const params = { mu: [0.1, 0.2], rho: [0, 0] };
  const { gradient, variance } = estimateGradient(model, { estimator: corrected(), params, samples: 65_536, seed: 1 });
  // By the score, on a grid of both noises: centre = 0.7 + half·(2·sigmoid(u) − 1), whose Jacobian is the inverse of the density of the data but for u's own.
  const sd = Math.log1p(1);
  const [sums, scores] = [
    [0, 0],
    [0, 0],
  ];
  let [mass, total] = [0, 0];
  for (let i = 0; i < 500; i++)
    for (let j = 0; j < 500; j++) {
      const [e, f] = [-7 + (14 * (i + 0.5)) / 500, -7 + (14 * (j + 0.5)) / 500];
      const [v, u] = [0.1 + sd * e, 0.2 + sd * f];
      const share = 1 / (1 + Math.exp(-u));
      const centre = 0.7 + Math.exp(v) * (2 * share - 1);
      const log =
        -0.5 * ((v - 0.3) / 0.5) ** 2 -
        0.5 * ((centre - 0.4) / 0.6) ** 2 +
        Math.log(share * (1 - share)) +
        0.5 * (e * e + f * f);
      const weight = Math.exp(-0.5 * (e * e + f * f));
      mass += weight;
      total += weight * log;
      for (const [k, noise] of [e, f].entries()) {
        sums[k]! += (weight * log * noise) / sd;
        scores[k]! += (weight * noise) / sd;
      }
    }
  for (const k of [0, 1]) {
    const error = Math.sqrt(variance[k]! / 65_536);
    expect(error).toBeLessThan(0.015);
    expect(Math.abs(gradient[k]! - (sums[k]! - (scores[k]! * total) / mass) / mass)).toBeLessThan(4 * error);
  }
});
