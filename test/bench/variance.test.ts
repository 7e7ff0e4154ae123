import { expect, test } from "vitest";
import { bench, CASES } from "../../bench/variance.ts";
import { amount } from "../support/soak.ts";

test("the variance bench covers every model but gmm, and prints a row for each and for every combination of options", () => {
  expect(CASES.map(({ model }) => model.name)).toEqual([
    "textmsg",
    "influenza",
    "temperature",
    "cheating",
    "walk",
    "xornet",
  ]);
  const models = amount(["xornet"], ["textmsg", "xornet"]);
  const lines: string[] = [];
  bench(
    "smoke",
    (line) => lines.push(line),
    undefined,
    CASES.filter(({ model }) => models.includes(model.name)),
  );
  const rows = lines.filter((line) => line.startsWith("| "));
  // The default and independent samples: a head, a rule and a row for each model; then a head, a rule and 2·2·3·2 rows.
  expect(rows).toHaveLength(2 * (2 + models.length) + 2 + 24);
  for (const row of rows) expect(row).not.toMatch(/NaN|Infinity|undefined/);
  expect(rows.filter((row) => row.startsWith("| xornet | one boundary drawn |"))).toHaveLength(2);
});
