import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { composed } from "../../bench/noise/fillers.ts";
import { checkAnswers, GENERATORS } from "../../bench/noise/generators.ts";
import { checkMoments, checkSame } from "../../bench/noise/normals.ts";
import { TRANSFORMS } from "../../bench/noise/transforms.ts";
import { inWebAssembly, wordsInWebAssembly } from "../../bench/noise/wasm-fillers.ts";

test.each(GENERATORS)("$name gives its known answers, and others would be noticed", (generator) => {
  checkAnswers(generator);
  const [[counter, key, words]] = generator.answers as [[string, string, string]];
  const other = words.slice(0, -1) + (words.endsWith("0") ? "1" : "0");
  expect(() => checkAnswers({ ...generator, answers: [[counter, key, other]] })).toThrow(/wrong words for counter/);
});

// Widynski's squares32, arXiv:2004.06278, in whole numbers.
function squares(counter: bigint, key: bigint): number {
  const cut = (x: bigint): bigint => BigInt.asUintN(64, x);
  const y = cut(counter * key);
  const z = cut(y + key);
  let x = y;
  for (const term of [y, z, y]) {
    x = cut(x * x + term);
    x = cut((x << 32n) | (x >> 32n));
  }
  return Number(BigInt.asIntN(32, (x * x + z) >> 32n));
}

test("Squares in words of 32 bits is its definition", () => {
  const { fill } = GENERATORS.find(({ name }) => name.startsWith("Squares"))!;
  const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
  fc.assert(
    fc.property(word, word, word, word, fc.nat(255), (c0, c1, k0, k1, block) => {
      const out = new Int32Array(4);
      fill(out, Int32Array.of(k0, k1, 0, 0), c0, c1, block, 0, 1, 1);
      const key = (BigInt(k1) << 32n) | BigInt(k0);
      const expected = [0, 1, 2, 3].map((j) => {
        const counter = (BigInt(c1 + (4 * block + j) * 2 ** 20) << 32n) | BigInt(c0);
        return squares(BigInt.asUintN(64, counter), key);
      });
      expect([...out]).toEqual(expected);
    }),
  );
});

test.each(TRANSFORMS)("$name gives normals, and the check sees a scale of 1.01", (transform) => {
  const filler = composed(GENERATORS[0]!, transform);
  checkMoments(filler);
  const wrong = {
    ...filler,
    fill: (first: number) => {
      filler.fill(first);
      for (let i = 0; i < filler.out.length; i++) filler.out[i]! *= 1.01;
    },
  };
  expect(() => checkMoments(wrong)).toThrow(/moment 2 is/);
});

describe.each(GENERATORS)("$name in WebAssembly", (generator) => {
  test("gives its known answers", () => {
    checkAnswers({ ...generator, fill: wordsInWebAssembly(generator) });
  });

  test.each(TRANSFORMS)("and $name give the same bits, others with another number of rounds", (transform) => {
    const filler = composed(generator, transform);
    checkSame(filler, inWebAssembly(generator, transform));
    const fewer = { ...generator, emitted: { ...generator.emitted, rounds: generator.emitted.rounds - 1 } };
    expect(() => checkSame(filler, inWebAssembly(fewer, transform))).toThrow(/not the numbers of/);
  });
});
