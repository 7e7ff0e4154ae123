import { describe, expect, test } from "vitest";
import { neighbours } from "../../src/guides/neighbours.ts";
import { defineModel, fit, halfCauchy, type Model, meanField, normal, type Real, sum } from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { amount } from "../support/soak.ts";
import { climbed } from "../support/unweighed.ts";

const pairsOf = (model: Model, most = 1000): readonly (readonly [string, string])[] | undefined =>
  neighbours(trace(model), most);

// The readings of each group: by a fixed sequence of nearly normal numbers.
const readings = (count: number, each: number): number[][] => {
  let state = 5;
  const uniform = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return (state + 0.5) / 2147483648;
  };
  const noise = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  return Array.from({ length: count }, () => {
    const effect = 2 + 0.8 * noise();
    return Array.from({ length: each }, () => effect + 1.2 * noise());
  });
};

const groups = (count: number, each = 1): Model => {
  const rows = readings(count, each);
  return defineModel("groups", ({ sample, observe }) => {
    const [mu, tau] = [sample("mu", normal(0, 100)), sample("tau", halfCauchy(5))];
    const effects = rows.map((_, i) => sample(`e${i}`, normal(mu, tau)));
    const sd = sample("sd", halfCauchy(5));
    rows.forEach((row, i) => {
      for (const y of row) observe(normal(effects[i]!, sd), y);
    });
  });
};

// Means and sds with the effects integrated out: the mean of a group of n readings is N(mu, tau² + sd²/n), on a grid of mu, log tau and log sd, whose steps
// are half of an sd or less, so that sums over it are the integrals to 8 digits.
function quadrature(rows: readonly number[][]): Record<"mu" | "tau", { mean: number; sd: number }> {
  const n = rows[0]!.length;
  const total = (values: readonly number[], f: (value: number) => number): number =>
    values.reduce((subtotal, value) => subtotal + f(value), 0);
  const means = rows.map((row) => total(row, (y) => y) / n);
  const within = total(
    rows.map((row, g) => total(row, (y) => (y - means[g]!) ** 2)),
    (square) => square,
  );
  const centre = total(means, (mean) => mean) / means.length;
  const between = total(means, (mean) => (mean - centre) ** 2);
  const at = (from: number, to: number): number[] =>
    Array.from({ length: 40 }, (_, i) => from + ((to - from) * (i + 0.5)) / 40);
  const points: { mu: number; tau: number; log: number }[] = [];
  for (const mu of at(centre - 1, centre + 1))
    for (const logTau of at(-1.2, 0.8))
      for (const logSd of at(-0.2, 0.7)) {
        const [tau, sd] = [Math.exp(logTau), Math.exp(logSd)];
        const variance = tau ** 2 + sd ** 2 / n;
        const squares = (between + means.length * (mu - centre) ** 2) / variance + within / sd ** 2;
        const prior = -0.5 * (mu / 100) ** 2 - Math.log1p((tau / 5) ** 2) - Math.log1p((sd / 5) ** 2) + logTau + logSd;
        const scales = means.length * (Math.log(variance) / 2 + (n - 1) * logSd);
        points.push({ mu, tau, log: prior - scales - squares / 2 });
      }
  const most = points.reduce((top, { log }) => Math.max(top, log), Number.NEGATIVE_INFINITY);
  const mean = (f: (point: { mu: number; tau: number }) => number): number => {
    let [weighted, weight] = [0, 0];
    for (const point of points) {
      const w = Math.exp(point.log - most);
      weighted += w * f(point);
      weight += w;
    }
    return weighted / weight;
  };
  const moments = (name: "mu" | "tau"): { mean: number; sd: number } => {
    const first = mean((point) => point[name]);
    return { mean: first, sd: Math.sqrt(mean((point) => (point[name] - first) ** 2)) };
  };
  return { mu: moments("mu"), tau: moments("tau") };
}

describe("neighbours", () => {
  test("are effects and their mean and scale; a scale that is declared after them is correlated with these two", () => {
    const pairs = pairsOf(groups(50))!;
    expect(pairs).toHaveLength(2 * 50 + 3);
    expect(pairs).toContainEqual(["e7", "mu"]);
    expect(pairs).toContainEqual(["sd", "tau"]);
    expect(pairs).not.toContainEqual(["sd", "e7"]);
  });

  test("are too many in a chain, whose every latent knows the one before, and in a sum of all", () => {
    const chain = defineModel("chain", ({ sample }) => {
      let x: Real = 0;
      for (let i = 0; i < 50; i++) x = sample(`x${i}`, normal(x, 1));
    });
    expect(pairsOf(chain)).toBeUndefined();
    const joint = defineModel("sum", ({ sample, observe }) => {
      const all = Array.from({ length: 50 }, (_, i) => sample(`x${i}`, normal(0, 1)));
      observe(normal(sum(all), 1), 3);
    });
    expect(pairsOf(joint)).toBeUndefined();
  });
});

describe("a fit of 60 groups", () => {
  const exact = quadrature(readings(60, 5));

  // By independent normals the sd of mu is half of the exact one, on either seed.
  test.each(amount([1], [1, 2]))("has the mean and the sd of what they have in common, seed %i", (seed) => {
    const posterior = fit(groups(60, 5), { seed });
    expect(posterior.status).toBe("converged");
    expect(posterior.report!.guide).toBe("full-rank");
    for (const name of ["mu", "tau"] as const) {
      const { mean, sd } = exact[name];
      expect(Math.abs(posterior.mean(name) - mean) / sd).toBeLessThan(0.1);
      expect(posterior.sd(name) / sd).toBeGreaterThan(0.9);
      expect(posterior.sd(name) / sd).toBeLessThan(1.1);
    }
  });

  // Guides and their ELBOs are what a climb ends with: no draws are weighed after it. Correlated effects have two optima, −539.65 and −539.37, of which a climb
  // ends at either; independent ones have one, −539.88.
  test("whose effects are independent of their mean loses a fifth of a nat", () => {
    const by = (guide?: ReturnType<typeof meanField>): number =>
      climbed(groups(60, 5), { seed: 1, restarts: 0, ...(guide && { guide }), onWarning: () => undefined }).report!
        .elbo;
    expect(by() - by(meanField())).toBeGreaterThan(0.2);
  });

  test("MOST_NEAR, MOST_EACH: of more latents, or with more neighbours each, they are independent", () => {
    const guideOf = (model: Model): string =>
      climbed(model, { seed: 1, restarts: 0, maxSamples: 64, onWarning: () => undefined }).report!.guide;
    expect(guideOf(groups(260))).toBe("mean-field");
    expect(guideOf(groups(41))).toBe("full-rank");
    const many = defineModel("many", ({ sample, observe }) => {
      const shared = Array.from({ length: 20 }, (_, j) => sample(`s${j}`, normal(0, 1)));
      for (let i = 0; i < 60; i++) observe(normal(sum([sample(`e${i}`, normal(0, 1)), ...shared]), 1), i / 30);
    });
    expect(guideOf(many)).toBe("mean-field");
  });
});
