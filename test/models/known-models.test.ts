import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Distribution } from "../../src/distributions/index.ts";
import { corrected, lyy18, reparam, score } from "../../src/estimators/index.ts";
import { rhoOfSd, sdOfRho } from "../../src/guides/mean-field.ts";
import { estimateGradient, explain } from "../../src/index.ts";
import { conditions, type KnownModel } from "../../src/models/index.ts";
import type { ProgramContext } from "../../src/program/model.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";
import type { GuidePoint as Parameters } from "../oracle/full-rank.ts";
import { planeQuadrature } from "../oracle/plane-quadrature.ts";
import { zScores } from "../support/expect-mean.ts";
import { amount, SOAK } from "../support/soak.ts";

const INDEPENDENT = { points: "random", pairing: "independent" } as const;

const MODELS: readonly KnownModel[] = Object.values(conditions);
const startOf = ({ init }: KnownModel): Parameters => ({ mu: Array.from(init.mu), rho: Array.from(init.rho) });
const movedFrom = ({ mu, rho }: Parameters): Parameters => ({
  mu: mu.map((value, i) => value - 0.7 + 0.5 * i),
  rho: rho.map((value, i) => value + 0.4 - 0.5 * i),
});

/** log p(x | z) by running the program on numbers. */
function likelihoodOf(model: KnownModel): (...z: number[]) => number {
  return (...z) => {
    let [next, total] = [0, 0];
    const context = {
      sample: () => z[next++]!,
      observe: (distribution: Distribution, value: number) => {
        total += distribution.logDensity(value) as number;
      },
    };
    model.program(context as unknown as ProgramContext);
    return total;
  };
}

const logPrior = (z: number): number => -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);

describe("the answer is that of an integral over the latents", () => {
  const small = MODELS.filter(({ init }) => init.mu.length <= 2);
  test.each(small.map((model) => [model.name, model] as const))("%s", (_name, model) => {
    const likelihood = likelihoodOf(model);
    const latents = startOf(model).mu.length as 1 | 2;
    const plain = {
      latents,
      two: latents === 2,
      // Where it jumps the likelihood is constant in each region, and names it.
      holds: (u: number, w: number) => (model.jumps ? likelihood(u, w) : 0),
      logJoint: (u: number, w: number, region: number) =>
        (model.jumps ? region : likelihood(u, w)) + logPrior(u) + (latents === 2 ? logPrior(w) : 0),
    };
    // Kinks inside of panels cost a few times the square of the distance between points, which is a tenth of a panel.
    const kinks = model.kind === "continuous";
    // Between two points of the scan a curve may turn back unseen, which takes a fine scan; a hyperbola is steep, which takes narrow panels. What
    // quadrature is off by is at most a quarter of the tolerance so.
    const steep = [conditions.product, conditions.sumWithQuotient].includes(model);
    const curved = model.kind === "curved" || steep;
    const panel = kinks ? (latents === 1 ? 0.02 : 0.8) : curved ? (SOAK ? 0.2 : steep ? 0.4 : 0.8) : 1.6;
    const scan = SOAK ? 260 : steep ? 40 : curved ? 130 : 20;
    const tolerance = kinks && latents === 2 ? 5e-3 : curved ? 2e-5 : 2e-6;
    for (const params of SOAK ? [startOf(model), movedFrom(startOf(model))] : [startOf(model)]) {
      const { elbo, gradient } = planeQuadrature(plain, params, { scan, panel });
      expect(Math.abs(model.elbo(params) - elbo)).toBeLessThan(tolerance);
      model.gradient(params).forEach((value, i) => {
        expect(Math.abs(value - gradient[i]!)).toBeLessThan(tolerance);
      });
    }
  });

  const large = MODELS.filter(({ init }) => init.mu.length > 2);
  test.each(large.map((model) => [model.name, model] as const))("%s, by Monte Carlo", (_name, model) => {
    const likelihood = likelihoodOf(model);
    const params = startOf(model);
    const [n, samples] = [params.mu.length, amount(30_000, 1_000_000)];
    const noise = new Float64Array(n * samples);
    fillNormals(noiseRequest({ out: noise, generator: makeGenerator(1), lanes: samples, dimensions: n }));
    const sd = params.rho.map(sdOfRho);
    // E[L] and, by L·∇log q, its gradient; the rest of the ELBO is known.
    const sums = new Float64Array(2 * n + 1);
    const squares = new Float64Array(2 * n + 1);
    for (let k = 0; k < samples; k++) {
      const epsilon = sd.map((_, i) => noise[i * samples + k]!);
      const value = likelihood(...epsilon.map((e, i) => params.mu[i]! + sd[i]! * e));
      const slope = (i: number): number => 1 / (1 + Math.exp(-params.rho[i]!));
      const row = [
        ...epsilon.map((e, i) => (value * e) / sd[i]!),
        ...epsilon.map((e, i) => ((value * (e * e - 1)) / sd[i]!) * slope(i)),
        value,
      ];
      row.forEach((x, p) => {
        sums[p]! += x;
        squares[p]! += x * x;
      });
    }
    const rest = [
      ...params.mu.map((m) => -m),
      ...sd.map((s, i) => (1 / s - s) / (1 + Math.exp(-params.rho[i]!))),
      sd.reduce((sum, s, i) => sum + Math.log(s) + 0.5 - 0.5 * (params.mu[i]! ** 2 + s * s), 0),
    ];
    [...model.gradient(params), model.elbo(params)].forEach((exact, p) => {
      const mean = sums[p]! / samples;
      const error = Math.sqrt((squares[p]! / samples - mean ** 2) / samples);
      expect(error).toBeLessThan(0.04);
      expect(Math.abs(mean + rest[p]! - exact)).toBeLessThan(4.5 * error);
    });
  });

  test("and no other: any two models with the same latents have different ones", () => {
    const answers = MODELS.filter(({ kind }) => kind !== "decided").map((model) => {
      const params = startOf(model);
      return `${params.mu.length} latents: ${[model.elbo(params), ...model.gradient(params)].map((x) => x.toFixed(4)).join()}`;
    });
    expect(new Set(answers).size).toBe(answers.length);
  });

  test("its gradient is the difference of its ELBO", () => {
    for (const model of MODELS) {
      const { mu, rho } = startOf(model);
      const theta = [...mu, ...rho];
      const n = mu.length;
      model.gradient({ mu, rho }).forEach((value, i) => {
        const moved = (by: number): number => {
          const at = theta.map((x, j) => (i === j ? x + by : x));
          return model.elbo({ mu: at.slice(0, n), rho: at.slice(n) });
        };
        const h = 1e-4; // third derivatives of order 10: 2e-8; rounding 1e-14/1e-4
        expect(Math.abs((moved(h) - moved(-h)) / (2 * h) - value), model.name).toBeLessThan(1e-7);
      });
    }
  });

  test("of the circle in closed form where the sds are equal and the means 0", () => {
    for (const sd of [0.1, 0.5, 1, 3]) {
      const params = { mu: [0, 0], rho: [rhoOfSd(sd), rhoOfSd(sd)] };
      const inside = 1 - Math.exp(-(1.2 ** 2) / (2 * sd * sd));
      // log N(1.5; −1, 1) and 3 more inside; both priors and entropies.
      const elbo =
        -0.5 * 2.5 ** 2 - 0.5 * Math.log(2 * Math.PI) + 3 * inside + 2 * (Math.log(sd) + 0.5 - 0.5 * sd * sd);
      expect(Math.abs(conditions.circle.elbo(params) - elbo)).toBeLessThan(1e-9);
    }
  });

  test("is asked for at one mu and rho per latent", () => {
    expect(() => conditions.circle.elbo({ mu: [0], rho: [0] })).toThrow(
      "conditions/circle: parameters do not fit; got 1 of mu and 1 of rho, expected 2 of each",
    );
  });
});

test("docs/conditions.md lists the models by kind", async () => {
  const text = await readFile(new URL("../../docs/conditions.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| (\w+) \| (`.*`) \| .* \|$/gm)].map(
    ({ 1: kind, 2: names }) => [kind!, names!] as const,
  );
  const listed = rows.flatMap(([kind, names]) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => `${kind} ${name}`));
  expect(listed).toEqual(Object.entries(conditions).map(([name, { kind }]) => `${kind} ${name}`));
});

/** The kinds whose conditions all have constant slopes, as lyy18 needs them, without peeling. */
const LYY18: ReadonlySet<string> = new Set(["affine", "logic", "rounding", "continuous"]);

describe("corrected has the exact gradient; reparam has it only where nothing jumps", () => {
  const scores: number[] = [];
  const samplesOf = ({ kind, name }: KnownModel): number => {
    if (SOAK) return 200_000;
    const slow =
      kind === "curved" || ["coincidentCurve", "tangent", "hiddenFactor"].includes(name.slice("conditions/".length));
    return slow ? 800 : 4000;
  };

  test.each(MODELS.map((model) => [model.name, model] as const))("%s", { timeout: 600_000 }, (_name, model) => {
    const params = startOf(model);
    const samples = samplesOf(model);
    const seed = MODELS.indexOf(model); // their own, or all models would share the noise of what is smooth
    const [elbo, gradient] = [model.elbo(params), model.gradient(params)];
    for (const marginalise of [true, false]) {
      const estimator = corrected({ ...INDEPENDENT, marginalise });
      const estimate = estimateGradient(model, { estimator, params, samples, seed });
      const found = zScores(estimate, gradient);
      // 67 models, 3.5 components, 2 ways: |z| above 5 has probability 2e-4 in all.
      for (const z of found) expect(Math.abs(z)).toBeLessThan(5);
      expect(Math.abs(estimate.elbo - elbo)).toBeLessThan(5 * Math.sqrt(estimate.elboVariance / samples) + 1e-9);
      if (!marginalise) scores.push(...found);
    }
    // Weaker, for their noise is larger.
    for (const estimator of [
      score({ baseline: "leave-one-out", raoBlackwell: true }),
      ...(LYY18.has(model.kind) ? [lyy18()] : []),
    ])
      for (const z of zScores(
        estimateGradient(model, { estimator, params, samples: amount(4000, 16_000), group: 16, seed }),
        gradient,
      ))
        expect(Math.abs(z)).toBeLessThan(5);
    const plain = estimateGradient(model, {
      estimator: reparam(),
      params,
      samples: Math.max(samples, 10_000),
      seed,
    });
    const largest = Math.max(...zScores(plain, gradient).map(Math.abs));
    if (model.jumps) expect(largest).toBeGreaterThan(10);
    else expect(largest).toBeLessThan(5);
    expect(explain(model).conditions.length > 0).toBe(model.jumps);
  });

  test("with z-scores that look like z-scores", () => {
    const square = scores.reduce((total, z) => total + z * z, 0) / scores.length;
    expect(scores.length).toBeGreaterThan(2 * MODELS.length);
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / scores.length));
  });
});
