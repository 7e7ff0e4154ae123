// Vectors in increasing order that only conditions read, such as the days of several changes: summed out as a chain over their thresholds.
import { describe, expect, test } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { logMass } from "../../../src/distributions/log-mass.ts";
import * as n from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";
import { plainLogJoint } from "../../support/cell-sum.ts";
import { evaluatorOf } from "../../support/evaluate.ts";

const M = 0.4;
const DAYS = [0.2, -0.3, 1.1, 0.9, 2.2, 1.8, 0.1];

/** Levels that change on days in order: m, 1, 2, … */
const changes = (prior: n.Distribution, count: number, days: readonly number[], shift = false): n.Model =>
  n.defineModel("changes", ({ sample, observe }) => {
    const m = sample("m", n.normal(0, 1));
    const t = sample("t", n.ordered(prior, count)) as n.Real[];
    days.forEach((y, day) => {
      const at = shift ? n.add(day + 0.5, m) : day + 0.5;
      const level = t.reduce<n.Real>(
        (before, change, i) => n.where(n.gt(n.mul(2, change), n.mul(2, at)), before, i + 1),
        m,
      );
      observe(n.normal(level, 1), y);
    });
  });

/** Log density of m and the data, and the posterior probability of each combination of cells, by enumeration. */
function enumerated(model: n.Model, prior: n.Distribution, count: number, cuts: readonly number[]) {
  const ends = [prior.support.lower, ...cuts, prior.support.upper];
  const points = ends.slice(1).map((high, j) => {
    const low = ends[j]!;
    return low === -Infinity ? high - 1 : high === Infinity ? low + 1 : 0.5 * (low + high);
  });
  const masses = points.map((_, j) => logMass(prior, ends[j]!, ends[j + 1]!) as number);
  const found: { readonly cells: readonly number[]; readonly log: number }[] = [];
  const visit = (cells: readonly number[], log: number): void => {
    if (cells.length === count) {
      const at = { m: M, t: cells.map((cell, i) => points[cell]! + 1e-6 * i) };
      found.push({ cells, log: log + plainLogJoint(model, at as never, new Set(["t"])) });
      return;
    }
    // k!·Π p/N!: one more entry in a cell that has r of them counts p/(r + 1).
    for (let cell = cells.at(-1) ?? 0; cell < points.length; cell++) {
      const run = cells.filter((other) => other === cell).length;
      visit([...cells, cell], log + masses[cell]! + Math.log((cells.length + 1) / (run + 1)));
    }
  };
  visit([], 0);
  const total = Math.log(found.reduce((sum, { log }) => sum + Math.exp(log), 0));
  return { total, cells: found.map(({ cells, log }) => ({ cells, p: Math.exp(log - total) })) };
}

function densityOf(model: n.Model): { readonly at: number; readonly clique: number; readonly kept: readonly string[] } {
  const { trace: rest, report } = collapseTrace(trace(model));
  const { graph, terms, latents } = rest;
  const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  const at = evaluate(graph.inputs.map(({ name }) => (name === "m" ? M : Number.NaN)))[0]!;
  return {
    at,
    clique: Math.max(...report.collapsed.map(({ clique }) => clique)),
    kept: latents.map(({ name }) => name),
  };
}

const PRIORS: Readonly<Record<string, () => n.Distribution>> = {
  "uniform between ends": () => n.uniform(0, 7),
  "normal on ℝ": () => n.normal(3, 2),
  "exponential above 0": () => n.exponential(0.3),
};

describe.each(Object.entries(PRIORS))("%s", (_, prior) => {
  test.each([1, 2, 3, 4])("of %i changes the density is the sum over all cells in order", (count) => {
    const model = changes(prior(), count, DAYS);
    const cuts = DAYS.map((_, day) => day + 0.5);
    const { at, kept } = densityOf(model);
    expect(kept).toEqual(["m"]);
    expect(Math.abs(at / enumerated(model, prior(), count, cuts).total - 1)).toBeLessThan(1e-12);
  });

  test("of thresholds that a kept latent moves too", () => {
    const model = changes(prior(), 2, DAYS, true);
    const cuts = DAYS.map((_, day) => day + 0.5 + M);
    expect(Math.abs(densityOf(model).at / enumerated(model, prior(), 2, cuts).total - 1)).toBeLessThan(1e-12);
  });
});

test("a prior that is another is told apart", () => {
  const cuts = DAYS.map((_, day) => day + 0.5);
  const model = changes(n.normal(3, 2), 2, DAYS);
  const other = enumerated(model, n.normal(3, 2.001), 2, cuts).total;
  expect(Math.abs(densityOf(model).at / other - 1)).toBeGreaterThan(1e-6);
});

test("five changes in 200 days take tables of 36 entries, and no boundary is left", () => {
  const days = Array.from({ length: 200 }, (_, day) => Math.floor(day / 40) + 0.3 * Math.sin(day * day));
  const model = changes(n.uniform(0, 200), 5, days);
  expect(densityOf(model).clique).toBe(36);
  const { trace: rest, report } = collapseTrace(trace(model));
  const left = rest.graph.reachable(rest.terms.map(({ node }) => node));
  expect(left.filter((node) => rest.graph.op[node] === CODE.positive)).toEqual([]);
  expect(report.collapsed.map(({ latent, cells }) => [latent, cells])).toEqual(
    [0, 1, 2, 3, 4].map((i) => [`t[${i}]`, 201]),
  );
});

test("why a vector is kept", () => {
  const reasonOf = (program: (t: readonly n.Real[], context: n.ProgramContext) => void): string => {
    const model = n.defineModel("kept", (context) => {
      program(context.sample("t", n.ordered(n.uniform(0, 7), 2)) as n.Real[], context);
    });
    const { report } = collapseTrace(trace(model));
    return report.kept.find(({ latent }) => latent === "t[1]")!.reason;
  };
  const seen = (truth: n.Truth, { observe }: n.ProgramContext): void => observe(n.normal(n.where(truth, 1, 0), 1), 0.2);
  expect(reasonOf(([t], context) => context.observe(n.normal(t!, 1), 2))).toBe(
    "its value is used outside of conditions",
  );
  expect(reasonOf(([s, t], context) => seen(n.gt(n.sub(t!, s!), 1), context))).toBe(
    "a condition is not affine in one entry of it",
  );
  expect(
    reasonOf(([s, t], context) => {
      const c = context.sample("c", n.normal(0, 1));
      context.observe(n.normal(c, 1), 0);
      seen(n.gt(s!, c), context);
      seen(n.gt(t!, 2), context);
    }),
  ).toBe("its thresholds do not differ by numbers");
});

describe("entries come back", () => {
  const draws = 20_000;
  const count = 3;
  const model = changes(n.uniform(0, 7), count, DAYS);
  const cuts = DAYS.map((_, day) => day + 0.5);
  const { cells } = enumerated(model, n.uniform(0, 7), count, cuts);
  const { completion } = collapseTrace(trace(model));
  const found = completion(FAST_ENGINE).draw(new Array<number>(draws).fill(M), draws, uniformSource(makeGenerator(1)));

  test("with the probabilities of their cells, to rounding", () => {
    expect(found.map(({ name }) => name)).toEqual(["t[0]", "t[1]", "t[2]"]);
    found.forEach(({ probabilities, lows, highs }, i) => {
      for (let j = 0; j <= DAYS.length; j++) {
        const expected = cells.reduce((sum, { cells: own, p }) => sum + (own[i] === j ? p : 0), 0);
        expect(Math.abs(probabilities[j * draws + 11]! - expected)).toBeLessThan(1e-13);
        expect([lows[j * draws], highs[j * draws]]).toEqual([cuts[j - 1] ?? -Infinity, cuts[j] ?? Infinity]);
      }
    });
  });

  // χ² of the joint cells, of which those that are expected less than 10 times are one class. A twentieth of the draws moved elsewhere is seen
  // as Σ (0.05·draws)²/(draws·p) ≥ 0.0025·20,000 = 50 above its mean, of an sd of about 8.
  test("in the joint distribution of enumeration, in order, with the inputs that make them", () => {
    const times = new Map<string, number>();
    let outOfOrder = 0;
    for (let d = 0; d < draws; d++) {
      const key = found.map(({ cell }) => cell[d]).join();
      times.set(key, (times.get(key) ?? 0) + 1);
      const isInOrder = found.every(
        ({ value, cell }, i) =>
          Math.floor(value[d]! + 0.5) === cell[d] && (i === 0 || value[d]! > found[i - 1]!.value[d]!),
      );
      if (!isInOrder) outOfOrder++;
    }
    expect(outOfOrder).toBe(0);
    const surprise = (moved: (own: readonly number[]) => number): number => {
      let [chi2, classes, rare, expectedRare] = [0, 0, 0, 0];
      for (const { cells: own, p } of cells) {
        const [seen, mean] = [times.get(own.join()) ?? 0, draws * p * moved(own)];
        if (mean < 10) [rare, expectedRare] = [rare + seen, expectedRare + mean];
        else [chi2, classes] = [chi2 + (seen - mean) ** 2 / mean, classes + 1];
      }
      if (expectedRare > 0) chi2 += (rare - expectedRare) ** 2 / expectedRare;
      return (chi2 - classes) / Math.sqrt(2 * classes);
    };
    expect(surprise(() => 1)).toBeLessThan(5);
    expect(surprise(([first]) => (first === 1 ? 1.05 : 1))).toBeGreaterThan(surprise(() => 1));
    expect(surprise(([first, second]) => (first === second ? 1.5 : 1))).toBeGreaterThan(20); // run lengths not counted
    const { transform } = n.ordered(n.uniform(0, 7), count).support;
    for (const d of [0, 5, 77]) {
      const entries = transform!.forward(found.map(({ input }) => input[d]!)) as number[];
      for (const [i, entry] of entries.entries()) expect(entry).toBeCloseTo(found[i]!.value[d]!, 10);
    }
  });
});

test("a fit of it reports each change by cells, quantiles and draws", () => {
  const model = changes(n.uniform(0, 7), 2, DAYS);
  const posterior = n.fit(model, { seed: 1 });
  const cuts = DAYS.map((_, day) => day + 0.5);
  const { cells } = enumerated(model, n.uniform(0, 7), 2, cuts);
  const [before, after] = [posterior.cells("t[0]"), posterior.cells("t[1]")];
  expect([before.length, after.length]).toEqual([8, 8]);
  const mean = cells.reduce((sum, { cells: [, second], p }) => sum + p * second!, 0);
  expect(posterior.mean("t[1]")).toBeGreaterThan(posterior.mean("t[0]"));
  expect(Math.abs(posterior.mean("t[1]") - mean)).toBeLessThan(0.3); // m is not at M
  expect(before.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
});

const [BEFORE, BETWEEN, AFTER] = [0, 2, 5];
const normalMass = (y: number, mean: number, sd: number): number =>
  Math.exp(-0.5 * ((y - mean) / sd) ** 2) / (sd * Math.sqrt(2 * Math.PI));

test("a vector in an arm is summed out like one outside", () => {
  const data = [0, 0, 2, 2, 5];
  const model = n.defineModel("an arm", ({ sample, observe, branch }) => {
    const isChanged = sample("isChanged", n.bernoulli(0.5));
    branch(
      n.eq(isChanged, 1),
      () => {
        const [s, t] = sample("t", n.ordered(n.uniform(0, 5), 2)) as [n.Real, n.Real];
        data.forEach((y, i) => {
          const later = n.where(n.gt(t, i + 0.5), BETWEEN, AFTER);
          observe(n.normal(n.where(n.gt(s, i + 0.5), BEFORE, later), 2), y);
        });
      },
      () => data.forEach((y) => void observe(n.normal(2, 2), y)),
    );
  });
  // The changes lie in one of six cells each, (0, 0.5), (0.5, 1.5), …, whose shares of (0, 5) are known.
  const ends = [0, 0.5, 1.5, 2.5, 3.5, 4.5, 5];
  let changed = 0;
  for (let i = 0; i < 6; i++)
    for (let j = i; j < 6; j++) {
      const share = ((ends[i + 1]! - ends[i]!) * (ends[j + 1]! - ends[j]!)) / 25;
      const levels = data.map((_, k) => (i > k ? BEFORE : j > k ? BETWEEN : AFTER));
      changed += (i === j ? 1 : 2) * share * data.reduce((p, y, k) => p * normalMass(y, levels[k]!, 2), 1);
    }
  const same = data.reduce((p, y) => p * normalMass(y, 2, 2), 1);
  const posterior = n.fit(model, { seed: 1 });
  expect(posterior.exact!.logEvidence).toBeCloseTo(Math.log(0.5 * (changed + same)), 11);
  expect(posterior.mean("isChanged")).toBeCloseTo(changed / (changed + same), 11);
});

const DIAGONAL = {
  cholesky: [
    [1, 0],
    [0, 2],
  ],
};

test("a vector that is kept in the arm of a flag that is summed out has its prior where the arm is not taken", () => {
  const model = n.defineModel("kept in an arm", ({ sample, observe, branch }) => {
    const flag = sample("flag", n.bernoulli(0.25));
    branch(
      n.eq(flag, 1),
      () => {
        const t = sample("t", n.multivariateNormal([0, 0], DIAGONAL)) as [n.Real, n.Real];
        observe(n.normal(n.add(t[0], t[1]), 1), 2.5);
      },
      () => observe(n.normal(0, 2), 2.5),
    );
  });
  const { graph, terms } = collapseTrace(trace(model)).trace;
  const density = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  const [t0, t1] = [0.7, 1.2];
  const prior = normalMass(t0, 0, 1) * normalMass(t1, 0, 2);
  const right = prior * (0.25 * normalMass(2.5, t0 + t1, 1) + 0.75 * normalMass(2.5, 0, 2));
  const at: Readonly<Record<string, number>> = { "t[0]": t0, "t[1]": t1 };
  const found = density(graph.inputs.map(({ name }) => at[name] ?? Number.NaN))[0]!;
  expect(found).toBeCloseTo(Math.log(right), 12);
});

test("days of two changes in a growth rate, whose sums read all days before, are kept with the reason: choosing never ended", () => {
  const model = n.defineModel("growth", ({ sample, observe }) => {
    const rates = [0, 1, 2].map((k) => sample(`rate${k}`, n.normal(0, 0.2)));
    const t = sample("t", n.ordered(n.uniform(0, 40), 2)) as [n.Real, n.Real];
    let level: n.Real = sample("level", n.normal(3, 1));
    for (let day = 0; day < 8; day++) {
      level = n.add(level, n.where(n.lt(day, t[0]), rates[0]!, n.where(n.lt(day, t[1]), rates[1]!, rates[2]!)));
      observe(n.poisson(n.exp(level)), 20 + 5 * day);
    }
  });
  const { report } = collapseTrace(trace(model));
  expect(report.collapsed).toEqual([]);
  for (const { latent, reason } of report.kept.filter((kept) => kept.latent.startsWith("t[")))
    expect(reason, latent).toMatch(/^its (table would have \d+ entries|sum would cost more)/);
  expect(() => collapseTrace(trace(model), { only: ["t[0]", "t[1]"] })).toThrow(/cannot be summed out: its/);
});
