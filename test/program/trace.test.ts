// The rehearsal of a program, before its trace; what a trace keeps of its terms.
import { expect, test } from "vitest";
import { gt } from "../../src/autodiff/expr.ts";
import { normal } from "../../src/distributions/index.ts";
import { adam, fit } from "../../src/index.ts";
import { finished } from "../../src/pieces/pieces.ts";
import { defineModel } from "../../src/program/model.ts";
import { rehearse, trace } from "../../src/program/trace.ts";
import { builtPackage } from "../support/package.ts";

test.each(["observe", "factor"] as const)(
  "a rehearsal ends after some hundred statements %s, also where all of them are the same nodes",
  (kind) => {
    let ran = 0;
    const model = defineModel("m", (context) => {
      const z = context.sample("z", normal(0, 1));
      for (let i = 0; i < 5000; i++) {
        ran = i;
        if (kind === "observe") context.observe(normal(z, 1), 0.5);
        else context.factor(z);
      }
    });
    finished(rehearse(model));
    expect(ran).toBeGreaterThan(300);
    expect(ran).toBeLessThan(1000);
  },
);

test("functions of another copy of the library are told as that", async () => {
  await builtPackage();
  const built = new URL("../../dist/index.js", import.meta.url).href;
  const other = (await import(/* @vite-ignore */ built)) as typeof import("../../src/index.ts");
  const copies = /"z": its distribution takes no traced values of this copy of nondiff; got that of another/;
  const program = other.defineModel("m", ({ sample, observe }) =>
    observe(other.normal(sample("z", other.normal(0, 1)), 1), 2),
  );
  expect(() => trace(program as never)).toThrow(copies);
  const observed = defineModel("m", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    observe(other.normal(z as never, 1) as never, 2, "z");
  });
  expect(() => trace(observed)).toThrow(copies);
  const added = defineModel("m", ({ sample, factor }) =>
    factor(other.add(sample("z", normal(0, 1)) as never, 1) as never),
  );
  expect(() => trace(added)).toThrow(/^add: not a number; got a traced value of another copy of nondiff/);
  const compared = defineModel("m", ({ sample }) => void other.not(gt(sample("z", normal(0, 1)), 0) as never));
  expect(() => trace(compared)).toThrow(/^not: not a truth value; got a traced value of another copy/);
});

test("generators and classes are no programs", () => {
  const generator = function* ({ sample }: { sample: (name: string, prior: unknown) => unknown }) {
    yield sample("z", normal(0, 1));
  };
  expect(() => trace(defineModel("m", generator as never))).toThrow(
    /^model "m": the program cannot be run; got a generator \(function\*\), expected a function such as/,
  );
  expect(() => trace(defineModel("m", class {} as never))).toThrow(
    /^model "m": the program cannot be run; got a class, expected a function/,
  );
});

test("operators of a program beside a distribution are told as they were", () => {
  const model = defineModel("m", ({ sample, observe }) => {
    const z = sample("z", normal(0, 1));
    observe(normal((z as number) + 1, 1), 2);
  });
  expect(() => trace(model)).toThrow(/^a traced number: it has no plain value; got a JavaScript operator/);
});

test("a fit of fixed steps runs the program three times, traced and at two points: what its terms are densities of is kept where they are few", () => {
  const runsOf = (observations: number): number => {
    let runs = 0;
    const counted = defineModel("counted", ({ sample, observe }) => {
      runs++;
      const z = sample("z", normal(0, 1));
      for (let k = 0; k < observations; k++) observe(normal(z, 1), k % 3);
    });
    fit(counted, { steps: 1, optimizer: adam() });
    return runs;
  };
  expect(runsOf(20)).toBe(3);
  expect(runsOf(1000)).toBe(4);
});

test.each([20, 1000])(
  "a parameter that is none where a fit begins is told by its term, of %s observations",
  (count) => {
    const model = defineModel("negative", ({ sample, observe }) => {
      const z = sample("z", normal(-1, 1));
      for (let k = 0; k < count; k++) observe(normal(0, k === 7 ? z : 1), 0.5, `y${k}`);
    });
    expect(() => fit(model, { steps: 1, optimizer: adam() })).toThrow(
      'observe "y7": log density of normal is NaN; got value=0.5, mean=0, sd=',
    );
  },
);
