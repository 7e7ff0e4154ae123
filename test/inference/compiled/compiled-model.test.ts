/** A compiled model fits as the same model with its data as numbers does, and neither traces nor compiles again. */
import { describe, expect, test, vi } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import {
  add,
  bernoulli,
  binomial,
  categorical,
  compile,
  corrected,
  type DataError,
  type DataModel,
  defineModel,
  discreteUniform,
  estimateGradient,
  exp,
  exponential,
  type FitStep,
  fit,
  geometric,
  gt,
  halfNormal,
  lognormal,
  mul,
  negativeBinomial,
  normal,
  type Posterior,
  pick,
  poisson,
  where,
  withData,
} from "../../../src/index.ts";

const quiet = { onWarning: () => undefined, restarts: 0 } as const;

const change = (): { model: DataModel<{ readonly y: "counts" }>; runs: () => number } => {
  let count = 0;
  const model = defineModel(
    "change",
    ({ sample, observe }, { y }) => {
      count++;
      const [late, day] = [sample("late", normal(1, 2)), sample("day", normal(0, 1))];
      y.forEach((value, i) => {
        observe(poisson(exp(where(gt(day, i / 2 - 0.9), 0.2, late))), value);
      });
    },
    { data: { y: "counts" } },
  );
  return { model, runs: () => count };
};

const gap = (one: Posterior, other: Posterior, name: string): number =>
  Math.abs(one.mean(name) - other.mean(name)) + Math.abs(one.sd(name) - other.sd(name));

describe("a compiled model", () => {
  test("has the gradients of the model with data as numbers, to rounding, for all data of its shape", () => {
    const { model } = change();
    const compiled = compile(model, { y: 4 });
    for (const y of [
      [1, 0, 9, 8],
      [0, 0, 0, 0],
      [12, 30, 1, 0],
    ]) {
      const common = { samples: 200, seed: 3, params: { mu: [0.3, 1], rho: [0, 0.1] } };
      const own = compiled.estimateGradient({ data: { y }, ...common });
      const other = estimateGradient(withData(model, { y }), { estimator: corrected(), ...common });
      expect(own.elbo / other.elbo).toBeCloseTo(1, 10);
      own.gradient.forEach((slope, p) => void expect(slope - other.gradient[p]!).toBeCloseTo(0, 7));
    }
  });

  test("fits as the model with its data, latents summed out as there, and is neither traced nor compiled again", () => {
    const { model, runs } = change();
    const compiled = compile(model, { y: 4 });
    const load = vi.spyOn(FAST_ENGINE.interpreter, "load");
    const data = [1, 2].map((k) => ({ y: [k, 0, 9 * k, 8] }));
    const first = compiled.fit({ data: data[0]!, ...quiet });
    const [traced, loaded] = [runs(), load.mock.calls.length];
    const others = data.slice(1).map((own) => compiled.fit({ data: own, ...quiet }));
    expect([runs(), load.mock.calls.length]).toEqual([traced, loaded]);
    load.mockRestore();
    // The first posterior is asked for numbers that are computed late, when the tapes have other data.
    [first, ...others].forEach((posterior, k) => {
      const plain = fit(withData(model, data[k]!), quiet);
      expect([posterior.status, posterior.latents]).toEqual([plain.status, plain.latents]);
      for (const name of ["late", "day"]) expect(gap(posterior, plain, name)).toBeLessThan(0.02);
    });
  });

  test("sums out latents whose thresholds are data, in whatever order these lie", () => {
    const model = defineModel(
      "thresholds",
      ({ sample, observe }, { x, y }) => {
        const cut = sample("cut", normal(0, 1));
        y.forEach((value, i) => void observe(normal(where(gt(cut, x[i]!), 2, -1), 1), value));
      },
      { data: { x: "numbers", y: "numbers" } },
    );
    const compiled = compile(model, { x: 3, y: 3 });
    const y = [1.5, -0.3, -1];
    for (const x of [
      [-0.5, 0.2, 0.2],
      [0.9, -0.5, 0.1],
      [3, -3, 1],
    ]) {
      const [own, other] = [compiled.fit({ data: { x, y }, ...quiet }), fit(withData(model, { x, y }), quiet)];
      expect([own.latents, other.latents]).toEqual([[], []]);
      expect(own.exact!.logEvidence / other.exact!.logEvidence).toBeCloseTo(1, 12);
      expect(own.mean("cut") - other.mean("cut")).toBeCloseTo(0, 12);
    }
  });

  test("may be fitted to several data at the same time", async () => {
    const { model } = change();
    const compiled = compile(model, { y: 4 }, { collapse: false });
    const data = [1, 2].map((k) => ({ y: [k, 0, 9 * k, 8] }));
    const options = { ...quiet, steps: 30 } as const;
    const together = await Promise.all(data.map((own) => compiled.fitAsync({ data: own, ...options })));
    // Two fits that take turns, gradient by gradient.
    const runs = data.map((own) => ({
      own,
      steps: compiled.fitSteps({ data: own, ...options }),
      elbos: [] as number[],
    }));
    for (let step = 0; step < 30; step++)
      for (const { steps, elbos } of runs) elbos.push((steps.next().value as FitStep).elbo);
    data.forEach((own, k) => {
      const { elboTrace } = compiled.fit({ data: own, ...options });
      expect(together[k]!.elboTrace).toEqual(elboTrace);
      expect(runs[k]!.elbos).toEqual([...elboTrace]);
    });
  });

  test("is traced once by fits that begin together, each of which keeps its own data", async () => {
    let runs = 0;
    const model = defineModel(
      "visits",
      ({ sample, observe }, { count, rain }) => {
        runs++;
        const [dry, wet] = [sample("dry", exponential(0.1)), sample("wet", exponential(0.1))];
        count.forEach((each, i) => void observe(poisson(where(gt(rain[i]!, 1), wet, dry)), each));
      },
      { data: { count: "counts", rain: "numbers" } },
    );
    const compiled = compile(model, { count: 3, rain: 3 });
    const data = [0, 40, 90].map((k) => ({ count: [3, k, k + 1], rain: k > 50 ? [0, 0, 3] : [2, 0, 3] }));
    const options = { ...quiet, restarts: 0 } as const;
    const together = await Promise.all(data.map((own) => compiled.fitAsync({ data: own, ...options })));
    const ofThree = runs;
    data.forEach((own, k) => {
      runs = 0;
      const alone = compile(model, { count: 3, rain: 3 }).fit({ data: own, ...options });
      expect(ofThree).toBe(runs);
      expect(JSON.stringify(together[k])).toBe(JSON.stringify(alone));
    });
  });

  test("keeps apart what fits under way look for beside their gradients: steps, weights, particles", async () => {
    const flagged = defineModel(
      "flagged",
      ({ sample, observe }, { y, x }) => {
        const [a, b, on] = [sample("a", normal(0, 5)), sample("b", normal(0, 5)), sample("on", bernoulli(0.5))];
        const spread = sample("spread", halfNormal(2));
        y.forEach((each, i) => void observe(normal(add(a, where(gt(on, 0.5), mul(b, x[i]!), 0)), spread), each));
      },
      { data: { y: "numbers", x: "numbers" } },
    );
    const shape = { y: 6, x: [-1, -0.5, 0, 0.5, 1, 1.5] };
    const data = [
      { y: [1, 1.2, 0.9, 2, 2.2, 2.9] },
      { y: [0.1, 0.3, -0.2, 0.4, 0, 0.1] },
      { y: [5, 4.2, 3, 1.9, 1.1, 0] },
    ] as never[];
    const options = { ...quiet, seed: 1, restarts: 0 } as const;
    const alone = data.map((own) => JSON.stringify(compile(flagged, shape).fit({ data: own, ...options })));
    const compiled = compile(flagged, shape);
    const together = await Promise.all(data.map((own) => compiled.fitAsync({ data: own, ...options })));
    expect(together.map((posterior) => JSON.stringify(posterior))).toEqual(alone);
    // Gradient by gradient, while another fit is made at once.
    const [first, second] = data.slice(0, 2).map((own) => compiled.fitSteps({ data: own, ...options }));
    const ended: string[] = [];
    for (let turn = 0; ended.length < 2; turn++)
      for (const steps of [first!, second!]) {
        const next = steps.next();
        if (next.done && next.value) ended.push(JSON.stringify(next.value));
        if (turn === 3) compiled.fit({ data: data[2]!, ...options });
      }
    expect(ended.sort()).toEqual(alone.slice(0, 2).sort());
  });

  test("is saved as the model with its data", () => {
    const { model } = change();
    const y = [1, 0, 9, 8];
    const posterior = compile(model, { y: 4 }).fit({ data: { y }, ...quiet });
    const again = (posterior.constructor as typeof Posterior).from(withData(model, { y }), JSON.stringify(posterior));
    expect(again.params).toEqual(posterior.params);
    const loop = { steps: 20, ...quiet };
    const half = compile(model, { y: 4 }).fit({ data: { y }, ...loop, steps: 10 });
    const whole = compile(model, { y: 4 }).fit({ data: { y }, ...loop, steps: 10, resume: half.state });
    expect(whole.elboTrace).toEqual(compile(model, { y: 4 }).fit({ data: { y }, ...loop }).elboTrace);
    expect(() => compile(model, { y: 4 }).fit({ data: { y: [1, 1, 1, 1] }, ...loop, resume: half.state })).toThrow(
      /has changed/,
    );
  });
});

describe("columns of a compiled model", () => {
  const line = defineModel(
    "line",
    ({ sample, observe }, { x, y, group, bought, unit }) => {
      const effect = [sample("a", normal(0, 2)), sample("b", normal(0, 2))];
      const [slope, bias] = [sample("slope", normal(0, 2)), sample("bias", normal(0, 2))];
      y.forEach((value, i) => {
        const level = add(pick(effect, group[i]!), mul(slope, x[i]!));
        observe(normal(where(bought[i]!, add(level, bias), level), unit), value as number);
      });
    },
    {
      data: {
        x: "numbers",
        y: { type: "numbers", missing: true },
        group: { type: "categories", values: ["p", "q"] },
        bought: "booleans",
        unit: "number",
      },
    },
  );
  const data = {
    x: [1, -1, 0.5, 2],
    y: [2, null, 0.3, 1],
    group: ["p", "q", "q", "p"],
    bought: [true, false, true, false],
    unit: 0.7,
  } as const;
  const common = { samples: 64, seed: 1, params: { mu: [0.1, 0.2, 0.3, 0.4], rho: [0, 0, 0, 0] } } as const;

  test("may hold numbers, truth values, categories, what is missing and single values", () => {
    const compiled = compile(line, { x: 4, y: 4, group: 4, bought: 4 });
    for (const own of [
      data,
      {
        ...data,
        y: [null, 3, 4, null],
        bought: [false, false, true, true],
        group: ["q", "q", "q", "p"],
        unit: 2,
      } as const,
    ]) {
      const other = estimateGradient(withData(line, own), { estimator: corrected(), ...common });
      const found = compiled.estimateGradient({ data: own, ...common });
      expect(found.elbo - other.elbo).toBeCloseTo(0, 9);
      found.gradient.forEach((slope, p) => void expect(slope - other.gradient[p]!).toBeCloseTo(0, 9));
    }
  });

  test("are numbers where the shape fixes them, for plain JavaScript and as indices", () => {
    const compiled = compile(line, { x: 4, y: 4, group: ["p", "q", "q", "p"], bought: data.bought, unit: 0.7 });
    const { group: _, bought: __, unit: ___, ...rest } = data;
    const other = estimateGradient(withData(line, data), { estimator: corrected(), ...common });
    expect(compiled.estimateGradient({ data: rest as never, ...common }).elbo - other.elbo).toBeCloseTo(0, 9);
    expect(() => compiled.estimateGradient({ data: { ...data, group: ["q", "q", "q", "p"] }, ...common })).toThrow(
      /^data of "line": 1 fault\n {2}group\[0\]: another value than in the shape of compile\(\)$/,
    );
    expect(() => compiled.estimateGradient({ data: { ...data, unit: 0.8 }, ...common })).toThrow(
      /^data of "line": 1 fault\n {2}unit: another value than in the shape of compile\(\)$/,
    );
    expect(() => compile(line, undefined as never)).toThrow(
      "compile: the shape is none; got undefined, expected { x: … }, the length of each column",
    );
  });

  test.each([
    ["a raw if", (x: number) => void (x > 3), 'data "x"[0]'],
    ["an operator", (x: number) => x + 1, 'data "x"[0]'],
    ["an index", (x: number) => [1, 2][x], 'data "x"[0]'],
  ])("are named where %s needs a number", (_, use, named) => {
    const model = defineModel(
      "raw",
      ({ sample, observe }, { x }) => {
        use(x[0]!);
        observe(normal(sample("z", normal(0, 1)), 1), x[0]!);
      },
      { data: { x: "numbers" } },
    );
    const fitted = () => compile(model, { x: 1 }).fit({ data: { x: [2] } });
    expect(fitted).toThrow(`${named}: it has no plain value in a compiled model`);
    expect(compile(model, { x: [2] }).fit({ data: { x: [2] }, ...quiet }).status).toBe("converged");
  });

  test("are named where a raw if takes a truth value", () => {
    const model = defineModel(
      "raw",
      ({ sample, observe }, { open }) => observe(normal(sample("z", normal(0, 1)), open[0] ? 1 : 2), 1),
      { data: { open: "booleans" } },
    );
    expect(() => compile(model, { open: 1 }).fit({ data: { open: [true] } })).toThrow(
      /never used; got `data "open"\[0\] > 0`/,
    );
  });

  test("are refused with every fault, and where their values lie outside of a support", () => {
    const model = defineModel(
      "sizes",
      ({ sample, observe }, { y }) => {
        const z = sample("z", normal(0, 1));
        for (const value of y) observe(lognormal(z, 1), value);
      },
      { data: { y: "numbers" } },
    );
    const compiled = compile(model, { y: 3 });
    const faultsOf = (y: unknown): string[] => {
      try {
        compiled.fit({ data: { y: y as number[] }, ...quiet });
        return [];
      } catch (error) {
        return (error as DataError).faults.map(({ column, row, message }) => `${column} ${row} ${message}`);
      }
    };
    expect(faultsOf([1, 2, 3])).toEqual([]);
    expect(faultsOf([1, -2, 0])).toEqual([
      'y 1 got -2, expected a number in (0, ∞), the support of lognormal at observe "y1"',
      'y 2 got 0, expected a number in (0, ∞), the support of lognormal at observe "y2"',
    ]);
    expect(faultsOf([1, "2"])).toEqual([
      "y undefined wrong length; got 2 entries, expected 3",
      'y 1 got "2", expected a finite number',
    ]);
    expect(() => compile(model, {})).toThrow(/y: no length; got undefined/);
    expect(() => compile(model, { y: 3, x: 2 } as never)).toThrow(/x: the model has no such column/);
    expect(() => compiled.fit({ data: { y: [1, 2, 3] }, guide: "auto" } as never)).toThrow(/^fit: guide is compiled/);
  });
});

describe("values that a validator passes and that are no inputs", () => {
  const given = (value: unknown) => ({ y: 1, given: value });
  const model = defineModel(
    "given",
    ({ sample, observe }, { y }) => {
      observe(normal(sample("z", normal(0, 1)), 1), y);
    },
    {
      data: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value: unknown) => ({ value: value as { y: number; given: unknown } }),
        },
      },
    },
  );
  const estimate = (first: unknown, second: unknown): number =>
    compile(model, given(first)).estimateGradient({ data: given(second), samples: 4 }).samples;
  const nothing = (): void => undefined;

  test.each<[string, () => unknown]>([
    ["texts in lists", () => [["a"], { b: "c" }]],
    ["dates", () => new Date(7)],
    ["numbers that are none", () => [Number.NaN, -0]],
    ["whole numbers of any size", () => [7n]],
    ["typed arrays", () => Uint8Array.of(1, 2)],
    ["objects without a prototype", () => Object.assign(Object.create(null), { a: 1 })],
    ["functions", () => nothing],
  ])("%s may be the same again", (_, value) => {
    expect(estimate(value(), value())).toBe(4);
  });

  test.each<[string, unknown, unknown]>([
    ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
    ["sets", new Set([1]), new Set([2])],
    ["dates", new Date(7), new Date(8)],
    ["a number that is none and null", [Number.NaN, "a"], [null, "a"]],
    ["zeros", [0, "a"], [-0, "a"]],
    ["what is undefined and what is not there", { a: undefined }, {}],
    ["a list and an object", ["a"], { 0: "a" }],
    ["lists of two lengths", ["a"], ["a", "a"]],
  ])("%s are told apart", (_, one, other) => {
    expect(() => estimate(one, other)).toThrow(/given: another value than in the shape of compile\(\)$/);
  });

  test("have names", () => {
    const rows = { ...model, program: () => undefined };
    expect(() => compile(rows as never, [{ y: 1 }] as never)).toThrow(
      /^compile: data of "given" have no names; got an array/,
    );
  });
});

describe("distributions on whole numbers", () => {
  const p = 0.3;
  test.each([
    ["poisson", () => poisson(2.5), [0, 1, 7]],
    ["bernoulli", () => bernoulli(p), [0, 1]],
    ["binomial", () => binomial(7, p), [0, 3, 7]],
    ["geometric", () => geometric(p), [0, 4]],
    ["negativeBinomial", () => negativeBinomial(2.5, p), [0, 4]],
    ["categorical", () => categorical([0.2, 0.3, 0.1, 0.4]), [0, 1, 2, 3]],
    ["discreteUniform", () => discreteUniform(2, 8), [2, 5, 8]],
  ])("%s has the same density of an input as of a number", (_, distribution, values) => {
    const model = defineModel(
      "one",
      ({ sample, observe }, { k }) => {
        sample("z", exponential(1));
        observe(distribution(), k);
      },
      { data: { k: "count" } },
    );
    const compiled = compile(model, {});
    const options = { samples: 4, params: { mu: [0], rho: [0] } } as const;
    for (const k of values) {
      const other = estimateGradient(withData(model, { k }), { estimator: corrected(), ...options });
      expect(compiled.estimateGradient({ data: { k }, ...options }).elbo - other.elbo).toBeCloseTo(0, 11);
    }
    if (_ !== "discreteUniform") return;
    expect(() => compiled.estimateGradient({ data: { k: 9 }, ...options })).toThrow(
      /k: got 9, expected a number in \{2/,
    );
  });
});

describe("a shape that cannot be", () => {
  const { model } = change();
  test.each([10_000_001, 1e12, Number.MAX_SAFE_INTEGER])("%d rows are refused at once", (rows) => {
    expect(() => compile(model, { y: rows })).toThrow(
      `data of "change": 1 fault\n  y: too long; got ${rows} entries, expected at most 10000000`,
    );
  });

  test.each([
    ["nothing", undefined],
    ["null", null],
    ["3", 3],
  ])("where all columns are fixed, data of %s are told", (shown, data) => {
    const compiled = compile(model, { y: [1, 2, 3] });
    expect(() => compiled.fit({ data: data as never, steps: 2, ...quiet })).toThrow(
      new TypeError(`data of "change": no columns; got ${shown}, expected {}`),
    );
    expect(compiled.fit({ data: {} as never, steps: 2, ...quiet }).latents.length).toBeGreaterThan(0);
  });
});
