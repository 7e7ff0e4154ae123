// Problems that users of other systems reported in public, as they would write them: each is accepted, and what is left of it after its finite latents are
// summed out is the sum over their cells by brute force. Data that have files beside the checkout are read from there; the others are simulated.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { type Enumerated, logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";

const FILES = new URL("../../../shared/cases/problems/", import.meta.url);
const ELSEWHERE = new URL("../../../../shared/cases/problems/", import.meta.url);

/** The numbers of an array in the text of a problem; undefined where it is not there. */
function numbersOf(file: string, before: string): number[][] | undefined {
  const found = [FILES, ELSEWHERE].map((folder) => new URL(file, folder)).find((url) => existsSync(url));
  if (!found) return undefined;
  const text = readFileSync(found, "utf8");
  const from = text.indexOf(before) + before.length;
  return JSON.parse(`[${text.slice(from, text.indexOf(";", from))}]`) as number[][];
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
// A wave in place of noise.
const wave = (i: number): number => Math.sin(12.9 * i + 1) + 0.5 * Math.cos(7.3 * i);

interface Problem {
  readonly program: n.Program;
  readonly kept: Readonly<Record<string, number>>;
  readonly finite: readonly Enumerated[];
}

const flags = (count: number, name: string): Enumerated[] =>
  range(count).map((i) => ({ name: `${name}${i}`, values: [0, 1] }));

const messages = numbersOf("02-sms-exponential.mjs", "const y = ")?.[0];
const points = numbersOf("08-hogg-outliers.mjs", "const raw = ")?.[0] as unknown as number[][] | undefined;

const PROBLEMS: Readonly<Record<string, Problem | undefined>> = {
  "text messages with exponential rates": messages && {
    program: ({ sample, observe }) => {
      const [one, two] = [sample("one", n.exponential(0.05)), sample("two", n.exponential(0.05))];
      const tau = sample("tau", n.uniform(1, messages.length + 1));
      messages.forEach((count, i) => void observe(n.poisson(n.where(n.gt(tau, i + 1), one, two)), count));
    },
    kept: { one: 17.5, two: 22.4 },
    finite: [{ name: "tau", cuts: () => range(messages.length).map((i) => i + 1) }],
  },
  "a trial of categories with two change points": {
    program: ({ sample, observe }) => {
      const p = range(3).map((state) => sample(`p${state}`, n.beta(1, 1)));
      for (const trial of range(1)) {
        const [s, t] = [sample(`s${trial}`, n.uniform(4, 18)), sample(`t${trial}`, n.uniform(19, 34))];
        for (const at of range(40)) {
          const share = n.where(n.gt(at, t), p[2]!, n.where(n.gt(at, s), p[1]!, p[0]!));
          observe(n.categorical([share, n.sub(1, share)]), wave(at + 40 * trial) > (at < 12 ? -0.4 : 0.3) ? 1 : 0);
        }
      }
    },
    kept: { p0: 0.3, p1: 0.6, p2: 0.5 },
    finite: range(1).flatMap((trial): Enumerated[] => [
      { name: `s${trial}`, cuts: () => range(40) },
      { name: `t${trial}`, cuts: () => range(40) },
    ]),
  },
  "outlier flags": points && {
    program: ({ sample, observe, branch }) => {
      const [b0, b1, m] = ["b0", "b1", "m"].map((name) => sample(name, n.normal(0, 10))) as [n.Real, n.Real, n.Real];
      const f = n.sigmoid(sample("f", n.normal(-1, 1)));
      points.slice(0, 9).forEach(([x, y, sd], i) => {
        const out = sample(`out${i}`, n.bernoulli(f));
        branch(
          n.gt(out, 0.5),
          () => void observe(n.normal(m, n.sqrt(n.add(sd! * sd!, 900))), y! / 10),
          () => void observe(n.normal(n.add(b0, n.mul(b1, x! / 100)), sd!), y! / 10),
        );
      });
    },
    kept: { b0: 2, b1: 20, m: 40, f: -0.7 },
    finite: flags(9, "out"),
  },
  "a mixture of five points": {
    program: ({ sample, observe }) => {
      const w = sample("w", n.beta(0.5, 0.5));
      const places = range(2).map((k) => sample(`l${k}`, n.normal(0, 10)));
      const scale = sample("scale", n.lognormal(0, 2));
      [0, 1, 10, 11, 12].forEach((y, i) => {
        observe(n.normal(n.pick(places, sample(`z${i}`, n.bernoulli(w))), scale), y);
      });
    },
    kept: { w: 0.4, l0: 0.7, l1: 10.6, scale: 1.2 },
    finite: flags(5, "z"),
  },
  "counts with zeros of two kinds, by a flag each": {
    program: ({ sample, observe, branch }) => {
      const [psi, rate] = [sample("psi", n.uniform(0, 1)), sample("rate", n.gamma(2, 0.5))];
      [0, 3, 0, 1, 0, 5, 2, 0, 0].forEach((count, i) => {
        const inflated = sample(`z${i}`, n.bernoulli(psi));
        branch(
          n.eq(inflated, 1),
          () => void observe(n.poisson(0), count),
          () => void observe(n.poisson(rate), count),
        );
      });
    },
    kept: { psi: 0.4, rate: 2.5 },
    finite: flags(9, "z"),
  },
  "spike and slab": {
    program: ({ sample, observe }) => {
      const effects = range(4).map((k) =>
        n.where(n.gt(sample(`xi${k}`, n.bernoulli(0.5)), 0.5), sample(`w${k}`, n.normal(0, 2)), 0),
      );
      for (const i of range(20))
        observe(n.normal(n.sum(effects.map((w, k) => n.mul(wave(i + 7 * k), w))), 1), 0.8 * wave(i) + wave(3 * i + 1));
    },
    kept: { w0: 0.7, w1: -0.1, w2: 0.2, w3: -0.6 },
    finite: flags(4, "xi"),
  },
  "three connected lines": {
    program: ({ sample, observe }) => {
      const [first, distance] = [sample("bp1", n.normal(6, 3)), n.exp(sample("log distance", n.normal(2, 0.5)))];
      const second = n.add(first, distance);
      const [a1, a3] = ["a1", "a3"].map((name) => sample(name, n.normal(8, 5))) as [n.Real, n.Real];
      const [b1, b3] = ["b1", "b3"].map((name) => sample(name, n.normal(0, 1))) as [n.Real, n.Real];
      const sd = n.exp(sample("log sd", n.normal(0, 1)));
      const [low, high] = [n.add(a1, n.mul(b1, first)), n.add(a3, n.mul(b3, second))];
      const slope = n.div(n.sub(high, low), distance);
      for (const i of range(14)) {
        const t = 1.4 * i;
        const [left, right] = [n.add(a1, n.mul(b1, t)), n.add(a3, n.mul(b3, t))];
        const middle = n.add(low, n.mul(slope, n.sub(t, first)));
        observe(n.normal(n.where(n.gt(first, t), left, n.where(n.gt(t, second), right, middle)), sd), 8 + wave(i));
      }
    },
    kept: { bp1: 4.1, "log distance": 2.2, a1: 4, a3: 12, b1: 0.2, b3: 0.1, "log sd": 0.1 },
    finite: [],
  },
  "three jumps in any order": {
    program: ({ sample, observe }) => {
      const at = range(3).map((k) => n.normalCdf(sample(`u${k}`, n.normal(0, 1))));
      const jumps = range(3).map((k) => sample(`j${k}`, n.normal(0, 5)));
      const [level, sd] = [sample("m", n.normal(0, 5)), n.exp(sample("log sd", n.normal(-1, 1)))];
      for (const i of range(8)) {
        const steps = at.map((cut, k) => n.where(n.gt((i + 1) / 8, cut), jumps[k]!, 0));
        observe(n.normal(n.sum([level, ...steps]), sd), Math.floor(i / 2) + 0.2 * wave(i));
      }
    },
    kept: { j0: 1.1, j1: 0.9, j2: 1, m: 0.1, "log sd": -0.5 },
    finite: range(3).map((k) => ({
      name: `u${k}`,
      cuts: () => range(7).map((i) => n.withTails(n.normal(0, 1)).quantile!((i + 1) / 8)),
    })),
  },
  "seven ordered categories": {
    program: ({ sample, observe }) => {
      const cuts = range(6).map((k) => sample(`c${k}`, n.normal(0, 1.5)));
      const below: n.Real[] = [0, ...cuts.map((cut) => n.sigmoid(cut)), 1];
      const shares = n.categorical(below.slice(1).map((share, k) => n.sub(share, below[k]!)));
      for (const outcome of [0, 1, 2, 2, 3, 3, 4, 5, 6, 6]) observe(shares, outcome);
    },
    kept: { c0: -1.9, c1: -1.2, c2: -0.7, c3: 0.2, c4: 0.9, c5: 1.8 },
    finite: [],
  },
  "a rating curve in segments": {
    program: ({ sample, observe }) => {
      const [a, b0] = [sample("a", n.normal(0, 3)), sample("b0", n.normal(1.5, 1))];
      const slopes = range(2).map((k) => sample(`b${k + 1}`, n.normal(0, 1)));
      const breaks = range(2).map((k) => n.add(1.5, n.mul(12, n.normalCdf(sample(`z${k}`, n.normal(0, 1))))));
      const sd = n.exp(sample("log sd", n.normal(-2, 1)));
      for (const i of range(12)) {
        const height = 1.5 + i;
        const parts = breaks.map((at, k) => n.mul(slopes[k]!, n.log(n.add(n.max(n.sub(height, at), 0), 1))));
        const mean = n.sum([a, n.mul(b0, Math.log(height - 1)), ...parts]);
        observe(n.normal(mean, sd), 1 + 1.5 * Math.log(height - 0.9) + 0.05 * wave(i));
      }
    },
    kept: { a: 1, b0: 1.5, b1: 0.9, b2: -0.9, z0: -0.6, z1: 0.4, "log sd": -2.5 },
    finite: [],
  },
  "a line through seven points": {
    program: ({ sample, observe }) => {
      const [a, b] = [sample("a", n.normal(0, 100)), sample("b", n.normal(0, 100))];
      const sd = sample("sd", n.halfCauchy(5));
      const y = [78.93, 58.2, 67.47, 37.47, 45.65, 32.92, 29.97];
      for (const [i, x] of [1.17, 2.97, 3.26, 4.69, 5.83, 6, 6.41].entries())
        observe(n.normal(n.add(a, n.mul(b, x)), sd), y[i]!);
    },
    kept: { a: 0.9, b: -9, sd: 8 },
    finite: [],
  },
  "a lockdown day in an epidemic": {
    program: ({ sample, observe }) => {
      const [before, after] = [sample("before", n.normal(-1, 0.5)), sample("after", n.normal(-2, 0.5))];
      const day = n.add(5, n.mul(12, n.normalCdf(sample("z", n.normal(0, 1)))));
      let [ill, well]: [n.Real, n.Real] = [10, 1e5];
      for (const t of range(20)) {
        const rate = n.exp(n.where(n.gt(day, t), before, after));
        const cases: n.Real = n.mul(rate, n.div(n.mul(well, ill), 1e5));
        well = n.sub(well, cases);
        ill = n.add(n.mul(0.9, ill), cases);
        observe(n.lognormal(n.log(cases), 0.15), 4 * Math.exp(0.27 * Math.min(t, 9) + 0.1 * wave(t)));
      }
    },
    kept: { before: -0.95, after: -2.1 },
    finite: [
      {
        name: "z",
        cuts: () => range(20).map((t) => n.withTails(n.normal(0, 1)).quantile!(Math.min(1, Math.max(0, (t - 5) / 12)))),
      },
    ],
  },
};

test.each(Object.keys(PROBLEMS))("%s", (name) => {
  const problem = PROBLEMS[name];
  if (!problem) {
    console.log(`${name}: its data are not beside this checkout, so that it is not tried`);
    return;
  }
  const { program, kept, finite } = problem;
  const model = n.defineModel(name, program);
  const { trace: rest, report } = collapseTrace(trace(model), { budget: 4096 });
  expect(report.collapsed.map(({ latent }) => latent).sort()).toEqual(finite.map((latent) => latent.name).sort());
  const { graph, terms, latents } = rest;
  // The inputs at which the latents have the wanted values, by bisection, and the log of dx/du there.
  const values = evaluatorOf(
    graph,
    latents.map(({ value }) => value),
  );
  const at = new Map<string, number>();
  const all = (): number[] => graph.inputs.map(({ name: input }) => at.get(input) ?? 0);
  let logSlopes = 0;
  latents.forEach(({ name: latent, transform }, i) => {
    let [low, high] = [-40, 40];
    for (let turn = 0; turn < 200; turn++) {
      at.set(latent, 0.5 * low + 0.5 * high);
      if (values(all())[i]! < kept[latent]!) low = at.get(latent)!;
      else high = at.get(latent)!;
    }
    if (transform) logSlopes += transform.logJacobian(at.get(latent)!) as number;
  });
  const value = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))])(all())[0]!;
  const expected = logCellSum(model, finite, kept) + logSlopes;
  expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);
});
