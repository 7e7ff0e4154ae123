/**
 * Models of posteriordb: log joint densities against plain evaluations, gradients against differences. The data are not part of this
 * package; without them in ../shared/posteriordb, beside the checkout, nothing is tested here.
 */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { gradient } from "../../src/autodiff/graph/gradient.ts";
import { defineModel, logJoint, makeGenerator, uniformSource } from "../../src/index.ts";
import { trace } from "../../src/program/trace.ts";
import { evaluatorOf } from "../support/evaluate.ts";
import { type Data, ROWS } from "./models.ts";

const folder = new URL("../../../shared/posteriordb/data/", import.meta.url);
/** Points, of ten, at which differences are taken too. */
const DIFFERENTIATED = 2;
const isThere = existsSync(folder);
if (!isThere) console.warn(`posteriordb: no data in ${folder.pathname}; its models are not tested`);

function dataOf(file: string): Data {
  const fields = JSON.parse(readFileSync(new URL(`${file}.json`, folder), "utf8")) as Record<string, unknown>;
  const field = <T>(name: string): T => {
    if (!(name in fields)) throw new RangeError(`posteriordb: ${file}.json has no field "${name}"`);
    return fields[name] as T;
  };
  return { number: field<number>, numbers: field<number[]>, rows: field<number[][]> };
}

test("there are fifteen models and more", () => {
  expect(ROWS.length).toBeGreaterThanOrEqual(15);
  expect(new Set(ROWS.map(({ name }) => name)).size).toBe(ROWS.length);
});

describe.skipIf(!isThere).each(ROWS)("$name", ({ name, file, program, plain, centre, reach = 0.5 }) => {
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
