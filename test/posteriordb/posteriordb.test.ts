/**
 * Models of posteriordb: log joint densities against plain evaluations, gradients against differences, and for a few of them default fits
 * against reference posteriors, which `npm run bench:posteriordb` makes of all. The data are not part of this
 * package; without them in ../shared/posteriordb, beside the checkout, nothing is tested here.
 */
import { describe, expect, test } from "vitest";
import { gradient } from "../../src/autodiff/graph/gradient.ts";
import { defineModel, fit, logJoint, makeGenerator, uniformSource } from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { dataOf, isThere, referenceMoments } from "./database.ts";
import { ROWS } from "./models.ts";
import { referenceOf } from "./row.ts";
import { verdictOn } from "./verdict.ts";

/** Points, of ten, at which differences are taken too. */
const DIFFERENTIATED = 2;

test("there are twenty-five models and more", () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(ROWS.map(referenceOf)).size).toBe(ROWS.length);
});

describe.skipIf(!isThere).each(ROWS)("$file-$name", ({ name, file, program, plain, centre, reach = 0.5 }) => {
  const load = () => {
    const data = dataOf(file);
    const model = defineModel(name, program(data));
    const traced = trace(model);
    const { graph, latents, terms } = traced;
    const value = graph.sum(terms.map(({ node }) => node));
    const slopes = gradient(
      graph,
      value,
      latents.map(({ node }) => node),
    );
    const next = uniformSource(makeGenerator(11));
    const points = Array.from({ length: 10 }, () => centre.map((c) => c + reach * (2 * next() - 1)));
    return { model, latents, at: evaluatorOf(graph, [value, ...slopes]), plainAt: plain(data), points };
  };

  test("has the log joint density of a plain evaluation, and the gradient of its differences", () => {
    const { model, latents, at, plainAt, points } = load();
    expect(latents).toHaveLength(centre.length);
    for (const [index, u] of points.entries()) {
      const [value, ...slopes] = at(u) as [number, ...number[]];
      expect(Math.abs(value - plainAt(u))).toBeLessThan(1e-9 * Math.max(1, Math.abs(value)));
      if (index >= DIFFERENTIATED) continue;
      const scale = Math.max(1, ...slopes.map(Math.abs));
      slopes.forEach((slope, i) => {
        const moved = (by: number): number => at(u.map((x, k) => (k === i ? x + by : x)))[0]!;
        const difference = (h: number): number => (moved(h) - moved(-h)) / (2 * h);
        // Two steps leave an error of the fourth order.
        const h = 1e-3;
        const found = (4 * difference(h / 2) - difference(h)) / 3;
        expect(Math.abs(found - slope)).toBeLessThan(1e-6 * scale);
      });
    }
    if (name.startsWith("eight")) expect(logJoint(model, points[0]!)).toBeCloseTo(plainAt(points[0]!), 9);
    expect(Math.abs(at(points[0]!)[0]! - plainAt(points[1]!))).toBeGreaterThan(1e-6); // points differ
  });
});

/** Fits that take a tenth of a second each. */
const FITTED = ["mesquite-logmesquite_logvolume", "sblrc-blr", "arma-arma11"];

describe.skipIf(!isThere).each(FITTED)("the fit of %s", (name) => {
  test("has the means and sds of the reference posterior", () => {
    const row = ROWS.find((one) => referenceOf(one) === name)!;
    const posterior = fit(defineModel(name, row.program(dataOf(row.file))), { seed: 1, onWarning() {} });
    const reference = referenceMoments(name);
    expect(verdictOn(posterior, reference)).toMatchObject({ is: "right", told: [] });
    // Against a reference that lies elsewhere, or is as wide again by a half, it is wrong.
    const changed = (by: number, wider: number) =>
      new Map([...reference].map(([entry, { mean, sd }]) => [entry, { mean: mean + by * sd, sd: sd * wider }]));
    expect(verdictOn(posterior, changed(0.2, 1)).is).toBe("wrong");
    expect(verdictOn(posterior, changed(0, 1.5)).is).toBe("wrong");
  });
});
