/** The collection posteriordb-jumps: its references are what its scripts compute, and default fits of two of its models agree with them. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { MODELS } from "../../posteriordb-jumps/index.js";
import { fit } from "../../src/index.ts";
import { amount } from "../support/soak.ts";
import { jumpReference } from "./database.ts";
import { verdictOn } from "./verdict.ts";

const files = (kind: string): string[] =>
  readdirSync(`posteriordb-jumps/${kind}`)
    .map((file) => file.replace(/\.js(on)?$/, ""))
    .sort();

test("there are ten posteriors and more, each with data, a model and a reference", () => {
  const names = MODELS.map(({ name }) => name).sort();
  expect(names.length).toBeGreaterThanOrEqual(10);
  for (const kind of ["data", "models", "reference"]) expect(files(kind)).toEqual(names);
});

describe.each(amount(["coal_mining"], ["coal_mining", "randomised_response"]))("%s", (name) => {
  test("is fitted right by default", () => {
    const posterior = fit(MODELS.find((model) => model.name === name)!, { seed: 1, restarts: 1, onWarning() {} });
    const reference = jumpReference(name);
    expect(verdictOn(posterior, reference)).toMatchObject({ is: "right", told: [] });
    const wider = new Map([...reference].map(([entry, { mean, sd }]) => [entry, { mean, sd: 1.5 * sd }]));
    expect(verdictOn(posterior, wider).is).toBe("wrong");
  });

  test("has the reference that its script computes", async () => {
    const [scripts, mixtures] = ["posteriors", "mixtures"].map((file) => `../../posteriordb-jumps/scripts/${file}.mjs`);
    const { POSTERIORS } = await import(scripts!);
    const { summaryOf } = await import(mixtures!);
    const data = JSON.parse(readFileSync(`posteriordb-jumps/data/${name}.json`, "utf8"));
    const parts = POSTERIORS[name].exact(data);
    for (const [entry, { mean, sd }] of jumpReference(name)) {
      const found = summaryOf(parts[entry]);
      expect(Math.abs(found.mean - mean)).toBeLessThan(1e-6 * sd);
      expect(Math.abs(found.sd / sd - 1)).toBeLessThan(1e-4);
    }
  });
});
