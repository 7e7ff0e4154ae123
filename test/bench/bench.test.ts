import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { bench as elementary } from "../../bench/elementary.ts";
import {
  ALL_BOUNDARIES,
  byHand,
  byTape,
  disagreement,
  HAND_WRITTEN,
  inputsOf,
  ONE_BOUNDARY,
  pointOf,
} from "../../bench/gradients/gradients.ts";
import { bench } from "../../bench/main.ts";
import { nativeIn } from "../../bench/tools/native.ts";
import { STRICT } from "../../bench/tools/programs.ts";
import { median, sideBySide } from "../../bench/tools/timing.ts";

describe("the gradients that the bench compares", () => {
  test.each(HAND_WRITTEN)("$model.name by hand is the tape's", ({ model, hand }) => {
    const [written, taped] = [byHand(model, hand, 256), byTape("interpreter", model, 256, { lanes: 32 })];
    written.run();
    taped.run();
    expect(disagreement(written.out, taped.out)).toBeLessThan(1e-10);
    expect(written.out).toHaveLength(pointOf(model).length + 1);
    // A difference that small is seen.
    const wrong = taped.out.slice();
    wrong[3]! *= 1 + 1e-7;
    expect(disagreement(written.out, wrong)).toBeGreaterThan(1e-10);
  });
});

describe("programs in C", () => {
  const folder = mkdtempSync(join(tmpdir(), "nondiff-bench-"));
  const native = nativeIn(folder, "bench/c");
  afterAll(() => rmSync(folder, { recursive: true }));

  test.skipIf(!native).each(HAND_WRITTEN)(
    "$model.name in C is the tape's, all boundaries and one drawn, and makes the same noise",
    ({ model, hand }) => {
      for (const [source, estimator] of [
        [model.name, ALL_BOUNDARIES],
        [`paper/${model.name}`, ONE_BOUNDARY],
      ] as const) {
        const taped = byTape("", model, 4096, { estimator });
        taped.run();
        const inputs = inputsOf(model, hand, 4096, estimator);
        const [given, made] = (["given", "made"] as const).map((noise) => native!("", source, STRICT, inputs, noise));
        expect(disagreement(taped.out, given!.out)).toBeLessThan(1e-10);
        expect(made!.out).toEqual(given!.out);
        // Another number in the last place is noticed.
        const first = 7 + pointOf(model).length;
        inputs[first]! *= 1 + 2 ** -52;
        expect(() => native!("", source, STRICT, inputs, "made")).toThrow("row 0 is not the one");
      }
    },
  );

  test.skipIf(!native)("are timed", () => {
    const { model, hand } = HAND_WRITTEN[0]!;
    const program = native!("", model.name, STRICT, inputsOf(model, hand, 256), "given");
    expect(program.time(1)).toBeGreaterThan(0);
  });
});

test("medians", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
});

test("timing side by side gives the ratio to the first candidate", () => {
  let x = 0;
  const work = (times: number) => () => {
    for (let i = 0; i < times; i++) x = Math.sin(x + i);
    return x;
  };
  const [one, ten] = sideBySide(
    [
      { name: "one", run: work(3000) },
      { name: "ten", run: work(30_000) },
    ],
    11,
    2,
  );
  expect(one!.ratio).toBe(1);
  // Tenfold work takes more than 3 times as long even on a machine that is busy with other things.
  expect(ten!.ratio).toBeGreaterThan(3);
});

test("the bench runs and prints a line for every model", () => {
  const lines: string[] = [];
  bench("smoke", (line) => lines.push(line));
  for (const { model } of HAND_WRITTEN)
    for (const part of ["corrected", "by hand", "interpreter"])
      expect(lines.some((line) => line.startsWith(`${model.name} ${part}`))).toBe(true);
});

test("every elementary function is timed beside the engine's own", () => {
  const lines: string[] = [];
  elementary("smoke", (line) => lines.push(line));
  const rows = lines.filter((line) => (line.match(/ × \d/g) ?? []).length === 3);
  expect(rows.map((line) => line.split(" ")[0]).join(" ")).toBe(
    "exp expm1 log log1p sigmoid softplus tanh sin cos tan pow",
  );
});
