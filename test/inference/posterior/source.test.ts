/** What evaluates numbers at draws carries along only the inputs that they read, and compiles nothing for numbers that are known. */
import { expect, test, vi } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { add, defineModel, normal } from "../../../src/index.ts";
import { valuesOf } from "../../../src/inference/posterior/source.ts";
import { trace } from "../../../src/program/trace.ts";

test("a sum of two of ten latents reads the draws of two, in whole passes and in part of one", () => {
  const model = defineModel("ten", ({ sample, track }) => {
    const all = Array.from({ length: 10 }, (_, i) => sample(`z${i}`, normal(0, 1)));
    track("sum", add(all[2]!, all[7]!));
  });
  const traced = trace(model);
  const rows = traced.latents.map((_, i) => Float64Array.from({ length: 700 }, (_, d) => 1000 * i + d));
  const reads = rows.map((row) => vi.spyOn(row, "subarray"));
  const { node } = traced.quantities.find(({ name }) => name === "sum")!;
  const draws = new Map(traced.latents.map((latent, i) => [latent.node, rows[i]!]));
  const [values] = valuesOf({ trace: traced, engine: FAST_ENGINE }, [node], draws, 700);
  expect(Array.from(values!)).toEqual(Array.from({ length: 700 }, (_, d) => 9000 + 2 * d));
  expect(reads.map(({ mock }) => mock.calls.length > 0)).toEqual(rows.map((_, i) => i === 2 || i === 7));
});

test("latents by themselves and constants are known without a tape", () => {
  const model = defineModel("plain", ({ sample, track }) => {
    track("sum", add(sample("x", normal(0, 1)), sample("y", normal(0, 1))));
  });
  const traced = trace(model);
  const plan = vi.fn((...given: Parameters<typeof FAST_ENGINE.plan>) => FAST_ENGINE.plan(...given));
  const source = { trace: traced, engine: { ...FAST_ENGINE, plan } };
  const rows = [Float64Array.of(1, 2, 3), Float64Array.of(5, 6, 7)];
  const draws = new Map(traced.latents.map((latent, i) => [latent.node, rows[i]!]));
  const of = (name: string) => traced.quantities.find((quantity) => quantity.name === name)!;
  const [y, live, x] = valuesOf(source, [of("y").node, of("y").live, of("x").node], draws, 2);
  expect([y, live, x].map((values) => [...values!])).toEqual([
    [5, 6],
    [-1, -1],
    [1, 2],
  ]);
  expect(plan).not.toHaveBeenCalled();
  const [sum, again] = valuesOf(source, [of("sum").node, of("x").node], draws, 3);
  expect([[...sum!], [...again!]]).toEqual([
    [6, 8, 10],
    [1, 2, 3],
  ]);
  expect(plan).toHaveBeenCalledOnce();
});
