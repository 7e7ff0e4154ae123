/** What is made once, or once for each key, is made when it is first asked for, also where it is undefined. */
import { expect, test } from "vitest";
import { once, remembered } from "../../src/pieces/once.ts";

test.each([7, undefined, 0])("%s is made at the first call, and not again", (value) => {
  let calls = 0;
  const made = once(() => {
    calls++;
    return value;
  });
  expect(calls).toBe(0);
  expect([made(), made()]).toEqual([value, value]);
  expect(calls).toBe(1);
});

test("what is remembered is made once for each key", () => {
  const asked: string[] = [];
  const lengthOf = remembered((word: string) => {
    asked.push(word);
    return word.length;
  });
  expect(["one", "three", "one"].map(lengthOf)).toEqual([3, 5, 3]);
  expect(asked).toEqual(["one", "three"]);
});
