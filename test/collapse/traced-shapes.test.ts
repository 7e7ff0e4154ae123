// Latents that are summed out under priors whose cdf is an integral, with parameters that other latents move.
import { expect, test } from "vitest";
import * as n from "../../src/index.ts";

const PRIORS: Readonly<Record<string, (a: n.Expr) => n.Distribution>> = {
  gamma: (a) => n.gamma(2, n.exp(a)),
  beta: (a) => n.beta(n.exp(a), 2),
};

test.each(Object.entries(PRIORS))("a %s latent with a traced parameter under one condition", (_, prior) => {
  const model = n.defineModel("m", ({ sample, observe }) => {
    const a = sample("a", n.normal(0, 0.4));
    const x = sample("x", prior(a as n.Expr));
    observe(n.normal(n.where(n.gt(x, 0.8), 1, 0), 0.5), 0.9);
  });
  const right = (a: number): number => {
    const above = 1 - (prior(a as unknown as n.Expr).cdf!(0.8) as number);
    return Math.exp(-0.5 * (a / 0.4) ** 2) * (above * Math.exp(-0.02) + (1 - above) * Math.exp(-1.62));
  };
  let [total, first] = [0, 0];
  for (let a = -2.4; a < 2.4; a += 0.02) {
    total += right(a);
    first += right(a) * a;
  }
  const { collapsed } = n.explain(model, { collapse: "auto" }).collapsed!;
  expect(collapsed.map(({ latent }) => latent)).toEqual(["x"]);
  expect(Math.abs(n.fit(model, { seed: 1, restarts: 0 }).mean("a") - first / total)).toBeLessThan(0.02);
});
