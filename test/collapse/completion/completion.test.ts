/** Draws of summed-out latents against enumeration of all cells, by χ². */
import { describe, expect, test } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import type { CompletedLatent } from "../../../src/collapse/completion/completed.ts";
import {
  bernoulli,
  categorical,
  exponential,
  gt,
  inverseGaussian,
  logistic,
  mul,
  normal,
  type Real,
  skewNormal,
  sub,
  where,
} from "../../../src/index.ts";
import { normalCdf } from "../../../src/math/normal.ts";
import { defineModel, type Model } from "../../../src/program/model.ts";
import { trace } from "../../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";
import { plainLogJoint } from "../../support/cell-sum.ts";

const DRAWS = 20_000;

function drawnAt(model: Model, kept: readonly number[], draws = DRAWS, seed = 1): Map<string, CompletedLatent> {
  const { completion, trace: left } = collapseTrace(trace(model));
  expect(left.latents.length).toBe(kept.length);
  const rows = kept.flatMap((value) => new Array<number>(draws).fill(value));
  const found = completion(FAST_ENGINE).draw(rows, draws, uniformSource(makeGenerator(seed)));
  return new Map(found.map((latent) => [latent.name, latent]));
}

/** Σ (observed − expected)²/expected over its degrees of freedom, in units of its sd: above 6 for one in a billion of right draws. */
function surprise(observed: readonly number[], probabilities: readonly number[]): number {
  const total = observed.reduce((sum, count) => sum + count, 0);
  let [chi2, classes] = [0, 0];
  let [rare, expectedRare] = [0, 0];
  probabilities.forEach((p, j) => {
    if (total * p < 10) {
      rare += observed[j]!;
      expectedRare += total * p;
      return;
    }
    chi2 += (observed[j]! - total * p) ** 2 / (total * p);
    classes++;
  });
  if (expectedRare > 0) {
    chi2 += (rare - expectedRare) ** 2 / Math.max(expectedRare, 1);
    classes++;
  }
  return (chi2 - (classes - 1)) / Math.sqrt(2 * (classes - 1));
}

/** Where a latent lies in each cell, and the prior mass of the cell. */
interface Cut {
  readonly name: string;
  readonly cells: (at: Readonly<Record<string, number>>) => readonly (readonly [point: number, mass: number])[];
}

/** The posterior probability of every combination of cells, the last latent's fastest. */
function enumerated(model: Model, cuts: readonly Cut[], kept: Readonly<Record<string, number>>): number[] {
  const logs: number[] = [];
  const without = new Set(cuts.map(({ name }) => name));
  const visit = (index: number, at: Record<string, number>, logMass: number): void => {
    const cut = cuts[index];
    if (!cut) logs.push(logMass + plainLogJoint(model, at, without));
    else
      for (const [point, mass] of cut.cells(at))
        visit(index + 1, { ...at, [cut.name]: point }, logMass + Math.log(mass));
  };
  visit(0, { ...kept }, 0);
  const most = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - most));
  const total = weights.reduce((sum, w) => sum + w, 0);
  return weights.map((w) => w / total);
}

/** How often each combination of cells was drawn. */
function combinationsOf(latents: readonly CompletedLatent[]): number[] {
  const counts = new Array<number>(latents.reduce((product, { size }) => product * size, 1)).fill(0);
  for (let d = 0; d < latents[0]!.cell.length; d++)
    counts[latents.reduce((at, { size, cell }) => at * size + cell[d]!, 0)]!++;
  return counts;
}

const split = (at: number): readonly (readonly [number, number])[] => [
  [at - 1, normalCdf(at)],
  [at + 1, normalCdf(-at)],
];

// A chain of three switches whose thresholds depend on the switch before, a flag, and a discrete latent that moves a mean.
const chain = (data: readonly number[]): Model =>
  defineModel("chain", ({ sample, observe }) => {
    const m = sample("m", normal(0, 1));
    let before: Real = 0;
    data.forEach((y, i) => {
      const e = sample(`e${i}`, normal(0, 1));
      const now = where(gt(e, where(gt(before, 0.5), -0.8, 0.6)), 1, 0);
      observe(normal(mul(now, m), 0.7), y);
      before = now;
    });
    const k = sample("k", categorical([0.2, 0.3, 0.5]));
    const flag = sample("flag", bernoulli(0.3));
    observe(normal(mul(k, where(gt(flag, 0.5), 1, -1)), 1.5), 0.4);
  });

const chainCuts: readonly Cut[] = [
  ...[0, 1, 2].map((i) => ({
    name: `e${i}`,
    cells: (at: Readonly<Record<string, number>>) => {
      let before = 0;
      for (let j = 0; j < i; j++) before = at[`e${j}`]! > (before > 0.5 ? -0.8 : 0.6) ? 1 : 0;
      return split(before > 0.5 ? -0.8 : 0.6);
    },
  })),
  { name: "k", cells: () => [0.2, 0.3, 0.5].map((mass, k) => [k, mass] as const) },
  {
    name: "flag",
    cells: () =>
      [
        [0, 0.7],
        [1, 0.3],
      ] as const,
  },
];

describe("cells drawn backwards", () => {
  const data = [0.9, 1.1, -0.2];
  const found = drawnAt(chain(data), [1.3]);
  const latents = chainCuts.map(({ name }) => found.get(name)!);

  test("have the joint distribution of enumeration", () => {
    const expected = enumerated(chain(data), chainCuts, { m: 1.3 });
    expect(expected).toHaveLength(48);
    // A distribution that is off by a fifth in half of its classes has χ² larger by 0.04 · 20,000/2 = 400, or 40 sds.
    expect(surprise(combinationsOf(latents), expected)).toBeLessThan(6);
  });

  test("are told from those of slightly other data", () => {
    const other = enumerated(chain([0.9, 1.1, 0.1]), chainCuts, { m: 1.3 });
    expect(surprise(combinationsOf(latents), other)).toBeGreaterThan(20);
  });

  test("come with the marginal probabilities, to rounding", () => {
    const expected = enumerated(chain(data), chainCuts, { m: 1.3 });
    let after = 48;
    for (const { size, probabilities } of latents) {
      after /= size;
      for (let j = 0; j < size; j++) {
        const marginal = expected.reduce((sum, p, at) => sum + (Math.floor(at / after) % size === j ? p : 0), 0);
        for (const d of [0, 7, DRAWS - 1])
          expect(Math.abs(probabilities[j * DRAWS + d]! - marginal)).toBeLessThan(1e-14);
      }
    }
  });

  test("and with means of which those of latents that others move are right on average", () => {
    const { means, value } = found.get("e2")!;
    const mean = (values: Float64Array): number => values.reduce((sum, x) => sum + x, 0) / DRAWS;
    expect(Math.abs(mean(means!) - mean(value))).toBeLessThan(4 / Math.sqrt(DRAWS));
    expect(new Set(means).size).toBe(4); // two cells, each of two cuts
  });

  test("of one seed are the same again, of another seed not", () => {
    const cells = (seed: number) => Array.from(drawnAt(chain(data), [1.3], 500, seed).get("e1")!.value);
    expect(cells(3)).toEqual(cells(3));
    expect(cells(3)).not.toEqual(cells(4));
  });

  test("of discrete latents are their values, with their moments", () => {
    const { cell, value, input, means, squares, probabilities } = found.get("k")!;
    expect(Array.from(value)).toEqual(Array.from(cell));
    expect(input).toEqual(value);
    const [p1, p2] = [probabilities[DRAWS]!, probabilities[2 * DRAWS]!];
    expect(means![0]).toBeCloseTo(p1 + 2 * p2, 12);
    expect(squares![0]).toBeCloseTo(p1 + 4 * p2, 12);
  });
});

describe("two nested change points, which are summed in one sweep", () => {
  const days = Array.from({ length: 10 }, (_, i) => i);
  const model = defineModel("nested", ({ sample, observe }) => {
    const m = sample("m", normal(0, 1));
    const [early, late] = [sample("early", normal(3, 3)), sample("late", normal(6, 3))];
    for (const day of days)
      observe(normal(where(gt(early, day), m, where(gt(late, day), 2, -1)), 1), day < 4 ? 0.5 : day < 8 ? 1.5 : -0.5);
  });
  const steps = (mean: number): Cut["cells"] => {
    const masses = [...days, Infinity].map((day) => normalCdf((day - mean) / 3));
    return () => masses.map((mass, j) => [j - 0.5, mass - (masses[j - 1] ?? 0)] as const);
  };
  const cuts = [
    { name: "early", cells: steps(3) },
    { name: "late", cells: steps(6) },
  ];
  const found = drawnAt(model, [0.4]);
  const expected = enumerated(model, cuts, { m: 0.4 });

  test("have the joint distribution of enumeration: 121 cells of both", () => {
    const [early, late] = ["early", "late"].map((name) => found.get(name)!);
    expect(surprise(combinationsOf([early!, late!]), expected)).toBeLessThan(6);
    expect(surprise(combinationsOf([late!, early!]), expected)).toBeGreaterThan(20);
  });

  test("and the marginal probabilities, to rounding", () => {
    for (let j = 0; j <= 10; j++) {
      const early = expected.reduce((sum, p, at) => sum + (Math.floor(at / 11) === j ? p : 0), 0);
      const late = expected.reduce((sum, p, at) => sum + (at % 11 === j ? p : 0), 0);
      expect(Math.abs(found.get("early")!.probabilities[j * DRAWS]! - early)).toBeLessThan(1e-13);
      expect(Math.abs(found.get("late")!.probabilities[j * DRAWS]! - late)).toBeLessThan(1e-13);
    }
  });
});

describe("continuous latents follow their prior within the cell", () => {
  const uniformity = (parts: readonly number[]): number => {
    const counts = new Array<number>(20).fill(0);
    for (const part of parts) counts[Math.min(19, Math.floor(20 * part))]!++;
    return surprise(counts, new Array<number>(20).fill(0.05));
  };

  test("a normal one of which kept latents move ends and mean", () => {
    const model = defineModel("moved", ({ sample, observe }) => {
      const t = sample("t", normal(0, 1));
      const z = sample("z", normal(mul(2, t), 1.5));
      observe(normal(where(gt(z, sub(t, 1)), 1, 0), 1), 0.5);
    });
    const { cell, value, lows, highs, means, squares, probabilities } = drawnAt(model, [0.8]).get("z")!;
    expect(new Set(lows)).toEqual(new Set([-Infinity, 0.8 - 1]));
    expect(new Set(highs)).toEqual(new Set([0.8 - 1, Infinity]));
    const cdf = (x: number): number => normalCdf((x - 1.6) / 1.5);
    for (const j of [0, 1]) {
      const [low, high] = j === 0 ? [0, cdf(-0.2)] : [cdf(-0.2), 1];
      const parts = Array.from(value)
        .filter((_, d) => cell[d] === j)
        .map((x) => (cdf(x) - low) / (high - low));
      expect(parts.length).toBeGreaterThan(1000);
      expect(uniformity(parts)).toBeLessThan(6);
      // The same values against a cell whose end is off by 0.05 sd.
      const [wrongLow, wrongHigh] = j === 0 ? [0, cdf(-0.1)] : [cdf(-0.3), 1];
      expect(
        uniformity(parts.map((part) => (low + part * (high - low) - wrongLow) / (wrongHigh - wrongLow))),
      ).toBeGreaterThan(6);
    }
    const mean = value.reduce((sum, x) => sum + x, 0) / DRAWS;
    expect(Math.abs(means![0]! - mean)).toBeLessThan((4 * 1.5) / Math.sqrt(DRAWS));
    expect(squares![0]! - means![0]! ** 2).toBeCloseTo(value.reduce((sum, x) => sum + (x - mean) ** 2, 0) / DRAWS, 1);
    expect(probabilities[0]).toBeCloseTo(Array.from(cell).filter((j) => j === 0).length / DRAWS, 1);
  });

  test.each([
    ["exponential", () => exponential(0.5), (x: number) => -Math.expm1(-0.5 * x)],
    ["logistic", () => logistic(1, 2), (x: number) => 1 / (1 + Math.exp(-(x - 1) / 2))],
    ["normal far out", () => normal(-30, 1), undefined],
  ] as const)("%s", (_name, prior, cdf) => {
    const model = defineModel("one", ({ sample, observe }) => {
      const z = sample("z", prior());
      observe(normal(where(gt(z, 3), 1, where(gt(z, 1), 0.5, 0)), 1), 1);
    });
    const { cell, value } = drawnAt(model, []).get("z")!;
    const ends = [-Infinity, 1, 3, Infinity];
    value.forEach((x, d) => {
      if (!(x > ends[cell[d]!]! && x <= ends[cell[d]! + 1]!)) throw new Error(`${x} in cell ${cell[d]}`);
    });
    if (!cdf) return;
    const lows = [0, cdf(1), cdf(3), 1];
    for (const j of [0, 1, 2]) {
      const parts = Array.from(value)
        .filter((_, d) => cell[d] === j)
        .map((x) => (cdf(x) - lows[j]!) / (lows[j + 1]! - lows[j]!));
      expect(parts.length).toBeGreaterThan(500);
      expect(uniformity(parts)).toBeLessThan(6);
    }
  });
});

// At 1e154 the formulas of these tails overflow and are no numbers; the search from there on went to the largest numbers that there are.
test.each([
  ["inverse Gaussian", inverseGaussian(1, 2)],
  ["skew normal", skewNormal(0, 1, 3)],
])("%s draws lie where their prior has mass", (_, prior) => {
  const cut = prior.quantile!(0.7);
  const model = defineModel("far", ({ sample, observe }) => {
    observe(normal(where(gt(sample("z", prior), cut), 1, 0), 1), 0.9);
  });
  const { cell, value } = drawnAt(model, [], 256).get("z")!;
  const parts = Array.from(value, (x, d) => {
    const below = prior.cdf!(x) as number;
    return cell[d] === 0 ? below / 0.7 : (below - 0.7) / 0.3;
  });
  const sorted = [...parts].sort((p, q) => p - q);
  // Kolmogorov and Smirnov: above 2/16 for seven in ten thousand.
  expect(Math.max(...sorted.map((part, d) => Math.abs(part - (d + 0.5) / 256)))).toBeLessThan(0.125);
});

test("draws of the kept latents that do not fit are an error", () => {
  const { completion } = collapseTrace(trace(chain([1])));
  expect(() => completion(FAST_ENGINE).draw([1, 2, 3], 2, () => 0.5)).toThrow(
    "completion: kept latents do not fit; got 3 numbers, expected 2 for each of 1 latents",
  );
});
