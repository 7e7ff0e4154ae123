/** What becomes of mutants that `npm run mutate` makes: of a small file, by tests that notice some of them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { bundledTests, mutantsOn } from "../../scripts/mutation/mutants.mjs";
import { outcomes, testsIn } from "../../scripts/mutation/trials.mjs";

const home = `reports/mutation/trials-${process.pid}`;
afterAll(() => rmSync(home, { recursive: true, force: true }));

const SOURCE = `export const larger = (a: number, b: number): number => (a < b ? b : a);
export const atLoading = 2 + 2;
export function halvings(x: number): number {
  let n = 0;
  for (let left = x; left > 1; left /= 2) n++;
  return n;
}
export const unused = (): number => 5 - 4;
`;
const TESTS = `import { expect, test, vi } from "vitest";
import { halvings, larger } from "./source.ts";
vi.stubGlobal("isStubbed", true);
test.each([[1, 2], [2, 1]])("the larger one of %d and %d", (a, b) => expect(larger(a, b)).toBe(2));
test("an eighth", () => expect(halvings(8)).toBe(3));
test("passes once", () => expect((globalThis.times = (globalThis.times ?? 0) + 1)).toBe(1));
`;

test("mutants are killed, survive, never end or are not come by; a test that fails without a mutant is left out", async () => {
  mkdirSync(home, { recursive: true });
  writeFileSync(`${home}/source.ts`, SOURCE);
  writeFileSync(`${home}/source.test.ts`, TESTS);
  const { mutants, texts } = await mutantsOn([`${home}/source.ts:1-2`, `${home}/source.ts:5-8`]);
  const [setup, ...files] = await bundledTests(["test/setup.ts", `${home}/source.test.ts`], texts, `${home}/build`);
  const { tests, atLoading, broken } = await testsIn(setup!, files);
  expect(broken).toEqual([]);
  expect(tests.map(({ passed }) => passed)).toEqual([true, true, true, false]);

  const ended: string[] = [];
  const trial = { setup: setup!, files, mutants, tests, atLoading: new Set(atLoading), seconds: 1, patience: 300 };
  const became = await outcomes({ ...trial, onOutcome: (id) => ended.push(id) });
  expect(ended.toSorted()).toEqual(mutants.map(({ id }) => id).toSorted());
  const statusOf = (replacement: string): string[] =>
    mutants.filter((one) => one.replacement === replacement).map(({ id }) => became.get(id)!.status);
  expect(statusOf("a >= b")).toEqual(["Killed"]);
  expect(statusOf("a <= b")).toEqual(["Survived"]);
  expect(statusOf("left >= 1")).toEqual(["Killed"]);
  expect(statusOf("left *= 2")).toEqual(["Timeout"]);
  expect(statusOf("2 - 2")).toEqual(["Ignored"]);
  expect(statusOf("5 + 4")).toEqual(["NoCoverage"]);
});
