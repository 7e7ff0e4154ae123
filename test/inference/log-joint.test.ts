import fc from "fast-check";
import { expect, test } from "vitest";
import { exp, gt } from "../../src/autodiff/expr.ts";
import { normal, uniform } from "../../src/distributions/index.ts";
import { logJoint } from "../../src/index.ts";
import { gmm, influenza, temperature, textmsg } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { gmmLogJoint, influenzaLogJoint, temperatureLogJoint, textmsgLogJoint } from "../oracle/log-joints.ts";
import { amount } from "../support/soak.ts";

interface Case {
  readonly model: Model;
  readonly plain: (z: readonly number[]) => number;
  /** Centre and width of random latents: wide enough that every if goes both ways. */
  readonly around: (i: number) => readonly [centre: number, width: number];
}
const CASES: readonly Case[] = [
  { model: gmm, plain: gmmLogJoint, around: () => [0, 3] },
  { model: textmsg, plain: textmsgLogJoint, around: (i) => (i < 2 ? [2.8, 1] : [0, 2]) },
  { model: influenza, plain: influenzaLogJoint, around: (i) => (i % 3 === 0 ? [0, 2] : [0, 0.2]) },
  { model: temperature, plain: temperatureLogJoint, around: (i) => (i % 2 === 0 ? [20, 4] : [0.5, 1]) },
];

test.each(CASES.map((row) => ({ name: row.model.name, ...row })))(
  "the log joint density of $name is that of plain arithmetic with plain ifs",
  ({ model, plain, around }) => {
    const n = model.init!.mu.length;
    const latents = fc.tuple(
      ...Array.from({ length: n }, (_, i) => {
        const [centre, width] = around(i);
        return fc.double({ min: centre - width, max: centre + width, noNaN: true });
      }),
    );
    fc.assert(
      fc.property(latents, (z) => {
        const expected = plain(z);
        // Some hundred terms of at most the size of the result (all large ones have one sign), each rounded a few times.
        expect(Math.abs(logJoint(model, z) - expected)).toBeLessThan(1e-13 * (100 + Math.abs(expected)));
      }),
      { numRuns: amount(15, 60) },
    );
    // A second evaluation elsewhere: the plain one is not constant.
    expect(plain(Array.from({ length: n }, (_, i) => around(i)[0] + 0.3))).not.toBe(
      plain(Array.from({ length: n }, (_, i) => around(i)[0] - 0.3)),
    );
  },
);

test("ties take the second arm: a condition holds where it is strictly positive", () => {
  expect(logJoint(gmm, [0])).toBe(gmmLogJoint([-1e-300]));
  expect(logJoint(gmm, [0]) - logJoint(gmm, [1e-300])).toBeCloseTo(10.5, 10); // (25 − 4)/2
});

test("the density is −∞ or NaN where the program says so", () => {
  const model = defineModel("m", ({ sample, observe }) => {
    const x = sample("x", normal(0, 1));
    observe(uniform(0, 1), x);
  });
  expect(logJoint(model, [2])).toBe(-Infinity);
  expect(logJoint(model, [0.5])).toBeCloseTo(-0.5 * Math.log(2 * Math.PI) - 0.125, 14);
  const scale = defineModel("m", ({ sample, observe }) => {
    observe(normal(0, sample("x", normal(0, 1))), 1);
  });
  expect(logJoint(scale, [-1])).toBeNaN();
});

test("a wrong number of latents, a random density and no model are errors", () => {
  expect(() => logJoint(gmm, [1, 2])).toThrow(
    'logJoint: z does not fit the latents of "gmm"; got 2 values, expected 1',
  );
  const none = "logJoint: not the values of latents; got";
  expect(() => logJoint(gmm, undefined as unknown as number[])).toThrow(`${none} undefined, expected an array of 1`);
  expect(() => logJoint(gmm, { z: 1 } as unknown as number[])).toThrow(`${none} an object, expected an array of 1`);
  // A text is no number, though JavaScript would compute with it.
  expect(() => logJoint(gmm, ["1"] as unknown as number[])).toThrow('not a number; got "1"');
  const frozen = defineModel("f", ({ sample, observe, frozen, where }) => {
    const z = sample("z", normal(0, 1));
    observe(normal(where(gt(frozen("toss", normal(0, 1)), z), 1, exp(z)), 1), 0);
  });
  expect(() => logJoint(frozen, [0])).toThrow('the density of "f" is random; got frozen site "toss", expected none');
  expect(() => logJoint({} as Model, [0])).toThrow(
    "logJoint: not a model; got an object, expected one made by defineModel()",
  );
});
