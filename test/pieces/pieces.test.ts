import { describe, expect, test } from "vitest";
import { finished, later, type Pieces, piecesOf, piecewise } from "../../src/pieces/pieces.ts";

function* counted(n: number, done: number[]): Pieces<number> {
  for (let k = 0; k < n; k++) {
    done.push(k);
    yield;
  }
  return n;
}

describe("work in pieces", () => {
  test("is done at once by finished, and stops between pieces otherwise", () => {
    const done: number[] = [];
    const work = counted(3, done);
    expect(done).toEqual([]);
    work.next();
    expect(done).toEqual([0]);
    expect(finished(work)).toBe(3);
    expect(done).toEqual([0, 1, 2]);
  });

  test("is what a function has that is called with all of it; one without pieces is one", () => {
    const twice = piecewise(function* (x: number): Pieces<number> {
      yield;
      return 2 * x;
    });
    expect(twice(4)).toBe(8);
    const work = twice.pieces(4);
    expect(work.next()).toEqual({ done: false, value: undefined });
    expect(work.next()).toEqual({ done: true, value: 8 });
    expect(finished(piecesOf(twice, 5))).toBe(10);
    expect(piecesOf((x: number) => x + 1, 5).next()).toEqual({ done: true, value: 6 });
  });

  test("is done once where it was put off", () => {
    const done: number[] = [];
    const result = later(() => counted(2, done));
    const pieces = result.pieces();
    pieces.next();
    expect(finished(pieces)).toBe(2);
    expect(result()).toBe(2);
    expect(done).toEqual([0, 1]);
  });
});
