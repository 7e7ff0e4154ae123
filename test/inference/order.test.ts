import { expect, test } from "vitest";
import { ascending } from "../../src/inference/order.ts";
import { makeGenerator, uniformSource } from "../../src/random/index.ts";

const placesOf = (values: Float64Array): Uint32Array => Uint32Array.from(values.keys());

test.each([
  ["none", []],
  ["one", [2]],
  ["equal ones, which stay as they are", [1, 0, 1, 0, 1]],
  ["both zeros, which are equal", [0, -0, 0, -1, -0]],
  ["ends, infinities and the smallest", [Infinity, -5e-324, 1e308, -Infinity, 5e-324, 0, -1e308, 1 + 2 ** -52, 1]],
])("places are in the order of their numbers: %s", (_, numbers) => {
  const values = Float64Array.from(numbers);
  const sorted = [...values.keys()].sort((i, k) => (values[i]! < values[k]! ? -1 : values[i] === values[k] ? 0 : 1));
  expect([...ascending(values, placesOf(values))]).toEqual(sorted);
});

test("and so are some of many places, of numbers of every size and sign", () => {
  const next = uniformSource(makeGenerator(1));
  const values = Float64Array.from({ length: 5000 }, () => (next() - 0.5) * 2 ** Math.round(120 * (next() - 0.5)));
  const some = placesOf(values).filter((i) => i % 3 !== 0);
  const sorted = [...some].sort((i, k) => values[i]! - values[k]!);
  expect([...ascending(values, some)]).toEqual(sorted);
});

test("and so are numbers that share the upper half of their bits, few of them and all", () => {
  const next = uniformSource(makeGenerator(2));
  for (const equal of [20, 2000]) {
    const values = Float64Array.from({ length: 2000 }, (_, i) => (i < equal ? 3 + 1e-9 * next() : next()));
    const sorted = [...values.keys()].sort((i, k) => values[i]! - values[k]!);
    expect([...ascending(values, placesOf(values))]).toEqual(sorted);
  }
});
