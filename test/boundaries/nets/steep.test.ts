/** Steps that no sample meets are found, and nothing that is merely steep, bent or infinite is taken for one. */
import { describe, expect, test, vi } from "vitest";
import { steepStep } from "../../../src/boundaries/nets/steep.ts";
import * as n from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { climbed } from "../../support/unweighed.ts";

const { abs, add, clamp, div, erf, exp, gt, log, mul, pow, relu, sigmoid, softplus, sqrt, square, sub, tanh, where } =
  n;

const modelOf = (mean: (z: n.Real, y: n.Real) => n.Real, sd = 1): n.Model =>
  n.defineModel("step", ({ sample, observe }) => {
    const [z, y] = [sample("z", n.normal(0.2, 1)), sample("y", n.normal(0, 1))];
    observe(n.normal(mul(3, mean(z, y)), sd), 2, "x");
  });
const found = (model: n.Model, mu = [0.2, 0.1], rho = [0.5, 0.5]) =>
  steepStep(buildObjective(model), Float64Array.from([...mu, ...rho]));

const STEEP: Readonly<Record<string, (z: n.Real, y: n.Real) => n.Real>> = {
  "tanh(1e9 z)": (z) => tanh(mul(1e9, z)),
  "tanh(1e5 z)": (z) => tanh(mul(1e5, z)),
  "sigmoid(1e12 (z − y))": (z, y) => sigmoid(mul(1e12, sub(z, y))),
  "erf(1e300 z)": (z) => erf(mul(1e300, z)),
  "clamp(1e12 z, −1, 1)": (z) => clamp(mul(1e12, z), -1, 1),
  "softplus(1e9 z)/(1e9 z)": (z) => div(softplus(mul(1e9, z)), mul(1e9, z)),
  "z/(|z| + 1e-12)": (z) => div(z, add(abs(z), 1e-12)),
  "z/√(z² + 1e-16)": (z) => div(z, sqrt(add(square(z), 1e-16))),
  "max(0, min(1, z/1e-8)) beside z²": (z) => add(mul(5, square(z)), clamp(div(z, 1e-8), 0, 1)),
};
const HARMLESS: Readonly<Record<string, (z: n.Real, y: n.Real) => n.Real>> = {
  "tanh(100 z)": (z) => tanh(mul(100, z)),
  "a kink": (z, y) => add(relu(mul(30, z)), abs(mul(50, y))),
  "log |z|": (z) => log(abs(z)),
  "√|z|": (z) => sqrt(abs(z)),
  "1/z": (z) => div(1e-3, z),
  "z/|z|, which is counted": (z) => div(z, abs(z)),
  "a condition": (z, y) => where(gt(z, y), 40, 1),
  "exp(5 z)": (z) => exp(mul(5, z)),
  "a power": (z) => pow(z, 7),
};

describe("a smooth step that no sample meets", () => {
  test.each(Object.entries(STEEP))("is found: %s", (_name, mean) => {
    const step = found(modelOf(mean))!;
    expect(step.site).toBe('observe "x"');
    expect(step.width).toBeLessThan(1e-3);
    expect(Math.abs(step.sides[0] - step.sides[1])).toBeGreaterThan(0.5);
  });

  test.each(Object.entries(HARMLESS))("is none: %s", (_name, mean) => {
    expect(found(modelOf(mean))).toBeUndefined();
    expect(found(modelOf(mean, 1e-4))).toBeUndefined();
  });

  test("is measured in sds of the guide: tanh(1e5 z) under one of sd 1e-5 is no step", () => {
    const narrow = n.rhoOfSd(1e-5);
    expect(found(modelOf(STEEP["tanh(1e5 z)"]!), [1e-5, 0], [narrow, narrow])).toBeUndefined();
  });

  test("is looked for under other parameters by what was compiled for the first ones", () => {
    const objective = buildObjective(modelOf(STEEP["tanh(1e9 z)"]!));
    const reachable = vi.spyOn(objective.graph, "reachable");
    expect(steepStep(objective, Float64Array.from([40, 0, -2, 0]))).toBeUndefined(); // all lines lie beyond the step
    const once = reachable.mock.calls.length;
    expect(once).toBeGreaterThan(0);
    expect(steepStep(objective, Float64Array.from([-40, 0, -2, 0]))).toBeUndefined();
    expect(reachable.mock.calls.length).toBe(once);
    expect(steepStep(objective, Float64Array.from([0.2, 0.1, 0.5, 0.5]))).toEqual(
      found(modelOf(STEEP["tanh(1e9 z)"]!)),
    );
  });

  test("is told of a gradient that does not see it, with and without conditions, and none of one that does", () => {
    const said = (model: n.Model, options: n.EstimateOptions): string[] => {
      const texts: string[] = [];
      n.estimateGradient(model, { samples: 16, onWarning: (text) => void texts.push(text), ...options });
      return texts;
    };
    const [steep, beside] = [
      modelOf((z) => sigmoid(mul(1e6, z))),
      modelOf((z, y) => where(gt(y, 0.3), sigmoid(mul(1e6, z)), tanh(y))),
    ];
    for (const model of [steep, beside]) {
      const params = { mu: [0.2, 0.1], rho: [0.5, 0.5] };
      expect(said(model, { estimator: n.corrected(), params })).toEqual([
        expect.stringMatching(
          /^estimateGradient: at observe "x" the density of model "step" steps from .* hardly a sample lies there, .* score\(\) sees/,
        ),
      ]);
      expect(said(model, { estimator: n.score(), params })).toEqual([]);
    }
    for (const mean of Object.values(HARMLESS)) expect(said(modelOf(mean), { estimator: n.corrected() })).toEqual([]);
  });

  test("is told by a fit, at its start or where it ends, and not of an estimator that sees it", () => {
    const said: string[] = [];
    const onWarning = (text: string): void => void said.push(text);
    const model = n.defineModel("far", ({ sample, observe }) => {
      const z = sample("z", n.normal(0, 1));
      observe(n.normal(z, 0.1), 30);
      observe(n.normal(tanh(mul(1e9, sub(z, 29.7))), 1), 1, "y");
    });
    expect(climbed(model, { onWarning }).report!.warnings.map(({ code }) => code)).toContain("unseen-step");
    expect(
      said.filter((text) =>
        /^fit: at observe "y" the density of model "far" steps from -(2\.919|0\.9189) to/.test(text),
      ),
    ).toHaveLength(1);
    said.length = 0;
    n.fit(modelOf(STEEP["tanh(1e9 z)"]!), { steps: 1, onWarning });
    expect(said).toHaveLength(1);
    n.fit(modelOf(STEEP["tanh(1e9 z)"]!), { steps: 1, estimator: n.score(), onWarning });
    expect(said).toHaveLength(1);
  });
});
