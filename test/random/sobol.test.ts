import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/math/normal.ts";
import { fillNormals, fillSobolNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";
import {
  fieldProduct,
  linearDigits,
  MAX_BITS,
  makeLinearTable,
  setProducts,
  sobolDigits,
} from "../../src/random/sobol-points.ts";
import { expectMean } from "../support/expect-mean.ts";
import { amount, SOAK } from "../support/soak.ts";

const FIXTURE = JSON.parse(readFileSync(new URL("../fixtures/sobol.json", import.meta.url), "utf8")) as number[][];
const SEED = 20181206;

describe("unscrambled sequence", () => {
  test("gives the published first points, in natural order", () => {
    const points = Array.from({ length: 8 }, (_, i) => [0, 1, 2].map((d) => sobolDigits(d, i, 3) / 8));
    expect(points).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.25, 0.75, 0.75],
      [0.75, 0.25, 0.25],
      [0.125, 0.625, 0.375],
      [0.625, 0.125, 0.875],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
    ]);
  });

  test("agrees with scipy on 64 points in 16 dimensions", () => {
    expect(FIXTURE.map((point, i) => point.map((_, d) => sobolDigits(d, i, 6)))).toEqual(FIXTURE);
  });

  test.each([1, 2, 7, 8, 15, 16])("2^%i points have one in every interval, in every dimension", (bits) => {
    for (let d = 0; d < MAX_BITS; d++) {
      const seen = new Uint8Array(2 ** bits);
      for (let i = 0; i < seen.length; i++) seen[sobolDigits(d, i, bits)] = 1;
      expect(seen.every((mark) => mark === 1)).toBe(true);
    }
  });
});

describe("fieldProduct", () => {
  test("has no divisors of zero: a^(2^bits − 1) is 1 for all that could be one", () => {
    for (let bits = 1; bits <= MAX_BITS; bits++)
      // A reducible modulus has a factor of at most half its degree, and no power of that factor is 1.
      for (let a = 1; a < Math.min(2 ** bits, 2 ** ((bits >> 1) + 1)); a++) {
        let power = 1;
        for (let i = 0; i < bits; i++) power = fieldProduct(fieldProduct(power, power, bits), a, bits);
        expect(power).toBe(1);
      }
  });

  test("permutes the indices, and takes a pair to every difference but 0 equally often", () => {
    for (const bits of [1, 2, 3, 4, 6, 8])
      for (let a = 1; a < 2 ** bits; a++) {
        const images = new Set(Array.from({ length: 2 ** bits }, (_, x) => fieldProduct(x, a, bits)));
        const multiples = new Set(Array.from({ length: 2 ** bits - 1 }, (_, x) => fieldProduct(a, x + 1, bits)));
        expect(images.size).toBe(2 ** bits);
        expect(multiples.size).toBe(2 ** bits - 1);
        expect(multiples.has(0)).toBe(false);
      }
  });

  test("is what the table of a factor gives, whatever was in it", () => {
    const table = makeLinearTable();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_BITS }), fc.nat(65535), fc.nat(65535), (bits, a, x) => {
        const mask = 2 ** bits - 1;
        setProducts(table, a & mask, bits);
        expect(linearDigits(table, x & mask, bits)).toBe(fieldProduct(x & mask, a & mask, bits));
      }),
    );
  });
});

/** `lanes` samples from `first` on; dimension d of sample first + i at d·lanes + i. */
function filled(seed: number, first: number, lanes: number, dimensions: number, batch: number): Float64Array {
  const out = new Float64Array(lanes * dimensions);
  const generator = makeGenerator(seed);
  fillSobolNormals(noiseRequest({ out, generator, stream: 3, firstSample: first, lanes, dimensions, group: batch }));
  return out;
}

function plain(seed: number, first: number, lanes: number, dimensions: number): Float64Array {
  const out = new Float64Array(lanes * dimensions);
  fillNormals(noiseRequest({ out, generator: makeGenerator(seed), stream: 3, firstSample: first, lanes, dimensions }));
  return out;
}

describe("addresses", () => {
  test("the bits are the same however the samples are split into calls and lanes", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.maxSafeNat().map((n) => Math.floor(n / 2)),
        fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 91, max: 1200 })),
        fc.integer({ min: 1, max: 11 }),
        fc.oneof(
          fc.integer({ min: 1, max: 40 }),
          fc.integer({ min: 41, max: 4200 }),
          fc.integer({ min: 4201, max: 65536 }),
        ),
        fc.nat(),
        (seed, first, lanes, dimensions, batch, cutAt) => {
          const whole = filled(seed, first, lanes, dimensions, batch);
          const joined = new Float64Array(lanes * dimensions);
          const cut = cutAt % (lanes + 1);
          const parts = noiseRequest({
            out: joined,
            stride: lanes,
            generator: makeGenerator(seed),
            stream: 3,
            firstSample: first,
            lanes: cut,
            dimensions,
            group: batch,
          });
          fillSobolNormals(parts);
          fillSobolNormals({ ...parts, at: cut, firstSample: first + cut, lanes: lanes - cut });
          expect(joined).toEqual(whole);
          expect(whole.every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: amount(30, 100) },
    );
  });

  test("a dimension does not depend on how many there are", () => {
    for (const batch of [1, 16, 100, 1000])
      for (const few of [1, 2, 3, 5, 9])
        expect(filled(7, 30, 50, 12, batch).subarray(0, 50 * few)).toEqual(filled(7, 30, 50, few, batch));
  });

  test("nothing is written outside the lanes", () => {
    const out = new Float64Array(200).fill(NaN);
    const generator = makeGenerator(1);
    fillSobolNormals(
      noiseRequest({ out, at: 7, stride: 20, generator, firstSample: 5, lanes: 13, dimensions: 9, group: 16 }),
    );
    out.forEach((value, at) => {
      const inside = at >= 7 && (at - 7) % 20 < 13 && at < 7 + 9 * 20;
      expect(Number.isNaN(value)).toBe(!inside);
    });
  });

  test("different seeds, streams, samples and dimensions give different numbers, unrelated to fillNormals", () => {
    const other = new Float64Array(400);
    fillSobolNormals(
      noiseRequest({ out: other, generator: makeGenerator(1), stream: 4, lanes: 100, dimensions: 4, group: 16 }),
    );
    const parts = [
      filled(1, 0, 100, 4, 16),
      filled(2, 0, 100, 4, 16),
      filled(1, 100, 100, 4, 16),
      other,
      plain(1, 0, 100, 4),
    ];
    expect(new Set(parts.flatMap((part) => [...part])).size).toBe(2000);
  });

  test("a batch that is no integer from 1 to 65536 is refused", () => {
    for (const batch of [0, -1, 1.5, 65537, NaN, Infinity])
      expect(() => filled(1, 0, 1, 1, batch)).toThrow(/fillSobolNormals: batch is out of range; got .*, expected an/);
  });
});

/** Whether every cell of the 2^a × 2^c grid (in probability) holds equally many of the points. */
function balanced(x: Float64Array, y: Float64Array, a: number, c: number): boolean {
  const counts = new Uint32Array(2 ** (a + c));
  x.forEach((value, i) => {
    counts[Math.floor(normalCdf(value) * 2 ** a) * 2 ** c + Math.floor(normalCdf(y[i]!) * 2 ** c)]!++;
  });
  return counts.every((count) => count === x.length / counts.length);
}

describe("balance of one batch of 2^m points", () => {
  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, ...(SOAK ? [12, 15] : [])])(
    "m = %i: one point per interval in every dimension",
    (m) => {
      const n = 2 ** m;
      const dimensions = m > 8 ? 11 : 41;
      for (const b of [0, 1, 12345]) {
        const points = filled(SEED, b * n, n, dimensions, n);
        for (let d = 0; d < dimensions; d++) {
          const row = points.subarray(d * n, (d + 1) * n);
          expect(balanced(row, row, m, 0)).toBe(true);
        }
      }
      if (m > 1) expect(balanced(plain(SEED, 0, n, 1), plain(SEED, 0, n, 1), m, 0)).toBe(false);
    },
  );

  test.each([2, 3, 4, 5, 6, 8, 9, 11, ...(SOAK ? [12] : [])])(
    "m = %i: the first two dimensions of every group are a (0, m, 2)-net",
    (m) => {
      const n = 2 ** m;
      const group = Math.max(2, m & ~1);
      for (let d = 0; d < 41; d += group) {
        const points = filled(SEED, 3 * n, n, d + 2, n).subarray(d * n);
        for (let a = 0; a <= m; a++) expect(balanced(points.subarray(0, n), points.subarray(n), a, m - a)).toBe(true);
      }
    },
  );

  test("m = 4, 6, 8: all pairs in a group split into quarters, which 16 points in 16 dimensions cannot", () => {
    for (const m of [4, 6, 8]) {
      const n = 2 ** m;
      const points = filled(SEED, n, n, m, n);
      for (let d = 0; d < m; d++)
        for (let e = 0; e < d; e++)
          expect(balanced(points.subarray(d * n, (d + 1) * n), points.subarray(e * n, (e + 1) * n), 1, 1)).toBe(true);
    }
    // Why groups are small: among 16 dimensions of the sequence some have the same first digit in all of 16 points.
    const digits = Array.from({ length: 16 }, (_, d) =>
      Array.from({ length: 16 }, (_, i) => sobolDigits(d, i, 4) >> 3),
    );
    expect(new Set(digits.map(String)).size).toBeLessThan(16);
  });

  /** The coins that flipped the digits of dimension d < 2 of batch b, by the node of the digits before: root 1, children 2h and 2h + 1. */
  function coinsOf(bits: number, b: number, d: number): Int8Array {
    const n = 2 ** bits;
    const points = filled(SEED, b * n, n, d + 1, n).subarray(d * n);
    const coins = new Int8Array(n).fill(-1);
    points.forEach((z, k) => {
      // The first digit is the sign, the others are those of the tail probability.
      const digits = (z > 0 ? n / 2 : 0) + Math.floor(normalCdf(-Math.abs(z)) * n);
      const x = sobolDigits(d, k, bits);
      for (let level = 0; level < bits; level++) {
        const h = 2 ** level + (x >> (bits - level));
        const coin = ((digits ^ x) >> (bits - 1 - level)) & 1;
        if (coins[h] !== -1 && coins[h] !== coin) throw new Error(`level ${level}: two coins for node ${h}`);
        coins[h] = coin;
      }
    });
    return coins;
  }

  /** How far from half of the nodes of a level have a coin 1 after the exclusive or with another coin: standard deviations. */
  function excess(trees: readonly Int8Array[], level: number, other: (tree: number, h: number) => number): number {
    let sum = 0;
    trees.forEach((coins, tree) => {
      for (let h = 2 ** level; h < 2 ** (level + 1); h++) sum += 2 * (coins[h]! ^ other(tree, h)) - 1;
    });
    return sum / Math.sqrt(trees.length * 2 ** level);
  }

  // Two trees, of dimensions 0 and 1, for each of some batches: at least 2⁹ coins of each level from level 4 on.
  test.each([
    [6, 32],
    [9, 32],
    [11, 16],
    [12, 16], // the last digit lies below the tree that is made for a whole row
    ...(SOAK ? [[15, 16]] : []),
  ])("m = %i: a digit is flipped by a fair coin of its own for the digits before it", (bits, batches) => {
    const trees = Array.from({ length: 2 * batches }, (_, i) => coinsOf(bits, i >> 1, i & 1));
    const others: Readonly<Record<string, (tree: number, h: number) => number>> = {
      none: () => 0,
      "of the node before": (tree, h) => trees[tree]![h - 1]!,
      "of the parent": (tree, h) => trees[tree]![h >> 1]!,
      "of the parent's parent": (tree, h) => trees[tree]![h >> 2]!,
      "of the node 32 before": (tree, h) => trees[tree]![Math.max(1, h - 32)]!,
      "of the node 128 before": (tree, h) => trees[tree]![Math.max(1, h - 128)]!,
      "in the other dimension": (tree, h) => (tree % 2 === 0 ? trees[tree + 1]![h]! : 0),
      "in the batch before": (tree, h) => (tree > 1 ? trees[tree - 2]![h]! : 0),
    };
    // alpha 1e-3 together, two-sided
    const critical = normalQuantile(1 - 1e-3 / ((bits - 4) * Object.keys(others).length) / 2);
    // If each coin served two neighbours, half of the pairs would agree whatever the coins.
    const shared = trees.map((coins) => coins.map((_, h) => coins[h & ~1]!));
    for (let level = 4; level < bits; level++) {
      for (const other of Object.values(others)) expect(Math.abs(excess(trees, level, other))).toBeLessThan(critical);
      const before = excess(shared, level, (tree, h) => shared[tree]![h - 1]!);
      expect(Math.abs(before)).toBeGreaterThan(critical);
    }
  });

  test("points of a batch of no power of two lie in different intervals of the next one", () => {
    for (const batch of [3, 12, 100]) {
      const cells = 2 ** Math.ceil(Math.log2(batch));
      const points = filled(SEED, 5 * batch, batch, 23, batch);
      for (let d = 0; d < 23; d++) {
        const row = points.subarray(d * batch, (d + 1) * batch);
        expect(new Set(row.map((x) => Math.floor(normalCdf(x) * cells))).size).toBe(batch);
      }
    }
  });
});

/** √n · sup |empirical − Φ|. */
function kolmogorov(sample: Float64Array): number {
  const n = sample.length;
  let worst = 0;
  sample
    .slice()
    .sort()
    .forEach((x, i) => {
      const p = normalCdf(x);
      worst = Math.max(worst, Math.abs(p - i / n), Math.abs(p - (i + 1) / n));
    });
  return Math.sqrt(n) * worst;
}

describe("a single point, over 20000 batches", () => {
  const n = 20_000;
  const cases = [16, 12, 300].flatMap((batch) => [0, batch - 1].map((k) => [batch, k] as const));
  const samples = cases.map(([batch, k]) => {
    const out = new Float64Array(n * 8);
    const request = noiseRequest({
      out,
      stride: n,
      generator: makeGenerator(SEED),
      lanes: 1,
      dimensions: 8,
      group: batch,
    });
    for (let b = 0; b < n; b++) {
      request.at = b;
      request.firstSample = b * batch + k;
      fillSobolNormals(request);
    }
    return Array.from({ length: 8 }, (_, d) => out.subarray(d * n, (d + 1) * n));
  });

  test("is normal in every dimension (48 tests, alpha 1e-3 together), and a shift of 0.08 is seen", () => {
    // P(√n D > c) < 2 exp(−2c²). The shift moves the distribution function by 0.032: √n D is 4.5 give or take 1.
    const critical = Math.sqrt(-Math.log(1e-3 / 48 / 2) / 2);
    for (const rows of samples)
      for (const row of rows) {
        expect(kolmogorov(row)).toBeLessThan(critical);
        expect(kolmogorov(row.map((x) => x + 0.08))).toBeGreaterThan(critical);
      }
  });

  test("has independent dimensions, within a group and across groups (168 tests, alpha 1e-3 together)", () => {
    // χ² of 8×8 cells, 63 degrees of freedom; Wilson and Hilferty's cube.
    const z = normalQuantile(1 - 1e-3 / 168);
    const critical = 63 * (1 - 2 / 567 + z * Math.sqrt(2 / 567)) ** 3;
    for (const rows of samples) {
      const cells = rows.map((row) => Uint8Array.from(row, (x) => Math.floor(normalCdf(x) * 8)));
      for (let d = 0; d < 8; d++)
        for (let e = 0; e < d; e++) {
          const counts = new Float64Array(64);
          for (let i = 0; i < n; i++) counts[cells[d]![i]! * 8 + cells[e]![i]!]!++;
          expect(counts.reduce((total, count) => total + (count - n / 64) ** 2 / (n / 64), 0)).toBeLessThan(critical);
        }
    }
  });

  test("is unrelated to the same point of the next batch, values and squares (96 tests, alpha 1e-3 together)", () => {
    const critical = normalQuantile(1 - 1e-3 / 96 / 2);
    for (const rows of samples)
      for (const row of rows) {
        let values = 0;
        let squares = 0;
        for (let b = 1; b < n; b++) {
          values += row[b]! * row[b - 1]!;
          squares += ((row[b]! ** 2 - 1) * (row[b - 1]! ** 2 - 1)) / 2;
        }
        expect(Math.abs(values) / Math.sqrt(n)).toBeLessThan(critical);
        expect(Math.abs(squares) / Math.sqrt(n)).toBeLessThan(critical);
      }
  });
});

type Integrand = (z: (d: number) => number) => number;

// The integrands of a test are averaged over the same points, which are made once.
const known = new Map<string, Float64Array>();
function pointsOf(dimensions: number, batch: number, batches: number): Float64Array {
  const key = [dimensions, batch, batches].join();
  const points = known.get(key) ?? filled(SEED, 0, batch * batches, dimensions, batch);
  known.set(key, points);
  return points;
}
afterAll(() => known.clear());

/** Mean of f over each of `batches` batches. */
function batchMeans(f: Integrand, dimensions: number, batch: number, batches: number): Float64Array {
  const lanes = batch * batches;
  const points = pointsOf(dimensions, batch, batches);
  const means = new Float64Array(batches);
  for (let s = 0; s < lanes; s++) means[Math.floor(s / batch)]! += f((d) => points[d * lanes + s]!) / batch;
  return means;
}

function moments(values: Float64Array): { mean: number; variance: number; n: number } {
  const n = values.length;
  const mean = values.reduce((total, x) => total + x, 0) / n;
  return { mean, variance: values.reduce((total, x) => total + (x - mean) ** 2, 0) / (n - 1), n };
}

const TAIL = normalCdf(-0.5 / Math.SQRT2); // P(z0 + z1 > 0.5)
// Integrand in 6 dimensions, mean and variance under the standard normal.
const INTEGRANDS: Readonly<Record<string, readonly [f: Integrand, mean: number, variance: number]>> = {
  linear: [(z) => z(0) + z(5), 0, 2],
  exponential: [(z) => Math.exp((z(0) + z(1)) / 2), Math.exp(0.25), Math.exp(1) - Math.exp(0.5)],
  product: [(z) => z(0) * z(1), 0, 1],
  cosine: [(z) => Math.cos(z(2)), Math.exp(-0.5), (1 + Math.exp(-2)) / 2 - Math.exp(-1)],
  step: [(z) => (z(3) > 0.3 ? 1 : 0), normalCdf(-0.3), normalCdf(-0.3) * normalCdf(0.3)],
  "half plane": [(z) => (z(0) + z(1) > 0.5 ? 1 : 0), TAIL, TAIL * (1 - TAIL)],
  "jump across groups": [(z) => (z(0) + z(4) > 0.5 ? z(5) + 1 : 0), TAIL, TAIL * 2 - TAIL ** 2],
};

describe("the mean over a batch", () => {
  test.each(Object.keys(INTEGRANDS))("of %s is unbiased, whatever the batch (1e5 points and more)", (name) => {
    const [f, mean, variance] = INTEGRANDS[name]!;
    for (const batch of [1, 5, 16, 24, 64, 200]) {
      const sample = moments(batchMeans(f, 6, batch, Math.ceil(1e5 / batch)));
      // A test with this alpha and power 0.9 sees 4.6 standard errors of the mean of 1e5 random points or fewer.
      expectMean(sample, mean, { alpha: 1e-3 / 42, detectable: 7 * Math.sqrt(variance / 1e5) });
    }
  });

  // Variance relative to as many random points, with batches of 16, 64 and 12: 4000 batches at each of three seeds gave these
  // (3 % apart, 10 % for the exponential). The limits are 1.2 times them: 1500 batches have a standard error of 4 %, of the
  // exponential, whose squares have heavy tails, 12,000 batches.
  test.each([
    ["linear", 0.022, 0.0039, 0.174],
    ["exponential", 0.111, 0.04, 0.178],
    ["product", 0.231, 0.052, 0.444],
    ["cosine", 0.063, 0.0053, 0.193],
    ["step", 0.027, 0.0163, 0.107],
    ["half plane", 0.201, 0.102, 0.27],
    ["jump across groups", 0.435, 0.181, 0.56],
  ] as const)("of %s varies less than that of random points", (name, at16, at64, at12) => {
    const [f, , variance] = INTEGRANDS[name]!;
    for (const [batch, measured] of [
      [16, at16],
      [64, at64],
      [12, at12],
    ] as const) {
      const batches = name === "exponential" ? 12_000 : 1500;
      const ratio = (batch * moments(batchMeans(f, 6, batch, batches)).variance) / variance;
      expect(ratio).toBeLessThan(1.2 * measured);
    }
  });
});

describe("interactions of pairs of dimensions", () => {
  // Σ over pairs (d, e) of different groups of g(z_d) g(z_e), divided by its standard deviation with random points.
  const acrossGroups = (g: (z: number) => number, dimensions: number, group: number): Integrand => {
    const pairs = (n: number): number => (n * (n - 1)) / 2;
    const within = Math.floor(dimensions / group) * pairs(group) + pairs(dimensions % group);
    const scale = Math.sqrt(pairs(dimensions) - within);
    return (z) => {
      let all = 0;
      let squares = 0;
      for (let d = 0; d < dimensions; d += group) {
        let sum = 0;
        for (let e = d; e < Math.min(d + group, dimensions); e++) sum += g(z(e));
        all += sum;
        squares += sum * sum;
      }
      return (all * all - squares) / 2 / scale;
    };
  };

  // n / (n − 1) for g constant on the n intervals, otherwise between that and 1; standard error from the fourth moment.
  test.each([
    [41, 16, amount(1000, 3000)],
    [41, 64, amount(300, 800)],
    [41, 256, amount(100, 200)],
    [301, 16, amount(150, 400)],
    [301, 64, amount(50, 100)],
  ])(
    "across all groups of %i dimensions vary by n/(n − 1) of what random points give, n = %i",
    (dimensions, batch, batches) => {
      for (const g of [Math.sign, (z: number) => z, (z: number) => (z * z - 1) / Math.SQRT2]) {
        const f = acrossGroups(g, dimensions, Math.log2(batch));
        const squares = batchMeans(f, dimensions, batch, batches).map((x) => batch * x * x);
        const { mean, variance } = moments(squares);
        const error = Math.sqrt(variance / batches);
        // alpha 1.2e-3 for all fifteen tests, two-sided
        const slack = 3.94 * error;
        expect(mean).toBeLessThan(batch / (batch - 1) + slack);
        expect(mean).toBeGreaterThan(1 - slack);
      }
    },
  );

  // Within a group the product of two coordinates gives up to 1.16 (the Sobol matrices), between groups 16/15; the standard
  // error of a pair is 0.03 to 0.06 (fourth moments), and 1640 of them reach 3.5 of these.
  test("no pair of 41 dimensions varies more than 1.5 times as much as with 16 random points", () => {
    const batch = 16;
    const dimensions = 41;
    const lanes = 4000 * batch;
    const points = filled(SEED, 0, lanes, dimensions, batch);
    const worst: number[] = [0, 0];
    [Math.sign, (z: number) => z].forEach((g, which) => {
      const values = points.map(g);
      for (let d = 0; d < dimensions; d++)
        for (let e = 0; e < d; e++) {
          let total = 0;
          for (let b = 0; b < lanes; b += batch) {
            let sum = 0;
            for (let s = b; s < b + batch; s++) sum += values[d * lanes + s]! * values[e * lanes + s]!;
            total += sum * sum;
          }
          worst[which] = Math.max(worst[which]!, total / lanes);
        }
    });
    expect(Math.max(...worst)).toBeLessThan(1.5);
  });
});
