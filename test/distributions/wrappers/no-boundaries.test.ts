/** Densities and masses of traced parameters are smooth: none of them has a condition that a gradient would have to correct for. */
import { describe, expect, test } from "vitest";
import * as n from "../../../src/index.ts";

const MODELS: Readonly<Record<string, n.Program>> = {
  "truncated normal": ({ sample, observe }) => {
    observe(n.truncated(n.normal(sample("m", n.normal(0, 1)), sample("s", n.exponential(1))), 0, 2), 0.5);
  },
  "a prior truncated at traced ends": ({ sample }) => {
    const low = sample("low", n.normal(0, 1));
    sample("x", n.truncated(n.normal(0, 1), low, n.add(low, sample("width", n.exponential(1)))));
  },
  "ordered probit and logistic": ({ sample, observe }) => {
    const cuts = sample("c", n.ordered(n.normal(0, 2), 3));
    for (const k of [0, 1, 2, 3]) {
      observe(n.orderedProbit(0.2, cuts), k);
      observe(n.orderedLogistic(0.2, cuts), k);
    }
  },
  "von Mises and Kumaraswamy": ({ sample, observe }) => {
    observe(n.vonMises(sample("m", n.normal(0, 1)), sample("k", n.exponential(0.1))), 0.4);
    observe(n.kumaraswamy(sample("a", n.exponential(1)), 2), 0.3);
  },
  "censored and interval-censored data": ({ sample, observe }) => {
    const m = sample("m", n.normal(0, 1));
    const s = sample("s", n.lognormal(0, 1));
    observe(n.censored(n.gumbel(m, s), -1, 1), 3);
    const some = [n.gumbel(m, s), n.asymmetricLaplace(m, s, 2)];
    const others = [n.cauchy(m, s), n.laplace(m, s), n.weibull(2, s), n.halfCauchy(s), n.normal(m, s)];
    for (const distribution of [...some, ...others]) observe(n.intervalCensored(distribution), [1, 2]);
  },
  "mixtures and zeros": ({ sample, observe }) => {
    const w = sample("w", n.dirichlet([1, 1]));
    observe(n.mixture(w, [n.normal(0, 1), n.normal(sample("m", n.normal(0, 1)), 1)]), 0.4);
    observe(n.zeroInflated(w[0]!, n.poisson(2)), 0);
    observe(n.hurdle(w[0]!, n.poisson(sample("rate", n.gamma(2, 1)))), 3);
  },
};

describe.each(Object.entries(MODELS))("%s", (name, program) => {
  test("has no boundary", () => {
    const model = n.defineModel(name, program);
    const { conditions, accepted } = n.explain(model);
    expect([conditions, accepted]).toEqual([[], true]);
  });
});

test("a condition would be seen", () => {
  const model = n.defineModel("m", ({ sample, observe }) => {
    const m = sample("m", n.normal(0, 1));
    observe(n.normal(n.where(n.gt(m, 0), 1, 2), 1), 0.5);
  });
  expect(n.explain(model, { marginalise: false }).conditions).toHaveLength(1);
});

test("intervals whose mass is a difference of two terms are accepted, with the place sought where it would vanish", () => {
  const model = n.defineModel("differences", ({ sample, observe }) => {
    const m = sample("m", n.normal(0, 1));
    const s = sample("s", n.lognormal(0, 1));
    for (const distribution of [n.inverseGaussian(s, 1), n.exGaussian(m, s, 1)])
      observe(n.intervalCensored(distribution), [1, 2]);
  });
  const { conditions, accepted } = n.explain(model);
  expect(accepted).toBe(true);
  for (const { strategy } of conditions) expect(strategy).toMatch(/^sought along lines/);
});
