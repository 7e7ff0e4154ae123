import { describe, expect, test } from "vitest";
import { course } from "../../../src/cli/run/course.ts";
import { drawsCsv } from "../../../src/cli/run/csv.ts";
import { smoothed } from "../../../src/cli/run/figures.ts";
import { interruption } from "../../../src/cli/run/interruption.ts";
import { histogramOf } from "../../../src/cli/run/marginals.ts";
import { fitProgress } from "../../../src/cli/run/progress.ts";
import { jsonOf, type RunResult, resultOf } from "../../../src/cli/run/result.ts";
import { settingsOf, type Values } from "../../../src/cli/run/settings.ts";
import { resultText } from "../../../src/cli/run/text.ts";
import * as n from "../../../src/index.ts";

/** What the command makes of a model, without a process of its own. */
async function resultFor(model: n.Model, values: Values = {}): Promise<RunResult> {
  const settings = settingsOf({ backend: "interpreter", ...values });
  const options = { ...settings.options, onWarning: () => undefined };
  const fitted = await course(model, options, () => undefined, { asked: false, listen: () => undefined });
  return resultOf({ settings, fitted, seconds: 0.1, version: "1.2.3", command: "nondiff run x" }).result;
}

const weighed = n.defineModel("weighed", ({ sample, observe }) => {
  const kilos = sample("kilos", n.normal(0, 1000));
  for (const reading of [71.2, 70.8, 71.1]) observe(n.normal(kilos, 0.5), reading);
});

// A reading of z² leaves two optima, z = 2 and z = −2; k is a coin.
const folded = n.defineModel("folded", ({ sample, observe, track }) => {
  const z = sample("z", n.normal(0.5, 3));
  const k = sample("k", n.bernoulli(0.25));
  track("size", n.abs(z));
  observe(n.normal(n.square(z), 0.5), 4);
  observe(n.normal(n.mul(2, k), 1), 2);
});

describe("a result", () => {
  test("has everything: status, numbers behind it, a row and a histogram for each latent", async () => {
    const result = await resultFor(weighed);
    expect(result).toMatchObject({ model: "weighed", status: "converged", ok: true, interrupted: false, warnings: [] });
    expect(result.summary).toMatchObject([{ name: "kilos", kind: "latent" }]);
    expect(result.summary[0]!.mean).toBeCloseTo(71.033, 2);
    expect(result.summary[0]!.histogram!.counts.reduce((sum, n) => sum + n)).toBeGreaterThan(3900);
    expect(result.elboTrace).toHaveLength(result.report!.gradients);
    expect(result.samplesTrace.at(-1)).toBe(result.report!.samples);
    expect(JSON.parse(jsonOf(result))).toMatchObject({ report: { tolerance: 0.05, optima: [{ weight: 1 }] } });
  });

  test("has probabilities of discrete latents and the other optima, in text too", async () => {
    const result = await resultFor(folded, { restarts: "8" });
    const k = result.summary.find(({ name }) => name === "k")!;
    // P(k = 1) = 0.25·1 / (0.25 + 0.75·exp(−2))
    expect(k.probabilities![1]!.probability).toBeCloseTo(0.25 / (0.25 + 0.75 * Math.exp(-2)), 6);
    expect(result.summary.map(({ name, kind }) => [name, kind])).toEqual([
      ["z", "latent"],
      ["k", "discrete"],
      ["size", "tracked"],
    ]);
    expect(result.optima).toHaveLength(2);
    expect(result.optima[1]!.farthest).toEqual(["z"]);
    const text = resultText(result, 100);
    expect(text).toMatch(/^folded: converged: near the result/);
    expect(text).toMatch(/^k {2}0: 28\.9 %, 1: 71\.1 %$/m);
    expect(text).toMatch(
      /^other optima \(the best one weighs \d\d\.\d %\):\n {2}\d\d\.\d %, ELBO .* z -?[12]\.\d+ there, -?[12]/m,
    );
    expect(text).toMatch(/^ {2}other-optima: another optimum weighs/m);
    // Two humps with nothing between them.
    expect(/^z .*\d {2}(.*)$/m.exec(text)![1]).toMatch(/^[▁▂▃▄▅▆▇█]+ +[▁▂▃▄▅▆▇█]+$/);
    for (const columns of [40, 59, 80]) {
      const lines = resultText(result, columns).split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
    }
  });

  test("that has not converged is no success, and says so", async () => {
    const result = await resultFor(weighed, { "max-samples": "100" });
    expect(result).toMatchObject({ status: "budget", ok: false });
    expect(resultText(result)).toMatch(/^weighed: not converged: .* samples are used up/);
    const flat = n.defineModel("flat", ({ sample }) => void sample("z", n.flat()));
    expect(await resultFor(flat)).toMatchObject({ status: "unbounded", ok: false });
  });

  test("of a loop is the loop's, and knows no status", async () => {
    const result = await resultFor(weighed, { steps: "20", optimizer: "sgd", lr: "0.001" });
    expect(result).toMatchObject({
      status: "steps",
      ok: true,
      loop: { steps: 20, optimizer: "sgd" },
      guide: "mean-field",
    });
    expect(n.fit(weighed, { optimizer: n.sgd({ learningRate: 0.001 }), steps: 20 }).params).toEqual({
      mu: Float64Array.from(result.params["mu"]!),
      rho: Float64Array.from(result.params["rho"]!),
    });
  });
});

describe("a signal", () => {
  test.each([{}, { steps: "100000" }])("ends a fit with what there is, under %j", async (values: Values) => {
    const settings = settingsOf({ backend: "interpreter", tolerance: undefined, ...values });
    let gradients = 0;
    const told: string[] = [];
    const shown = (): void => {
      if (++gradients === 20) process.emit("SIGINT");
      // Long enough for the event loop to turn.
      for (const end = performance.now() + 2; performance.now() < end; );
    };
    const options = { ...settings.options, onWarning: () => undefined };
    const signals = interruption((text) => told.push(text));
    const fitted = await course(weighed, options, shown, signals);
    signals.over();
    const { result } = resultOf({ settings, fitted, seconds: 0.1, version: "", command: "" });
    expect(result).toMatchObject({ interrupted: true, ok: false });
    expect(result.elboTrace.length).toBe(gradients);
    expect(gradients).toBeLessThan(60);
    expect(result.summary[0]!.mean).not.toBeNaN();
    expect(resultText(result)).toContain("interrupted");
    expect(told).toHaveLength(1);
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});

describe("progress", () => {
  test("names the stage and lets a bar grow as the gap falls", () => {
    const drawn: (readonly [number | undefined, string])[] = [];
    const show = fitProgress({ update: (...line) => void drawn.push(line), done: () => undefined }, 0.05);
    const step = { step: 1, steps: Infinity, elbo: -3, gradient: new Float64Array(0), theta: new Float64Array(0) };
    show({ ...step, stage: "search", samples: 1024 });
    show({ ...step, stage: "polish", samples: 2048, gap: 5 });
    show({ ...step, stage: "polish", samples: 4096, gap: 0.5 });
    show({ ...step, stage: "polish", samples: 4096, gap: 0.01 });
    show({ ...step, stage: "search", samples: 4128, gap: 0.01 }); // another start
    show({ ...step, stage: "polish", samples: 5000, gap: 0.01 });
    expect(drawn).toEqual([
      [undefined, "searching  1,024 samples  ELBO -3"],
      [0, "polishing  2,048 samples  ELBO -3  gap 5 of 0.05"],
      [0.5, "polishing  4,096 samples  ELBO -3  gap 0.5 of 0.05"],
      [1, "polishing  4,096 samples  ELBO -3  gap 0.01 of 0.05"],
      [undefined, "searching  4,128 samples  ELBO -3"],
      [undefined, "polishing  5,000 samples  ELBO -3"],
    ]);
  });
});

describe("draws", () => {
  test("are columns with quoted names, to the last digit, empty where there is no number", () => {
    const draws = { "w[0,1]": Float64Array.of(0.1 + 0.2, -1e-300), 'a"b\n': Float64Array.of(NaN, 2) };
    expect(drawsCsv(draws)).toBe('"w[0,1]","a""b "\n0.30000000000000004,\n-1e-300,2\n');
  });

  test("a density does not smear two narrow humps, nor fade towards an end", () => {
    const even = Array.from({ length: 2001 }, (_, i) => (i - 1000) / 1000);
    const humps = smoothed(Float64Array.from(even, (x) => Math.sign(x) * (10 + Math.abs(x))));
    expect(humps.heights[40]! / Math.max(...humps.heights)).toBeLessThan(1e-6);
    const { heights } = smoothed(Float64Array.from(even));
    expect(Math.min(...heights) / Math.max(...heights)).toBeGreaterThan(0.9);
  });

  test("a histogram leaves out the half percent at either end, and nothing of a constant", () => {
    const counts = histogramOf(
      Float64Array.from({ length: 1000 }, (_, i) => i),
      10,
    )!;
    expect([counts.from, counts.to]).toEqual([5, 995]);
    expect(counts.counts.reduce((sum, n) => sum + n)).toBe(991);
    expect(histogramOf(Float64Array.of(3, 3), 2)).toEqual({ from: 2.5, to: 3.5, counts: [0, 2] });
    expect(histogramOf(Float64Array.of(NaN), 2)).toBeUndefined();
  });
});
