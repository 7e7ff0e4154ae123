// The tables of docs/results.md are those that their command makes, digit by digit, and the numbers come out again.
import { describe, expect, test } from "vitest";
import { type RecordedExperiment, resultsPage } from "../scripts/results-page.mjs";
import { runExperiment } from "../src/cli/experiment/experiment.ts";
import { corrected, type Estimator, lyy18, reparam, score } from "../src/estimators/index.ts";
import { influenza, temperature, textmsg } from "../src/models/index.ts";
import recorded from "./fixtures/results.json" with { type: "json" };
import { SOAK } from "./support/soak.ts";
import { textOf } from "./support/tree.ts";

const experiments = recorded as readonly RecordedExperiment[];
const MODELS = [textmsg, influenza, temperature];
const ESTIMATORS: Readonly<Record<string, () => Estimator>> = { score, reparam, lyy18, corrected };

describe("docs/results.md", () => {
  test("has the tables that `node scripts/fixtures/results.mjs` makes", async () => {
    const page = await textOf("docs/results.md");
    expect(resultsPage(page, experiments)).toBe(page);
    // One digit that differs is noticed.
    const [first, ...others] = experiments;
    const [curve, ...curves] = first!.curves.toReversed();
    const changed = { ...first!, curves: [{ ...curve!, elbo: curve!.elbo * 1.0001 }, ...curves] };
    expect(resultsPage(page, [changed, ...others])).not.toBe(page);
  });

  // Usually one of them, the cheapest.
  const cases = experiments.flatMap(({ model, learningRate, curves }) =>
    curves.map(({ estimator, samples, elbo }) => ({ model, learningRate, estimator, samples, elbo })),
  );
  test.each(
    cases.filter(
      ({ model, learningRate, estimator, samples }) =>
        samples === 16 && (SOAK || (model === "textmsg" && learningRate === 0.01 && estimator === "corrected")),
    ),
  )("has an ELBO that comes out again: $model, $learningRate, $estimator", (each) => {
    const { curves } = runExperiment(
      MODELS.find(({ name }) => name === each.model)!,
      new Map([[each.estimator, { make: ESTIMATORS[each.estimator]! }]]),
      { steps: 10_000, learningRate: each.learningRate, samples: [16], varianceSamples: 2, seed: 0, onProgress() {} },
    );
    expect(curves[0]!.elbo.at(-1)).toBe(each.elbo);
  });
});
