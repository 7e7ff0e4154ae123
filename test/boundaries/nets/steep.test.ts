/** Steps that no sample meets are found, and nothing that is merely steep, bent or infinite is taken for one. */
import { describe, expect, test, vi } from "vitest";
import type { Looked } from "../../../src/boundaries/nets/line-values.ts";
import { isSteep, type Past, steepestCell, steepStep } from "../../../src/boundaries/nets/steep.ts";
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
  "z·exp(−log |z|), which is counted": (z) => mul(z, exp(n.neg(log(abs(z))))),
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

  test("is none where ℓ goes on as steeply, as an exponential does up to where it overflows", () => {
    const growth = (bend: (x: n.Real) => n.Real): n.Model =>
      n.defineModel("growth", ({ sample, observe }) => {
        const [a, b] = [sample("a", n.normal(0, 100)), sample("b", n.normal(0, 10))];
        [1990, 2010].forEach((year, i) => void observe(n.poisson(exp(bend(add(a, mul(b, year))))), 3 + i));
      });
    const start = [0, 0];
    const wide = [100, 10].map(n.rhoOfSd);
    expect(
      found(
        growth((x) => x),
        start,
        wide,
      ),
    ).toBeUndefined();
    // The same with a plateau instead, from e⁻³ to e³ within a hundredth of a year's b, is one.
    expect(
      found(
        growth((x) => mul(3, tanh(mul(1e5, x)))),
        start,
        wide,
      ),
    ).toBeDefined();
  });

  test("is told with both values of its site, and with where it lies", () => {
    const { sides, at } = found(modelOf(STEEP["tanh(1e9 z)"]!))!;
    // The mean of x = 2 goes from −3 to 3, or back.
    const values = [...sides].sort((a, b) => a - b);
    [25, 1].forEach((square, side) => {
      expect(values[side]).toBeCloseTo(-0.5 * (square + Math.log(2 * Math.PI)), 9);
    });
    expect(at.map(([name]) => name)).toEqual(["z", "y"]);
    expect(Math.abs(at[0]![1])).toBeLessThan(1e-3);
    expect(Math.abs(at[1]![1])).toBeLessThan(5); // some draw of the guide
  });

  /** ℓ has the slope `slope` in z everywhere, and a step at z = 0. */
  const sloping = (slope: number, step: (z: n.Real, y: n.Real) => n.Real): n.Model =>
    n.defineModel("slope", ({ sample, observe }) => {
      const [z, y] = [sample("z", n.normal(0.2, 1)), sample("y", n.normal(0, 1))];
      observe(n.laplace(mul(slope, z), 1), 1e6, "slope");
      observe(n.normal(step(z, y), 1), 2, "step");
    });

  test.each([0, 40, -40, 400])("of a quarter of a nat is found beside a slope of %i", (slope) => {
    for (const sign of [1, -1]) {
      const step = found(sloping(slope, (z) => mul(sign * 0.06, tanh(mul(1e9, z)))))!;
      expect(step.site).toBe('observe "step"');
      expect(Math.abs(step.sides[0] - step.sides[1])).toBeCloseTo(0.24, 6);
    }
  });

  test("is found between larger jumps, which are counted, and between places where ℓ is infinite", () => {
    const jumps = sloping(0, (z) => add(tanh(mul(1e9, z)), where(gt(square(z), 0.09), 100, 0)));
    const [under, over] = found(jumps)!.sides;
    expect(Math.abs(under - over)).toBeCloseTo(4, 6);
    const within = n.defineModel("within", ({ sample, observe }) => {
      const [z, y] = [sample("z", n.normal(0.2, 1)), sample("y", n.normal(0, 1))];
      observe(n.poisson(relu(sub(0.09, square(z)))), 1, "within");
      observe(n.normal(tanh(mul(1e9, z)), 1), 2, "step");
      observe(n.normal(y, 1), 0);
    });
    expect(found(within)!.site).toBe('observe "step"');
  });

  test("is no window, narrower than what is looked at first, whose edges are counted", () => {
    // In it ℓ is 3 nats higher; about it ℓ bends, so that this is where steps are looked for.
    const window = n.defineModel("window", ({ sample, observe }) => {
      const [z, y] = [sample("z", n.normal(0.2, 1)), sample("y", n.normal(0, 1))];
      const inside = gt(mul(sub(z, 0.2), sub(0.215, z)), 0);
      const bend = exp(mul(-60, square(sub(z, 0.207))));
      observe(n.normal(where(inside, 3, bend), 1), 5, "window");
      observe(n.normal(y, 1), 0);
    });
    expect(found(window)).toBeUndefined();
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

  test("rises as much as it did in a stretch 128 times as long, while its ends stand still", () => {
    const isStep = (low: number, high: number, lowBefore = low, highBefore = high): boolean => {
      const of = (p: number, q: number): Past => [Float64Array.of(7, p), Float64Array.of(7, q)];
      return isSteep([of(-50, 50), of(lowBefore, highBefore), ...Array.from({ length: 7 }, () => of(low, high))], 1);
    };
    expect(isStep(1, 2)).toBe(true);
    expect(isStep(2, 1)).toBe(true);
    // A hundredth of a nat is told, and a hundred-millionth of ℓ.
    expect([isStep(1, 1.011), isStep(1, 1.009)]).toEqual([true, false]);
    expect([isStep(1e8, 1e8 + 2), isStep(1e8, 1e8 + 0.5), isStep(-1e8 - 0.5, -1e8)]).toEqual([true, false, false]);
    // Before, it had risen by 1.4 and by 1.5 times as much.
    expect([isStep(1, 2, 0.9, 2.1), isStep(1, 2, 0.9, 2.4), isStep(1, 2, 0.8, 2)]).toEqual([true, false, true]);
    // Ends that have moved by more than 0.3 of it, also where it has not changed.
    expect([isStep(1, 2, 1.1, 2.1), isStep(1, 2, 1.2, 2.2), isStep(1, 11, 0, 10)]).toEqual([true, false, true]);
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

describe("the cell of a line that is looked at", () => {
  /** ℓ and the state at the 17 ends of cells, as line 1 of two. */
  const scanOf = (total: (c: number) => number, state: (c: number) => number): Looked[] =>
    Array.from({ length: 17 }, (_, c) => ({ total: Float64Array.of(0, total(c)), state: Int32Array.of(1, state(c)) }));
  const stepAt = (cell: number) => (c: number) => (c > cell ? 2 : 0);

  test("is that in which ℓ rises most against those beside it, with their slope", () => {
    for (const cell of [0, 7, 15]) {
      const scan = scanOf(
        (c) => 0.5 * c - stepAt(cell)(c),
        () => 4,
      );
      expect(steepestCell(scan, 1)).toEqual({
        cell,
        from: cell / 16,
        to: (cell + 1) / 16,
        low: 0.5 * cell,
        high: 0.5 * (cell + 1) - 2,
        trend: 8,
        state: 4,
        isOpen: true,
      });
    }
  });

  test("is none in which a condition changes, or ℓ is infinite, however much ℓ rises there, and that beside one is told by its other side", () => {
    const jumping = scanOf(
      (c) => (c > 6 ? 100 : 0) + 0.5 * c + stepAt(5)(c),
      (c) => (c > 6 ? 1 : 2),
    );
    expect(steepestCell(jumping, 1)).toMatchObject({ cell: 5, trend: 8, state: 2, isOpen: true });
    const infinite = scanOf(
      (c) => (c === 6 ? -Infinity : 0.5 * c + stepAt(7)(c)),
      () => 1,
    );
    expect(steepestCell(infinite, 1)).toMatchObject({ cell: 7, trend: 8, isOpen: true });
    // Between two cells of which nothing is known ℓ is held against no slope.
    const between = scanOf(
      (c) => (c < 4 || c > 5 ? -Infinity : 3 * c),
      () => 1,
    );
    expect(steepestCell(between, 1)).toMatchObject({ cell: 4, trend: 0, isOpen: true });
  });

  test("is closed where ℓ rises as beside it to a hundredth of a nat", () => {
    const isOpen = (height: number) =>
      steepestCell(
        scanOf(
          (c) => 30 * c + height * (c > 4 ? 1 : 0),
          () => 1,
        ),
        1,
      ).isOpen;
    expect([isOpen(0), isOpen(0.009), isOpen(0.011)]).toEqual([false, false, true]);
  });
});
