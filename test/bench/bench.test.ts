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
import { median, sideBySide, spent } from "../../bench/tools/timing.ts";
import { amount } from "../support/soak.ts";

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

  test("take part in the bench, which prints a line for every model and every kind of noise", () => {
    const lines: string[] = [];
    const models = HAND_WRITTEN.slice(0, amount(1, 3));
    bench("smoke", (line) => lines.push(line), native, models);
    for (const { model } of models)
      for (const part of ["corrected", "by hand", "interpreter", "interpreter, independent", ...(native ? ["C"] : [])])
        expect(lines.some((line) => line.startsWith(`${model.name} ${part}`))).toBe(true);
  });

  test.skipIf(!native).each(HAND_WRITTEN.slice(0, amount(1, 3)))(
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

describe("timing side by side", () => {
  test("gives medians, least times and the median of the ratios to the first, which a slow spell of both does not change", () => {
    const spells = [1, 1, 50, 1, 3];
    const asked: string[] = [];
    const timed = (name: string, time: number) => {
      const rest = [...spells];
      return {
        name,
        time: (milliseconds: number) => {
          asked.push(`${name} ${milliseconds}`);
          return time * rest.shift()!;
        },
      };
    };
    expect(sideBySide([timed("one", 2), timed("ten", 20)], 5, 7)).toEqual([
      { name: "one", median: 2, least: 2, ratio: 1 },
      { name: "ten", median: 20, least: 20, ratio: 10 },
    ]);
    // They take turns, forwards and backwards.
    expect(asked.slice(0, 6)).toEqual(["one 7", "ten 7", "ten 7", "one 7", "one 7", "ten 7"]);
  });

  test("runs what it times, and adds up what that returns", () => {
    let runs = 0;
    const before = spent();
    const [timing] = sideBySide([{ name: "work", run: () => ++runs && 1 }], 3, 0.01);
    expect(runs).toBeGreaterThan(3);
    expect(spent() - before).toBe(runs);
    expect(timing!.least).toBeLessThanOrEqual(timing!.median);
  });
});

test("every elementary function is timed beside the engine's own", () => {
  const lines: string[] = [];
  elementary("smoke", (line) => lines.push(line));
  const rows = lines.filter((line) => (line.match(/ × \d/g) ?? []).length === 3);
  expect(rows.map((line) => line.split(" ")[0]).join(" ")).toBe(
    "exp expm1 log log1p sigmoid softplus tanh sin cos tan pow",
  );
});
