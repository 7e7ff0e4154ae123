/** Uniforms bit by bit: which words of Threefry make which number, and that nothing else is written. */
import { expect, test } from "vitest";
import { fillUniforms, makeGenerator, noiseRequest, uniformSource } from "../../src/random/index.ts";
import { blockAt } from "../../src/random/threefry.ts";

const TWO_32 = 2 ** 32;

/** (2·k + 1)/2^54 with k the first 26 bits of one word and the first 27 of the other, as whole numbers. */
function uniformOf(high: number, low: number): number {
  const k = (BigInt(high >>> 0) >> 6n) * 2n ** 27n + (BigInt(low >>> 0) >> 5n);
  return Number(2n * k + 1n) / 2 ** 54;
}

/** The two uniforms of a block with these counters. */
function pairOf(counters: readonly [number, number, number, number]): readonly [number, number] {
  const generator = makeGenerator(11);
  blockAt(generator, ...counters);
  const [w0, w1, w2, w3] = generator.words;
  return [uniformOf(w0!, w1!), uniformOf(w2!, w3!)];
}

test.each([1, 2, 3])("a fill of %i dimensions writes these, of odd streams, and nothing beside them", (dimensions) => {
  const [at, stride, lanes, stream] = [2, 5, 4, 3];
  for (const firstSample of [0, TWO_32 - 2, 5 * TWO_32 + 7]) {
    const out = new Float64Array(at + 4 * stride).fill(-1);
    const expected = out.slice();
    const generator = makeGenerator(11);
    fillUniforms({ ...noiseRequest({ out, at, stride, generator, stream, firstSample, lanes, dimensions }) });
    for (let d = 0; d < dimensions; d++)
      for (let i = 0; i < lanes; i++) {
        const sample = firstSample + i;
        const pair = pairOf([sample | 0, Math.floor(sample / TWO_32), d >> 1, 2 * stream + 1]);
        expected[at + d * stride + i] = pair[d % 2]!;
      }
    expect(out).toEqual(expected);
  }
});

test("a source goes through the samples of dimension −1, and says what it was given if that is no generator", () => {
  const next = uniformSource(makeGenerator(11), 6);
  const drawn = Array.from({ length: 4 }, next);
  expect(drawn).toEqual([0, 1, 2, 3].map((index) => pairOf([index, 0, -1, 6])[0]));
  expect(() => uniformSource(undefined as never)).toThrow(
    "uniformSource: not a generator; got undefined, expected one made by makeGenerator()",
  );
  expect(() => uniformSource({} as never)).toThrow("got [object Object]");
});
