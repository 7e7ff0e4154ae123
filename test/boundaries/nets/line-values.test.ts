/** ℓ along lines is that of the guide whose parameters were asked for, whoever else looks in between, and however many lines there are. */
import { describe, expect, test } from "vitest";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { type LineValues, lineValues, valuesBeside } from "../../../src/boundaries/nets/line-values.ts";
import { type RandomLines, randomLines } from "../../../src/boundaries/nets/random-lines.ts";
import * as n from "../../../src/index.ts";
import { buildObjective } from "../../../src/objective/objective.ts";
import { finished } from "../../../src/pieces/pieces.ts";

const model = n.defineModel("lines", ({ sample, observe, where }) => {
  const [z, w] = [sample("z", n.normal(0, 1)), sample("w", n.gamma(2, 1))];
  for (const y of [0.3, 1.2, -0.4, 2.5]) observe(n.normal(where(n.gt(z, y), n.mul(2, z), w), n.add(w, 0.5)), y);
});
const objective = buildObjective(model);
const { graph, guided, normals, terms } = objective;
const drawn = substitute(
  graph,
  terms.map(({ node }) => node),
  guided,
);
const thetas = [Float64Array.of(0.2, -0.3, 0.5, 0.1), Float64Array.of(-1, 0.7, -0.4, 0.6)] as const;
const places = (count: number): Float64Array => new Float64Array(count).fill(0.37);

const compiled = (chosen: RandomLines): ((theta: Float64Array) => LineValues) =>
  finished(lineValues(objective, drawn, [], chosen));

describe("values along lines", () => {
  test("are those of its own parameters, though others look between two looks", () => {
    const chosen = randomLines(objective, 100, 1);
    const under = compiled(chosen);
    const [first, second] = thetas.map((theta) => under(theta)) as [LineValues, LineValues];
    for (const [values, theta] of [
      [first, thetas[0]],
      [second, thetas[1]],
      [first, thetas[0]],
    ] as const) {
      const beside = finished(valuesBeside(objective, drawn, theta, chosen));
      const { total } = values.look(places(chosen.count));
      for (let line = 0; line < chosen.count; line++) {
        const sum = beside(line, 0.37, 0.5)[0].reduce((total, value) => total + value, 0);
        expect(Math.abs(total[line]! - sum)).toBeLessThan(1e-12 * Math.max(1, Math.abs(sum)));
      }
    }
  });

  // Of a program of a million operations there are eight lines.
  test.each([100, 1e6])(
    "are the sum of the terms of the program, node by node, on as many lines as %i operations have",
    (size) => {
      const chosen = randomLines(objective, size, 1);
      expect(chosen.count).toBe(size === 100 ? 64 : 8);
      for (const theta of thetas) {
        const { total } = compiled(chosen)(theta).look(places(chosen.count));
        const beside = finished(valuesBeside(objective, drawn, theta, chosen));
        for (let line = 0; line < chosen.count; line++) {
          const [values] = beside(line, 0.37, 0.5);
          const sum = values.reduce((total, value) => total + value, 0);
          expect(Math.abs(total[line]! - sum)).toBeLessThan(1e-12 * Math.max(1, Math.abs(sum)));
        }
      }
    },
  );

  test("read the noise of each axis", () => {
    const chosen = randomLines(objective, 100, 1);
    const rows = new Float64Array(normals.length * 70).fill(7);
    chosen.inputsInto(rows, places(64), 3, 66);
    expect(rows[3 + 66 + 5]).toBe(chosen.at(5, 1, 0.37));
    expect(rows[0]).toBe(7);
  });
});
