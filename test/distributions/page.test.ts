import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { namesOf, pageOf } from "../../scripts/distributions-page.mjs";
import { compile } from "../../src/autodiff/functions.ts";
import * as distributions from "../../src/distributions/index.ts";

test("docs/distributions.md is what the records and the table of formulas make; `node scripts/generate-distributions.mjs` writes it", async () => {
  const page = await readFile(new URL("../../docs/distributions.md", import.meta.url), "utf8");
  expect(page).toBe(pageOf(distributions, compile));
  expect(pageOf({ ...distributions, normal: distributions.laplace }, compile)).not.toBe(page);
});

test("the page names every distribution", () => {
  const others = ["logMass", "withTails", "transforms"];
  expect(namesOf(distributions).sort()).toEqual(
    Object.keys(distributions)
      .filter((name) => !others.includes(name))
      .sort(),
  );
});
