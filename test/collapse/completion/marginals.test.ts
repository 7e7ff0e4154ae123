/** Weights of tables that are the same at all draws are computed once a pass. */
import { expect, test, vi } from "vitest";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { collapseTrace } from "../../../src/collapse/collapse.ts";
import { add, categorical, defineModel, mul, normal } from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";
import { makeGenerator, uniformSource } from "../../../src/random/index.ts";

// Three dice whose products are observed, around a latent that is kept or around a number. The largest weight of a row is sought by one call for each.
function drawn(isKept: boolean, draws: number): { readonly weights: number; readonly probability: number } {
  const model = defineModel("dice", ({ sample, observe }) => {
    const level = isKept ? sample("level", normal(0, 1)) : 0.5;
    const [a, b, c] = ["a", "b", "c"].map((name) => sample(name, categorical([0.2, 0.5, 0.3])));
    observe(normal(add(mul(a!, b!), level), 1), 1.5);
    observe(normal(add(mul(b!, c!), level), 1), 0.5);
  });
  const { completion, trace: left } = collapseTrace(trace(model));
  const completed = completion(FAST_ENGINE);
  const larger = vi.spyOn(Math, "max");
  const found = completed.draw(
    new Array<number>(left.latents.length * draws).fill(0.5),
    draws,
    uniformSource(makeGenerator(1)),
  );
  const weights = larger.mock.calls.length;
  larger.mockRestore();
  const b = found.find(({ name }) => name === "b")!;
  for (let d = 0; d < draws; d++) expect(b.probabilities[draws + d]).toBe(b.probabilities[draws]);
  return { weights, probability: b.probabilities[draws]! };
}

test("512 draws of a model of which nothing is kept take the weights twice, once a pass; beside a kept latent 512 times", () => {
  const [steady, moving] = [drawn(false, 512), drawn(true, 512)];
  expect(steady.weights).toBe(drawn(false, 257).weights); // as many passes
  // What a second pass takes, so that what is sought while the tables are made counts for neither.
  const further = steady.weights - drawn(false, 256).weights;
  expect(further).toBeGreaterThan(0);
  expect(moving.weights - drawn(true, 256).weights).toBeGreaterThan(200 * further); // not all rows are asked for at each draw
  expect(steady.probability).toBeCloseTo(moving.probability, 14);
});
