// Which priors may have no mean or sd, also truncated ones and those with traced parameters.
import { expect, test } from "vitest";
import { mayLackMoments } from "../../src/distributions/missing-moments.ts";
import * as n from "../../src/index.ts";

test("a Cauchy and a Student t of two degrees have no sd, one of three has", () => {
  for (const prior of [n.cauchy(0, 1), n.halfCauchy(3), n.studentT(2), n.inverseGamma(2, 1)])
    expect(mayLackMoments(prior), prior.name).toBe(true);
  for (const prior of [n.normal(0, 1), n.studentT(3), n.lognormal(0, 2), n.inverseGamma(2.5, 1)])
    expect(mayLackMoments(prior), prior.name).toBe(false);
});

test("a truncated one may lack them as the whole does", () => {
  expect(mayLackMoments(n.truncated(n.cauchy(0, 1), 0, Infinity))).toBe(true);
  expect(mayLackMoments(n.truncated(n.normal(0, 1), 0, Infinity))).toBe(false);
});

test("one with traced degrees of freedom may", () => {
  const found: boolean[] = [];
  const model = n.defineModel("traced", ({ sample }) => {
    const prior = n.studentT(sample("nu", n.exponential(1)));
    found.push(mayLackMoments(prior));
    sample("x", prior);
  });
  n.simulate(model, { draws: 1 });
  n.fit(model, { maxSamples: 64, onWarning() {} });
  expect(found).toContain(true);
});
