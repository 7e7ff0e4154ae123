/** Work is given up where its time is over, which is asked once in 128 pieces; what must end does. */
import { expect, test } from "vitest";
import { watched } from "../../src/pieces/in-time.ts";
import { finished, type Pieces } from "../../src/pieces/pieces.ts";

const PIECES = 128;

function* counting(pieces: number, done: number[]): Pieces<string> {
  try {
    for (let k = 0; k < pieces; k++) yield;
    return "done";
  } finally {
    done.push(pieces);
  }
}

test("work is done in time, given up when that is over, and not begun after", () => {
  let asked = 0;
  const done: number[] = [];
  const inTime = watched(() => ++asked === 2);
  expect(finished(inTime(counting(PIECES - 2, done)))).toBe("done");
  expect([asked, inTime.isOver]).toEqual([0, false]);
  expect(finished(inTime(counting(PIECES - 2, done)))).toBe("done");
  expect([asked, inTime.isOver]).toEqual([1, false]);
  expect(finished(inTime(counting(PIECES, done)))).toBeUndefined();
  expect([asked, inTime.isOver, done]).toEqual([2, true, [PIECES - 2, PIECES - 2, PIECES]]);
  expect(finished(inTime(counting(1, done)))).toBeUndefined();
  expect(done).toHaveLength(3);
});

test("work that must end does, also late, and what is no work is nothing", () => {
  const inTime = watched(() => true);
  expect(finished(inTime(counting(2 * PIECES, []), true))).toBe("done");
  expect(inTime.isOver).toBe(true);
  expect(finished(inTime(undefined))).toBeUndefined();
  expect(finished(watched(undefined)(counting(2 * PIECES, [])))).toBe("done");
});
