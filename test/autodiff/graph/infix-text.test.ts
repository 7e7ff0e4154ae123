/** Texts of expressions are as long as a reader can use. */
import { expect, test } from "vitest";
import { add, defineModel, lt, normal, or, type Truth, where } from "../../../src/index.ts";
import { trace } from "../../../src/program/trace.ts";

const loop = (steps: number) =>
  defineModel("loop", ({ sample, observe }) => {
    let x = sample("x", normal(0, 1));
    let cold: Truth = lt(x, 0);
    for (let i = 0; i < steps; i++) {
      x = add(x, add(where(cold, 1, -1), sample(`e${i}`, normal(0, 1))));
      cold = or(lt(x, 0), cold);
    }
    observe(normal(where(cold, x, 1), 1), 0);
  });

test("a condition of a loop has a text of a few hundred letters, a short one all of its parts", () => {
  const textOf = (steps: number): string => {
    const { graph, terms } = trace(loop(steps));
    return graph.text(terms.at(-1)!.node);
  };
  expect(textOf(1)).not.toContain("…");
  const lengths = [10, 20, 40].map((steps) => textOf(steps).length);
  expect(Math.min(...lengths)).toBeGreaterThan(50);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(400);
});
