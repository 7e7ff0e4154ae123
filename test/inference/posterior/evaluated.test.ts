/** A latent by itself is read off the normal that its guide is, also where draws answer and ask what the guide says of it. */
import { expect, test } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { add, defineModel, exponential, normal } from "../../../src/index.ts";
import { otherNumbers } from "../../../src/inference/posterior/evaluated.ts";
import { independent } from "../../../src/inference/posterior/guide-draws.ts";
import { transformedNormal } from "../../../src/inference/posterior/marginal.ts";
import { trace } from "../../../src/program/trace.ts";

const MODEL = defineModel("two", ({ sample, track }) => {
  const rate = sample("rate", exponential(1));
  track("sum", add(rate, sample("x", normal(0, 1))));
});

test("the quantiles of a rate are those of its lognormal, to the last digit, where a grid leaves 1e-6", () => {
  const traced = trace(MODEL);
  const components = [independent([0.3, -1], [0.2, 0.5], 1)];
  const { marginal } = otherNumbers({ trace: traced, engine: FAST_ENGINE, components, drawing: undefined });
  const [rate, x] = ["rate", "x"].map((name) => traced.quantities.find((quantity) => quantity.name === name)!);
  const numbers = (of: ReturnType<typeof marginal>) => [of.mean, of.sd, ...[0.05, 0.5, 0.95].map(of.quantile)];
  const own = transformedNormal(0.3, 0.2, traced.latents[0]!.transform);
  expect(numbers(marginal(rate!))).toEqual(numbers(own));
  expect(numbers(marginal(x!))).toEqual(numbers(transformedNormal(-1, 0.5, undefined)));
});

test("of two guides the numbers are those of their mixture", () => {
  const traced = trace(MODEL);
  const components = [independent([0, 0], [0.1, 1], 0.5), independent([0, 4], [0.1, 1], 0.5)];
  const { marginal } = otherNumbers({ trace: traced, engine: FAST_ENGINE, components, drawing: undefined });
  const x = marginal(traced.quantities.find(({ name }) => name === "x")!);
  expect([x.mean, x.sd]).toEqual([expect.closeTo(2, 6), expect.closeTo(Math.sqrt(5), 6)]);
});
