// Draws at which a density is not 0, where hardly one of the prior has one: they are mended until it has.
import { describe, expect, it } from "vitest";
import { PLAIN_ENGINE } from "../../../../src/autodiff/lanes/interpreter/engines.ts";
import * as n from "../../../../src/index.ts";
import { COUNT as PARTICLES } from "../../../../src/inference/posterior/adaptation/particles.ts";
import { possibleDraws } from "../../../../src/inference/posterior/adaptation/possible.ts";
import { targetOf } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { trace } from "../../../../src/program/trace.ts";
import { makeGenerator } from "../../../../src/random/index.ts";

const generator = makeGenerator(5);

describe("draws at which a density is not 0", () => {
  const found = (length: number, isNever: boolean): { draws: Float64Array | undefined; densities: Float64Array } => {
    // Squares, as comparisons of latents by themselves would bound their priors.
    const model = n.defineModel("chain", ({ sample, factor }) => {
      const z = Array.from({ length }, (_, i) => n.square(sample(`z${i}`, n.normal(0, 1))));
      for (let i = 1; i < length; i++)
        factor(`order ${i}`, n.where(n.lt(z[i - 1]!, z[i]!), 0, Number.NEGATIVE_INFINITY));
      if (isNever) factor("never", n.where(n.lt(n.add(z[0]!, z[1]!), -1), 0, Number.NEGATIVE_INFINITY));
    });
    const prior = independent(new Array(length).fill(0), new Array(length).fill(1), 1);
    const source = { trace: trace(model), engine: PLAIN_ENGINE };
    const target = targetOf({ ...source, components: [prior], drawing: undefined }, prior);
    const draws = possibleDraws(source, target, prior, generator, 7);
    return { draws, densities: draws ? target(draws, PARTICLES) : new Float64Array(0) };
  };

  it("are found of twelve numbers in order, which one of 479,001,600 draws has", () => {
    const { densities } = found(12, false);
    expect(densities).toHaveLength(PARTICLES);
    expect(densities.every(Number.isFinite)).toBe(true);
  });

  it("are none where no mending helps", () => {
    expect(found(2, true).draws).toBeUndefined();
  });
});
