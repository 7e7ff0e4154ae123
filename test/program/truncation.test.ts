// Counts whose rate is traced: cut where nothing is left for the rates that have a probability, and what is left out is said.

import { expect, test } from "vitest";
import { inputIndex } from "../../src/autodiff/graph/graph.ts";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { climbed } from "../support/unweighed.ts";

const counted = (rate: (context: n.ProgramContext) => n.Distribution): n.Model =>
  n.defineModel("counted", (context) => {
    const k = context.sample("k", rate(context));
    context.observe(n.normal(k, 0.5), 3.2);
  });

const CASES: readonly (readonly [string, (c: n.ProgramContext) => n.Distribution, (k: number) => number])[] = [
  // r ~ gamma(2, 1), integrated out: k is negative binomial, (k + 1)/2^(k + 2).
  ["poisson", ({ sample }) => n.poisson(sample("r", n.gamma(2, 1))), (k) => (k + 1) / 2 ** (k + 2)],
  // p ~ beta(4, 2): B(5, k + 2)/B(4, 2) = 20·4!·(k + 1)!/(k + 6)!
  [
    "geometric",
    ({ sample }) => n.geometric(sample("p", n.beta(4, 2))),
    (k) => 480 / [2, 3, 4, 5, 6].reduce((product, j) => product * (k + j), 1),
  ],
];

test.each(CASES)("of %s the mass that is left out is at most what is said", (_, rate, massOf) => {
  const { values, lostMass } = trace(counted(rate)).finite[0]!;
  let [beyond, k] = [0, values.at(-1)! + 1];
  for (; k < values.length + 20_000; k++) beyond += massOf(k);
  expect(values[0]).toBe(0);
  expect(lostMass).toBeLessThan(1e-5);
  expect(beyond).toBeLessThan(lostMass);
  expect(values.length).toBeLessThanOrEqual(2000);
});

test("the posterior of the count is that of the sum over all", () => {
  const posterior = n.fit(counted(CASES[0]![1]), { seed: 1 });
  const weight = (k: number): number => CASES[0]![2](k) * Math.exp(-0.5 * ((3.2 - k) / 0.5) ** 2);
  const total = Array.from({ length: 60 }, (_, k) => weight(k)).reduce((p, q) => p + q, 0);
  for (const k of [2, 3, 4])
    expect(Math.abs(posterior.probabilities("k")[k]!.probability - weight(k) / total)).toBeLessThan(0.003);
  // That of one more value than there is would differ by the share of 5, and by more of 2 and 4 alone.
  expect(Math.abs(weight(2) / total - weight(4) / total)).toBeGreaterThan(0.05);
});

test("explain says what is left out", () => {
  const { collapsed } = n.explain(counted(CASES[0]![1]), { collapse: "auto" }).collapsed!;
  expect(collapsed[0]).toMatchObject({ latent: "k", lostMass: 3e-12 });
  expect(n.explain(counted(CASES[0]![1]), { collapse: "auto" }).text).toMatch(
    /k: \d+ cells.*a prior probability of 3e-12 is left out/,
  );
});

test("where a rate lies whose prior has a latent parameter follows from where that lies", () => {
  const { finite } = trace(counted(({ sample }) => n.poisson(sample("r", n.gamma(2, sample("b", n.gamma(4, 4)))))));
  // b is above 2e-4 but for 1e-12; r is then below 2e5, and with 1e-4 in place of 1e-12 below 140.
  expect(finite[0]!.lostMass).toBeLessThan(1e-3);
  expect(finite[0]!.values.length).toBeLessThanOrEqual(2000);
});

test("under heavy tails what is left out is said, and a fit warns where that matters", () => {
  const model = (reading: number): n.Model =>
    n.defineModel("heavy", ({ sample, observe }) => {
      const k = sample("k", n.geometric(sample("p", n.uniform(0, 1))));
      observe(n.normal(k, 2), reading);
    });
  // P(k > K) is 1/(K + 2).
  const { values, lostMass } = trace(model(5)).finite[0]!;
  expect(lostMass).toBeLessThan(0.05);
  expect(lostMass).toBeGreaterThan(1 / (values.length + 1));
  // What is left out is read off the list and the guide's draws: draws need not be weighed for it.
  const told = (reading: number): boolean =>
    climbed(model(reading), { seed: 1, restarts: 0, onWarning: () => undefined }).report!.warnings.some(
      ({ code }) => code === "cut-count",
    );
  expect(told(5)).toBe(false);
  expect(told(values.length)).toBe(true);
});

test("of rates whose priors say too little 500 values are listed, and what is left out estimated", () => {
  const { values, lostMass } = trace(counted(({ sample }) => n.poisson(sample("r", n.lognormal(0, 20))))).finite[0]!;
  expect(values.length).toBe(500);
  // P(log r > log 500) under N(0, 20²), but for the counts of rates near 500.
  expect(Math.abs(lostMass - 0.378)).toBeLessThan(0.02);
  const nested = ({ sample }: n.ProgramContext): n.Distribution =>
    n.poisson(n.exp(n.mul(5, sample("r", n.normal(0, n.exp(sample("s", n.normal(0, 3))))))));
  const other = trace(counted(nested)).finite[0]!.lostMass;
  // ∫ φ(e) Φ(−log(500)/(5·exp(3e))) de
  expect(Math.abs(other - 0.1989)).toBeLessThan(0.02);
});

test("of rates that priors say nothing of the count is refused, with what to write", () => {
  expect(() => trace(counted(({ sample }) => n.poisson(sample("r", n.flat(0)))))).toThrow(
    /^sample "k": poisson has no last value that counts while its rate is traced; got .*, or `truncated/,
  );
});

test("Poisson counts of a regression with coefficients under wide priors are latents", () => {
  const seen = [1, 1, 3, 5];
  const regression = n.defineModel("regression", ({ sample, observe }) => {
    const a = sample("a", n.normal(0, 10));
    const b = sample("b", n.normal(0, 10));
    seen.forEach((y, x) => {
      const k = sample(`k${x}`, n.poisson(n.exp(n.add(a, n.mul(b, x)))));
      observe(n.binomial(k, 0.5), y);
    });
  });
  // Thinned counts are Poisson with half of the rate.
  const thinned = n.defineModel("thinned", ({ sample, observe }) => {
    const a = sample("a", n.normal(0, 10));
    const b = sample("b", n.normal(0, 10));
    seen.forEach((y, x) => void observe(n.poisson(n.mul(0.5, n.exp(n.add(a, n.mul(b, x))))), y));
  });
  const { graph, latents, terms } = collapseTrace(trace(regression)).trace;
  const sum = graph.sum(terms.map(({ node }) => node));
  for (const at of [
    [0.7, 0.6],
    [3, -1],
  ]) {
    const inputs = new Float64Array(graph.inputs.length);
    latents.forEach(({ node }, i) => {
      inputs[inputIndex(graph, node)] = at[i]!;
    });
    const [density] = evaluatorOf(graph, [sum])(inputs);
    expect(density).toBeCloseTo(n.logJoint(thinned, at), 9);
  }
});

test("successes in trials that another latent counts are a latent", () => {
  const model = n.defineModel("thinned", ({ sample, observe }) => {
    const trials = sample("n", n.discreteUniform(5, 20));
    observe(n.normal(sample("k", n.binomial(trials, 0.5)), 1), 6);
  });
  const posterior = n.fit(model, { seed: 1 });
  let [total, first] = [0, 0];
  for (let trials = 5; trials <= 20; trials++)
    for (let k = 0; k <= trials; k++) {
      const weight = Math.exp((n.binomial(trials, 0.5).logDensity(k) as number) - 0.5 * (k - 6) ** 2);
      total += weight;
      first += weight * trials;
    }
  expect(posterior.mean("n")).toBeCloseTo(first / total, 9);
});

test("a discrete latent may have other values in the other arm", () => {
  const model = n.defineModel("arms", ({ sample, observe, branch }) => {
    const many = sample("many", n.bernoulli(0.4));
    const k = branch(
      n.eq(many, 1),
      () => sample("k", n.discreteUniform(2, 5)),
      () => sample("k", n.bernoulli(0.25)),
    );
    observe(n.normal(k, 1), 1.5);
  });
  const likelihood = (k: number): number => Math.exp(-0.5 * (k - 1.5) ** 2);
  const masses = [0.45, 0.15, 0.1, 0.1, 0.1, 0.1].map((mass, k) => mass * likelihood(k));
  const total = masses.reduce((p, q) => p + q);
  const found = n.fit(model, { seed: 1 }).probabilities("k");
  expect(found.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5]);
  for (const [k, { probability }] of found.entries()) expect(probability).toBeCloseTo(masses[k]! / total, 9);
});
