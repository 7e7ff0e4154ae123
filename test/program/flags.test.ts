// A latent that is 0 or 1 stands for the condition that it is 1, and so do data; nothing else that is a number does.
import { describe, expect, test } from "vitest";
import * as n from "../../src/index.ts";

const quiet = { onWarning: (): void => {} };

// Of two coins one was tossed: by the flag itself, and by comparisons.
const tossed = (isOne: (flag: n.Real) => n.TruthOrFlag): n.Model =>
  n.defineModel("tossed", ({ sample, observe, branch, where }) => {
    const fair = sample("fair", n.bernoulli(0.4));
    const [left, right] = sample("sides", n.iid(n.bernoulli(0.5), 2)) as [n.Real, n.Real];
    const shift = sample("shift", n.normal(0, 1));
    for (const [treated, y] of [
      [1, 0.7],
      [0, 0.2],
      [1, 1.4],
    ] as const) {
      const isMoved = n.and(isOne(treated), n.or(isOne(left), n.not(isOne(right))));
      observe(n.normal(n.add(where(isMoved, shift, 0), n.where(isOne(fair), 0, 1)), 0.8), y);
    }
    branch(
      isOne(fair),
      () => observe(n.bernoulli(0.5), 1),
      () => observe(n.bernoulli(0.9), 1),
    );
  });

describe("a flag as a condition", () => {
  test("is that it is 1, in where, and, or, not and branch, for latents, entries of vectors and data", () => {
    const [byFlag, byNumber] = [(x: n.Real) => x, (x: n.Real) => n.gt(x, 0)].map((isOne) =>
      n.fit(tossed(isOne), { ...quiet, seed: 1 }),
    );
    expect(byFlag!.summary()).toEqual(byNumber!.summary());
    expect(byFlag!.mean("fair")).toBeGreaterThan(0);
  });

  test("is one where the program runs on plain numbers", () => {
    const [byFlag, byNumber] = [(x: n.Real) => x, (x: n.Real) => n.gt(x, 0)].map((isOne) =>
      n.simulate(tossed(isOne), { draws: 20, seed: 1 }),
    );
    expect(byFlag).toEqual(byNumber);
  });

  test.each<[string, (sample: n.ProgramContext["sample"]) => n.TruthOrFlag]>([
    ["a continuous latent", (sample) => sample("z", n.normal(0, 1))],
    ["a count", (sample) => sample("z", n.poisson(2))],
    ["twice a flag", (sample) => n.mul(2, sample("z", n.bernoulli(0.5)))],
    ["the number 2", () => 2],
  ])("is not %s", (_, condition) => {
    for (const decide of [
      (c: n.TruthOrFlag) => n.where(c, 1, 0),
      (c: n.TruthOrFlag) => n.where(n.and(c, true), 1, 0),
      (c: n.TruthOrFlag) => n.where(n.not(c), 1, 0),
    ])
      expect(() =>
        n.fit(n.defineModel("m", ({ sample, observe }) => observe(n.normal(decide(condition(sample)), 1), 0))),
      ).toThrow(/(where|and|not): not a truth value; got (a traced number|2), expected a boolean or a comparison/);
  });
});
