/** The fits of bench/README.md come out as it says. */
import { expect, test } from "vitest";
import { EVERYTHING, reached } from "../../bench/fit.ts";
import { amount, SOAK } from "../support/soak.ts";
import { textOf } from "../support/tree.ts";

test("bench/README.md has the samples of ten fits with everything on, of one model; in the soak of all, with their ELBOs", {
  timeout: 3_600_000,
}, async () => {
  const table = (await textOf("bench/README.md")).split("| everything on |")[1]!.split("\n\n")[0]!.split("\n");
  const rows = table.map((line) => line.replaceAll("*", "").replaceAll(",", "").replaceAll("−", "-").split("|"));
  for (const { model, elbo, options } of EVERYTHING.slice(0, amount(1, EVERYTHING.length))) {
    const made = model();
    const [, , samples, , told, , right] = rows
      .find(([, name]) => name?.trim().startsWith(made.name))!
      .map((cell) => cell.trim());
    const fits = Array.from({ length: 10 }, (_, seed) => reached(made, "auto", { ...options, seed }));
    expect([made.name, `${middle(fits.map((fit) => fit.samples))}`]).toEqual([made.name, samples]);
    if (!SOAK) continue;
    const elbos = fits.map((fit) => fit.elbo());
    const reach = elbos.filter((each) => each >= elbo).length;
    expect([made.name, middle(elbos).toFixed(told!.split(".")[1]!.length), `${reach}`]).toEqual([
      made.name,
      told,
      right,
    ]);
  }
});

const middle = (values: readonly number[]): number => values.toSorted((p, q) => p - q)[values.length >> 1]!;
