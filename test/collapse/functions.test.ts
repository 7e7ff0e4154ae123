// Flags that meet in a count, or in "is any of them on": their function is a variable, and no table has 2ⁿ entries.
import { describe, expect, test } from "vitest";
import { FAST_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { collapseTrace } from "../../src/collapse/collapse.ts";
import * as n from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";
import { type Enumerated, logCellSum, plainLogJoint } from "../support/cell-sum.ts";
import { evaluatorOf } from "../support/evaluate.ts";

const COUNT = 9;
const M = 0.4;
const shareOf = (i: number): number => 0.1 + 0.07 * i;

type Case = (context: n.ProgramContext, count: number) => void;

const flagsIn = ({ sample }: n.ProgramContext, count: number): n.Real[] =>
  Array.from({ length: count }, (_, i) => sample(`f${i}`, n.bernoulli(shareOf(i % COUNT))));
const kept = ({ sample }: n.ProgramContext): n.Real => sample("m", n.normal(0, 1));

const CASES: Readonly<Record<string, Case>> = {
  "a sum": (c, count) => c.observe(n.normal(n.mul(kept(c), n.sum(flagsIn(c, count))), 1), 3),
  "a sum, where each flag has data of its own": (c, count) => {
    const [m, flags] = [kept(c), flagsIn(c, count)];
    for (const [i, flag] of flags.entries()) c.observe(n.normal(n.mul(m, flag), 1), 0.3 * i - 1);
    c.observe(n.normal(n.sum(flags), 1), 3);
  },
  "running sums": (c, count) => {
    const m = kept(c);
    let sum: n.Real = 0;
    for (const flag of flagsIn(c, count)) {
      sum = n.add(sum, flag);
      c.observe(n.normal(n.mul(m, sum), 2), 1);
    }
  },
  "whether any is on": (c, count) => {
    const m = kept(c);
    const [first, ...others] = flagsIn(c, count).map((flag) => n.gt(flag, 0.5));
    const any = others.reduce<n.Truth>((p, q) => n.or(p, q), first!);
    c.observe(n.normal(n.where(any, m, 1), 1), 0.3);
  },
  "a count of latents above a threshold": (c, count) => {
    const m = kept(c);
    const above = Array.from({ length: count }, (_, i) => n.gt(c.sample(`f${i}`, n.normal(0.1 * i, 1)), m));
    c.observe(n.poisson(n.add(0.3, n.sum(above.map((truth) => n.where(truth, 1, 0))))), 4);
  },
};

function summed(model: n.Model) {
  const result = collapseTrace(trace(model));
  const { graph, terms } = result.trace;
  const density = graph.sum(terms.map(({ node }) => node));
  const at = evaluatorOf(graph, [density])(graph.inputs.map(({ name }) => (name === "m" ? M : Number.NaN)))[0]!;
  return { ...result, at, nodes: graph.reachable([density]).length };
}

describe.each(Object.entries(CASES))("%s", (name, program) => {
  const model = n.defineModel(name, (context) => program(context, COUNT));

  test("has the density of the sum over all patterns", () => {
    const finite = Array.from({ length: COUNT }, (_, i): Enumerated => {
      const latent = `f${i}`;
      return name.includes("threshold") ? { name: latent, cuts: () => [M] } : { name: latent, values: [0, 1] };
    });
    const { at, report } = summed(model);
    const expected = logCellSum(model, finite, { m: M });
    expect(report.collapsed).toHaveLength(COUNT);
    expect(Math.abs(at / expected - 1)).toBeLessThan(1e-12);
  });

  test("of 30 takes tables of hundreds of entries, and thousands of operations", () => {
    const { report, nodes } = summed(n.defineModel(name, (context) => program(context, 30)));
    expect(report.collapsed).toHaveLength(30);
    expect(Math.max(...report.collapsed.map(({ clique }) => clique))).toBeLessThan(3000);
    expect(nodes).toBeLessThan(20_000);
  });
});

test("flags come back with their probabilities, to rounding, and in the patterns of enumeration", () => {
  const draws = 4000;
  const model = n.defineModel("own data", (context) =>
    CASES["a sum, where each flag has data of its own"]!(context, COUNT),
  );
  const { completion, report } = summed(model);
  expect(Math.max(...report.collapsed.map(({ clique }) => clique))).toBeLessThan(300); // and not 2⁹
  const found = completion(FAST_ENGINE).draw(new Array<number>(draws).fill(M), draws, uniformSource(makeGenerator(1)));
  expect(found.map((latent) => latent.name)).toEqual(Array.from({ length: COUNT }, (_, i) => `f${i}`));
  const bits = (pattern: number): number[] => Array.from({ length: COUNT }, (_, i) => (pattern >> i) & 1);
  const weights = Array.from({ length: 2 ** COUNT }, (_, pattern) =>
    Math.exp(plainLogJoint(model, Object.fromEntries([["m", M], ...bits(pattern).map((bit, i) => [`f${i}`, bit])]))),
  );
  const total = weights.reduce((p, q) => p + q, 0);
  found.forEach(({ probabilities }, i) => {
    const on = weights.reduce((sum, weight, pattern) => sum + bits(pattern)[i]! * weight, 0) / total;
    expect(Math.abs(probabilities[draws + 7]! - on)).toBeLessThan(1e-13);
  });
  // The number that is on, by its distribution: χ² of 10 classes. Were the flags drawn each by itself, its variance would be another by more than a tenth.
  const counts = new Float64Array(COUNT + 1);
  const expected = new Float64Array(COUNT + 1);
  const sizeOf = (pattern: number): number => bits(pattern).reduce((p, q) => p + q, 0);
  weights.forEach((weight, pattern) => {
    expected[sizeOf(pattern)]! += (draws * weight) / total;
  });
  for (let d = 0; d < draws; d++) counts[found.reduce((sum, { value }) => sum + value[d]!, 0)]!++;
  const apart = (means: Float64Array): number =>
    means.reduce((sum, mean, k) => (mean < 5 ? sum : sum + (counts[k]! - mean) ** 2 / mean), 0);
  expect(apart(expected)).toBeLessThan(35);
  let independent = [draws];
  for (const { probabilities } of found) {
    const on = probabilities[draws]!;
    independent = Array.from(
      { length: independent.length + 1 },
      (_, k) => (independent[k] ?? 0) * (1 - on) + (independent[k - 1] ?? 0) * on,
    );
  }
  expect(apart(Float64Array.from(independent))).toBeGreaterThan(100);
});
