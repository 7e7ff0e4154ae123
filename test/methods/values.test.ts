// Methods on values: typed, in place while a program runs, on plain numbers too, and gone afterwards.
import { describe, expect, it } from "vitest";
import * as functions from "../../src/autodiff/expr.ts";
import { fit, normal, simulate, withData } from "../../src/index.ts";
import { defineModel, type Fact, type Value, value } from "../../src/methods/index.ts";

describe("methods on values", () => {
  it("compile on what sample returns, and give what the functions give", () => {
    let holds: Fact | undefined;
    const model = defineModel("chain", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      holds = z.mul(2).add(1).gt(0);
      const mean: Value = holds.where(5, -2);
      const { gt, add, mul, where } = functions;
      expect(mean.node).toBe((where(gt(add(mul(z, 2), 1), 0), 5, -2) as Value).node);
      // @ts-expect-error a method that a value does not have
      expect(z.multiply).toBeUndefined();
      // @ts-expect-error a truth value is no number
      expect(() => functions.exp(holds)).toThrow("not a number");
      observe(normal(mean, 1), 0);
    });
    fit(model, { steps: 1, samples: 1, onWarning() {} });
    expect(holds).toBeDefined();
  });

  it("come with data whose entries have the types of the schema", () => {
    const model = defineModel(
      "data",
      ({ sample, observe }, { y, group }) => {
        const z = sample("z", normal(0, 1));
        const first: number | undefined = y[0];
        expect(first).toBe(2);
        y.forEach((value, i) => void observe(normal(z.add(group[i] ?? 0), 1), value));
      },
      { data: { y: "numbers", group: "counts" } },
    );
    fit(withData(model, { y: [2, 1], group: [0, 1] }), { steps: 1, samples: 1, onWarning() {} });
    // @ts-expect-error a column is missing
    expect(() => withData(model, { y: [2, 1] })).toThrow("group");
  });

  it("are there on plain numbers, where a program is simulated or a value turns out to be known", () => {
    const seen: number[] = [];
    const model = defineModel("known", ({ sample, observe, track }) => {
      const z = sample("z", normal(0, 1));
      const zero = z.mul(0).add(3);
      seen.push(zero as unknown as number);
      track("above", z.gt(0).and(zero.gt(2)).where(1, 0));
      observe(normal(value(2).sub(z), 1), 0);
    });
    simulate(model, { draws: 50, seed: 1 });
    expect(seen.every((x) => x === 3)).toBe(true);
    expect(seen.length).toBeGreaterThan(50);
  });

  it("are taken off again, also after an error, and one program inside another keeps them", () => {
    const names = [Number.prototype, Boolean.prototype, functions.Expr.prototype, functions.Condition.prototype];
    const own = (): string[] => names.flatMap((holder) => Object.getOwnPropertyNames(holder)).sort();
    const before = own();
    const inner = defineModel("inner", ({ sample }) => void sample("z", normal(0, 1)).add(1));
    const outer = defineModel("outer", ({ sample }) => {
      simulate(inner, { draws: 1, seed: 1 });
      expect(sample("z", normal(0, 1)).add(1)).toBeDefined();
      throw new RangeError("on purpose");
    });
    expect(() => simulate(outer, { draws: 1, seed: 1 })).toThrow("on purpose");
    expect(own()).toEqual(before);
    expect(() => (3 as unknown as Value).add(1)).toThrow(TypeError);
  });

  it("are those of the functions of numbers and of truth values", () => {
    const model = defineModel("all", ({ sample, observe }) => {
      const z = sample("z", normal(0, 1));
      const isPositive = z.gt(0);
      const named = Object.entries(functions).filter(([, f]) => typeof f === "function");
      const lists = ["sum", "dot", "logSumExp"]; // whose first argument is a list
      const inner = [
        "nodeOf",
        "maskOf",
        "describe",
        "exprOf",
        "checkReal",
        "requireReal",
        "unpacked",
        "Expr",
        "Condition",
      ];
      const missing = named
        .map(([name]) => name)
        .filter((name) => !lists.includes(name) && !inner.includes(name))
        .filter((name) => !(name in Object(z)) && !(name in Object(isPositive)));
      expect(missing).toEqual([]);
      observe(normal(isPositive.where(1, z), 1), 0);
    });
    fit(model, { steps: 1, samples: 1, onWarning() {} });
  });
});
