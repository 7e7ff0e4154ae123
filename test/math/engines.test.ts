import { describe, expect, test } from "vitest";
import { exp, expm1, log, log1p } from "../../src/math/elementary.ts";
import { sigmoid, softplus, tanh } from "../../src/math/logistic.ts";
import { pow } from "../../src/math/power.ts";
import { atan, cos, sin, tan } from "../../src/math/trigonometric.ts";

type Elementary = (x: number) => number;
/** A power as a function of one argument: the base, or the exponent. */
const ofBase: Elementary = (x) => pow(Math.abs(x), 7.3);
const ofExponent: Elementary = (y) => pow(1.7, y);

/** The distance of a double to the next one away from 0. */
function ulp(x: number): number {
  const words = new BigInt64Array(Float64Array.of(Math.abs(x)).buffer);
  words[0]! += 1n;
  return new Float64Array(words.buffer)[0]! - Math.abs(x);
}

// Inputs from a multiplicative sequence, the same on every engine.
const fraction = (i: number): number => (Math.imul(i + 1, 0x9e3779b1) >>> 0) / 4294967296;
const COUNT = 20_000;
const spread = (low: number, high: number): number[] =>
  Array.from({ length: COUNT }, (_, i) => low + (high - low) * fraction(i));
const scales = Array.from({ length: COUNT }, (_, i) => {
  let x = 1 + fraction(i);
  for (let k = Math.floor(fraction(i + 7) * 2070) - 1050; k !== 0; k -= Math.sign(k)) x *= k > 0 ? 2 : 0.5;
  return x;
});

// The same by the engine's functions, without overflow.
const engineSigmoid: Elementary = (x) => (x < 0 ? Math.exp(x) : 1) / (1 + Math.exp(-Math.abs(x)));
const engineSoftplus: Elementary = (x) => (x > 0 ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)));

// Errors are below 1 ulp, and so are those of the engine's own functions but for tanh, below 3, and for what is made of them.
const CASES: readonly [string, Elementary, Elementary, readonly number[][], number][] = [
  ["exp", exp, Math.exp, [spread(-746, 710), spread(-2, 2)], 2],
  ["log", log, Math.log, [scales, spread(0.5, 2)], 2],
  ["expm1", expm1, Math.expm1, [spread(-50, 50), spread(-1, 1), scales.map((x) => x % 1)], 2],
  ["log1p", log1p, Math.log1p, [spread(-1, 1), scales], 2],
  ["tanh", tanh, Math.tanh, [spread(-30, 30), spread(-1, 1)], 4],
  ["sigmoid", sigmoid, engineSigmoid, [spread(-750, 50), spread(-5, 5)], 5],
  ["softplus", softplus, engineSoftplus, [spread(-750, 50), spread(-5, 5)], 4],
  ["sin", sin, Math.sin, [spread(-10, 10), scales], 2],
  ["cos", cos, Math.cos, [spread(-10, 10), scales], 2],
  ["tan", tan, Math.tan, [spread(-10, 10), scales], 2],
  ["atan", atan, Math.atan, [spread(-10, 10), scales], 2],
  ["pow of the base", ofBase, (x) => Math.abs(x) ** 7.3, [spread(-10, 10), scales], 2],
  ["pow of the exponent", ofExponent, (y) => 1.7 ** y, [spread(-1400, 1400)], 2],
];

const hashes: { readonly [name: string]: number } = {
  exp: 2062310904,
  log: 1822072412,
  expm1: 2789520593,
  log1p: 482490730,
  tanh: 1071685449,
  sigmoid: 1228632334,
  softplus: 3770452494,
  sin: 2534302425,
  cos: 4186495426,
  tan: 2467168570,
  atan: 2439220487,
  "pow of the base": 2961070908,
  "pow of the exponent": 3254542412,
};

describe.each(CASES)("%s", (name, own, engine, inputs, bound) => {
  test("agrees with the engine's function to the sum of their errors", () => {
    const wrong = inputs.flat().filter((x) => {
      const [value, expected] = [own(x), engine(x)];
      return value !== expected && !(Math.abs(value - expected) <= bound * ulp(expected));
    });
    expect(wrong).toEqual([]);
  });

  test("has the engine's values at the edges", () => {
    const edges = [
      0, -0, 1, -1, 5e-324, -5e-324, 1e-310, 1e-17, -1e-17, 709.78, 710, -745.13, -745.14, -746, 1e300, -1e300,
    ];
    for (const x of [...edges, Infinity, -Infinity, NaN]) {
      const [value, expected] = [own(x), engine(x)];
      if (!Object.is(value, expected))
        expect(Math.abs(value - expected), `at ${x}`).toBeLessThanOrEqual(bound * ulp(expected));
    }
  });

  test("has the same bits on every engine", () => {
    // FNV-1a over the bytes; NaN is canonical, as its bits are the engine's choice.
    const values = Float64Array.from(inputs.flat(), own).map((x) => (Number.isNaN(x) ? 0 : x));
    let hash = 0x811c9dc5;
    for (const byte of new Uint8Array(values.buffer)) hash = Math.imul(hash ^ byte, 0x01000193);
    expect(hash >>> 0).toBe(hashes[name]);
  });
});
