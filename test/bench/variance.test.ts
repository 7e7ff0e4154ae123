import { expect, test } from "vitest";
import { bench, CASES, DEFAULT, INDEPENDENT, ratiosOf, short } from "../../bench/variance.ts";
import { amount, SOAK } from "../support/soak.ts";
import { textOf } from "../support/tree.ts";

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

test("docs/variance.md has the ratios that come out: of textmsg at its first steps, in the soak all", {
  timeout: 3_600_000,
}, async () => {
  const rows = (await textOf("docs/variance.md")).split("\n").filter((line) => line.startsWith("| "));
  const cases = SOAK ? CASES : CASES.filter(({ model }) => model.name === "textmsg");
  const checkpoints = amount([0, 100], [0, 100, 1000, 3000, 10_000]);
  for (const each of cases) {
    const ratios = ratiosOf(each, { checkpoints, gradients: 1024 }, [DEFAULT, INDEPENDENT]);
    const told = rows.filter((row) => row.startsWith(`| ${each.model.name} | ${each.baseline().name} |`));
    const cells = told.map((row) => row.split(" | ").slice(2, 2 + checkpoints.length));
    expect([DEFAULT, INDEPENDENT].map((name) => ratios.get(name)!.map(short))).toEqual(cells);
  }
});
