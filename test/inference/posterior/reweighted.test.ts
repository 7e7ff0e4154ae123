/** What a posterior says of latents that were summed out, and of everything by weights. */
import { beforeAll, describe, expect, test } from "vitest";
import {
  categorical,
  defineModel,
  exponential,
  fit,
  gamma,
  gt,
  mul,
  normal,
  type Posterior,
  poisson,
  skewNormal,
  uniform,
  where,
} from "../../../src/index.ts";
import { normalCdf } from "../../../src/math/normal.ts";
import { gmm } from "../../../src/models/gmm.ts";
import { textmsg } from "../../../src/models/textmsg.ts";
import { amount } from "../../support/soak.ts";

const options = { collapse: "auto", restarts: 0, flips: false, seed: 1 } as const;
const deviation = (values: Float64Array): number => {
  const mean = values.reduce((total, x) => total + x, 0) / values.length;
  return Math.sqrt(values.reduce((total, x) => total + (x - mean) ** 2, 0) / values.length);
};
const sum = (values: readonly number[]): number => values.reduce((total, x) => total + x, 0);

describe("of textmsg, whose switch point is summed out", () => {
  // Exact, by quadrature over the rates in every cell: log p(data) −291.962, sds .3026 of z, .0888 of x0, .0634 of x1.
  let posterior: Posterior;
  beforeAll(() => {
    posterior = fit(textmsg, options);
  });

  test("weighted draws have the exact sds within 8 %, where the guide alone misses that of z by a third", () => {
    for (const seed of amount([1], [1, 2])) {
      const draws = posterior.reweighted({ seed });
      expect(draws.sd("z") / 0.3026).toBeGreaterThan(0.92);
      expect(draws.sd("z") / 0.3026).toBeLessThan(1.08);
      for (const [name, sd] of [
        ["x0", 0.0888],
        ["x1", 0.0634],
      ] as const)
        expect(Math.abs(draws.sd(name) / sd - 1)).toBeLessThan(0.08);
      expect(Math.abs(draws.logEvidence + 291.962)).toBeLessThan(0.02);
      expect(draws.effectiveDraws).toBeGreaterThan(10_000);
      expect(sum(Array.from(draws.weights))).toBeCloseTo(1, 10);
    }
    expect(posterior.drawn().sd("z") / 0.3026).toBeLessThan(0.8);
    // So the posterior itself answers by them.
    expect(posterior.report!.importance!.answers).toBe("weights");
    for (const sd of [posterior.sd("z"), deviation(posterior.sample(20_000, { seed: 4 }).z!)])
      expect(Math.abs(sd / 0.3026 - 1)).toBeLessThan(0.08);
  });

  test("the log evidence is as far off over seeds as its error says, in thirty runs of 200 draws", () => {
    const runs = Array.from({ length: 30 }, (_, seed) => posterior.reweighted({ draws: 200, seed }));
    const spread = Math.sqrt(sum(runs.map(({ logEvidence }) => (logEvidence + 291.962) ** 2)) / 30);
    const error = sum(runs.map(({ logEvidenceError }) => logEvidenceError)) / 30;
    // A standard deviation of thirty is known to 13 %.
    expect(spread / error).toBeGreaterThan(0.65);
    expect(spread / error).toBeLessThan(1.5);
    expect(posterior.drawn({ draws: 10 }).logEvidenceError).toBeNaN();
  });

  test("cells are intervals between its thresholds, one after the other", () => {
    const cells = posterior.cells("z");
    expect(cells).toHaveLength(38);
    expect([cells[0]!.from, cells[37]!.to]).toEqual([-Infinity, Infinity]);
    cells.slice(1).forEach(({ from }, j) => {
      expect(from).toBe(cells[j]!.to);
    });
    expect(sum(cells.map(({ probability }) => probability))).toBeCloseTo(1, 10);
    // The mean of z by its cells: within a cell of the prior N(0, 1) it is (φ(a) − φ(b))/(Φ(b) − Φ(a)).
    const phi = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    const mean = sum(
      cells.map(
        ({ from, to, probability }) => (probability * (phi(from) - phi(to))) / (normalCdf(to) - normalCdf(from)),
      ),
    );
    expect(posterior.mean("z")).toBeCloseTo(mean, 2);
  });

  test("draws are joint ones: where z is low, more busy days fall to the second rate", () => {
    const draws = posterior.reweighted({ draws: 8000 });
    const [z, x1] = [draws.values("z"), draws.values("x1")];
    expect([z.length, x1.length]).toEqual([8000, 8000]);
    const meanWhere = (holds: (z: number) => boolean): number => {
      const chosen = Array.from(z.keys()).filter((d) => holds(z[d]!));
      return sum(chosen.map((d) => draws.weights[d]! * x1[d]!)) / sum(chosen.map((d) => draws.weights[d]!));
    };
    // 0.055 ± 0.003; an independent z would give 0.
    expect(meanWhere((at) => at < -0.6) - meanWhere((at) => at >= -0.6)).toBeGreaterThan(0.03);
    expect(draws.quantile("z", 0.5)).toBeCloseTo(posterior.quantile("z", 0.5), 1);
  });
});

describe("of a model of which nothing is kept", () => {
  test("cells, mean and evidence are exact to rounding: gmm", () => {
    const posterior = fit(gmm, options);
    // p(y = 0 | z > 0) = N(0; 5, 1), p(y = 0 | z ≤ 0) = N(0; −2, 1), P(z > 0) = ½.
    const [above, below] = [Math.exp(-12.5), Math.exp(-2)];
    const logEvidence = Math.log(0.5 * (above + below)) - 0.5 * Math.log(2 * Math.PI);
    expect(posterior.latents).toEqual([]);
    expect(posterior.exact!.logEvidence).toBeCloseTo(logEvidence, 13);
    const p = above / (above + below);
    const [low, high] = posterior.cells("z");
    expect([low!.from, low!.to, high!.from, high!.to]).toEqual([-Infinity, 0, 0, Infinity]);
    expect(low!.probability).toBeCloseTo(1 - p, 14);
    expect(high!.probability).toBeCloseTo(p, 14);
    const half = Math.sqrt(2 / Math.PI);
    const mean = (2 * p - 1) * half;
    expect(posterior.mean("z")).toBeCloseTo(mean, 12);
    expect(posterior.sd("z")).toBeCloseTo(Math.sqrt(1 - mean * mean), 12);
  });

  test("cells lie within the support: none below 0 under an exponential prior, none beyond the ends of a uniform one", () => {
    const model = defineModel("late", ({ sample, observe }) => {
      const [t, u] = [sample("t", exponential(0.5)), sample("u", uniform(1, 4))];
      for (let day = 0; day < 6; day++)
        for (const at of [t, u]) observe(normal(where(gt(day, at), 2, 0), 1), day > 2 ? 2 : 0);
    });
    const posterior = fit(model, options);
    const ends = (name: string): number[][] => posterior.cells(name).map(({ from, to }) => [from, to]);
    expect(ends("t")).toEqual([0, 1, 2, 3, 4, 5].map((from) => [from, from === 5 ? Infinity : from + 1]));
    expect(ends("u")).toEqual([1, 2, 3].map((from) => [from, from + 1]));
    for (const name of ["t", "u"])
      expect(sum(posterior.cells(name).map(({ probability }) => probability))).toBeCloseTo(1, 12);
  });

  test("discrete latents have probabilities of their values", () => {
    const model = defineModel("die", ({ sample, observe }) => {
      const k = sample("k", categorical([0.2, 0.5, 0.3]));
      const z = sample("z", normal(0, 1));
      observe(normal(mul(k, where(gt(z, 1), 1, 2)), 1), 1.5);
    });
    const posterior = fit(model, options);
    const density = (mean: number): number => Math.exp(-0.5 * (1.5 - mean) ** 2);
    const above = normalCdf(-1);
    const weights = [0.2, 0.5, 0.3].map((w, k) => w * (above * density(k) + (1 - above) * density(2 * k)));
    posterior.probabilities("k").forEach(({ value, probability }, k) => {
      expect(value).toBe(k);
      expect(probability).toBeCloseTo(weights[k]! / sum(weights), 13);
    });
    expect(posterior.exact!.logEvidence).toBeCloseTo(Math.log(sum(weights)) - 0.5 * Math.log(2 * Math.PI), 13);
  });
});

describe("weights repair what the guide cannot say", () => {
  // Two modes, at −2 and 2, of which a normal guide finds one: the other is out of its reach, but not out of the prior's.
  const model = defineModel("two modes", ({ sample, observe }) => {
    const x = sample("x", normal(0.3, 2));
    observe(normal(mul(x, x), 0.5), 4);
  });
  let [total, first] = [0, 0];
  for (let x = -8; x < 8; x += 1e-3) {
    const density = Math.exp(-0.5 * ((x - 0.3) / 2) ** 2 - 0.5 * ((4 - x * x) / 0.5) ** 2) / (2 * 0.5 * 2 * Math.PI);
    total += 1e-3 * density;
    first += 1e-3 * density * x;
  }
  const exact = first / total;

  test("by the share of the prior: mean and evidence agree with quadrature", () => {
    const posterior = fit(model, { ...options, onWarning: () => {} });
    expect(Math.abs(posterior.drawn().mean("x") - exact)).toBeGreaterThan(1);
    expect(Math.abs(posterior.mean("x") - exact)).toBeLessThan(0.1);
    const draws = posterior.reweighted({ draws: 50_000, seed: 3 });
    expect(Math.abs(draws.mean("x") - exact)).toBeLessThan(0.1);
    expect(draws.sd("x")).toBeGreaterThan(1.8);
    expect(Math.abs(draws.logEvidence - Math.log(total))).toBeLessThan(0.1);
    // The proposal has been moved to both modes: of the guide and the prior as they are fewer than 10,000 draws would count.
    expect(draws.effectiveDraws).toBeGreaterThan(25_000);
  });
});

test("names that are wrong are errors that tell the right ones", () => {
  const posterior = fit(gmm, options);
  expect(() => posterior.cells("w")).toThrow('cells: no such latent with cells; got "w", expected one of z');
  expect(() => posterior.probabilities("z")).toThrow(
    'probabilities: no such discrete latent; got "z", expected one of none',
  );
  expect(() => posterior.reweighted().mean("w")).toThrow('draws: no such latent; got "w", expected one of z');
  expect(() => posterior.reweighted().quantile("z", 1)).toThrow(
    "quantile: probability out of range; got 1, expected 0 < p < 1",
  );
  expect(() => posterior.reweighted().quantile("z", "0.5" as never)).toThrow("probability out of range; got 0.5");
  expect(() => posterior.reweighted({ draws: 0 })).toThrow("reweighted: draws");
  const kept = fit(gmm, { ...options, collapse: false });
  expect(kept.exact).toBeUndefined();
  expect(() => kept.cells("z")).toThrow('cells: no such latent with cells; got "z", expected one of none');
});

test("MOST_LOOSE: of 17 latents, none of which is set free by itself, the answers are right all the same", () => {
  const counts = Array.from({ length: 17 }, (_, i) => i % 5);
  const rates = defineModel("rates", ({ sample, observe }) => {
    counts.forEach((count, i) => {
      observe(poisson(sample(`rate[${i}]`, gamma(2, 1))), count);
    });
  });
  const posterior = fit(rates, { restarts: 0, onWarning: () => undefined });
  counts.forEach((count, i) => {
    const sd = Math.sqrt(2 + count) / 2;
    expect(Math.abs(posterior.mean(`rate[${i}]`) - (2 + count) / 2)).toBeLessThan(0.1 * sd);
    expect(Math.abs(posterior.sd(`rate[${i}]`) / sd - 1)).toBeLessThan(0.1);
  });
});

test("a skew prior alone has its own mean and sd, where a few draws beyond the guide's tail weigh most", () => {
  const skew = fit(
    defineModel("skew", ({ sample }) => void sample("x", skewNormal(0, 2, 3))),
    { seed: 1 },
  );
  expect(Math.abs(skew.mean("x") - 1.51388)).toBeLessThan(0.02);
  expect(Math.abs(skew.sd("x") - 1.30697)).toBeLessThan(0.02);
});
