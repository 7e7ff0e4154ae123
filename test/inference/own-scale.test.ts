/** Posteriors on the scale of the latents: exact where one latent is concerned, from draws elsewhere. */
import { describe, expect, test } from "vitest";
import * as core from "../../src/core.ts";
import {
  beta,
  dirichlet,
  exponential,
  gamma,
  iid,
  lognormal,
  normal,
  ordered,
  uniform,
} from "../../src/distributions/index.ts";
import { rhoOfSd } from "../../src/guides/mean-field.ts";
import { adam, add, fit, fullRank, type Guide, gt, log, meanField, mul, square, where } from "../../src/index.ts";
import { Posterior as PosteriorClass } from "../../src/inference/posterior.ts";
import { normalCdf, normalQuantile } from "../../src/math/normal.ts";
import { FULL } from "../../src/profile.ts";
import { defineModel, type Program } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";

/** The posterior whose guide has these parameters. */
function posteriorAt(
  program: Program,
  mu: number[],
  sd: number[],
  guide: Guide = meanField(),
  lower: number[] = [],
): PosteriorClass {
  const traced = trace(defineModel("m", program));
  const space = guide.over(traced);
  const theta = Float64Array.from([...mu, ...sd.map(rhoOfSd), ...lower]);
  return new PosteriorClass(space, theta, new Float64Array(1), [], {
    others: (components) => FULL.otherNumbers!({ trace: traced, engine: FULL.engine, components, drawing: undefined }),
  });
}

/** Means of f(u), u ~ N(m, s²), by adding up fine cells. */
function meanOf(f: (u: number) => number, m: number, s: number): number {
  let [total, sum] = [0, 0];
  for (let z = -10; z <= 10; z += 1 / 512) {
    const weight = Math.exp(-0.5 * z * z);
    total += weight;
    sum += weight * f(m + s * z);
  }
  return sum / total;
}

describe("a latent with a bounded support", () => {
  const program: Program = ({ sample }) => {
    sample("rate", exponential(1));
    sample("share", beta(1, 1));
    sample("t", uniform(-1, 3));
    sample("z", normal(0, 1));
  };
  const [mu, sd] = [
    [0.3, -0.4, 1.2, 0.5],
    [0.6, 1.1, 2, 0.7],
  ];
  const posterior = posteriorAt(program, mu, sd);
  const forward: readonly ((u: number) => number)[] = [
    Math.exp,
    (u) => 1 / (1 + Math.exp(-u)),
    (u) => -1 + 4 / (1 + Math.exp(-u)),
    (u) => u,
  ];

  test("has its exact mean, sd and quantiles on its own scale", () => {
    expect(posterior.quantities).toEqual(["rate", "share", "t", "z"]);
    posterior.quantities.forEach((name, i) => {
      const mean = meanOf(forward[i]!, mu[i]!, sd[i]!);
      const variance = meanOf((u) => (forward[i]!(u) - mean) ** 2, mu[i]!, sd[i]!);
      expect(posterior.mean(name)).toBeCloseTo(mean, 10);
      expect(posterior.sd(name)).toBeCloseTo(Math.sqrt(variance), 8);
      for (const p of [0.05, 0.5, 0.95])
        expect(posterior.quantile(name, p)).toBeCloseTo(forward[i]!(mu[i]! + sd[i]! * normalQuantile(p)), 12);
    });
    expect(posterior.summary()[0]).toMatchObject({ name: "rate", median: Math.exp(0.3) });
  });

  test("is drawn on it, and keeps covariances on the unconstrained scale", () => {
    const draws = posterior.sample(2000, { seed: 3 });
    const plain = posteriorAt(
      ({ sample }) => {
        for (const name of ["rate", "share", "t", "z"]) sample(name, normal(0, 1));
      },
      mu,
      sd,
    ).sample(2000, { seed: 3 });
    for (const [i, name] of posterior.quantities.entries())
      draws[name]!.forEach((x, d) => {
        expect(x).toBeCloseTo(forward[i]!(plain[name]![d]!), 12);
      });
    expect(posterior.correlation("rate", "share")).toBe(0);
    expect(posterior.covariance()[5]).toBeCloseTo(1.1 ** 2, 12);
    expect(() => posterior.mean("rho")).toThrow('mean: no such latent; got "rho", expected one of rate, share, t, z');
  });
});

describe("numbers of several latents", () => {
  test("entries of vectors have the moments of many draws", () => {
    const posterior = posteriorAt(
      ({ sample }) => {
        sample("w", dirichlet([1, 1, 1]));
        sample("cut", ordered(normal(0, 1), 2));
        sample("b", iid(lognormal(0, 1), 2));
      },
      [0.5, -0.2, -1, 0.3, 0, 0.1],
      [0.4, 0.7, 0.5, 0.2, 0.3, 0.2],
    );
    expect(posterior.quantities).toEqual(["w[0]", "w[1]", "w[2]", "cut[0]", "cut[1]", "b[0]", "b[1]"]);
    const sums = ["w[0]", "w[1]", "w[2]"].reduce((sum, name) => sum + posterior.mean(name), 0);
    expect(sums).toBeCloseTo(1, 4);
    // cut[1] = u₀ + exp(u₁) with independent parts
    const step = Math.exp(0.3 + 0.02);
    expect(posterior.mean("cut[1]")).toBeCloseTo(-1 + step, 3);
    expect(posterior.sd("cut[1]")).toBeCloseTo(Math.hypot(0.5, step * Math.sqrt(Math.expm1(0.04))), 3);
    expect(posterior.mean("b[0]")).toBeCloseTo(Math.exp(0.045), 12);
    const draws = posterior.sample(50, { seed: 1 });
    for (let d = 0; d < 50; d++) {
      expect(draws["w[0]"]![d]! + draws["w[1]"]![d]! + draws["w[2]"]![d]!).toBeCloseTo(1, 12);
      expect(draws["cut[1]"]![d]).toBeGreaterThan(draws["cut[0]"]![d]!);
    }
    const w = posterior.sample(40_000, { seed: 2 })["w[1]"]!;
    expect(Math.abs(w.reduce((sum, x) => sum + x, 0) / w.length - posterior.mean("w[1]"))).toBeLessThan(0.002);
  });

  test("tracked numbers of one latent are sums over a grid, of several over points", () => {
    const program: Program = ({ sample, track, branch }) => {
      const [a, b] = [sample("a", normal(0, 1)), sample("b", normal(0, 1))];
      track("square", square(a));
      track("above", where(gt(a, 0.2), 1, 0));
      track("product", mul(a, add(b, 1)));
      branch(gt(a, 0), () => track("half", a));
    };
    const [mu, sd] = [
      [0.3, -0.2],
      [0.8, 0.6],
    ];
    const posterior = posteriorAt(program, mu, sd, fullRank(), [0.5]);
    expect(posterior.mean("square")).toBeCloseTo(0.09 + 0.64, 6);
    expect(posterior.sd("square")).toBeCloseTo(Math.sqrt(2 * 0.64 ** 2 + 4 * 0.64 * 0.09), 6);
    expect(posterior.mean("above")).toBeCloseTo(normalCdf(0.1 / 0.8), 3);
    expect(posterior.quantile("above", 0.9)).toBe(1);
    // E a·(b + 1) = mean·(mean + 1) + covariance, which is 0.5·0.64
    expect(posterior.mean("product")).toBeCloseTo(0.3 * 0.8 + 0.5 * 0.64, 3);
    // N(0.3, 0.8²) above 0 has mean μ + σφ/Φ
    const tail = Math.exp(-0.5 * 0.375 ** 2) / Math.sqrt(2 * Math.PI) / normalCdf(0.375);
    expect(posterior.mean("half")).toBeCloseTo(0.3 + 0.8 * tail, 3);
    const draws = posterior.sample(100, { seed: 4 });
    draws["half"]!.forEach((x, d) => {
      expect(x).toEqual(draws["a"]![d]! > 0 ? draws["a"]![d] : NaN);
    });
  });
});

test("a mixture of guides has the moments, quantiles and draws of all of them", () => {
  const traced = trace(defineModel("m", ({ sample, track }) => track("twice", mul(2, sample("z", normal(0, 1))))));
  const space = meanField().over(traced);
  const theta = (mean: number, sd: number): Float64Array => Float64Array.from([mean, rhoOfSd(sd)]);
  const posterior = new PosteriorClass(space, theta(-1, 0.5), new Float64Array(1), [], {
    components: [
      { weight: 0.25, theta: theta(-1, 0.5) },
      { weight: 0.75, theta: theta(2, 1) },
    ],
    others: (components) => FULL.otherNumbers!({ trace: traced, engine: FULL.engine, components, drawing: undefined }),
  });
  const mean = 0.25 * -1 + 0.75 * 2;
  const sd = Math.sqrt(0.25 * (0.25 + 1) + 0.75 * (1 + 4) - mean ** 2);
  expect(posterior.mean("z")).toBeCloseTo(mean, 6);
  expect(posterior.sd("z")).toBeCloseTo(sd, 6);
  expect(posterior.sd("twice")).toBeCloseTo(2 * sd, 5);
  expect(posterior.covariance()[0]).toBeCloseTo(sd ** 2, 12);
  const at = posterior.quantile("z", 0.3);
  expect(0.25 * normalCdf((at + 1) / 0.5) + 0.75 * normalCdf(at - 2)).toBeCloseTo(0.3, 3);
  const draws = posterior.sample(20_000, { seed: 1 })["z"]!;
  expect(Math.abs(draws.reduce((sum, z) => sum + z, 0) / draws.length - mean)).toBeLessThan(0.05);
});

describe("fits", () => {
  // Counts with mean rate under a gamma prior: the posterior is gamma(3 + Σy, 1 + n).
  const counts = [3, 5, 2, 4, 4, 6, 3];
  const conjugate: Program = ({ sample, factor }) => {
    const rate = sample("rate", gamma(3, 1));
    const u = sample("z", normal(0, 1));
    factor(
      "counts",
      add(
        mul(
          counts.reduce((p, q) => p + q, 0),
          log(rate),
        ),
        mul(-counts.length, rate),
      ),
    );
    factor("none", mul(0, u));
  };

  test("a rate comes out near its posterior, from the prior's start", () => {
    const posterior = fit(defineModel("rates", conjugate), {
      steps: 1500,
      optimizer: adam({ learningRate: 0.02 }),
      seed: 1,
    });
    const [shape, rate] = [3 + 27, 1 + 7];
    expect(Math.abs(posterior.mean("rate") / (shape / rate) - 1)).toBeLessThan(0.03);
    expect(Math.abs(posterior.sd("rate") / (Math.sqrt(shape) / rate) - 1)).toBeLessThan(0.15);
  });

  test("the core reports rates on their own scale too", () => {
    const model = core.defineModel("rate", ({ sample, observe }) => {
      const rate = sample("rate", core.exponential(1));
      for (const y of counts) observe(core.poisson(rate), y);
    });
    const posterior = core.fit(model, { estimator: core.corrected() });
    expect(Math.abs(posterior.mean("rate") / (28 / 8) - 1)).toBeLessThan(0.03);
  });
});
