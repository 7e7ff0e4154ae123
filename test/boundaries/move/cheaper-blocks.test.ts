import { describe, expect, test } from "vitest";
import { analyseBoundaries } from "../../../src/boundaries/find/boundaries.ts";
import { CHEAPER_BLOCKS } from "../../../src/boundaries/move/cheaper-blocks.ts";
import { add, defineModel, exp, gt, mul, normal, type Real, sub, sum, where } from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { boundariesText } from "../../support/condition-rows.ts";

/** n conditions, each on a latent of its own and on `t`, which all share; and what their first boundary is moved onto by. */
interface Row {
  readonly name: string;
  readonly n: number;
  readonly value: (own: Real, t: Real) => Real;
  readonly found: string;
  readonly after: string;
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { name: "own and shared",            n: 2,   value: (own, t) => sub(own, t),                found: "t+z0",  after: "t+z0" },
  { name: "own and shared",            n: 10,  value: (own, t) => sub(own, t),                found: "t+z0",  after: "t+z0" },
  { name: "own and shared, some",      n: 40,  value: (own, t) => sub(own, t),                found: "t+z0",  after: "t+z0" },
  { name: "own and shared, many",      n: 100, value: (own, t) => sub(own, t),                found: "t+z0",  after: "z0" },
  { name: "scaled",                    n: 100, value: (own, t) => add(mul(2, own), mul(3, t)), found: "t+z0",  after: "z0" },
  { name: "a product of both",         n: 2,   value: (own, t) => sub(mul(own, t), 1),        found: "t|z0",  after: "t|z0" },
  { name: "a product of both, many",   n: 100, value: (own, t) => sub(mul(own, t), 1),        found: "t|z0",  after: "z0" },
  { name: "the shared one curved",     n: 100, value: (own, t) => sub(own, exp(t)),           found: "z0",    after: "z0" },
  { name: "the own one curved, many",  n: 100, value: (own, t) => sub(exp(own), t),           found: "t",     after: "t" },
  { name: "the own one alone",         n: 100, value: (own) => sub(own, 0.5),                 found: "z0",    after: "z0" },
];

describe("what conditions on own and shared latents are moved onto by", () => {
  test.each(ROWS)("$name, $n conditions: $found becomes $after", ({ n, value, found, after }) => {
    const model = defineModel("shared", ({ sample, observe }) => {
      const t = sample("t", normal(0, 1));
      const own = Array.from({ length: n }, (_, i) => sample(`z${i}`, normal(0, 1)));
      observe(normal(sum(own.map((z) => where(gt(value(z, t), 0), 1, 0))), 1), 1);
    });
    const objective = buildObjective(model);
    const { boundaries } = analyseBoundaries(objective);
    expect(boundaries).toHaveLength(n);
    const by = (some: typeof boundaries): string => / by (.*)$/.exec(boundariesText(objective, some)[0]!)![1]!;
    expect(by(boundaries)).toBe(found);
    const cheaper = CHEAPER_BLOCKS.run(objective, boundaries);
    expect(by(cheaper)).toBe(after);
    expect(cheaper.map(({ condition, predicates }) => [condition, predicates])).toEqual(
      boundaries.map(({ condition, predicates }) => [condition, predicates]),
    );
  });

  test("an objective without boundaries is left alone", () => {
    const objective = buildObjective(defineModel("none", ({ sample }) => void sample("z", normal(0, 1))));
    const none: never[] = [];
    expect(CHEAPER_BLOCKS.run(objective, none)).toBe(none);
  });
});
