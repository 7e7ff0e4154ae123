import { describe, expect, test } from "vitest";
import { Graph } from "../../src/autodiff/graph/graph.ts";
import { normal } from "../../src/distributions/index.ts";
import { corrected, type Estimator, reparam } from "../../src/estimators/index.ts";
import { add, gt, makeSampler, mul, type Real } from "../../src/index.ts";
import { temperature } from "../../src/models/index.ts";
import { defineModel, type Model } from "../../src/program/model.ts";
import { floor } from "../../src/program/rounding.ts";
import { amount } from "../support/soak.ts";

type Sized = (n: number) => Model;

/** n observations of one normal. */
const observations: Sized = (n) =>
  defineModel("observations", ({ sample, observe }) => {
    const [mean, slope] = [sample("mean", normal(0, 1)), sample("slope", normal(0, 1))];
    for (let k = 0; k < n; k++) observe(normal(add(mean, mul(slope, k / n)), 1), Math.sin(k));
  });

/** A state with a condition and an observation per step, each of which depends on all before it. */
const chain: Sized = (n) =>
  defineModel("chain", ({ sample, observe, where }) => {
    let state: Real = sample("start", normal(0, 1));
    for (let k = 0; k < n; k++) {
      state = add(mul(0.9, state), where(gt(state, 0), 0.1, -0.1));
      observe(normal(state, 1), Math.sin(k));
    }
  });

/** n parallel conditions on one latent. */
const changePoint: Sized = (n) =>
  defineModel("change point", ({ sample, observe, where }) => {
    const [early, late] = [sample("early", normal(0, 1)), sample("late", normal(0, 1))];
    const change = sample("change", normal(0, 1));
    for (let k = 0; k < n; k++) observe(normal(where(gt(change, k / n), late, early), 1), Math.sin(k));
  });

/** n conditions on four latents, no two of them parallel. */
const directions: Sized = (n) =>
  defineModel("directions", ({ sample, observe, where }) => {
    const z = Array.from({ length: 4 }, (_, i) => sample(`z${i}`, normal(0, 1)));
    for (let k = 0; k < n; k++) {
      const above = gt(add(z[k % 4]!, mul(1 + k / n, z[(k + 1) % 4]!)), 0.5);
      observe(normal(where(above, 1, 0), 1), Math.sin(k));
    }
  });

/** n conditions inside one term. */
const steps: Sized = (n) =>
  defineModel("steps", ({ sample, observe }) => {
    observe(normal(floor(sample("z", normal(0, 3)), { from: 0, to: n }), 1), 2.2);
  });

/** n latents, each with a condition that another latent has part in. */
const latents: Sized = (n) =>
  defineModel("latents", ({ sample, observe, where }) => {
    const threshold = sample("threshold", normal(0, 1));
    for (let k = 0; k < n; k++)
      observe(normal(where(gt(sample(`z${k}`, normal(0, 1)), threshold), 1, 0), 1), Math.sin(k));
  });

/** A switch that each latent keeps or changes: every condition reaches what follows through the next one alone. */
const switches: Sized = (n) =>
  defineModel("switches", ({ sample, observe, where }) => {
    const level = sample("level", normal(0, 1));
    let on: Real = sample("start", normal(0, 1));
    for (let k = 0; k < n; k++) {
      on = where(gt(sample(`e${k}`, normal(0, 1)), where(gt(on, 0.5), -1.28, 1.28)), 1, 0);
      observe(normal(where(gt(on, 0.5), level, 0), 1), Math.sin(k));
    }
  });

/** A thermostat that every step switches on, off, or neither, by latents of its own. */
const thermostat: Sized = (n) =>
  defineModel("thermostat", ({ sample, observe, where }) => {
    const level = sample("level", normal(0, 1));
    let on: Real = 0;
    for (let k = 0; k < n; k++) {
      on = where(gt(sample(`low${k}`, normal(0, 1)), 0.5), 1, where(gt(sample(`high${k}`, normal(0, 1)), 0.5), 0, on));
      observe(normal(where(gt(on, 0.5), level, 0), 1), Math.sin(k));
    }
  });

/** A switch that goes by other thresholds of a latent where it is on: what follows depends on a condition that is made of two. */
const sides: Sized = (n) =>
  defineModel("sides", ({ sample, observe, where }) => {
    const level = sample("level", normal(0, 1));
    let on: Real = where(gt(level, 0), 1, 0);
    for (let k = 0; k < n; k++) {
      const e = sample(`e${k}`, normal(0, 1));
      on = where(gt(on, 0.5), where(gt(e, Math.sin(k)), 1, 0), where(gt(Math.cos(k), e), 1, 0));
      observe(normal(add(on, mul(0.3, level)), 1), Math.sin(k));
    }
  });

/** The model `temperature` with any number of steps: its switches hold or fail by the temperature before. */
const temperatures: Sized = (n) =>
  defineModel("temperatures", ({ sample, observe, where }) => {
    let theta: Real = sample("theta0", normal(20, 1));
    let cooling: Real = 0;
    for (let k = 1; k <= n; k++) {
      const target = where(gt(18, theta), 0, where(gt(theta, 22), 1, cooling));
      cooling = where(gt(sample(`q${k}`, normal(target, 0.001)), 0.5), 1, 0);
      theta = sample(`theta${k}`, normal(add(theta, where(gt(cooling, 0.5), -1.4, 0.8)), 0.4));
      observe(normal(theta, 1), 20 + 2 * Math.sin(k));
    }
  });

const plain = (): Estimator => corrected({ marginalise: false });
const CASES: readonly (readonly [string, Sized, () => Estimator])[] = [
  ["observations by reparam", observations, reparam],
  ["a chain by reparam", chain, reparam],
  ["parallel conditions", changePoint, plain],
  ["parallel conditions, marginalised", changePoint, corrected],
  ["conditions no two of which are parallel", directions, plain],
  ["conditions inside one term", steps, plain],
  ["latents", latents, plain],
];

/** What making a tape takes: nodes asked for and nodes walked over; and what comes of it. */
function make(model: Model, estimator: Estimator): { work: number; nodes: number; instructions: number } {
  const { apply, reachable } = Graph.prototype;
  let work = 0;
  // A spy would keep the arguments of a hundred thousand calls.
  Graph.prototype.apply = function (...args) {
    work++;
    return apply.apply(this, args);
  };
  Graph.prototype.reachable = function (...args) {
    const nodes = reachable.apply(this, args);
    work += nodes.length;
    return nodes;
  };
  try {
    const { objective, each } = makeSampler(model, estimator);
    const { size } = each().tape;
    return { work, nodes: objective.graph.size, instructions: size.uniform + size.lane };
  } finally {
    Object.assign(Graph.prototype, { apply, reachable });
  }
}

/** From n to 2n and from 2n to 4n: by how much more the second step costs; 2 for linear growth, 4 for quadratic. */
function growth(model: Sized, estimator: Estimator, n: number): { [K in "work" | "nodes" | "instructions"]: number } {
  const [first, second, third] = [n, 2 * n, 4 * n].map((size) => make(model(size), estimator)) as [Made, Made, Made];
  const of = (key: keyof Made): number => (third[key] - second[key]) / (second[key] - first[key]);
  return { work: of("work"), nodes: of("nodes"), instructions: of("instructions") };
}
type Made = ReturnType<typeof make>;

describe("making the tape of a model", () => {
  test.each(CASES)("takes work, nodes and instructions proportional to its size: %s", (_name, model, estimator) => {
    const { work, nodes, instructions } = growth(model, estimator(), amount(48, 64));
    // n log n where n conditions stand in one sum: (8 · 4 − 7 · 2) / (7 · 2 − 6) = 2.25
    expect(work).toBeLessThan(2.3);
    expect(nodes).toBeLessThan(2.3);
    expect(instructions).toBeLessThan(2.3);
  });

  test.each([
    ["a switch, plain", switches, plain],
    ["a switch, marginalised", switches, corrected],
    ["a thermostat, plain", thermostat, plain],
    ["sides, plain", sides, plain],
    ["sides, marginalised", sides, corrected],
  ] as const)("a chain through gates takes operations in proportion: %s", (_name, model, estimator) => {
    const { nodes, instructions } = growth(model, estimator(), 12);
    expect(nodes).toBeLessThan(2.3);
    expect(instructions).toBeLessThan(2.3);
  });

  test("a thermostat whose switches are summed out takes operations in proportion: each condition on a temperature is below one sum", () => {
    const of = (steps: number): number =>
      makeSampler(temperatures(steps), corrected(), { collapse: "auto" }).means!().tape.size.lane;
    const [first, second, third] = [of(10), of(20), of(40)] as const;
    expect((third - second) / (second - first)).toBeLessThan(2.3); // 3.7 with each jump followed by itself
  });

  test("a state that is drawn anew in every step is no chain: gates would take 1,069 instructions", () => {
    expect(makeSampler(temperature, plain()).means!().tape.size.lane).toBeLessThan(500);
  });

  test("the counts see quadratic work: boundary terms of a chain, whose every condition changes all that follows", () => {
    expect(growth(chain, plain(), 6).work).toBeGreaterThan(3);
  });

  test("what comes from one latent is added up before the next one comes: few values wait", () => {
    const alone: Sized = (n) =>
      defineModel("alone", ({ sample, observe, where }) => {
        for (let k = 0; k < n; k++) {
          const z = sample(`z${k}`, normal(0, 1));
          observe(normal(where(gt(z, 0.5), 1, z), 1), Math.sin(k));
        }
      });
    const [few, many] = [10, amount(100, 300)].map((n) => {
      const { laneSlots } = makeSampler(alone(n), corrected()).means!().tape.size;
      return laneSlots - n; // beside the noise
    });
    expect(many).toBeLessThan(few! + 5);
    // Conditions on one latent, each with residuals of two others: added up one after the other too.
    expect(makeSampler(changePoint(amount(400, 1000)), plain()).means!().tape.size.laneSlots).toBeLessThan(60);
  });

  // How long that takes, and for how many more: `npm run bench:growth`. Comparing all pairs of conditions took minutes.
  test("thousands of conditions and observations have tapes in proportion", { timeout: 200_000 }, () => {
    const sizeOf = (model: Model, estimator: Estimator): number => {
      const { size } = makeSampler(model, estimator).each().tape;
      return size.uniform + size.lane;
    };
    for (const [model, estimator, n] of [
      [changePoint, plain(), amount(1000, 2000)],
      [steps, plain(), amount(1000, 2000)],
      [observations, reparam(), amount(5000, 2e4)],
    ] as const)
      expect(sizeOf(model(n), estimator) / sizeOf(model(n / 100), estimator)).toBeLessThan(130);
  });
});
