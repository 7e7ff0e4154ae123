import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { normalCdf, normalQuantile } from "../../src/math/normal.ts";
import { blockAt, fillNormals, makeGenerator, noiseRequest } from "../../src/random/index.ts";
import {
  beyondTable,
  normalOfRareWordInto,
  normalOfWordInto,
  wholeNormalTable,
} from "../../src/random/normal-table.ts";

/** The normal that a sign and a tail probability of 31 bits stand for. */
function exact(word: number): number {
  const x = normalQuantile(((word & 0x7fffffff) + 0.5) / 2 ** 32);
  return word < 0 ? -x : x;
}

/** The largest magnitude; NaN if one is. */
const largest = (errors: readonly number[]): number =>
  errors.reduce((worst, error) => Math.max(worst, Math.abs(error)), 0);

function normalOfWord(word: number): number {
  const out = new Float64Array(1);
  normalOfWordInto(out, 0, wholeNormalTable(), word);
  return out[0]!;
}

// Words spread over all octaves: a multiplicative sequence, shifted.
const words = Array.from({ length: 200_000 }, (_, i) => {
  const word = Math.imul(i + 1, 0x9e3779b1);
  return i % 3 === 0 ? word : (word >>> (i % 13)) | (word & 0x80000000);
});

describe("the table of normals", () => {
  test("is the inverse distribution function to 5e-15", () => {
    const inside = words.filter((word) => !beyondTable(word));
    expect(inside.length).toBeGreaterThan(100_000);
    expect(largest(inside.map((word) => normalOfWord(word) - exact(word)))).toBeLessThan(5e-15);
  });

  test("covers all but one word in 4096, at its edge and at the median too", () => {
    for (const sign of [0, -0x80000000]) {
      expect(beyondTable(sign | 0x7ffff)).toBe(true);
      expect(beyondTable(sign | 0x80000)).toBe(false);
      for (const k of [0x80000, 0x7fffffff, 0x40000000, 0x3fffffff])
        expect(Math.abs(normalOfWord(sign | k) - exact(sign | k))).toBeLessThan(5e-15);
    }
    expect(words.filter((_, i) => i % 3 === 0).filter(beyondTable).length / (words.length / 3)).toBeLessThan(2 / 4096);
  });
});

test("beyond the table a sign and 63 bits are a tail probability, to the last of them", () => {
  for (const [high, low] of [
    [0, 0],
    [0, -1],
    [0, 3],
    [5, -7],
    [0x7ffff, 1],
    [-0x80000000, 0],
    [-0x80000000, -1],
  ] as const) {
    const x = normalQuantile(((high & 0x7fffffff) * 2 ** 32 + (low >>> 0) + 0.5) / 2 ** 64);
    const out = new Float64Array(1);
    normalOfRareWordInto(out, 0, high, low);
    expect(out[0]).toBe(high < 0 ? -x : x);
  }
});

describe("fillNormals", () => {
  const generator = makeGenerator(11);
  const lanes = 20_000;
  const numbers = new Float64Array(5 * lanes);
  fillNormals(noiseRequest({ out: numbers, generator, stream: 3, lanes, dimensions: 5 }));

  test("uses one word of a block for each dimension, and 32 bits more in the tails", () => {
    let tails = 0;
    const errors: number[] = [];
    for (let i = 0; i < lanes; i++)
      for (let d = 0; d < 5; d++) {
        blockAt(generator, i, 0, d >> 2, 6);
        const word = generator.words[d & 3]!;
        const found = numbers[d * lanes + i]!;
        if (!beyondTable(word)) errors.push(found - exact(word));
        else {
          tails++;
          blockAt(generator, i, 0, 0x50000000 + (d >> 2), 6);
          const tail = ((word & 0x7fffffff) * 2 ** 32 + (generator.words[d & 3]! >>> 0) + 0.5) / 2 ** 64;
          expect(found).toBe(word < 0 ? -normalQuantile(tail) : normalQuantile(tail));
        }
      }
    expect(tails).toBeGreaterThan(10);
    expect(largest(errors)).toBeLessThan(5e-15);
  });

  test("the tails that take more bits have the right size and shape", () => {
    // Beyond Φ⁻¹(2⁻¹³) tail probabilities are uniform on (0, 2⁻¹³): mean half of it, each side.
    const probability = 2 ** -13;
    const edge = normalQuantile(probability);
    const many = new Float64Array(8 * 400_000);
    fillNormals(noiseRequest({ out: many, generator: makeGenerator(5), lanes: 400_000, dimensions: 8 }));
    for (const side of [1, -1]) {
      const tail = many.filter((x) => side * x < edge).map((x) => normalCdf(side * x) / probability);
      const expected = many.length * probability;
      expect(Math.abs(tail.length - expected)).toBeLessThan(4 * Math.sqrt(expected));
      const mean = tail.reduce((total, u) => total + u, 0) / tail.length;
      expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * tail.length));
      expect(new Set(tail).size).toBe(tail.length);
    }
  });
});

test("the first normals are what they are once all pieces of the table are made, by few and by many at a time", async () => {
  // A module of its own, as the table of this process is whole.
  const { outputFiles } = await build({
    stdin: {
      contents: 'export * from "./index.ts"; export { commonBits } from "./normal-table.ts";',
      resolveDir: fileURLToPath(new URL("../../src/random", import.meta.url)),
    },
    bundle: true,
    format: "esm",
    write: false,
  });
  const fresh = (await import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0]!.text)}`
  )) as typeof import("../../src/random/index.ts") & { readonly commonBits: number };
  const few = new Float64Array(12);
  const request = (out: Float64Array, lanes: number) => ({ out, generator: makeGenerator(7), lanes, dimensions: 3 });
  fresh.fillSobolNormals(noiseRequest({ ...request(few, 4), group: 1 }));
  const independent = few.slice();
  fresh.fillNormals(noiseRequest(request(independent, 4)));
  expect(fresh.commonBits).toBe(0);
  const many = new Float64Array(3 * 4096);
  for (const [fill, first] of [
    [fresh.fillNormals, independent],
    [fresh.fillSobolNormals, few],
  ] as const)
    for (let turn = 0; turn < 2; turn++) {
      fill(noiseRequest({ ...request(many, 4096), group: 1 }));
      expect(many.some(Number.isNaN)).toBe(false);
      expect(many.filter((x) => x === 0)).toHaveLength(0);
      for (let d = 0; d < 3; d++)
        expect(many.subarray(4096 * d, 4096 * d + 4)).toEqual(first.subarray(4 * d, 4 * d + 4));
    }
});
