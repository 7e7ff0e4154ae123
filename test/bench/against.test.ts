import { expect, test } from "vitest";
import { compare, type Row, rowsOf } from "../../bench/against.ts";
import type { Package } from "../../bench/library.ts";
import type { Candidate, Timing } from "../../bench/tools/timing.ts";
import * as index from "../../src/index.ts";
import * as jit from "../../src/jit.ts";
import * as models from "../../src/models/index.ts";
import * as wasm from "../../src/wasm.ts";

const library: Package = { index, models, wasm, jit };
const other: Package = { ...library };
const BOTH = [library, other] as const;
const effort = { repeats: 1, milliseconds: 0.01 };
const work = (answer: readonly number[]) => ({ run: () => 1, answer: () => answer });

/** What is measured: ratios of new to old, one after the other. */
function ratios(...values: number[]) {
  const asked: number[] = [];
  const time = (candidates: readonly Candidate[], repeats: number): Timing[] => {
    asked.push(repeats);
    const ratio = values.shift()!;
    return candidates.map(({ name }) => ({
      name,
      median: name === "old" ? 2 : 2 * ratio,
      least: 1,
      ratio: name === "old" ? 1 : ratio,
    }));
  };
  return { asked, time };
}

function printed(rows: readonly Row[], time?: ReturnType<typeof ratios>["time"]) {
  const lines: string[] = [];
  const faults = compare(rows, BOTH, effort, (line) => void lines.push(line.trimEnd()), time);
  return { faults, lines: lines.slice(1).map((line) => line.replace(/ {2,}/g, " | ")) };
}

test("a row is marked that is slower by more than 3 % even when measured three times as long", () => {
  const rows = ["quick", "unlucky", "slow"].map((name): Row => ({ name, workOf: () => work([1]) }));
  const { asked, time } = ratios(1.02, 1.2, 1.01, 1.1, 1.05);
  expect(printed(rows, time)).toEqual({
    faults: 1,
    lines: ["quick | 2.00 | 1.020", "unlucky | 2.00 | 1.010", "slow | 2.00 | 1.050 | SLOWER"],
  });
  expect(asked).toEqual([1, 1, 3, 1, 3]);
});

test("a row is marked whose answers differ, or that one of both refuses", () => {
  const rows: Row[] = [
    { name: "rounding", workOf: (of) => work([100, of === library ? 1 : 1 + 1e-12]) },
    { name: "wrong", workOf: (of) => work([100, of === library ? 1 : 1.001]) },
    { name: "not finite", workOf: (of) => work([of === library ? 1 : NaN]) },
    {
      name: "refused",
      workOf: (of) => {
        if (of === library) return work([1]);
        throw new RangeError("no such condition");
      },
    },
    {
      name: "by both",
      workOf: () => {
        throw new RangeError("no such condition");
      },
    },
  ];
  expect(printed(rows, ratios(1, 1, 1).time)).toEqual({
    faults: 3,
    lines: [
      "rounding | 2.00 | 1.000",
      "wrong | 2.00 | 1.000 | DIFFERS by 1.0e-3",
      "not finite | 2.00 | 1.000 | DIFFERS by NaN",
      "refused | refused by the new one: no such condition",
      "by both | refused by both",
    ],
  });
});

test("rows are six models by five estimators by four back ends, their making and their fits; one of each kind runs", () => {
  const rows = rowsOf({ samples: 32, fitSteps: 2 });
  expect(rows).toHaveLength(6 * 5 * 4 + 6 * 5 + 6 * 4);
  const some = [
    "gradient: textmsg, lyy18, generated WebAssembly",
    "gradient: xornet, lyy18, interpreter",
    "making: textmsg, corrected",
    "fit: cheating, generated JavaScript",
  ];
  const { faults, lines } = printed(
    some.map((name) => rows.find((row) => row.name === name)!),
    ratios(1, 1, 1).time,
  );
  expect(faults).toBe(0);
  expect(lines.map((line) => line.split(" | ").slice(1).join())).toEqual([
    "2.00,1.000",
    "refused by both",
    "2.00,1.000",
    "2.00,1.000",
  ]);
});
