/** The density at draws is compiled once for a trace: a fit asks for it where it looks whether it has met everything and where it weighs draws, its posterior once more. */
import { expect, test } from "vitest";
import { corrected } from "../../../../src/estimators/corrected.ts";
import { defineModel, gt, normal, where } from "../../../../src/index.ts";
import { targetOf } from "../../../../src/inference/posterior/adaptation/target.ts";
import { independent } from "../../../../src/inference/posterior/guide-draws.ts";
import { makeSampler } from "../../../../src/inference/sampler/sampler.ts";
import { FULL } from "../../../../src/profile.ts";

const model = defineModel("arm", ({ sample, observe, branch }) => {
  const z = sample("z", normal(0, 1));
  const shift = branch(
    gt(z, 0),
    () => sample("shift", normal(1, 0.5)),
    () => 0,
  );
  observe(normal(where(gt(z, -1), shift, z), 0.3), 0.4, "y");
});

/** The engine, and how many plans it has made. */
function counting() {
  const made = { plans: 0 };
  const { engine } = FULL;
  const plan: typeof engine.plan = (graph, roots) => {
    made.plans++;
    return engine.plan(graph, roots);
  };
  return { made, engine: { ...engine, plan } };
}

const trace = () => makeSampler(FULL, model, corrected()).objective.trace;
const places = Float64Array.of(0.5, -0.5, -2, 0.9, 0.1, 0.2);

test("the density of a trace is compiled once, whatever stands for latents without a density there", () => {
  const { made, engine } = counting();
  const [near, far] = [independent([0, 0], [1, 1], 1), independent([0, 3], [1, 0.1], 1)];
  const source = { trace: trace(), engine, components: [near], drawing: undefined };
  const alone = [near, far].map((prior) => targetOf({ ...source, trace: trace() }, prior)(places, 3));
  made.plans = 0;
  const [first, second] = [targetOf(source, near), targetOf(source, far)];
  expect(made.plans).toBe(1);
  // In pieces side by side, as fits under way are.
  const pieces = [first, second].map((target) => target.pieces!(places, 3));
  const found: Float64Array[] = [];
  while (found.length < 2)
    pieces.forEach((work, k) => {
      const next = found[k] ? undefined : work.next();
      if (next?.done) found[k] = next.value;
    });
  expect(found).toEqual(alone);
  expect(found[0]![1]).not.toBe(found[1]![1]);
});

test("a trace of its own and another engine have one of their own", () => {
  const { made, engine } = counting();
  const prior = independent([0, 0], [1, 1], 1);
  const source = { trace: trace(), engine, components: [prior], drawing: undefined };
  targetOf(source, prior);
  targetOf({ ...source, trace: trace() }, prior);
  expect(made.plans).toBe(2);
  const other = counting();
  targetOf({ ...source, engine: other.engine }, prior);
  expect(other.made.plans).toBe(1);
});
