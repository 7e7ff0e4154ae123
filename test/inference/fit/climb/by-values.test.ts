// Fits of programs whose density is 0 where their priors start, or whose gradient takes too long: against sums over grids, and refused where nothing is found.
import { describe, expect, test } from "vitest";
import { UndecidedPlaces } from "../../../../src/boundaries/lines/line-sum.ts";
import * as core from "../../../../src/core.ts";
import * as n from "../../../../src/index.ts";
import type { Ascent } from "../../../../src/inference/fit/climb/ascent.ts";
import { BY_VALUES } from "../../../../src/inference/fit/climb/by-values.ts";
import { normalQuantile } from "../../../../src/math/normal.ts";
import { makeGenerator, uniformSource } from "../../../../src/random/index.ts";
import { amount } from "../../../support/soak.ts";

const quiet = { onWarning: (): void => {} };

/** Three readings of a number below an unknown end, under which each is as likely as any: p(b) ∝ e^(−b)·b⁻³ above 1.7. */
const unknownEnd = n.defineModel("unknown end", ({ sample, factor }) => {
  const end = sample("end", n.exponential(1));
  for (const [i, reading] of [0.3, 1.2, 1.7].entries())
    factor(`reading ${i}`, n.where(n.gt(end, reading), n.neg(n.log(end)), Number.NEGATIVE_INFINITY));
});

describe("a density that is 0 at the start", () => {
  test("of an end that is above all readings is found, as a sum over a grid has it", () => {
    const posterior = n.fit(unknownEnd, quiet);
    let [mass, mean, square] = [0, 0, 0];
    for (let b = 1.7005; b < 60; b += 0.001) {
      const density = Math.exp(-b) * b ** -3;
      mass += density;
      mean += density * b;
      square += density * b * b;
    }
    mean /= mass;
    const sd = Math.sqrt(square / mass - mean * mean);
    expect(posterior.status).toBe("converged");
    expect(posterior.report!.importance!.answers).toBe("weights");
    expect(posterior.warnings).toEqual([]);
    expect(Math.abs(posterior.mean("end") - mean) / sd).toBeLessThan(0.03);
    expect(posterior.sd("end") / sd).toBeCloseTo(1, 1);
    expect(posterior.report!.importance!.weighted!.logEvidence).toBeCloseTo(Math.log(mass * 0.001), 1);
    // The ELBO is that of the guide where the density is not 0.
    expect(posterior.report!.elbo).toBeLessThan(Math.log(mass * 0.001));
    expect(Math.min(...posterior.sample(1000).end!)).toBeGreaterThan(1.7);
  });

  test("as a power overflows there is climbed to where particles do not come", () => {
    // Times of a Weibull law: its shape starts at 693, where 25 to this power is above all numbers, and at nearly all draws of the priors log p is below −1e100.
    const times = [12, 17, 21, 25, 11, 26, 27, 30, 13, 23];
    const wear = n.defineModel("wear", ({ sample, factor }) => {
      const shape = sample("shape", n.exponential(0.001));
      const level = sample("level", n.normal(0, 30));
      for (const [i, time] of times.entries())
        factor(
          `time ${i}`,
          n.sub(
            n.add(level, n.mul(shape, Math.log(time))),
            n.sub(n.exp(n.add(level, n.mul(shape, Math.log(time)))), n.log(shape)),
          ),
        );
    });
    const logTimes = times.map(Math.log);
    const sums = new Float64Array(5);
    // Twice as fine in both, means and sds are the same to 0.00002.
    for (let shape = 0.5; shape < 9; shape += 0.04)
      for (let level = -28; level < 0; level += 0.08) {
        let log = -0.001 * shape - 0.5 * (level / 30) ** 2 + 10 * Math.log(shape) + 20;
        for (const x of logTimes) log += level + shape * x - Math.exp(level + shape * x);
        const density = Math.exp(log);
        for (const [k, value] of [1, shape, shape ** 2, level, level ** 2].entries()) sums[k]! += density * value;
      }
    // Not climbed, a fit ends with an error on every seed.
    for (const seed of amount([1], [1, 2])) {
      const posterior = n.fit(wear, { seed, ...quiet });
      expect(posterior.status).toBe("converged");
      for (const [k, name] of [
        [1, "shape"],
        [3, "level"],
      ] as const) {
        const mean = sums[k]! / sums[0]!;
        const sd = Math.sqrt(sums[k + 1]! / sums[0]! - mean * mean);
        expect(Math.abs(posterior.mean(name) - mean) / sd).toBeLessThan(0.1);
        expect(Math.abs(posterior.sd(name) / sd - 1)).toBeLessThan(0.1);
      }
    }
  });

  test("of numbers in order is found where one of them is summed out", () => {
    const ordered = n.defineModel("ordered", ({ sample, observe, factor }) => {
      const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real, n.Real];
      factor("order", n.where(n.and(n.lt(a, b), n.lt(b, c)), 0, Number.NEGATIVE_INFINITY));
      observe(n.normal(c, 0.5), 1.1);
    });
    const posterior = n.fit(ordered, quiet);
    const [step, sums] = [0.06, new Float64Array(4)];
    for (let c = -4; c < 4; c += step)
      for (let b = -4; b < c; b += step)
        for (let a = -4; a < b; a += step) {
          const density = Math.exp(-0.5 * (a * a + b * b + c * c) - 2 * (1.1 - c) ** 2) * (b - a < step ? 0.5 : 1);
          for (const [k, value] of [1, a, b, c].entries()) sums[k]! += density * value;
        }
    for (const [k, name] of ["a", "b", "c"].entries())
      expect(Math.abs(posterior.mean(name) - sums[k + 1]! / sums[0]!)).toBeLessThan(0.06);
    expect(posterior.warnings).toEqual([]);
  });

  test("is climbed from where it is found if the ELBO is finite there", () => {
    const root = n.defineModel("root", ({ sample, observe }) =>
      observe(n.normal(n.sqrt(n.sub(sample("z", n.normal(0, 1)), 0.5)), 0.02), 1),
    );
    const { status, report } = n.fit(root, quiet);
    expect(status).toBe("converged");
    expect(report!.starts.map(({ from }) => from)).toContain("values");
    expect(report!.gap).toBeLessThan(0.05);
  });

  test("is refused by the name of the term where it is 0 everywhere, and by that of the model under the core", () => {
    const never = n.defineModel("never", ({ sample, factor, observe }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(z, 1), 0);
      factor("far", n.where(n.gt(n.mul(z, z), 1e18), 0, Number.NEGATIVE_INFINITY));
    });
    const message = /factor "far": log density of the term is -Infinity/;
    expect(() => n.fit(never, { ...quiet, collapse: false })).toThrow(message);
    const beyond = n.defineModel("beyond", ({ sample, factor }) =>
      factor("z > 1", n.where(n.gt(sample("z", n.normal(0, 1)), 1), 0, Number.NEGATIVE_INFINITY)),
    );
    expect(() => core.fit(beyond, quiet)).toThrow(/not finite at the start: model "beyond".*; nondiff names the site/);
  });
});

test("MOST_LINED: three breakpoints in a product of powers are fitted by values, where a gradient searches lines for every sample", () => {
  const [count, levels] = [24, [0, 2, 4]];
  const y = Array.from({ length: count }, (_, i) => levels[Math.floor((3 * i) / count)]! + 0.1 * Math.sin(7 * i));
  const steps = n.defineModel("steps", ({ sample, observe }) => {
    const u = n.sub(1, n.normalCdf(sample("u", n.normal(0, 1))));
    const v = n.sub(1, n.normalCdf(sample("v", n.normal(0, 1))));
    const first = n.sub(1, n.sqrt(u));
    const second = n.sub(1, n.mul(n.sqrt(u), v));
    const m = [0, 1, 2].map((k) => sample(`m${k}`, n.normal(0, 5)));
    y.forEach((value, i) => {
      const x = (i + 1) / count;
      observe(n.normal(n.where(n.gt(x, second), m[2]!, n.where(n.gt(x, first), m[1]!, m[0]!)), 0.2), value);
    });
  });
  const posterior = n.fit(steps, { ...quiet, restarts: 0 });
  expect(posterior.status).toBe("converged");
  for (const [k, level] of levels.entries()) expect(posterior.mean(`m${k}`)).toBeCloseTo(level, 0);
});

test("three games that were won by teams whose members may be lazy: cases that are possible differ in number, and half of no particles count at first", () => {
  const contests = [
    [["alice"], ["bob"]],
    [
      ["alice", "sue"],
      ["bob", "tom"],
    ],
    [["bob"], ["tom"]],
  ] as const;
  const names = ["alice", "bob", "sue", "tom"];
  const tug = n.defineModel("tug", ({ sample, factor }) => {
    const strength = new Map(names.map((name) => [name, sample(name, n.normal(50, 10))]));
    let pulls = 0;
    const pull = (name: string): n.Real =>
      n.mul(n.where(n.eq(sample(`lazy${pulls++}`, n.bernoulli(1 / 3)), 1), 0.5, 1), strength.get(name)!);
    const total = (team: readonly string[]): n.Real => team.map(pull).reduce((a, b) => n.add(a, b));
    for (const [winners, losers] of contests)
      factor(n.where(n.gt(total(winners), total(losers)), 0, Number.NEGATIVE_INFINITY));
  });
  const posterior = n.fit(tug, { ...quiet, seed: 1 });
  // By rejection: a seventh of all draws of the priors are possible.
  const next = uniformSource(makeGenerator(3));
  const [sums, squares] = [new Float64Array(4), new Float64Array(4)];
  let [possible, lazy] = [0, 0];
  // A seventh of 40,000 draws have a mean to 0.013 sds: a sixth of what is allowed.
  const draws = amount(40_000, 100_000);
  for (let d = 0; d < draws; d++) {
    const strengths = names.map(() => 50 + 10 * normalQuantile(next()));
    const lazies = Array.from({ length: 8 }, () => next() < 1 / 3);
    let pulls = 0;
    const total = (team: readonly string[]): number =>
      team.reduce((sum, name) => sum + (lazies[pulls++] ? 0.5 : 1) * strengths[names.indexOf(name)]!, 0);
    if (contests.filter(([winners, losers]) => total(winners) > total(losers)).length < 3) continue;
    possible++;
    lazy += lazies[0] ? 1 : 0;
    for (const [k, strength] of strengths.entries()) {
      sums[k]! += strength;
      squares[k]! += strength * strength;
    }
  }
  for (const [k, name] of names.entries()) {
    const mean = sums[k]! / possible;
    const sd = Math.sqrt(squares[k]! / possible - mean * mean);
    expect(Math.abs(posterior.mean(name) - mean) / sd, name).toBeLessThan(0.08);
    expect(Math.abs(posterior.sd(name) / sd - 1), name).toBeLessThan(0.1);
  }
  expect(Math.abs(posterior.mean("lazy0") - lazy / possible)).toBeLessThan(0.02);
  expect(posterior.report!.importance!.weighted!.logEvidence).toBeCloseTo(Math.log(possible / draws), 1);
});

describe("a gradient that is refused at its samples", () => {
  // Contacts are cut by a share once more than `cut` are ill: each day's condition is on what all days before have made of it.
  const cases = [3, 4, 6, 8, 12, 15, 18, 17, 19, 16, 15, 13];

  test("is not needed: an epidemic whose own size decides how fast it grows is fitted by values, as a sum over a grid has it", () => {
    const epidemic = n.defineModel("epidemic", ({ sample, observe }) => {
      const contacts = sample("contacts", n.lognormal(-0.7, 0.4));
      const [cut, share] = [sample("cut", n.uniform(5, 40)), sample("share", n.uniform(0, 1))];
      let [well, ill]: n.Real[] = [990, 10];
      for (const count of cases) {
        const rate = n.where(n.gt(ill!, cut), n.mul(contacts, n.sub(1, share)), contacts);
        const infected = n.div(n.mul(rate, well!, ill!), 1000);
        [well, ill] = [n.sub(well!, infected), n.sub(n.add(ill!, infected), n.mul(0.2, ill!))];
        observe(n.poisson(infected), count);
      }
    });
    const sums = new Float64Array(7);
    // Means and sds of 60 points each are within a hundredth of those of 120.
    const points = Array.from({ length: 60 }, (_, k) => (k + 0.5) / 60);
    for (const p of points)
      for (const q of points)
        for (const share of points) {
          const [contacts, cut] = [Math.exp(-1.3 + 1.2 * p), 5 + 35 * q];
          let [well, ill, log] = [990, 10, -0.5 * ((Math.log(contacts) + 0.7) / 0.4) ** 2];
          for (const seen of cases) {
            const infected = ((ill > cut ? contacts * (1 - share) : contacts) * well * ill) / 1000;
            [well, ill] = [well - infected, ill + infected - 0.2 * ill];
            log += seen * Math.log(infected) - infected;
          }
          const weight = Math.exp(log - 200);
          sums[0]! += weight;
          for (const [k, value] of [contacts, cut, share].entries()) {
            sums[1 + k]! += weight * value;
            sums[4 + k]! += weight * value * value;
          }
        }
    const posterior = n.fit(epidemic, { ...quiet, seed: 1, restarts: 0 });
    expect(posterior.report!.starts.map(({ from }) => from)).toContain("values");
    for (const [k, name] of ["contacts", "cut", "share"].entries()) {
      const mean = sums[1 + k]! / sums[0]!;
      const sd = Math.sqrt(sums[4 + k]! / sums[0]! - mean * mean);
      expect(Math.abs(posterior.mean(name) - mean) / sd, name).toBeLessThan(0.12);
      expect(Math.abs(posterior.sd(name) / sd - 1), name).toBeLessThan(0.15);
    }
    // A start that its user gives is to be right, and an estimate of the gradient is exact or none.
    expect(() =>
      n.estimateGradient(epidemic, {
        estimator: n.corrected(),
        params: { mu: [-0.7, 0, 0], rho: [1, 1, 1] },
        samples: 64,
        seed: 1,
      }),
    ).toThrow(/cannot be handled exactly/);
  });

  test("MOST_REFUSED: is asked for eight times at most, and never again where the first was refused", () => {
    const asked = (isRefused: (k: number) => boolean): number => {
      let calls = 0;
      const plain: Pick<Ascent, "elbos" | "gradientInto" | "failure"> & {
        steps: number;
        samples: number;
        elbo: number;
      } = {
        steps: 0,
        samples: 0,
        elbo: 0,
        elbos: [],
        gradientInto: (): number => {
          if (isRefused(calls++)) throw new UndecidedPlaces("refused");
          plain.elbos.push(0);
          return 0;
        },
        failure: () => "not finite",
      };
      const ascent = BY_VALUES.withoutRefusals(plain as unknown as Ascent);
      const points = { kind: "search", start: 0, batch: 0, count: 32 } as const;
      for (let k = 0; k < 40; k++) ascent.gradientInto(new Float64Array(1), new Float64Array(1), points);
      expect(ascent.failure()).toBe("refused");
      return calls;
    };
    expect(asked(() => true)).toBe(1);
    expect(asked((k) => k > 0)).toBe(9);
    expect(() =>
      BY_VALUES.withoutRefusals({
        gradientInto: () => {
          throw new RangeError("another");
        },
      } as unknown as Ascent).gradientInto(new Float64Array(1), new Float64Array(1), {
        kind: "search",
        start: 0,
        batch: 0,
        count: 32,
      }),
    ).toThrow("another");
  });
});
