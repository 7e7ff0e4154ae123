import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Graph } from "../../src/autodiff/graph/graph.ts";
import { compileTape } from "../../src/autodiff/index.ts";
import { runLanes, runUniform } from "../../src/autodiff/tape/tape.ts";
import {
  accumulateCovariance,
  covarianceInto,
  lanesCovarianceInto,
  lanesMeanInto,
  makeCovarianceSums,
} from "../../src/linalg/index.ts";
import { exactCovariance, exactMean, gammaOf, U, vector, worst } from "../support/dense.ts";

interface Lanes {
  readonly size: number;
  readonly n: number;
  readonly offset: number;
  readonly stride: number;
  readonly values: Float64Array;
}

// Rows of n lanes with gaps of NaN around them; each variable moved away from 0 by up to 10⁶ times its spread.
const lanes: fc.Arbitrary<Lanes> = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 40 }), fc.nat(3), fc.nat(3))
  .chain(([size, n, offset, gap]) =>
    fc
      .tuple(vector(size * n), fc.array(fc.integer({ min: -32e6, max: 32e6 }), { minLength: size, maxLength: size }))
      .map(([samples, centres]) => {
        const stride = n + gap;
        const values = new Float64Array(offset + size * stride).fill(NaN);
        for (let p = 0; p < size; p++)
          for (let i = 0; i < n; i++) values[offset + p * stride + i] = samples[p * n + i]! + centres[p]!;
        return { size, n, offset, stride, values };
      }),
  );
const rowOf = ({ values, offset, stride, n }: Lanes, p: number): Float64Array =>
  values.slice(offset + p * stride, offset + p * stride + n);
const total = (x: Float64Array): number => x.reduce((sum, y) => sum + y, 0);
const distances = (x: Float64Array, from: number): Float64Array => x.map((y) => Math.abs(y - from));
const dotOf = (x: Float64Array, y: Float64Array): number => x.reduce((sum, z, i) => sum + z * y[i]!, 0);

// The mean is first + Σ(x − first)/n: γ_{n+2} of the mean distance for differences, sum and division; u|mean| for the last
// sum, and 2u|mean| for rounding the exact mean.
const meanBound = (x: Float64Array): number =>
  3 * U * Math.abs(exactMean(x)) + (gammaOf(x.length + 3) * total(distances(x, x[0]!))) / x.length;

// Two passes: with means off by δ, Σ(x − m̂_x)(y − m̂_y) is the exact sum + n δ_x δ_y, and is computed within γ_{n+4} of the sum
// of magnitudes; the exact covariance is rounded twice.
function twoPassBound(x: Float64Array, y: Float64Array): number {
  const [dx, dy] = [distances(x, exactMean(x)), distances(y, exactMean(y))];
  const n = x.length;
  const [ex, ey] = [meanBound(x), meanBound(y)];
  const sizes = dotOf(
    dx.map((d) => d + ex),
    dy.map((d) => d + ey),
  );
  return (gammaOf(n + 8) * sizes + n * ex * ey) / (n - 1);
}

// Sums about the first sample: γ_{n+4} for Σ dx dy, γ_{2n+5} for Σ dx Σ dy/n, u for their difference and 2u for the exact value.
function shiftedBound(x: Float64Array, y: Float64Array): number {
  const [dx, dy] = [distances(x, x[0]!), distances(y, y[0]!)];
  const n = x.length;
  return (gammaOf(n + 8) * dotOf(dx, dy) + (gammaOf(2 * n + 9) * total(dx) * total(dy)) / n) / (n - 1);
}

type Bound = typeof twoPassBound;
function covarianceUnits(out: Float64Array, data: Lanes, bound: Bound): number {
  const { size } = data;
  const pairs = Array.from(out, (_, at) => [rowOf(data, Math.floor(at / size)), rowOf(data, at % size)] as const);
  return worst(
    pairs.map(([x, y], at) => out[at]! - exactCovariance(x, y)),
    pairs.map(([x, y]) => bound(x, y)),
  );
}

function accumulated({ size, n, offset, stride, values }: Lanes, cuts: readonly number[]): Float64Array {
  const state = makeCovarianceSums(size);
  for (let b = 0; b < cuts.length; b++) {
    const from = cuts[b]!;
    const rows = Array.from({ length: size }, (_, p) => ({ offset: offset + p * stride + from, lane: true }));
    accumulateCovariance(state, values, rows, (cuts[b + 1] ?? n) - from);
  }
  const out = new Float64Array(size * size).fill(NaN);
  covarianceInto(out, state);
  return out;
}

describe("lanes", () => {
  test("means are within their bound of the exact ones; a changed digit is noticed", () => {
    fc.assert(
      fc.property(lanes, (data) => {
        const { size, n, offset, stride, values } = data;
        const mean = new Float64Array(size);
        lanesMeanInto(mean, values, offset, stride, size, n);
        const rows = Array.from({ length: size }, (_, p) => rowOf(data, p));
        const units = (): number =>
          worst(
            rows.map((x, p) => mean[p]! - exactMean(x)),
            rows.map(meanBound),
          );
        expect(units()).toBeLessThanOrEqual(1);
        fc.pre(mean[0] !== 0);
        mean[0]! += 3 * meanBound(rows[0]!);
        expect(units()).toBeGreaterThan(1);
      }),
    );
  });

  test("covariance is within its bound of the exact one, symmetric; a changed digit is noticed", () => {
    fc.assert(
      fc.property(lanes, fc.nat(), (data, at) => {
        const { size, n, offset, stride, values } = data;
        const [out, mean, alone] = [new Float64Array(size * size), new Float64Array(size), new Float64Array(size)];
        lanesCovarianceInto(out, mean, values, offset, stride, size, n);
        lanesMeanInto(alone, values, offset, stride, size, n);
        expect(mean).toEqual(alone);
        for (let p = 0; p < size; p++) for (let q = 0; q < p; q++) expect(out[p * size + q]).toBe(out[q * size + p]);
        expect(covarianceUnits(out, data, twoPassBound)).toBeLessThanOrEqual(1);
        const which = at % out.length;
        const bound = twoPassBound(rowOf(data, Math.floor(which / size)), rowOf(data, which % size));
        fc.pre(bound > 0);
        out[which]! += 3 * bound;
        expect(covarianceUnits(out, data, twoPassBound)).toBeGreaterThan(1);
      }),
    );
  });

  test("in batches: within the bound, and the same bits for any split", () => {
    fc.assert(
      fc.property(lanes, fc.array(fc.nat(), { maxLength: 4 }), (data, at) => {
        const cuts = [...new Set([0, ...at.map((cut) => cut % data.n)])].sort((p, q) => p - q);
        const out = accumulated(data, cuts);
        expect(out).toEqual(accumulated(data, [0]));
        expect(covarianceUnits(out, data, shiftedBound)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("the textbook formula, mean of products less product of means, fails both bounds far from 0", () => {
    const x = Float64Array.from({ length: 32 }, (_, i) => 32e6 + ((i * 7) % 32) / 32);
    const data: Lanes = { size: 1, n: 32, offset: 0, stride: 32, values: x };
    const mean = total(x) / 32;
    const textbook = Float64Array.of((dotOf(x, x) / 32 - mean * mean) * (32 / 31));
    const out = new Float64Array(1);
    lanesCovarianceInto(out, new Float64Array(1), x, 0, 32, 1, 32);
    for (const bound of [twoPassBound, shiftedBound]) {
      expect(covarianceUnits(textbook, data, bound)).toBeGreaterThan(1e6);
      expect(covarianceUnits(out, data, bound)).toBeLessThanOrEqual(1);
      expect(covarianceUnits(accumulated(data, [0]), data, bound)).toBeLessThanOrEqual(1);
    }
  });

  test("reads the outputs of a tape where they lie; one that is the same for all samples has covariance 0", () => {
    const graph = new Graph();
    const { algebra: A } = graph;
    const [scale, e] = [graph.input("scale", false), graph.input("e", true)];
    const outputs = [A.mul(scale, e), A.exp(scale), A.square(e)];
    const noise = Array.from({ length: 10 }, (_, i) => ((37 * i) % 101) / 64 - 0.75);
    const state = makeCovarianceSums(3);
    const out = new Float64Array(9);
    const results = [10, 4].map((width) => {
      const tape = compileTape(graph, outputs, { laneInputs: [e], lanes: width });
      tape.slots[tape.uniformInputs[0]!.offset] = 1.5;
      runUniform(tape);
      state.count = 0; // afresh
      for (let done = 0; done < noise.length; done += width) {
        const batch = noise.slice(done, done + width);
        tape.slots.set(batch, tape.noiseOffset);
        runLanes(tape, batch.length);
        accumulateCovariance(state, tape.slots, tape.outputs, batch.length);
      }
      covarianceInto(out, state);
      return out.slice();
    });
    expect(results[1]).toEqual(results[0]);
    const rows = [Float64Array.from(noise, (x) => 1.5 * x), Float64Array.from(noise, (x) => x * x)] as const;
    [0, 2, 6, 8].forEach((k, at) => {
      const [x, y] = [rows[at >> 1]!, rows[at & 1]!];
      expect(Math.abs(out[k]! - exactCovariance(x, y))).toBeLessThanOrEqual(shiftedBound(x, y));
    });
    for (const k of [1, 3, 4, 5, 7]) expect(out[k]).toBe(0);
  });

  test("one sample has no covariance; a value that is not finite makes NaN in batches and an error otherwise", () => {
    const [out, mean] = [new Float64Array(4), new Float64Array(2)];
    lanesCovarianceInto(out, mean, Float64Array.of(3, 4), 0, 1, 2, 1);
    expect([...out, ...mean]).toEqual([NaN, NaN, NaN, NaN, 3, 4]);
    expect([...accumulated({ size: 1, n: 1, offset: 0, stride: 1, values: Float64Array.of(3) }, [0])]).toEqual([NaN]);
    const values = Float64Array.of(1, 2, 3, Infinity);
    expect(accumulated({ size: 2, n: 2, offset: 0, stride: 2, values }, [0])).toEqual(
      Float64Array.of(0.5, NaN, NaN, NaN),
    );
    expect(() => lanesCovarianceInto(out, mean, values, 0, 2, 2, 2)).toThrow(
      new RangeError("lanesMean: variable 1 has no finite mean; got Infinity in lane 1, expected finite numbers"),
    );
    expect(() => lanesMeanInto(mean, Float64Array.of(1e308, -1e308, 0, 0), 0, 2, 2, 2)).toThrow(
      new RangeError("lanesMean: variable 0 has no finite mean; got a sum that overflows, expected finite numbers"),
    );
  });

  test("refuses what does not fit", () => {
    const [four, two] = [new Float64Array(4), new Float64Array(2)];
    expect(() => lanesMeanInto(two, four, 1, 2, 2, 2)).toThrow(
      new RangeError(
        "lanesMean: the lanes do not lie inside values; got offset 1, stride 2 and an end at 5, expected an end ≤ 4",
      ),
    );
    expect(() => lanesMeanInto(two, four, 0, 2, 2, 0)).toThrow(
      new RangeError("lanesMean: n is not a size; got 0, expected an integer ≥ 1"),
    );
    expect(() => lanesCovarianceInto(two, two, four, 0, 2, 2, 2)).toThrow(
      new RangeError("lanesCovariance: out has the wrong length; got 2, expected 2 × 2"),
    );
    const state = makeCovarianceSums(2);
    expect(() => accumulateCovariance(state, four, [{ offset: 0, lane: true }], 2)).toThrow(
      new RangeError("accumulateCovariance: too few rows; got 1, expected 2"),
    );
    const rows = [0, 3].map((offset) => ({ offset, lane: true }));
    expect(() => accumulateCovariance(state, four, rows, 2)).toThrow(
      new RangeError("accumulateCovariance: row 1 does not lie inside values; got 3 to 5, expected 0 to at most 4"),
    );
    expect(() => makeCovarianceSums(0)).toThrow(
      new RangeError("makeCovarianceSums: size is not a size; got 0, expected an integer ≥ 1"),
    );
    expect(() => covarianceInto(two, state)).toThrow(
      new RangeError("covariance: out has the wrong length; got 2, expected 2 × 2"),
    );
  });
});
