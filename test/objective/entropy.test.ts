import { describe, expect, test } from "vitest";
import { exp, gt, log } from "../../src/autodiff/expr.ts";
import { print } from "../../src/autodiff/graph/infix-text.ts";
import { substitute } from "../../src/autodiff/graph/substitute.ts";
import type { NodeId } from "../../src/autodiff/ops/op.ts";
import { logistic, normal } from "../../src/distributions/index.ts";
import {
  corrected,
  type Entropy,
  type Estimator,
  lyy18,
  reparam,
  score,
  smoothed,
} from "../../src/estimators/index.ts";
import type { Guide } from "../../src/guides/guide.ts";
import { estimateGradient, fullRank } from "../../src/index.ts";
import { normalCdf } from "../../src/math/normal.ts";
import { ANALYTIC_ENTROPY } from "../../src/objective/entropy.ts";
import { buildObjective } from "../../src/objective/objective.ts";
import { defineModel, type Program } from "../../src/program/model.ts";
import { gradientFault } from "../support/expect-mean.ts";
import { amount } from "../support/soak.ts";

const ENTROPIES: readonly Entropy[] = ["sampled", "analytic", "sticking-the-landing"];
const INDEPENDENT = { points: "random", pairing: "independent" } as const;
const LOG_2PI = Math.log(2 * Math.PI);
const logNormal = (x: number, mean: number, sd: number): number =>
  -0.5 * ((x - mean) / sd) ** 2 - Math.log(sd) - 0.5 * LOG_2PI;
const softplus = (rho: number): number => Math.log1p(Math.exp(rho));

describe("where a latent is live in one arm only, every way has the mean of a closed form", () => {
  const model = defineModel("arms", ({ sample, observe, branch }) => {
    const z = sample("z", normal(0, 1));
    branch(
      gt(z, 0.2),
      () => void observe(normal(sample("w", normal(0.5, 1)), 0.8), 1.7),
      () => void observe(normal(0, 1), 1.7),
    );
  });
  const params = { mu: [0.4, 0.9], rho: [0.3, -0.4] };
  const ACCURACY = 0.3;

  /** The probability of the first arm, or its smoothed counterpart: the mean of sigmoid((z − 0.2)/ACCURACY). */
  const sharp = (mu: number, sd: number): number => normalCdf((mu - 0.2) / sd);
  const smooth = (mu: number, sd: number): number => {
    let total = 0; // the trapezoidal rule over ±9 sd, exact to 1e-12 for an integrand this smooth
    for (let x = -9; x <= 9; x += 0.05)
      total += (0.05 * Math.exp(logNormal(x, 0, 1))) / (1 + Math.exp((0.2 - mu - sd * x) / ACCURACY));
    return total;
  };
  const held = (): number => sharp(0.4, softplus(0.3));
  // `ofInner`: how often the entropy of the inner latent is counted.
  const elbo = (theta: readonly number[], probability: typeof sharp, ofInner = 1): number => {
    const [m, k, rho, tau] = theta as [number, number, number, number];
    const [sd, inner] = [softplus(rho), softplus(tau)];
    const entropy = (of: number): number => Math.log(of) + 0.5 + 0.5 * LOG_2PI;
    const arm =
      logNormal(k, 0.5, 1) -
      0.5 * inner ** 2 +
      logNormal(1.7, k, 0.8) -
      0.5 * (inner / 0.8) ** 2 +
      ofInner * entropy(inner);
    const p = probability(m, sd);
    return logNormal(m, 0, 1) - 0.5 * sd ** 2 + entropy(sd) + p * arm + (1 - p) * logNormal(1.7, 0, 1);
  };
  const gradient = (probability: typeof sharp, ofInner = 1): number[] => {
    const theta = [...params.mu, ...params.rho];
    const h = 1e-4; // third derivatives of order 10: 1e-8; rounding 1e-14/1e-4
    const moved = (i: number, by: number): number =>
      elbo(
        theta.map((value, j) => (i === j ? value + by : value)),
        probability,
        ofInner,
      );
    return theta.map((_, i) => (moved(i, h) - moved(i, -h)) / (2 * h));
  };
  const [exact, smoothedExact, biased] = [gradient(sharp), gradient(smooth), gradient(held)];

  const scores = ["sampled", "analytic"] as const;
  test.each([
    ...ENTROPIES.flatMap((entropy): [string, Estimator, number[], typeof sharp][] => [
      [`corrected, ${entropy}`, corrected({ ...INDEPENDENT, entropy }), exact, sharp],
      [`corrected in pairs, plain, ${entropy}`, corrected({ entropy, marginalise: false }), exact, sharp],
      [`lyy18, ${entropy}`, lyy18({ entropy }), exact, sharp],
      [`lyy18, separate, ${entropy}`, lyy18({ entropy, coincident: "separate" }), exact, sharp],
      [`reparam, ${entropy}`, reparam({ entropy }), biased, held],
      [`smoothed, ${entropy}`, smoothed({ entropy, accuracy: ACCURACY }), smoothedExact, smooth],
    ]),
    ...scores.flatMap((entropy): [string, Estimator, number[], typeof sharp][] => [
      [`score, ${entropy}`, score({ entropy }), exact, sharp],
      [`score, Rao-Blackwellised, ${entropy}`, score({ entropy, raoBlackwell: true }), exact, sharp],
      [`score, with a baseline, ${entropy}`, score({ entropy, baseline: "leave-one-out" }), exact, sharp],
    ]),
  ])("%s", (name, estimator, expected, probability) => {
    const samples = amount(96_000, 160_000);
    const estimate = estimateGradient(model, { estimator, params, samples, seed: 4 });
    const detectable = name.startsWith("score") ? 0.25 : name.startsWith("lyy18") ? 0.2 : 0.05; // the noise of each
    expect(gradientFault(estimate, expected, { alpha: 1e-5, detectable })).toBeUndefined();
    const value = elbo([...params.mu, ...params.rho], sharp);
    expect(Math.abs(estimate.elbo - value)).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / samples) + 1e-6);
    // Controls: another entropy of the inner latent would show, and so does what reparam and smoothed are blind to.
    for (const times of [0, 2])
      expect(gradientFault(estimate, gradient(probability, times), { alpha: 1e-9, detectable: 0.3 })).toMatch(
        /standard errors/,
      );
    if (expected !== exact)
      expect(gradientFault(estimate, exact, { alpha: 1e-9, detectable: 0.3 })).toMatch(/standard errors/);
  });
});

describe("where the guide is the posterior", () => {
  // z ~ N(0, 1), x ~ N(z, 1): the posterior is N(x/2, ½), and x ~ N(0, 2).
  const x = 1.3;
  const sd = Math.SQRT1_2;
  const model = defineModel("conjugate", ({ sample, observe }) => observe(normal(sample("z", normal(0, 1)), 1), x));
  const params = { mu: [x / 2], rho: [Math.log(Math.expm1(sd))] };
  const slope = 1 - Math.exp(-sd); // dσ/dρ
  const samples = 200_000;
  const at = (estimator: Estimator) => estimateGradient(model, { estimator, params, samples, seed: 2 });

  test.each([
    ["reparam", reparam],
    ["lyy18", lyy18],
    ["smoothed", smoothed],
    ["corrected", (options: { entropy: Entropy }) => corrected({ ...INDEPENDENT, ...options })],
  ] as const)("sticking the landing leaves %s no variance, the other ways that of the score", (_name, make) => {
    for (const variance of at(make({ entropy: "sticking-the-landing" })).variance) expect(variance).toBeLessThan(1e-28);
    // ε/σ and (ε² − 1)/σ·dσ/dρ: kurtoses of 3 and 15, so that 5 standard errors are 1.6 % and 4.2 %.
    for (const entropy of ["sampled", "analytic"] as const) {
      const { variance } = at(make({ entropy }));
      expect(Math.abs(variance[0]! * sd ** 2 - 1)).toBeLessThan(0.016);
      expect(Math.abs(variance[1]! * (sd / slope) ** 2 - 2)).toBeLessThan(0.084);
    }
  });

  test("ℓ is log p(x): score has the variance log²p(x)/σ², none with a baseline, and a polynomial of it if analytic", () => {
    const evidence = logNormal(x, 0, Math.SQRT2);
    expect(Math.abs((at(score()).variance[0]! * sd ** 2) / evidence ** 2 - 1)).toBeLessThan(0.016);
    for (const variance of at(score({ baseline: "leave-one-out" })).variance) expect(variance).toBeLessThan(1e-26);
    // (a − ½ε²)·ε/σ with a = log p(x) − log σ − ½ log 2π: E[(a − ½ε²)²ε²] = a² − 3a + 15/4.
    const a = evidence - Math.log(sd) - 0.5 * LOG_2PI;
    const { variance } = at(score({ entropy: "analytic" }));
    // The fourth moment of the product is at most 30 times the square of the second: 5 standard errors are 6 %.
    expect(Math.abs((variance[0]! * sd ** 2) / (a ** 2 - 3 * a + 15 / 4) - 1)).toBeLessThan(0.06);
  });
});

test("an entropy that does not exist, or not for this estimator, is refused with the reason", () => {
  const bad = (entropy: string): { entropy: never } => ({ entropy: entropy as never });
  for (const [name, make] of Object.entries({ corrected, lyy18, reparam, score, smoothed }))
    expect(() => make(bad("none"))).toThrow(
      `${name}: unknown entropy; got none, expected "sampled" or "analytic" or "sticking-the-landing"`,
    );
  expect(() => score(bad("sticking-the-landing"))).toThrow(
    /^score: no such entropy; got sticking-the-landing, .* has no path, expected "sampled" or "analytic"$/,
  );
});

// A latent's own term, and what it becomes: a function of the noise of that latent by its mean.
interface EntropyRow {
  readonly name: string;
  readonly program: Program;
  readonly guide?: Guide;
  /** The terms of the guide after the pass. */
  readonly becomes: readonly string[];
}
const LOG_SD = (name: string): string => `log(softplus(rho[${name}])) + 1.41894`;
const ROWS: readonly EntropyRow[] = [
  { name: "one latent", program: ({ sample }) => void sample("x", normal(0, 1)), becomes: [LOG_SD("x")] },
  { name: "another prior", program: ({ sample }) => void sample("x", logistic(2, 3)), becomes: [LOG_SD("x")] },
  {
    name: "two latents",
    program: ({ sample }) => void sample("y", normal(sample("x", normal(0, 1)), 1)),
    becomes: [LOG_SD("x"), LOG_SD("y")],
  },
  {
    name: "data and a factor",
    program({ sample, observe, factor }) {
      const x = sample("x", normal(0, 1));
      observe(normal(x, 1), 0.5);
      factor("f", x);
    },
    becomes: [LOG_SD("x")],
  },
  {
    name: "a frozen site",
    program({ sample, frozen, observe }) {
      observe(normal(frozen("u", normal(0, 1)), exp(sample("x", normal(0, 1)))), 0.5);
    },
    becomes: [LOG_SD("x")],
  },
  {
    name: "an arm",
    program({ sample, branch }) {
      const x = sample("x", normal(0, 1));
      branch(gt(x, 0.2), () => void sample("y", normal(0, 1)));
    },
    becomes: [LOG_SD("x"), `where(x > 0.2, ${LOG_SD("y")}, 0)`],
  },
  {
    name: "the other arm",
    program({ sample, branch }) {
      const x = sample("x", normal(0, 1));
      branch(
        gt(x, 0.2),
        () => undefined,
        () => void sample("y", normal(0, 1)),
      );
    },
    becomes: [LOG_SD("x"), `where(x > 0.2, 0, ${LOG_SD("y")})`],
  },
  {
    name: "arms in arms",
    program({ sample, branch }) {
      const x = sample("x", normal(0, 1));
      branch(gt(x, 0), () => branch(gt(x, 1), () => void sample("y", normal(0, 1))));
    },
    becomes: [LOG_SD("x"), `where(x > 0 and x > 1, ${LOG_SD("y")}, 0)`],
  },
  {
    name: "an arm at the edge of a domain",
    program({ sample, branch }) {
      const x = sample("x", normal(0, 1));
      branch(gt(log(x), 0), () => void sample("y", normal(0, 1)));
    },
    becomes: [LOG_SD("x"), `where(log(x) > 0, ${LOG_SD("y")}, 0)`],
  },
  {
    name: "correlated latents",
    program: ({ sample }) => void sample("y", normal(sample("x", normal(0, 1)), 1)),
    guide: fullRank(),
    becomes: [LOG_SD("x"), LOG_SD("y")],
  },
];

describe("the pass to the analytic entropy", () => {
  test.each(ROWS)("$name: the terms of the guide become $becomes", ({ program, guide, becomes }) => {
    const objective = buildObjective(defineModel("rows", program), undefined, guide);
    const { graph, terms, trace, normals } = objective;
    const after = ANALYTIC_ENTROPY.run(objective);
    const first = trace.terms.length;
    expect(after.terms.slice(0, first)).toEqual(terms.slice(0, first));
    expect(after.terms.slice(first).map(({ node }) => print(graph, node))).toEqual(becomes);
    // Less (ε² − 1)/2, whose mean is 0, for a latent that is live: nothing at ε = ±1, 1 at ε = ±√3, and NaN nowhere.
    const { algebra: A } = graph;
    const differences = trace.latents.map((_, i) => A.sub(terms[first + i]!.node, after.terms[first + i]!.node));
    const live = trace.latents.map((latent) => A.where(latent.live, graph.constant(1), graph.constant(0)));
    for (const x of [-2, -0.5, 0, 0.1, 0.7, 3])
      for (const epsilon of [-1, 1, Math.sqrt(3), 0]) {
        const at = new Map<NodeId, NodeId>([
          ...normals.map((node) => [node, graph.constant(epsilon)] as const),
          ...objective.parameters.map((node) => [node, graph.constant(0.4)] as const),
          ...trace.latents.map(({ node }) => [node, graph.constant(x)] as const),
        ]);
        const values = substitute(graph, [...differences, ...live], at).map((node) => graph.value(node));
        trace.latents.forEach((_, i) => {
          const isLive = values[trace.latents.length + i]!;
          expect(Math.abs(values[i]! - (isLive * (epsilon * epsilon - 1)) / 2)).toBeLessThan(1e-14);
        });
      }
  });
});
