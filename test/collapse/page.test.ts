// The table of docs/collapse.md is the one that its command makes, digit by digit, and what takes no fit comes out again.
import { describe, expect, test } from "vitest";
import { collapsePage, MODELS, type RecordedCollapse, summedOut } from "../../scripts/collapse-page.mjs";
import { explain, fit, type Model } from "../../src/index.ts";
import { influenza, temperature, textmsg } from "../../src/models/index.ts";
import recorded from "../fixtures/collapse.json" with { type: "json" };
import { SOAK } from "../support/soak.ts";
import { cp3, hyst, mixif, stepreg, switch2 } from "../support/study-models.ts";
import { textOf } from "../support/tree.ts";

const rows = recorded as Readonly<Record<string, RecordedCollapse>>;
const models: Readonly<Record<string, () => Model>> = {
  textmsg: () => textmsg,
  influenza: () => influenza,
  temperature: () => temperature,
  cp3,
  switch2,
  mixif,
  hyst,
  stepreg,
};

describe("the table of docs/collapse.md", () => {
  test("is what `node scripts/fixtures/collapse.mjs` makes", async () => {
    const page = await textOf("docs/collapse.md");
    expect(collapsePage(page, rows)).toBe(page);
    // One digit that differs is noticed.
    expect(collapsePage(page, { ...rows, cp3: { ...rows["cp3"]!, after: rows["cp3"]!.after + 1 } })).not.toBe(page);
  });

  // What is slow to make is left to the soak.
  const quick = ["textmsg", "mixif", "stepreg"];
  test.each(MODELS.map(({ name }) => name).filter((name) => SOAK || quick.includes(name)))(
    "has the operations of %s",
    (name) => {
      const { elbos: _, guide: __, ...expected } = rows[name]!;
      expect(summedOut(explain(models[name]!(), { collapse: "auto" }))).toEqual(expected);
    },
  );

  test.runIf(SOAK).each(MODELS)("has the ELBOs of $name", ({ name }) => {
    const elbos = ([false, "auto"] as const).map(
      (collapse) => fit(models[name]!(), { collapse, seed: 0, onWarning() {} }).report!.elbo,
    );
    expect(elbos.map((elbo) => Number(elbo.toFixed(4)))).toEqual(rows[name]!.elbos);
  });
});
