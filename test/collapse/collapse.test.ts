import { describe, expect, test } from "vitest";
import { type CollapseChoice, type CollapseResult, collapseTrace } from "../../src/collapse/collapse.ts";
import {
  add,
  and,
  corrected,
  type Distribution,
  defineModel,
  div,
  estimateGradient,
  exp,
  explain,
  exponential,
  fit,
  gt,
  log,
  lt,
  mul,
  neg,
  normal,
  normalCdf,
  type Real,
  sigmoid,
  sin,
  softplus,
  square,
  sub,
  tanh,
  uniform,
  where,
} from "../../src/index.ts";
import { normalQuantile } from "../../src/math/normal.ts";
import { influenza } from "../../src/models/influenza.ts";
import { textmsg } from "../../src/models/textmsg.ts";
import type { Model } from "../../src/program/model.ts";
import { trace } from "../../src/program/trace.ts";
import { type Enumerated, logCellSum } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { amount } from "../support/soak.ts";
import { cp3, hyst, hystTemperatures, mixif, stepreg, stepregPoints, switch2 } from "../support/study-models.ts";
import { climbed } from "../support/unweighed.ts";

/** The log density of the collapsed trace at values of the latents that are kept, by name. */
function densityOf({ trace: { graph, terms } }: CollapseResult): (at: Readonly<Record<string, number>>) => number {
  const evaluate = evaluatorOf(graph, [graph.sum(terms.map(({ node }) => node))]);
  return (at) => evaluate(graph.inputs.map(({ name }) => at[name] ?? Number.NaN))[0]!;
}

/** Values of the kept latents that no two have in common. */
const pointOf = ({ trace: { latents } }: CollapseResult, seed: number): Record<string, number> =>
  Object.fromEntries(
    latents.map(({ name, prior }, i) => {
      const { mean, sd } = prior.initial?.() ?? { mean: 0, sd: 1 };
      return [name, mean + sd * 0.7 * Math.sin(1 + 3 * i + 5 * seed)];
    }),
  );

const between = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const cut = (name: string, cuts: number[]): Enumerated => ({ name, cuts: () => cuts });

const readings = hystTemperatures(20);
const SUMMED = amount(8, 13);
const MODELS: readonly { model: Model; cuts: readonly Enumerated[]; kept: number; only?: string[] }[] = [
  {
    model: textmsg,
    kept: 2,
    cuts: [
      cut(
        "z",
        between(1, 38).map((j) => normalQuantile((2 * j) / 75)),
      ),
    ],
  },
  { model: cp3(30), kept: 3, cuts: [cut("t1", between(0, 30)), cut("t2", between(0, 30))] },
  {
    model: hyst(20),
    kept: 3,
    cuts: [cut("lo", readings.slice(0, 20)), cut("hi", readings.slice(0, 20))],
  },
  {
    model: mixif(10),
    kept: 4,
    cuts: between(0, 10).map((i) => ({ name: `c${i}`, cuts: (at) => [at["t"]!] })),
  },
  {
    model: stepreg(),
    kept: 4,
    cuts: [
      cut(
        "at",
        stepregPoints().map(([x]) => x),
      ),
    ],
  },
  {
    model: switch2(10),
    kept: 2,
    cuts: between(0, 10).map((i) => ({
      name: `e${i}`,
      cuts: (at) => {
        let state = true;
        for (let j = 0; j < i; j++) state = at[`e${j}`]! > (state ? -1.28 : 1.28);
        return [state ? -1.28 : 1.28];
      },
    })),
  },
  {
    // Usually eight of the thirteen are summed out, over 256 cells and not 8192: a wrong mass or sign of a cell is one of each of them.
    model: influenza,
    kept: 24 + 13 - SUMMED,
    cuts: between(0, SUMMED).map((i) => cut(`f${i}`, [0])),
    only: between(0, SUMMED).map((i) => `f${i}`),
  },
];

describe("the collapsed density", () => {
  test.each(MODELS.map((row) => [row.model.name, row] as const))("of %s is the sum over cells", (_, row) => {
    const result = collapseTrace(trace(row.model), row.only && { only: row.only });
    expect(result.trace.latents).toHaveLength(row.kept);
    const density = densityOf(result);
    for (const seed of amount([1], [1, 2])) {
      const at = pointOf(result, seed);
      const expected = logCellSum(row.model, row.cuts, at);
      expect(Math.abs(density(at) / expected - 1)).toBeLessThan(1e-12);
    }
  });
});

describe("a gradient of a collapsed model", () => {
  const options = { estimator: corrected(), samples: 64 };

  test("is over the latents that are kept, at parameters given for all", () => {
    const { init } = textmsg;
    const params = { mu: Array.from(init!.mu).slice(0, 2), rho: Array.from(init!.rho).slice(0, 2) };
    const all = estimateGradient(textmsg, { ...options, collapse: "auto", params: init! });
    const kept = estimateGradient(textmsg, { ...options, collapse: "auto", params });
    expect(all.gradient).toHaveLength(4);
    expect([...all.gradient]).toEqual([...kept.gradient]);
  });

  test("has an ELBO that is no lower", () => {
    const params = { mu: [2.5, 3, -0.2], rho: [-2, -2, -1] };
    const before = estimateGradient(textmsg, { ...options, params, samples: 1024 });
    const after = estimateGradient(textmsg, { ...options, collapse: "auto", params, samples: 1024 });
    expect(after.elbo).toBeGreaterThan(before.elbo);
  });

  test("is what it was without the option", () => {
    const before = estimateGradient(textmsg, options);
    expect([...estimateGradient(textmsg, { ...options, collapse: false }).gradient]).toEqual([...before.gradient]);
  });
});

describe("a choice of latents", () => {
  const collapsedOf = (choice: CollapseChoice): string[] =>
    collapseTrace(trace(hyst(10)), choice).report.collapsed.map(({ latent }) => latent);

  test("sums out the named ones alone", () => {
    expect(collapsedOf({})).toEqual(["lo", "hi"]);
    expect(collapsedOf({ only: ["hi"] })).toEqual(["hi"]);
  });

  test("keeps the latent with most cells where a table is above the budget", () => {
    const { report } = collapseTrace(trace(hyst(10)), { budget: 60 });
    expect(report.collapsed.map(({ latent }) => latent)).toEqual(["hi"]);
    expect(report.kept[0]).toEqual({
      latent: "lo",
      reason: "its table would have 66 entries (lo, hi), above the budget of 60",
    });
  });

  test("is refused where one of them cannot be summed out, with the reason", () => {
    expect(() => collapsedOf({ only: ["hi", "heat"] })).toThrow(
      /^collapse: a latent of "hyst" cannot be summed out: its value is used outside of conditions; got "heat" in only, expected latents that explain\(\) calls summed out$/,
    );
    expect(() => collapsedOf({ only: ["lo", "hi"], budget: 60 })).toThrow(
      'a latent of "hyst" cannot be summed out: its table would have 66 entries (lo, hi), above the budget of 60; got "lo" in only',
    );
  });

  test.each<[object, string]>([
    [{ budget: 0.5 }, "collapse: budget is no number of entries; got 0.5, expected an integer ≥ 1"],
    [{ only: ["x"] }, 'collapse: no such latent in "hyst"; got "x", expected some of lo, hi, heat, cool, ls'],
  ])("%j is refused", (choice, message) => {
    expect(() => collapsedOf(choice)).toThrow(message);
  });
});

describe("a condition that is not affine", () => {
  const curvedModel = defineModel("curved", ({ sample, observe }) => {
    const w = sample("w", normal(0, 1));
    const z = sample("z", normal(0.3, 1.2));
    const rate = sample("rate", exponential(0.7));
    observe(normal(where(gt(square(z), 2), w, where(gt(z, 0.5), 1, -1)), 1), 0.4);
    observe(normal(where(gt(add(exp(z), z), 1), mul(2, w), where(gt(sin(z), 0.9), 0.3, -0.2)), 0.8), 0.1);
    observe(normal(where(gt(add(rate, square(rate)), 1), w, 0.5), 0.7), -0.3);
  });

  test("on one latent alone has the roots for thresholds", () => {
    const result = collapseTrace(trace(curvedModel));
    expect(result.report.collapsed.map(({ latent }) => latent)).toEqual(["z", "rate"]);
    const arc = Math.asin(0.9);
    const turns = [-2, -1, 0, 1, 2].flatMap((k) => [arc, Math.PI - arc].map((x) => x + 2 * Math.PI * k));
    const root = 0; // of exp(z) + z = 1
    const finite: Enumerated[] = [
      cut("z", [-Math.SQRT2, Math.SQRT2, 0.5, root, ...turns]),
      cut("rate", [(Math.sqrt(5) - 1) / 2]),
    ];
    for (const w of [-0.7, 0.9])
      expect(Math.abs(densityOf(result)({ w }) / logCellSum(curvedModel, finite, { w }) - 1)).toBeLessThan(1e-12);
  });

  test("is solved for a latent that others multiply or divide by what has a known sign", () => {
    const model = defineModel("scaled", ({ sample, observe }) => {
      const w = sample("w", normal(0, 1));
      const [a, b, c, d] = [0, 0.3, -0.2, 0.1].map((mean, i) => sample(`v${i}`, normal(mean, 1))) as [
        Real,
        Real,
        Real,
        Real,
      ];
      observe(normal(where(gt(add(0.4, mul(exp(w), a)), 0.9), w, 1), 1), 0.4);
      observe(normal(where(gt(0.2, sub(w, mul(mul(softplus(w), b), neg(exp(w))))), w, -1), 1), 0.1);
      observe(normal(where(gt(div(c, exp(w)), sub(0.2, w)), mul(2, w), 0.5), 1), -0.3);
      observe(normal(where(gt(mul(sigmoid(w), normalCdf(d)), 0.3), w, 0.5), 1), 0.2);
      // The sign of w is not known.
      const kept = sample("kept", normal(0, 1));
      observe(normal(where(gt(mul(w, kept), 0.3), 1, 0), 1), 0.2);
    });
    const result = collapseTrace(trace(model));
    expect(result.report.collapsed.map(({ latent }) => latent)).toEqual(["v0", "v1", "v2", "v3"]);
    const within = (x: number): number => Math.min(Math.max(x, 0), 1);
    const soft = (w: number): number => Math.log1p(Math.exp(w));
    const cuts: Enumerated[] = [
      { name: "v0", cuts: ({ w }) => [0.5 * Math.exp(-w!)] },
      { name: "v1", cuts: ({ w }) => [(0.2 - w!) / (soft(w!) * Math.exp(w!))] },
      { name: "v2", cuts: ({ w }) => [(0.2 - w!) * Math.exp(w!)] },
      { name: "v3", cuts: ({ w }) => [normalQuantile(within(0.3 * (1 + Math.exp(-w!))))] },
    ];
    for (const w of [-3, -0.7, 0.1, 0.6, 0.9, 2.5])
      expect(
        Math.abs(densityOf(result)({ w, kept: 0.5 }) / logCellSum(model, cuts, { w, kept: 0.5 }) - 1),
      ).toBeLessThan(1e-12);
  });

  test("is solved for a latent inside of a function that rises or falls", () => {
    const model = defineModel("inside", ({ sample, observe }) => {
      const w = sample("w", normal(0, 1));
      const share = sub(mul(1.5, sigmoid(w)), 0.2); // beyond 0 and 1 too
      const [a, b, c, d] = [0, 0.3, -0.2, 0.1].map((mean, i) => sample(`v${i}`, normal(mean, 1))) as [
        Real,
        Real,
        Real,
        Real,
      ];
      observe(normal(where(gt(normalCdf(a), share), w, 1), 1), 0.4);
      observe(normal(where(gt(0.2, sub(sigmoid(sub(mul(2, b), 1)), mul(0.8, sigmoid(w)))), w, -1), 1), 0.1);
      observe(normal(where(gt(exp(neg(c)), softplus(w)), mul(2, w), 0.5), 1), -0.3);
      observe(normal(where(gt(tanh(normalCdf(d)), w), w, 0.5), 1), 0.2);
    });
    const logit = (p: number): number => Math.log(p / (1 - p));
    const within = (x: number): number => Math.min(Math.max(x, 0), 1);
    const cuts: Enumerated[] = [
      { name: "v0", cuts: ({ w }) => [normalQuantile(within(1.5 / (1 + Math.exp(-w!)) - 0.2))] },
      { name: "v1", cuts: ({ w }) => [0.5 + 0.5 * logit(within(0.2 + 0.8 / (1 + Math.exp(-w!))))] },
      { name: "v2", cuts: ({ w }) => [-Math.log(Math.log1p(Math.exp(w!)))] },
      { name: "v3", cuts: ({ w }) => [normalQuantile(within(Math.atanh(Math.max(-1, Math.min(w!, 1)))))] },
    ];
    const result = collapseTrace(trace(model));
    expect(result.report.collapsed.map(({ latent }) => latent)).toEqual(["v0", "v1", "v2", "v3"]);
    expect(result.trace.latents.map(({ name }) => name)).toEqual(["w"]);
    for (const w of [-3, -0.7, 0.1, 0.6, 0.9, 2.5])
      expect(Math.abs(densityOf(result)({ w }) / logCellSum(model, cuts, { w }) - 1)).toBeLessThan(1e-12);
    expect(explain(model, { collapse: "auto" }).conditions).toEqual([]);
    const { status } = climbed(model, { onWarning: () => undefined });
    expect(status).toBe("converged");
  });

  test("on two latents is left, as is one with the edge of a domain", () => {
    const model = defineModel("left", ({ sample, observe }) => {
      const [w, z, v] = ["w", "z", "v"].map((name) => sample(name, normal(0, 1))) as [Real, Real, Real];
      observe(normal(where(gt(add(square(z), w), 2), w, 0), 1), 0.4);
      observe(normal(where(gt(log(v), 0), w, 0), 1), 0.4);
    });
    const { report } = collapseTrace(trace(model));
    expect(report.collapsed).toEqual([]);
  });
});

describe("a cell that vanishes where a condition on others changes", () => {
  // A window that opens at a start and stays open for a while; that its start is kept is said by the mean it is added to.
  const y = [1.1, 1.3, 0.9, 2.8, 3.1, 2.9, 1.0, 1.2];
  const windowed = (width: Distribution) =>
    defineModel("window", ({ sample, observe }) => {
      const [low, rise] = [sample("low", normal(0, 3)), sample("rise", normal(0, 3))];
      const [start, wide] = [sample("start", uniform(0, 7)), sample("wide", width)];
      y.forEach((value, i) => {
        const isOpen = and(gt(i, start), lt(i, add(start, wide)));
        observe(normal(where(isOpen, add(low, rise), low), 0.3), value);
      });
    });

  test("keeps its latent, whose fit is right: it was refused, as the jump beside the cell is met by no sample", () => {
    const model = windowed(uniform(0, 7));
    expect(explain(model, { collapse: "auto" }).text).toMatch(
      /wide: a cell of it vanishes where a condition on others/,
    );
    const posterior = fit(model, { seed: 1, restarts: 0 });
    expect(posterior.status).toBe("converged");
    // By a grid over start and wide, of which low and rise are a regression.
    const exact = { low: [1.101, 0.134], rise: [1.826, 0.218], start: [2.5, 0.288], wide: [3.025, 0.408] };
    for (const [name, [mean, sd]] of Object.entries(exact)) {
      expect(Math.abs(posterior.mean(name) - mean!) / sd!, name).toBeLessThan(0.1);
      expect(Math.abs(posterior.sd(name) / sd! - 1), name).toBeLessThan(0.1);
    }
  });

  // Half of the width: s lies below a width that is kept, and its cell above 2 vanishes where the width passes 2.
  const within = (prior: (width: Real) => Distribution) =>
    defineModel("within a width", ({ sample, observe }) => {
      const width = sample("width", uniform(0.5, 4));
      const [s, a] = [sample("s", prior(width)), sample("a", normal(0, 1))];
      for (const value of [1.1, 0.7, 1.3, 0.9, 1.2, 0.8]) {
        const level = where(gt(s, 2), add(1, a), sub(a, 1));
        observe(normal(where(gt(width, 2), level, mul(0.2, a)), 0.3), value);
      }
      observe(normal(a, 0.3), 0);
      observe(normal(width, 0.7), 1.7);
    });

  test("keeps its latent also where the end is another latent: it was refused, as the jump was not the program's", () => {
    const model = within((width) => uniform(0, width));
    expect(explain(model, { collapse: "auto" }).text).toMatch(/s: a cell of it vanishes where a condition on others/);
    const posterior = fit(model, { seed: 1 });
    expect(posterior.status).toBe("converged");
    // By a grid over width and a, given which s is uniform in each of its cells.
    for (const [name, [mean, sd]] of Object.entries({ width: [2.693, 0.388], s: [2.347, 0.3], a: [0, 0.113] })) {
      expect(Math.abs(posterior.mean(name) - mean!) / sd!, name).toBeLessThan(0.1);
      expect(Math.abs(posterior.sd(name) / sd! - 1), name).toBeLessThan(0.1);
    }
  });

  test("is none where the other latent ends it elsewhere", () => {
    const { report } = collapseTrace(trace(within((width) => uniform(0, add(3, width)))));
    expect(report.collapsed.map(({ latent }) => latent)).toEqual(["s"]);
  });

  test("is none where the prior has no end there", () => {
    const { report } = collapseTrace(trace(windowed(normal(3, 1))));
    expect(report.collapsed.map(({ latent }) => latent)).toContain("wide");
  });
});
