/** ℓ along lines is that of the guide whose parameters were asked for, whoever else looks in between, and however many lines there are. */
import { describe, expect, test } from "vitest";
import { substitute } from "../../../src/autodiff/graph/substitute.ts";
import { CODE } from "../../../src/autodiff/ops/codes.ts";
import type { NodeId } from "../../../src/autodiff/ops/op.ts";
import { type LineValues, lineValues, valuesBeside } from "../../../src/boundaries/nets/line-values.ts";
import { type RandomLines, randomLines } from "../../../src/boundaries/nets/random-lines.ts";
import * as n from "../../../src/index.ts";
import { buildObjective, type Objective } from "../../../src/objective/objective.ts";
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

describe("states along lines tell which switches hold: two places have one just where all decisions and the signs of divisors agree;", () => {
  /** A condition, a rounded value, a divisor, and a condition on the guide's parameters alone, which no place changes. */
  const model = n.defineModel("switches", ({ sample, observe, where }) => {
    const z = sample("z", n.normal(0, 1));
    observe(n.normal(where(n.gt(z, 0.3), n.floor(z), n.div(1, n.sub(z, 0.7))), 1), 0.4);
  });
  const objective: Objective = buildObjective(model);
  const { graph, guided, normals, parameters, terms } = objective;
  const roots = substitute(
    graph,
    terms.map(({ node }) => node),
    guided,
  );
  const below = graph.reachable(roots);
  const first = (op: number): NodeId => below.find((node) => graph.op[node] === op)!;
  const divisor = graph.operands(below.find((node) => graph.op[node] === CODE.div && normalsReach(node))!)[1]!;
  const fixed = graph.algebra.positive(parameters[0]!);
  /** By index: a mask, a whole number, a divisor, what no place changes. */
  const SWITCHES: readonly NodeId[] = [first(CODE.positive), first(CODE.floor), divisor, fixed];
  const theta = Float64Array.of(0.2, 0.5);
  const PLACES = Array.from({ length: 33 }, (_, i) => i / 32);

  function normalsReach(node: NodeId): boolean {
    const operands = new Set(graph.reachable([graph.operands(node)[1]!]));
    return normals.some((normal) => operands.has(normal));
  }

  const noiseOf = (chosen: RandomLines, line: number, place: number): number => chosen.at(line, 0, place);
  /** What the program decides at z, by hand. */
  const decided = (chosen: RandomLines, line: number, place: number): [above: boolean, whole: number, sign: number] => {
    const z = theta[0]! + n.sdOfRho(theta[1]!) * noiseOf(chosen, line, place);
    return [z > 0.3, Math.floor(z), Math.sign(z - 0.7)];
  };
  const looking = (chosen: RandomLines): LineValues => finished(lineValues(objective, roots, SWITCHES, chosen))(theta);

  // Of 64 lines, and of eight, for which ℓ is computed as the program has it.
  describe.each([100, 1e6])("on as many lines as a program of %i operations has", (operations) => {
    const chosen = randomLines(objective, operations, 1);
    const values = looking(chosen);

    test("states are equal just where all decisions are", () => {
      const seen = PLACES.map((place) => values.look(new Float64Array(chosen.count).fill(place)).state);
      for (let line = 0; line < chosen.count; line++)
        PLACES.slice(1).forEach((place, i) => {
          const [before, after] = [PLACES[i]!, place].map((at) => decided(chosen, line, at).join());
          expect(seen[i]![line] === seen[i + 1]![line]).toBe(before === after);
        });
    });

    test("a switch has its value on each line, at the place that was looked at last", () => {
      for (const place of [0.1, 0.8]) {
        values.look(new Float64Array(chosen.count).fill(place));
        for (let line = 0; line < chosen.count; line++) {
          const [above, whole, sign] = decided(chosen, line, place);
          expect(values.switchAt(0, line) !== 0).toBe(above);
          expect(values.switchAt(1, line)).toBe(whole);
          expect(Math.sign(values.switchAt(2, line))).toBe(sign);
          expect(values.switchAt(3, line) !== 0).toBe(theta[0]! > 0);
        }
      }
    });
  });

  test("values beside one another are those of both places", () => {
    const chosen = randomLines(objective, 100, 1);
    const beside = finished(valuesBeside(objective, SWITCHES.slice(1, 2), theta, chosen));
    for (let line = 0; line < chosen.count; line++)
      expect(beside(line, 0.2, 0.9)).toEqual([0.2, 0.9].map((place) => [decided(chosen, line, place)[1]]));
  });
});
