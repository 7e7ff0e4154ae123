/** Sums of joint probabilities over many draws at a time are those of the draws one by one, bit for bit. */
import { expect, test } from "vitest";
import { FullGraph } from "../../../src/autodiff/full-graph.ts";
import { FAST_ENGINE } from "../../../src/autodiff/lanes/interpreter/engines.ts";
import { evaluation } from "../../../src/autodiff/tape/evaluation.ts";
import { type Evaluated, type SummedTable, sumsOf } from "../../../src/collapse/completion/joint-sums.ts";
import type { Variable } from "../../../src/collapse/variable.ts";
import { exp } from "../../../src/math/elementary.ts";

// A coin, and a die whose sides weigh by the coin: the log weights are multiples of x, those of the die's last side 400 times it.
const COIN = [1, -2];
const DIE = [
  [0.5, 1, 400],
  [-1, 3, -400],
];
const variables = [
  { name: "coin", size: 2 },
  { name: "die", size: 3 },
] as unknown as Variable[];
const graph = new FullGraph();
const x = graph.input("x", true);
const nodes = [...COIN, ...DIE.flat()].map((factor) => graph.algebra.mul(graph.constant(factor), x));
const axis = (variable: number, size: number) => ({ variable, starts: Array.from({ length: size }, (_, k) => k) });
const coin: SummedTable = {
  variables: [0],
  width: 2,
  places: Int32Array.of(0, 1),
  isSteady: false,
  parent: undefined,
  rowOf: new Int32Array(0),
  axes: [axis(0, 2)],
};
const die: SummedTable = {
  variables: [1],
  width: 3,
  places: Int32Array.from({ length: 6 }, (_, k) => 2 + k),
  isSteady: false,
  parent: coin,
  rowOf: Int32Array.of(0, 1),
  axes: [axis(0, 2), axis(1, 3)],
};

const evaluatedAt = (points: number): Evaluated => ({
  run: evaluation(graph, nodes, { engine: FAST_ENGINE, laneInputs: [x], points }),
  points,
});

const draws = Float64Array.from({ length: 37 }, (_, d) => 6 * Math.sin(d));
const weights = Float64Array.from(draws, (_, d) => (d % 5 === 2 ? 0 : 1 / (d + 1)));

// As many lanes as passes of 16 take; beyond the last draw lies its number.
const lanes = Float64Array.from({ length: 48 }, (_, d) => draws[Math.min(d, draws.length - 1)]!);

const normalised = (logs: readonly number[]): number[] => {
  const largest = Math.max(...logs);
  const all = logs.map((log) => exp(log - largest));
  let total = 0;
  for (const weight of all) total += weight;
  return all.map((weight) => weight * (1 / total));
};

test("of a table and one that it decides, in passes of 16, 4 and 1", () => {
  const [byCoin, byDie] = [new Float64Array(2), new Float64Array(6)];
  draws.forEach((value, d) => {
    const shares = normalised(COIN.map((factor) => factor * value));
    shares.forEach((share, side) => {
      byCoin[side]! += weights[d]! * share;
      if (share < 1e-18) return;
      const logs = DIE[side]!.map((factor) => factor * value);
      const largest = Math.max(...logs);
      const sides = logs.map((log) => exp(log - largest));
      const scale = share / sides.reduce((sum, weight) => sum + weight, 0);
      sides.forEach((weight, k) => {
        byDie[3 * side + k]! += weights[d]! * (weight * scale);
      });
    });
  });
  for (const points of [16, 4, 1]) {
    const sums = sumsOf([coin, die], evaluatedAt(points), variables);
    sums.add(lanes, weights, lanes.length);
    expect(sums.of([0])).toEqual(byCoin);
    expect(sums.of([0, 1])).toBeUndefined(); // the coin's own table has no die
    expect(sums.of([1, 0])).toEqual(Float64Array.from([0, 1, 2].flatMap((k) => [byDie[k]!, byDie[3 + k]!])));
  }
});

test("a draw at which nothing is possible is told by name, unless it does not count", () => {
  const impossible = Float64Array.of(0.3, Number.NaN);
  const adding = (...counts: number[]) => {
    const sums = sumsOf([coin, die], evaluatedAt(2), variables);
    sums.add(impossible, Float64Array.from(counts), 2);
    return sums.of([0])!;
  };
  expect(() => adding(1, 1)).toThrow(
    'completion: no value of "coin" is possible at a draw of the kept latents; got weights that sum to NaN',
  );
  expect(adding(1, 0)).toEqual(Float64Array.from(normalised([0.3, -0.6])));
});
