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
  const chain = (length: number, below: number) =>
    trace(
      n.defineModel("chain", ({ sample, factor }) => {
        const z = Array.from({ length }, (_, i) => sample(`z${i}`, n.normal(0, 1)));
        for (let i = 1; i < length; i++)
          factor(`order ${i}`, n.where(n.lt(z[i - 1]!, z[i]!), 0, Number.NEGATIVE_INFINITY));
        factor("first", n.where(n.lt(z[0]!, below), 0, Number.NEGATIVE_INFINITY));
      }),
    );
  const found = (length: number, below: number): Float64Array | undefined => {
    const prior = independent(new Array(length).fill(0), new Array(length).fill(1), 1);
    const source = { trace: chain(length, below), engine: PLAIN_ENGINE };
    const target = targetOf({ ...source, components: [prior], drawing: undefined }, prior);
    return possibleDraws(source, target, prior, generator, 7);
  };

  it("are found of twelve numbers in order, which one of 479,001,600 draws has", () => {
    const draws = found(12, 9)!;
    for (let c = 0; c < PARTICLES; c++)
      for (let i = 1; i < 12; i++) expect(draws[i * PARTICLES + c]!).toBeGreaterThan(draws[(i - 1) * PARTICLES + c]!);
  });

  it("are none where no mending helps", () => {
    expect(found(2, -1e9)).toBeUndefined();
  });
});
