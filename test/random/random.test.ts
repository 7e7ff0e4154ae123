import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalCdf } from "../../src/math/normal.ts";
import {
  blockAt,
  fillNormals,
  fillUniforms,
  type Generator,
  makeGenerator,
  makeKey,
  type NoiseRequest,
  noiseRequest,
  uniformSource,
} from "../../src/random/index.ts";

const words = (hex: string): number[] => hex.split(" ").map((word) => Number.parseInt(word, 16) | 0);
// Counter, key and result of the Random123 distribution (kat_vectors, threefry4x32, 20 rounds).
const KNOWN_ANSWERS = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000 00000000 00000000", "9c6ca96a e17eae66 fc10ecd4 5256a7d8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff ffffffff ffffffff", "2a881696 57012287 f6c7446e a16a6732"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0 082efa98 ec4e6c89", "59cd1dbb b8879579 86b5d00c ac8b6d84"],
] as const;

function answer(generator: Generator, [c0, c1, c2, c3]: number[]): number[] {
  blockAt(generator, c0!, c1!, c2!, c3!);
  return [...generator.words];
}

describe("threefry", () => {
  test.each(KNOWN_ANSWERS)("gives the published words for counter %s", (counter, key, expected) => {
    const generator = { key: Int32Array.from(words(key)), words: new Int32Array(4) };
    expect(answer(generator, words(counter))).toEqual(words(expected));
    const other = {
      key: Int32Array.from(words(key).map((word, i) => (i === 0 ? word ^ 1 : word))),
      words: new Int32Array(4),
    };
    expect(answer(other, words(counter))).not.toEqual(words(expected));
  });

  test("refuses a seed that is not a safe integer", () => {
    for (const seed of [0.5, NaN, 2 ** 53, Infinity])
      expect(() => makeKey(seed)).toThrow(/seed: not a safe integer; got/);
    expect(makeKey(-1)).not.toEqual(makeKey(1));
    expect(makeKey(2 ** 40)).not.toEqual(makeKey(0));
  });
});

type Fill = (request: NoiseRequest) => void;
function filled(
  fill: Fill,
  seed: number,
  stream: number,
  first: number,
  lanes: number,
  dimensions: number,
): Float64Array {
  const out = new Float64Array(lanes * dimensions);
  fill(noiseRequest({ out, generator: makeGenerator(seed), stream, firstSample: first, lanes, dimensions }));
  return out;
}

describe.each([
  ["fillNormals", fillNormals],
  ["fillUniforms", fillUniforms],
])("%s", (_name, fill) => {
  test("gives the same bits however the samples are split into calls and lanes", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.nat(5),
        fc.maxSafeNat().map((n) => Math.floor(n / 2)),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(),
        (seed, stream, first, lanes, dimensions, cutAt) => {
          const whole = filled(fill, seed, stream, first, lanes, dimensions);
          const cut = cutAt % (lanes + 1);
          const [left, right] = [
            filled(fill, seed, stream, first, cut, dimensions),
            filled(fill, seed, stream, first + cut, lanes - cut, dimensions),
          ];
          for (let d = 0; d < dimensions; d++) {
            const joined = [
              ...left.subarray(d * cut, (d + 1) * cut),
              ...right.subarray(d * (lanes - cut), (d + 1) * (lanes - cut)),
            ];
            expect(joined).toEqual([...whole.subarray(d * lanes, (d + 1) * lanes)]);
          }
        },
      ),
    );
  });

  test("a dimension does not depend on how many there are", () => {
    const [few, many] = [filled(fill, 7, 0, 0, 50, 3), filled(fill, 7, 0, 0, 50, 8)];
    expect([...many.subarray(0, 150)]).toEqual([...few]);
  });

  test("different seeds, streams, samples and dimensions give different numbers", () => {
    const all = [
      filled(fill, 1, 0, 0, 100, 4),
      filled(fill, 2, 0, 0, 100, 4),
      filled(fill, 1, 1, 0, 100, 4),
      filled(fill, 1, 0, 100, 100, 4),
    ].flatMap((part) => [...part]);
    expect(new Set(all).size).toBe(1600);
  });
});

/** √n · sup |empirical − cdf|; above 1.95 with probability 1e-3 if the sample comes from the distribution. */
function kolmogorov(sample: Float64Array, cdf: (x: number) => number): number {
  const sorted = sample.slice().sort();
  const n = sorted.length;
  let worst = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    worst = Math.max(worst, Math.abs(p - i / n), Math.abs(p - (i + 1) / n));
  });
  return Math.sqrt(n) * worst;
}

describe("distribution of the numbers", () => {
  const n = 200_000;
  const normals = filled(fillNormals, 20181206, 0, 0, n, 2);
  const uniforms = filled(fillUniforms, 20181206, 0, 0, n, 2);

  test("normals are normal and uniforms uniform, and the test sees a shift of 0.02", () => {
    for (const d of [0, 1]) {
      const part = normals.subarray(d * n, (d + 1) * n);
      expect(kolmogorov(part, normalCdf)).toBeLessThan(1.95);
      // A shift of δ adds up to δ·φ(0)·√n to the statistic: 3.6 for 0.02, but 1.8 for 0.01, which is seen half of the time.
      expect(
        kolmogorov(
          part.map((x) => x + 0.02),
          normalCdf,
        ),
      ).toBeGreaterThan(1.95);
      expect(kolmogorov(uniforms.subarray(d * n, (d + 1) * n), (u) => u)).toBeLessThan(1.95);
      expect(
        kolmogorov(
          uniforms.subarray(d * n, (d + 1) * n).map((u) => u * u),
          (u) => u,
        ),
      ).toBeGreaterThan(1.95);
    }
  });

  test("moments up to the fourth are within 4 standard errors", () => {
    const moment = (k: number): number => normals.reduce((total, x) => total + x ** k, 0) / normals.length;
    const sd = [0, 1, Math.SQRT2, Math.sqrt(15), Math.sqrt(96)];
    [0, 0, 1, 0, 3].forEach((expected, k) => {
      if (k > 0) expect(Math.abs(moment(k) - expected) * Math.sqrt(normals.length)).toBeLessThan(4 * sd[k]!);
    });
  });

  test("dimensions and neighbouring samples are uncorrelated", () => {
    const x = normals.subarray(0, n);
    const y = normals.subarray(n);
    let across = 0;
    let along = 0;
    for (let i = 1; i < n; i++) {
      across += x[i]! * y[i]!;
      along += x[i]! * x[i - 1]!;
    }
    expect(Math.abs(across) / Math.sqrt(n)).toBeLessThan(4);
    expect(Math.abs(along) / Math.sqrt(n)).toBeLessThan(4);
  });

  test("the tail beyond 3 and 4 sd holds as many as it should, on both sides", () => {
    for (const t of [3, 4])
      for (const side of [-1, 1]) {
        const expected = 2 * n * normalCdf(-t);
        const count = normals.reduce((total, x) => total + (side * x > t ? 1 : 0), 0);
        expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected));
      }
  });

  test("uniformSource is uniform, repeatable and unrelated to the fills", () => {
    const source = uniformSource(makeGenerator(3));
    const sample = Float64Array.from({ length: n }, source);
    expect(kolmogorov(sample, (u) => u)).toBeLessThan(1.95);
    const again = uniformSource(makeGenerator(3));
    expect(Array.from({ length: 5 }, again)).toEqual([...sample.subarray(0, 5)]);
    const fills = new Set(filled(fillUniforms, 3, 0, 0, 1000, 2));
    expect([...sample.subarray(0, 1000)].some((u) => fills.has(u))).toBe(false);
  });
});
