// Counts that were not recorded take no table, and tables have the rows that are told apart: answers by enumeration.
import { describe, expect, test } from "vitest";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import {
  add,
  bernoulli,
  binomial,
  defineModel,
  discreteUniform,
  eq,
  explain,
  exponential,
  fit,
  gamma,
  ge,
  type Model,
  normal,
  poisson,
  type Real,
  where,
} from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";

const COUNTS = Array.from({ length: 60 }, (_, i) => (i % 27 === 4 ? undefined : ((i * 7) % 4) + (i < 30 ? 2 : 0)));
const [EARLY, LATE] = [3.2, 1.3];

const disasters = defineModel("disasters", ({ sample, observe }) => {
  const year = sample("year", discreteUniform(0, COUNTS.length - 1));
  COUNTS.forEach((count, i) => {
    const rate = where(ge(year, i), EARLY, LATE);
    if (count === undefined) sample(`missing${i}`, poisson(rate));
    else observe(poisson(rate), count);
  });
});

// Log weights of the years without the factorials of the counts.
function yearsOf(extra: (year: number) => number = () => 0): number[] {
  const logs = COUNTS.map((_, year) => {
    const each = COUNTS.map((count, i) => {
      const rate = i <= year ? EARLY : LATE;
      return count === undefined ? 0 : count * Math.log(rate) - rate;
    });
    return each.reduce((sum, term) => sum + term, extra(year));
  });
  const most = Math.max(...logs);
  const total = logs.reduce((sum, log) => sum + Math.exp(log - most), 0);
  return logs.map((log) => Math.exp(log - most) / total);
}

const summaryOf = (model: Model) =>
  new Map(
    fit(model, { seed: 1 })
      .summary()
      .map((row) => [row.name, row] as const),
  );
const meansOf = (model: Model) => new Map([...summaryOf(model)].map(([name, { mean }]) => [name, mean] as const));
const cliqueOf = (model: Model, latent: string): number =>
  explain(model, { collapse: "auto" }).collapsed!.collapsed.find((found) => found.latent === latent)!.clique;

describe("counts that were not recorded", () => {
  test("are drawn from the rates that the others leave possible", () => {
    const years = yearsOf();
    const summary = summaryOf(disasters);
    const mean = years.reduce((sum, p, year) => sum + p * year, 0);
    expect(summary.get("year")!.mean).toBeCloseTo(mean, 9);
    for (const i of [4, 31, 58]) {
      const early = years.reduce((sum, p, year) => sum + (i <= year ? p : 0), 0);
      const rate = early * EARLY + (1 - early) * LATE;
      const second = early * EARLY * (EARLY + 1) + (1 - early) * LATE * (LATE + 1);
      expect(summary.get(`missing${i}`)!.mean).toBeCloseTo(rate, 9);
      expect(summary.get(`missing${i}`)!.sd).toBeCloseTo(Math.sqrt(second - rate * rate), 9);
    }
  });

  test("leave the evidence to the others", () => {
    const recorded = defineModel("recorded", ({ sample, observe }) => {
      const year = sample("year", discreteUniform(0, COUNTS.length - 1));
      COUNTS.forEach((count, i) => {
        if (count !== undefined) observe(poisson(where(ge(year, i), EARLY, LATE)), count);
      });
    });
    const evidenceOf = (model: Model): number => fit(model, { seed: 1 }).exact!.logEvidence;
    expect(evidenceOf(disasters)).toBeCloseTo(evidenceOf(recorded), 12);
  });

  test("leave the density no operation", () => {
    const series = (isListed: boolean): Model =>
      defineModel("series", ({ sample, observe }) => {
        const year = sample("year", discreteUniform(0, COUNTS.length - 1));
        const [early, late] = [sample("early", exponential(1)), sample("late", exponential(1))];
        COUNTS.forEach((count, i) => {
          const rate = where(ge(year, i), early, late);
          if (count !== undefined) observe(poisson(rate), count);
          else if (isListed) sample(`missing${i}`, poisson(rate));
        });
      });
    const operationsOf = (model: Model): number => {
      const { graph, terms } = collapseTrace(trace(model)).trace;
      return graph.reachable(terms.map(({ node }) => node)).length;
    };
    expect(operationsOf(series(true))).toBe(operationsOf(series(false)));
  });

  test("go with what only they read", () => {
    const model = defineModel("sick", ({ sample, observe }) => {
      const carrier = sample("carrier", bernoulli(0.3));
      const sick = sample("sick", bernoulli(where(eq(carrier, 1), 0.9, 0.2)));
      sample("coughs", bernoulli(where(eq(sick, 1), 0.7, 0.1)));
      const other = sample("other", bernoulli(0.5));
      observe(normal(other, 1), 1);
    });
    const summary = meansOf(model);
    const sick = 0.3 * 0.9 + 0.7 * 0.2;
    expect(summary.get("carrier")).toBeCloseTo(0.3, 12);
    expect(summary.get("sick")).toBeCloseTo(sick, 12);
    expect(summary.get("coughs")).toBeCloseTo(sick * 0.7 + (1 - sick) * 0.1, 12);
    expect(summary.get("other")).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
  });

  test("may be rates of each other, whatever tables of both would take", () => {
    const chain = (isListed: boolean): Model =>
      defineModel("chain", ({ sample, observe }) => {
        const rate = sample("rate", gamma(2, 0.1));
        for (const count of [12, 20, 17]) observe(poisson(rate), count);
        if (!isListed) return;
        const first = sample("first", poisson(rate));
        const second = sample("second", poisson(first));
        sample("third", binomial(second, 0.3));
      });
    const operationsOf = (model: Model): number => {
      const { graph, terms } = collapseTrace(trace(model)).trace;
      return graph.reachable(terms.map(({ node }) => node)).length;
    };
    expect(operationsOf(chain(true))).toBe(operationsOf(chain(false)));
    const summary = summaryOf(chain(true));
    // The rate is gamma(51, 3.1) given the three counts; means and variances go from each count to the next.
    const [mean, variance] = [51 / 3.1, 51 / 3.1 ** 2];
    const within = (name: string, expected: number, sd: number): void => {
      expect(Math.abs(summary.get(name)!.mean - expected) / sd).toBeLessThan(0.06);
      expect(Math.abs(summary.get(name)!.sd / sd - 1)).toBeLessThan(0.05);
    };
    within("first", mean, Math.sqrt(variance + mean));
    within("second", mean, Math.sqrt(variance + 2 * mean));
    within("third", 0.3 * mean, Math.sqrt(0.09 * (variance + 2 * mean) + 0.21 * mean));
  });

  test("that are drawn without a table exist where their arm is taken", () => {
    const model = defineModel("arm", ({ sample, observe, branch }) => {
      const isOn = sample("isOn", bernoulli(0.5));
      const rate = sample("rate", gamma(20, 1));
      branch(eq(isOn, 1), () => {
        const first = sample("first", poisson(rate));
        sample("second", poisson(add(first, 100)));
      });
      observe(normal(isOn, 1), 1);
    });
    const summary = summaryOf(model);
    expect(summary.get("isOn")!.mean).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
    expect(Math.abs(summary.get("second")!.mean - 120) / Math.sqrt(160)).toBeLessThan(0.06);
    expect(Math.abs(summary.get("second")!.sd / Math.sqrt(120 + 20 + 20) - 1)).toBeLessThan(0.05);
  });

  test("are read where one is only part of a sum", () => {
    const model = defineModel("pair", ({ sample, observe }) => {
      const [a, b] = [sample("a", bernoulli(0.3)), sample("b", bernoulli(0.6))];
      observe(normal(add(a, b), 1), 2);
    });
    const weights = [0.7 * 0.4 * Math.exp(-2), 0.7 * 0.6 * Math.exp(-0.5), 0.3 * 0.4 * Math.exp(-0.5), 0.3 * 0.6];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const summary = meansOf(model);
    expect(summary.get("a")).toBeCloseTo((weights[2]! + weights[3]!) / total, 12);
    expect(summary.get("b")).toBeCloseTo((weights[1]! + weights[3]!) / total, 12);
  });
});

test("a table has a row for each run of a neighbour, and not for each of its values", () => {
  // In year 20 a tenth of what there was has been seen: the count reads of 60 years whether the change came before.
  const SEEN = 1;
  const model = defineModel("seen", ({ sample, observe }) => {
    const year = sample("year", discreteUniform(0, COUNTS.length - 1));
    COUNTS.forEach((count, i) => {
      if (count !== undefined) observe(poisson(where(ge(year, i), EARLY, LATE)), count);
    });
    const mean: Real = where(ge(year, 31), 2 * EARLY, 2 * LATE);
    const there = sample("there", poisson(mean));
    observe(binomial(there, 0.1), SEEN);
  });
  // A thinned Poisson count is one of a tenth of the mean; what was not seen is another, of nine tenths.
  const meanAt = (year: number): number => 2 * (year >= 31 ? EARLY : LATE);
  const years = yearsOf((year) => SEEN * Math.log(0.1 * meanAt(year)) - 0.1 * meanAt(year));
  const there = years.reduce((sum, p, year) => sum + p * (SEEN + 0.9 * meanAt(year)), 0);
  const summary = meansOf(model);
  expect(summary.get("year")).toBeCloseTo(
    years.reduce((sum, p, year) => sum + p * year, 0),
    8,
  );
  expect(summary.get("there")).toBeCloseTo(there, 8);
  expect(cliqueOf(model, "there") % 2).toBe(0);
  expect(cliqueOf(model, "there")).toBeLessThan(4096);
});
