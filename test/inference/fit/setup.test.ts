/** What a fit takes where it is not told. */
import { expect, test } from "vitest";
import { mostSamples } from "../../../src/inference/fit/setup.ts";

test("FEWEST_SAMPLES, MOST_SAMPLES: samples that take long are fewer, as many as are ten billion instructions", () => {
  const counts = [0, 1, 50_000, 100_000, 1_250_000, 1e7].map((lane) => mostSamples({ lane }));
  expect(counts).toEqual([200_000, 200_000, 200_000, 100_000, 8000, 8000]);
});
