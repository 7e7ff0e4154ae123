import { describe, expect, test } from "vitest";
import {
  add,
  corrected,
  defineModel,
  div,
  estimateGradient,
  exp,
  fullRank,
  gt,
  log,
  type Model,
  meanField,
  mul,
  normal,
  pow,
  type Real,
  reparam,
  sqrt,
  sub,
} from "../../../src/index.ts";
import { verifyGradient } from "../../../src/verify/index.ts";

type Where = (c: ReturnType<typeof gt>, x: Real, y: Real) => Real;

const on = (mean: (h: Real, crest: Real, where: Where) => Real): Model =>
  defineModel("edge", ({ sample, observe, where }) => {
    const [h, crest] = [sample("h", normal(0, 1)), sample("crest", normal(0, 1))];
    observe(normal(mean(h, crest, where), 0.9), 0.2);
  });

const PARAMS = { mu: [0.3, -0.1], rho: [0.2, -0.4] };

const CASES: readonly [string, Model][] = [
  ["a root of what is compared", on((h, c, where) => where(gt(h, c), sqrt(sub(h, c)), 0.7))],
  ["a power of its quotient", on((h, c, where) => where(gt(h, c), pow(div(sub(h, c), 3), 1.5), 0.7))],
  ["its negative multiple in the other arm", on((h, c, where) => where(gt(h, c), 1, sqrt(sub(mul(2, c), mul(2, h)))))],
  ["another sum of the same", on((h, c, where) => where(gt(h, add(c, 0.3)), sqrt(sub(sub(h, c), 0.3)), 1))],
  ["a rising function of both", on((h, c, where) => where(gt(h, c), sqrt(sub(exp(h), exp(c))), 1))],
  ["a curve", on((h, c, where) => where(gt(mul(h, h), exp(c)), sqrt(sub(mul(h, h), exp(c))), 1))],
  ["beside an edge elsewhere", on((h, c, where) => where(gt(h, c), add(sqrt(sub(h, c)), sqrt(add(1, mul(h, h)))), 1))],
];

// The water behind a weir is lower by what has flown over it, and then there is another weir: levels are made of arms.
const weirs = (steps: number): Model =>
  defineModel("weirs", ({ sample, observe, where }) => {
    let level: Real = sample("level", normal(0, 1));
    const crest = sample("crest", normal(0, 1));
    for (let k = 0; k < steps; k++) {
      level = add(mul(0.5, level), sample(`rain${k}`, normal(0, 0.5)));
      const over = where(gt(level, crest), add(0.2, pow(sub(level, crest), 1.5)), 0);
      level = sub(level, mul(0.3, over));
      observe(normal(over, 0.5), 0.3);
    }
  });

describe("an edge of a domain on a boundary", () => {
  test.each(CASES)("is where the op has its last value: %s", (_name, model) => {
    for (const guide of [meanField(), fullRank()]) {
      const params = guide.name === "full-rank" ? { ...PARAMS, lower: [0.3] } : PARAMS;
      const { verdict, components } = verifyGradient(model, { params, guide, budget: 2 ** 15, resolution: 0.05 });
      expect(verdict).not.toBe("biased");
      for (const { z, standardError } of components) {
        expect(Math.abs(z)).toBeLessThan(4);
        expect(standardError).toBeLessThan(0.1);
      }
    }
  });

  test.each([1, 2])("is known behind arms too: %d weirs", (steps) => {
    const params = { mu: [0.3, -0.1, ...Array(steps).fill(0)], rho: [0.2, -0.4, ...Array(steps).fill(0.1)] };
    const { gradient, variance } = estimateGradient(weirs(steps), {
      estimator: corrected(),
      params,
      samples: 4000,
      seed: 1,
    });
    expect([...gradient, ...variance].every(Number.isFinite)).toBe(true);
    expect(verifyGradient(weirs(steps), { params, budget: 2 ** 13, resolution: 0.05 }).verdict).not.toBe("biased");
  });

  test("and plain reparam is biased there", () => {
    expect(verifyGradient(CASES[0]![1], { params: PARAMS, estimator: reparam() }).verdict).toBe("biased");
  });

  test("and none of a jump without an end", () => {
    const model = on((h, c, where) => where(gt(h, c), log(sub(h, c)), 1));
    expect(() => estimateGradient(model, { params: PARAMS, estimator: corrected(), samples: 1000, seed: 1 })).toThrow(
      /is not finite|is not the program's/,
    );
  });
});
