/** A tracked number that has neither mean nor sd is told on each seed; of numbers that have one nothing is said, however rare or skew they are. */
import { describe, expect, it } from "vitest";
import * as n from "../../../src/index.ts";
import { trackedTails } from "../../../src/inference/posterior/tracked-tails.ts";
import { normalQuantile } from "../../../src/math/normal.ts";
import { FULL } from "../../../src/profile.ts";
import { trace } from "../../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";

const told = (model: n.Model, seed: number): readonly string[] =>
  n
    .fit(model, { seed, onWarning() {} })
    .report!.warnings.flatMap(({ code, latents }) => (code === "no-moments" ? latents : []));

describe("a fit", () => {
  it("tells of a quotient whose divisor may be 0, which has a mean by draws on each seed", () => {
    const quotient = n.defineModel("quotient", ({ sample, observe, track }) => {
      const [a, b] = [sample("a", n.normal(0, 10)), sample("b", n.normal(0, 10))];
      observe(n.normal(a, 1), 3);
      observe(n.normal(b, 1), 0.8);
      track("a/b", n.div(a, b));
      track("a·b", n.mul(a, b));
    });
    for (const seed of [0, 1, 2]) expect(told(quotient, seed)).toEqual(["a/b"]);
  });

  it("tells of a relative risk where nobody has fallen ill in one group, and not where nine have", () => {
    const risks = (ill: number): n.Model =>
      n.defineModel("risks", ({ sample, observe, track }) => {
        const [p, q] = [sample("p", n.beta(1, 1)), sample("q", n.beta(1, 1))];
        observe(n.binomial(10, p), 3);
        observe(n.binomial(20, q), ill);
        track("relative", n.div(p, q));
      });
    for (const seed of [0, 1, 2]) {
      expect(told(risks(0), seed)).toEqual(["relative"]);
      expect(told(risks(9), seed)).toEqual([]);
    }
  });
});

describe("draws of one latent", () => {
  const DRAWS = 4096;
  const next = uniformSource(makeGenerator(5), 1);
  const kept = Float64Array.from({ length: DRAWS }, () => normalQuantile(next()));
  const weights = new Float64Array(DRAWS).fill(1 / DRAWS);

  it("say of 1/x² that it has no sd, and nothing of eˣ, of a truth of one in a thousand, of what it is in an arm that is seldom taken, and of constants", () => {
    const model = n.defineModel("one", ({ sample, track, branch }) => {
      const x = sample("x", n.normal(0, 1));
      track("1/x²", n.div(1, n.square(x)));
      track("eˣ", n.exp(x));
      track("rare", n.where(n.gt(x, 3.1), 1, 0));
      track("loss", n.max(0, n.sub(x, 3)));
      branch(n.gt(x, 3), () => track("in an arm", n.div(1, n.sub(x, 3))));
      track("constant", n.where(n.gt(x, -100), 2, 1));
    });
    const source = { trace: trace(model), engine: FULL.engine, components: [] };
    expect(trackedTails(source, { kept, weights }).map(({ name }) => name)).toEqual(["1/x²"]);
  });
});
