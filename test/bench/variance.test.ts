import { expect, test } from "vitest";
import { bench, CASES } from "../../bench/variance.ts";

test("the variance bench covers every model but gmm, and prints a row for each and for every combination of options", () => {
  expect(CASES.map(({ model }) => model.name)).toEqual([
    "textmsg",
    "influenza",
    "temperature",
    "cheating",
    "walk",
    "xornet",
  ]);
  const lines: string[] = [];
  bench(
    "smoke",
    (line) => lines.push(line),
    undefined,
    CASES.filter(({ model }) => model.name === "textmsg" || model.name === "xornet"),
  );
  const rows = lines.filter((line) => line.startsWith("| "));
  // The default and independent samples: a head, a rule and two models each; then a head, a rule and 2·2·3·2 rows.
  expect(rows).toHaveLength(2 * 4 + 2 + 24);
  for (const row of rows) expect(row).not.toMatch(/NaN|Infinity|undefined/);
  expect(rows.filter((row) => row.startsWith("| xornet | one boundary drawn |"))).toHaveLength(2);
});
