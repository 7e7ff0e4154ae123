/** Sums of joint probabilities over many draws at a time are those of the draws one by one, bit for bit. */
import { describe, expect, test } from "vitest";
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

describe("a chain of a coin, a die and a card,", () => {
  // Heads decides where x is 0.3 or large, where tails is impossible and weights of its die are no numbers.
  const { algebra: A } = graph;
  const known = A.log(A.sub(graph.constant(600), x));
  const COIN_AT = (at: number): number[] => [at, -2 * at];
  const DIE_AT = (at: number, side: number): number[] =>
    [1, 2, 3].map((k) => (side === 0 ? 0.001 * k * at : k * Math.log(600 - at)));
  const CARD = [
    [0, 0.5],
    [1, -1],
    [0.2, 2],
  ];
  const scaled = (factor: number, of: number): number => A.mul(graph.constant(factor), of);
  const roots = [
    scaled(1, x),
    scaled(-2, x),
    ...[1, 2, 3].map((k) => scaled(0.001 * k, x)),
    ...[1, 2, 3].map((k) => scaled(k, known)),
    ...CARD.flat().map((log) => graph.constant(log)),
  ];
  const card: SummedTable = {
    variables: [2],
    width: 2,
    places: Int32Array.from({ length: 6 }, (_, k) => 8 + k),
    isSteady: true,
    parent: die,
    rowOf: Int32Array.of(0, 1, 2, 0, 1, 2),
    axes: [axis(1, 3), axis(2, 2)],
  };
  const all = [...variables, { name: "card", size: 2 } as unknown as Variable];
  const at = [0.3, 800, 0.2, 700, -0.1];
  const shares = [0.1, 0.2, 0.3, 0.25, 0.15];

  /** Probabilities of card and side, that of the card slowest. */
  const expected = new Float64Array(6);
  at.forEach((value, d) => {
    COIN_AT(value).forEach((_, side) => {
      const own = value > 100 ? 1 - side : normalised(COIN_AT(value))[side]!;
      if (own === 0) return;
      normalised(DIE_AT(value, side)).forEach((die, k) => {
        normalised(CARD[k]!).forEach((card, c) => {
          expected[3 * c + k]! += shares[d]! * own * die * card;
        });
      });
    });
  });

  test.each([1, 2, 4, 8])("is summed over what is possible at each draw, in passes of %i", (points) => {
    const run = evaluation(graph, roots, { engine: FAST_ENGINE, laneInputs: [x], points });
    const sums = sumsOf([coin, die, card], { run, points }, all);
    const inputs = Float64Array.from({ length: 8 }, (_, d) => at[Math.min(d, 4)]!);
    sums.add(inputs, Float64Array.from(shares), inputs.length);
    const found = sums.of([2, 1])!;
    expected.forEach((probability, k) => {
      expect(found[k]).toBeCloseTo(probability, 14);
    });
    sums.of([2])!.forEach((probability, c) => {
      expect(probability).toBeCloseTo(expected[3 * c]! + expected[3 * c + 1]! + expected[3 * c + 2]!, 14);
    });
  });

  test("has no sums of values that a table does not tell apart", () => {
    const runs: SummedTable = { ...die, width: 2, axes: [axis(0, 2), { variable: 1, starts: [0, 2] }] };
    const sums = sumsOf([coin, { ...runs, places: Int32Array.of(2, 4, 5, 7) }], evaluatedAt(1), variables);
    sums.add(lanes, weights, lanes.length);
    expect(sums.of([1])).toBeUndefined();
    expect(sums.of([0])).toHaveLength(2);
  });
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
