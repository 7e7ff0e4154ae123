import { describe, expect, test } from "vitest";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import type { BesideFamily } from "../../../src/boundaries/find/parallel-family.ts";
import { withEdges } from "../../../src/boundaries/jump/edges.ts";
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
import { buildObjective } from "../../../src/objective/objective.ts";
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

/** What an operand is taken for on the boundary of h > crest, and what the family of the boundary knows of another node. */
function onBoundary(
  operand: (h: Real, crest: Real, rest: { readonly s: Real; readonly where: Where }) => Real,
  op: (x: Real) => Real = sqrt,
  known?: BesideFamily,
): string {
  let x: Real = 0;
  const model = defineModel("edge", ({ sample, observe, where }) => {
    const [h, crest, s] = ["h", "crest", "s"].map((name) => sample(name, normal(0, 1))) as [Real, Real, Real];
    x = operand(h, crest, { s, where });
    observe(normal(where(gt(h, crest), op(x), 1), 0.9), 0.2);
  });
  const objective = buildObjective(model);
  const { graph } = objective;
  const { boundaries } = analyseBoundaries(objective);
  const boundary = boundaries.find(({ text }) => text() === "h > crest")!;
  const node = (x as unknown as { readonly node: number }).node;
  const value = withEdges(() => () => known)(objective, boundaries)(boundary)?.value(node);
  return value === undefined ? "itself" : graph.text(value);
}

describe("on the boundary of h > crest, what an op with the edge of a domain is applied to is taken for", () => {
  const plain: readonly [string, Parameters<typeof onBoundary>[0], string][] = [
    ["h − crest", (h, c) => sub(h, c), "0"],
    ["2·crest − 2·h", (h, c) => sub(mul(2, c), mul(2, h)), "0"],
    ["h − 1.0000000000000002·crest", (h, c) => sub(h, mul(1.0000000000000002, c)), "0"],
    ["h − 1.00001·crest", (h, c) => sub(h, mul(1.00001, c)), "itself"],
    ["h + crest", (h, c) => add(h, c), "itself"],
    ["h − crest − 0.3", (h, c) => sub(sub(h, c), 0.3), "itself"],
    ["h", (h) => h, "itself"],
    ["h − crest + s", (h, c, { s }) => add(sub(h, c), s), "itself"],
    ["h − s", (h, _, { s }) => sub(h, s), "itself"],
    ["s − crest", (_, c, { s }) => sub(s, c), "itself"],
  ];
  test.each(plain)("%s", (_name, operand, expected) => {
    expect(onBoundary(operand)).toBe(expected);
  });

  test.each<[string, (x: Real) => Real, string]>([
    ["a power of 1.5", (x) => pow(x, 1.5), "0"],
    ["a power of −0.5, which is ∞ there", (x) => pow(x, -0.5), "itself"],
    ["a power that is a latent's", (x) => pow(x, exp(x)), "itself"],
    ["log, which is −∞ there", log, "itself"],
    ["exp, whose domain does not end", exp, "itself"],
  ])("h − crest below %s", (_name, op, expected) => {
    expect(onBoundary((h, c) => sub(h, c), op)).toBe(expected);
  });

  // A curve is what it is there, from the edge on: h² is the square of the point on the boundary.
  test("a curve, or what lies behind another condition: its value there, from the edge on", () => {
    expect(onBoundary((h, c) => sub(mul(h, h), exp(c)))).toMatch(/^max\(.*, 0\)$/);
    expect(onBoundary((h, c, { s, where }) => sub(where(gt(s, 0.2), h, mul(2, h)), c))).toMatch(/^max\(.*, 0\)$/);
    // Not what jumps there itself.
    expect(onBoundary((h, c, { where }) => sub(where(gt(h, c), h, mul(2, h)), c))).toBe("itself");
  });

  test("what others know of the boundary stays", () => {
    const known: BesideFamily = { value: () => 0, mayJump: () => false };
    expect(onBoundary((h) => h, exp, known)).not.toBe("itself");
    expect(onBoundary((h, c) => sub(h, c), sqrt, known)).toBe("0");
  });
});
