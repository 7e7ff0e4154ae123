import { beforeAll, describe, expect, test } from "vitest";
import { exampleSizes, LIMITS, sizeOf } from "../scripts/example-sizes.mjs";
import { builtPackage } from "./support/package.ts";

describe("bundled from the built package, after gzip", () => {
  let sizes: Awaited<ReturnType<typeof exampleSizes>>;
  beforeAll(async () => {
    await builtPackage();
    sizes = await exampleSizes();
  });

  test.each(Object.keys(LIMITS))("%s is below its limit, and of the size that the README states", (name) => {
    const { bytes, limit, stated } = sizes.find((size) => size.name === name)!;
    expect(bytes).toBeLessThanOrEqual(limit);
    expect(Math.abs(bytes - stated)).toBeLessThan(1000);
  });

  test("of nondiff a bundler keeps what is used", async () => {
    const [prior, estimators, all] = await Promise.all(
      ["normal", "score, corrected", "fit"].map((names) => sizeOf(`export { ${names} } from "nondiff";`)),
    );
    expect(prior!.bytes).toBeLessThan(25_000);
    expect(estimators!.bytes).toBeLessThan(15_000);
    expect(all!.bytes).toBeLessThan(0.9 * LIMITS["all of `nondiff`"]!);
  });

  test("nobody is warned of anything", () => {
    expect(sizes.flatMap(({ warnings }) => warnings)).toEqual([]);
  });

  test("the check sees an example that takes the full entry, and a model that brings the others with it", async () => {
    const full = await sizeOf(
      'export { corrected, estimateGradient } from "nondiff"; export { textmsg } from "nondiff/models";',
    );
    expect(full.bytes).toBeGreaterThan(2 * LIMITS["the `fetch` example"]);
    const [one, all] = await Promise.all([
      sizeOf('export { textmsg } from "nondiff/models";'),
      sizeOf('export { textmsg, influenza, temperature, walk, xornet } from "nondiff/models";'),
    ]);
    expect(all.bytes - one.bytes).toBeGreaterThan(800);
  });
});
