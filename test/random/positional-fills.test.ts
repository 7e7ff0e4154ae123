import { describe, expect, test } from "vitest";
import { fillNormals, fillUniforms, makeGenerator } from "../../src/index.ts";

describe.each([
  ["fillNormals", fillNormals, [0.3796910511272609, -0.38191469073545453]],
  ["fillUniforms", fillUniforms, [0.6275098482336043, 0.07005176565328747]],
] as const)("%s of the package", (name, fill, known) => {
  const generator = makeGenerator(20181206);

  test("takes eight positional arguments, with the numbers it has always given", () => {
    const out = new Float64Array(2);
    fill(out, 0, 1, generator, 3, 2 ** 33 + 5, 1, 2);
    expect([...out]).toEqual(known);
  });

  test("takes a record with the same result, and writes nothing beside it", () => {
    const [positional, record] = [new Float64Array(100).fill(7), new Float64Array(100).fill(7)];
    fill(positional, 5, 20, generator, 3, 1000, 13, 4);
    fill({ out: record, at: 5, stride: 20, generator, stream: 3, firstSample: 1000, lanes: 13, dimensions: 4 });
    expect(record).toEqual(positional);
    expect(record.filter((value) => value !== 7)).toHaveLength(4 * 13);
  });

  test("leaves out what is the default", () => {
    const [positional, record] = [new Float64Array(40), new Float64Array(40)];
    fill(positional, 0, 10, generator, 0, 0, 10, 4);
    fill({ out: record, generator, lanes: 10, dimensions: 4 });
    expect(record).toEqual(positional);
  });

  test("needs no room for no lanes, or in no dimensions", () => {
    const out = new Float64Array(2).fill(7);
    fill({ out, at: 2, stride: 9, generator, lanes: 0, dimensions: 3 });
    fill({ out, at: 2, generator, lanes: 5, dimensions: 0 });
    expect([...out]).toEqual([7, 7]);
    expect(() => fill({ out, at: 3, generator, lanes: 0, dimensions: 3 })).toThrow("got 2 numbers, expected 3 or more");
  });

  test("refuses what it cannot fill, by its own name", () => {
    const out = new Float64Array(39);
    expect(() => fill({ out, generator, lanes: 10, dimensions: 4 })).toThrow(
      `${name}: out is too short; got 39 numbers, expected 40 or more for 4 dimensions of 10 lanes`,
    );
    expect(() => fill({ out, generator, at: 30, lanes: 10, dimensions: 1 })).toThrow(RangeError);
    expect(() => fill({ out, generator, lanes: Number.NaN, dimensions: 1 })).toThrow(RangeError);
    expect(() => fill({ out, generator, lanes: 39, dimensions: 1 })).not.toThrow();
    expect(() => fill({ out: [] as unknown as Float64Array, generator, lanes: 1, dimensions: 1 })).toThrow(
      `${name}: out or generator is missing; got a record with out, generator, lanes, dimensions, expected {`,
    );
    expect(() => fill({ out, lanes: 1, dimensions: 1 } as never)).toThrow(
      `${name}: out or generator is missing; got a record with out, lanes, dimensions, expected {`,
    );
    expect(() => (fill as unknown as (nothing?: undefined) => void)()).toThrow("got a record with nothing, expected {");
    expect(() => (fill as unknown as (nothing?: undefined) => void)(undefined)).toThrow(TypeError);
  });
});
