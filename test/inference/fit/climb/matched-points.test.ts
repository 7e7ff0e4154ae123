import { describe, expect, test } from "vitest";
import { matchedFill } from "../../../../src/inference/fit/climb/matched-points.ts";
import {
  fillNormals,
  fillSobolNormals,
  makeGenerator,
  type NormalFill,
  noiseRequest,
} from "../../../../src/random/index.ts";

const always = (): boolean => true;

/** Rows of a batch of `group` points, number `batch`, in passes of so many lanes. */
function rowsOf(
  fill: NormalFill,
  group: number,
  dimensions: number,
  { batch = 0, lanes = group, stream = 0 } = {},
): number[][] {
  const generator = makeGenerator(5);
  const rows = Array.from({ length: dimensions }, (): number[] => []);
  for (let done = 0; done < group; done += lanes) {
    const out = new Float64Array(lanes * dimensions);
    fill(noiseRequest({ out, generator, lanes, dimensions, stream, firstSample: batch * group + done, group }));
    rows.forEach((row, d) => void row.push(...out.subarray(d * lanes, (d + 1) * lanes)));
  }
  return rows;
}

const mean = (row: readonly number[], power = 1): number => row.reduce((sum, x) => sum + x ** power, 0) / row.length;

describe("matched points", () => {
  test("have mean 0 and mean square 1 in each dimension, and are otherwise those of their fill", () => {
    const [plain, matched] = [fillSobolNormals, matchedFill(fillSobolNormals, false, always)].map((fill) =>
      rowsOf(fill, 64, 5),
    );
    matched!.forEach((row, d) => {
      expect(mean(row)).toBeCloseTo(0, 14);
      expect(mean(row, 2)).toBeCloseTo(1, 14);
      const raw = plain![d]!;
      const sd = Math.sqrt(mean(raw, 2) - mean(raw) ** 2);
      row.forEach((x, i) => void expect(x).toBeCloseTo((raw[i]! - mean(raw)) / sd, 12));
    });
    expect(plain!.some((row) => Math.abs(mean(row, 2) - 1) > 0.01)).toBe(true); // the control
  });

  test("come in pairs where asked for", () => {
    for (const row of rowsOf(matchedFill(fillNormals, true, always), 32, 3))
      for (let i = 0; i < 32; i += 2) expect(row[i + 1]).toBeCloseTo(-row[i]!, 14);
  });

  test("do not depend on the passes, nor on what was drawn before", () => {
    const fill = matchedFill(fillSobolNormals, false, always);
    const whole = rowsOf(fill, 64, 3, { batch: 2 });
    expect(rowsOf(fill, 64, 3, { batch: 3 })).not.toEqual(whole);
    expect(rowsOf(fill, 64, 3, { batch: 2, stream: 1 })).not.toEqual(whole);
    expect(rowsOf(fill, 64, 3, { batch: 2, lanes: 16 })).toEqual(whole);
    expect(rowsOf(fill, 32, 3)).toHaveLength(3);
    expect(rowsOf(fill, 64, 3, { batch: 2 })).toEqual(whole);
  });

  test("are the fill's own in streams that are not matched, and above MOST_KEPT numbers", () => {
    const fill = matchedFill(fillSobolNormals, false, (stream) => stream === 0);
    expect(rowsOf(fill, 16, 3, { stream: 1 })).toEqual(rowsOf(fillSobolNormals, 16, 3, { stream: 1 }));
    const bytesOf = (fill: NormalFill, dimensions: number): Buffer => {
      const out = new Float64Array(4096 * dimensions);
      fill(noiseRequest({ out, generator: makeGenerator(5), lanes: 4096, dimensions, group: 4096 }));
      return Buffer.from(out.buffer);
    };
    expect(bytesOf(fill, 245).equals(bytesOf(fillSobolNormals, 245))).toBe(true); // 1,003,520
    expect(bytesOf(fill, 244).equals(bytesOf(fillSobolNormals, 244))).toBe(false);
  });
});
