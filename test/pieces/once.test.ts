/** What is made once is made when it is first asked for, also where it is undefined. */
import { expect, test } from "vitest";
import { once } from "../../src/pieces/once.ts";

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
