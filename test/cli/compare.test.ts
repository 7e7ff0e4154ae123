import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { add, gt, mul } from "../../src/autodiff/expr.ts";
import { ESTIMATORS, PAPER_ESTIMATORS } from "../../src/cli/estimators.ts";
import { measureBias } from "../../src/cli/experiment/bias.ts";
import { runExperiment } from "../../src/cli/experiment/experiment.ts";
import { divergences, tableData } from "../../src/cli/report/tables.ts";
import { number } from "../../src/cli/terminal.ts";
import { normal } from "../../src/distributions/index.ts";
import { reparam } from "../../src/estimators/index.ts";
import { estimateGradient } from "../../src/index.ts";
import { conditions, gmm, temperature, textmsg } from "../../src/models/index.ts";
import { defineModel } from "../../src/program/model.ts";
import { Session } from "../support/command-line.ts";
import { builtPackage } from "../support/package.ts";

describe("compare", () => {
  const few = (...names: string[]) => new Map([...ESTIMATORS].filter(([name]) => names.includes(name)));
  const options = { steps: 20, learningRate: 0.001, varianceSamples: 16, seed: 0, onProgress: () => undefined };

  test("knows the alternatives by name, the paper's four by default", () => {
    expect([...ESTIMATORS.keys()]).toEqual([...PAPER_ESTIMATORS, "smoothed", "dsgd", "score-loo"]);
  });

  test("multiplies variance and time, both relative to SCORE, beside the published product", () => {
    const experiment = runExperiment(textmsg, ESTIMATORS, { ...options, samples: [1, 4] });
    const { headers, rows } = tableData(experiment)[3]!;
    expect(headers).toEqual(["estimator", "Avg(V(·)) ÷ score", "time ÷ score", "work-normalised", "published"]);
    const published = { reparam: "0.00799", lyy18: "0.0342", corrected: "–", smoothed: "0.0108", dsgd: "0.00789" };
    expect(rows.map((row) => [row[0], row[4]])).toEqual([...Object.entries(published), ["score-loo", "–"]]);
    const curveOf = (name: string) =>
      experiment.curves.find(({ estimator, samples }) => estimator === name && samples === 4)!;
    for (const [name, variance, time, work] of rows) {
      const [own, reference] = [curveOf(name!), curveOf("score")];
      const ratios = [
        own.componentVariance / reference.componentVariance,
        own.millisecondsPerIteration / reference.millisecondsPerIteration,
      ] as const;
      expect([variance, time, work]).toEqual([...ratios, ratios[0] * ratios[1]].map(number));
    }
    // One sample leaves none out.
    expect(experiment.curves.some(({ estimator, samples }) => estimator === "score-loo" && samples === 1)).toBe(false);
    expect(tableData(experiment)[0]!.rows[6]!.slice(0, 2)).toEqual(["score-loo", "–"]);
  });

  test("tells the biased from the unbiased by z-scores at the initial point", () => {
    const bias = measureBias(temperature, ESTIMATORS, { samples: 8000, group: 16, step: 3999, seed: 0 });
    expect(bias.reference).toBe("corrected() with 40000 samples of seed 1");
    for (const { estimator, maxZ, meanSquare } of bias.rows) {
      if (["reparam", "smoothed", "dsgd"].includes(estimator)) expect(maxZ, estimator).toBeGreaterThan(20);
      else {
        // 82 components: |z| > 5 has probability 5e-5; mean squares are within 4 standard errors of 1, and some to spare
        // for the correlation of components.
        expect(maxZ, estimator).toBeLessThan(5);
        expect(Math.abs(meanSquare - 1), estimator).toBeLessThan(0.8);
      }
    }
    const table = tableData({ ...runExperiment(gmm, few("score"), { ...options, samples: [2] }), bias })[4]!;
    expect(table.title).toContain("8000 samples, against corrected() with 40000 samples of seed 1");
    expect(table.headers).toEqual(["estimator", "max |z|", "mean z²", "‖difference‖ ÷ ‖∇ELBO‖"]);
    expect(table.rows[1]).toEqual([
      "reparam",
      ...[bias.rows[1]!.maxZ, bias.rows[1]!.meanSquare, bias.rows[1]!.relative].map(number),
    ]);
  });

  test("takes the exact gradient for reference where the model knows it", () => {
    const { wedge } = conditions;
    const bias = measureBias(wedge, ESTIMATORS, { samples: 8000, group: 16, step: 3999, seed: 0 });
    expect(bias.reference).toBe("the exact gradient");
    for (const { estimator, maxZ } of bias.rows)
      if (["reparam", "smoothed", "dsgd"].includes(estimator)) expect(maxZ, estimator).toBeGreaterThan(5);
      else expect(maxZ, estimator).toBeLessThan(5);
    // As far from the truth as its samples are.
    const { gradient } = estimateGradient(wedge, { estimator: reparam(), samples: 8000, group: 16, seed: 0 });
    const exact = wedge.gradient(wedge.init);
    const norm = Math.hypot(...gradient.map((value, i) => value - exact[i]!)) / Math.hypot(...exact);
    expect(bias.rows.find(({ estimator }) => estimator === "reparam")!.relative).toBeCloseTo(norm, 12);
  });

  test("names an estimator that refuses the model and compares the others", () => {
    const steep = defineModel("steep", ({ sample, observe, where }) => {
      const z = mul(1e308, sample("z", normal(0, 1)));
      observe(normal(where(gt(add(z, z), 0), 1, -1), 1), 0.5);
    });
    const chosen = few("score", "lyy18", "corrected");
    const experiment = runExperiment(steep, chosen, { ...options, samples: [2] });
    expect(Object.keys(experiment.refused!)).toEqual(["lyy18"]);
    expect(divergences(experiment)[0]).toMatch(/^lyy18 is not defined here: lyy18: condition `/);
  });

  test("prints and reports the new tables; says which estimators there are", async () => {
    await builtPackage();
    const folder = await mkdtemp(join(tmpdir(), "nondiff-alternatives-"));
    const session = new Session(folder);
    const nondiff = (...args: string[]) => session.run("compare", "gmm", "--steps", "4", "--samples", "2", ...args);
    try {
      const { stdout, stderr, code } = await nondiff("--estimators", "dsgd,score-loo", "--out", "out");
      expect([stderr, code]).toEqual(["", 0]);
      const html = await readFile(join(folder, "out/report.html"), "utf8");
      for (const text of ["work-normalised variance", "bias of the gradient at the initial point (1000 samples"]) {
        expect(stdout).toContain(text);
        expect(html).toContain(text);
      }
      for (const name of ["score", "dsgd", "score-loo"]) expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
      expect(stdout).not.toMatch(/^(corrected|smoothed) /m);
      expect((await nondiff("--estimators", "best")).stderr).toContain(
        '--estimators: got "best", expected all or some of score, reparam, lyy18, corrected, smoothed, dsgd, score-loo',
      );
      expect((await nondiff("--bias-samples", "3")).stderr).toContain(
        '--bias-samples: got "3", expected an integer ≥ 4',
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
