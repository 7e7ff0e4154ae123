/** The density on the way from priors to a posterior that latents were summed out of: its cases are tempered, and its last one is the posterior's. */
import { expect, test } from "vitest";
import { corrected } from "../../../../src/estimators/corrected.ts";
import { add, defineModel, gamma, gt, normal, poisson, type Real, where } from "../../../../src/index.ts";
import { targetOf } from "../../../../src/inference/posterior/adaptation/target.ts";
import { temperedTrace } from "../../../../src/inference/posterior/adaptation/tempered.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { makeSampler } from "../../../../src/inference/sampler/sampler.ts";
import { finished } from "../../../../src/pieces/pieces.ts";
import { FULL } from "../../../../src/profile.ts";

const logNormal = (x: number, sd: number): number => -0.5 * (x / sd) ** 2 - Math.log(sd) - 0.5 * Math.log(2 * Math.PI);

test("two counts are tempered with the budget that they were summed out with, which is above the usual one", () => {
  const model = defineModel("counts", ({ sample, factor }) => {
    const r = sample("r", gamma(2, 0.5));
    const [a, b] = ["a", "b"].map((name) => sample(name, poisson(r))) as [Real, Real];
    factor(where(gt(add(a, b), 2), 0, Number.NEGATIVE_INFINITY));
  });
  const traceWith = (budget: number) => makeSampler(FULL, model, corrected(), { collapse: { budget } }).objective.trace;
  expect(finished(temperedTrace(traceWith(20_000)))).toBeDefined();
  expect(() => traceWith(4096)).toThrow(
    /above the budget; .*; to try: fewer values, .*, or collapse: \{ budget: \d+ \}/,
  );
});

test("a coefficient that is in or out is tempered in each case", () => {
  const model = defineModel("in or out", ({ sample, observe }) => {
    const b = sample("b", normal(0, 10));
    observe(normal(where(gt(sample("on", normal(0, 1)), 0.5), b, 0), 0.3), 0.8, "y");
  });
  const { objective } = makeSampler(FULL, model, corrected(), { collapse: "auto" });
  const { trace } = objective;
  const guide = independent([0], [1], 1);
  const source = { trace, engine: FULL.engine, components: [guide], drawing: undefined };
  const target = targetOf(source, guide);
  const tempered = target.tempered!()!;
  const places = Float64Array.of(-20, 0.1, 0.8, 1.5);
  // P(on > 0.5)
  const on = 0.3085375387259869;
  for (const power of [0.01, 0.3, 1]) {
    const found = tempered(power)(places, places.length);
    places.forEach((b, k) => {
      const [out, within] = [logNormal(0.8, 0.3), logNormal(0.8 - b, 0.3)].map((y) => power * (y + logNormal(b, 10)));
      const exact = Math.log((1 - on) * Math.exp(out!) + on * Math.exp(within!));
      expect(power * found[k]!).toBeCloseTo(exact, 9);
      if (power === 1) expect(found[k]!).toBeCloseTo(target(places, places.length)[k]!, 12);
    });
  }
});

test("there is none where nothing was summed out", () => {
  const model = defineModel("plain", ({ sample }) => sample("b", normal(0, 10)));
  const { objective } = makeSampler(FULL, model, corrected(), { collapse: "auto" });
  expect(finished(temperedTrace(objective.trace))).toBeUndefined();
});
