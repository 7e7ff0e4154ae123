/** The bench that holds a build against another: which rows there are, which of them are marked, and how two sides take turns. */
import { expect, test } from "vitest";
import { compare, type Opened, type Row, rowsOf } from "../../bench/against.ts";
import type { Package } from "../../bench/library.ts";
import { compared, type Side, serve, type Turn, type Work } from "../../bench/tools/beside.ts";
import * as index from "../../src/index.ts";
import * as jit from "../../src/jit.ts";
import * as models from "../../src/models/index.ts";
import * as wasm from "../../src/wasm.ts";

const library: Package = { index, models, wasm, jit };
const other: Package = { ...library };
const turns = { turns: 1, milliseconds: 0.01, warm: 0.01 };
const work = (answer: readonly number[]): Work => ({ run: () => 1, answer: () => answer });

/** A side in this process whose runs take so many milliseconds, and what was asked of it. */
function side(workOf: () => Work, time: number, asked: string[] = [], bytes = 0): Side {
  return {
    prepare: async () => {
      try {
        return { answer: Array.from(workOf().answer()) };
      } catch (error) {
        return { refusal: (error as Error).message };
      }
    },
    turn: async (runs) => {
      asked.push(`${runs} runs`);
      return turnOf(new Array(runs).fill(time), bytes);
    },
    end: () => void asked.push("end"),
  };
}

const turnOf = (times: readonly number[], bytes = 0): Turn => ({ times, bytes: times.map(() => bytes), sum: 0 });

/** What is measured: ratios of new to old, one pair of processes after the other. */
function ratios(...values: number[]) {
  const asked: string[] = [];
  const opened: Opened = ({ name, workOf }) => {
    asked.push(name);
    return [side(() => workOf(library), 2), side(() => workOf(other), 2 * (values.shift() ?? 1))];
  };
  return { asked, opened };
}

async function printed(rows: readonly Row[], opened: Opened) {
  const lines: string[] = [];
  const faults = await compare(rows, opened, turns, (line) => void lines.push(line.trimEnd()));
  return { faults, lines: lines.slice(1).map((line) => line.replace(/ {2,}/g, " | ")) };
}

test("a row is marked that is slower by more than 3 % in the median of five pairs of processes", async () => {
  const rows = ["quick", "unlucky", "slow"].map((name): Row => ({ name, workOf: () => work([1]) }));
  const { asked, opened } = ratios(1.02, 1.2, 1.01, 1.02, 1.04, 1, 1.1, 1.05, 1.02, 1.06, 1.04);
  expect(await printed(rows, opened)).toEqual({
    faults: 1,
    lines: ["quick | 2.00 | 1.020", "unlucky | 2.00 | 1.020", "slow | 2.00 | 1.050 | SLOWER"],
  });
  expect(asked).toEqual(["quick", ...new Array(5).fill("unlucky"), ...new Array(5).fill("slow")]);
});

test("a row is marked whose answers differ, or that one of both refuses", async () => {
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
  expect(await printed(rows, ratios().opened)).toEqual({
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

test("both sides do as many runs, in turns; a turn and runs that were disturbed count for nothing", async () => {
  const asked: [string[], string[]] = [[], []];
  const old = side(() => work([1]), 2, asked[0], 4000);
  const quiet = side(() => work([1]), 3, asked[1], 6000);
  const now: Side = {
    ...quiet,
    turn: async (runs) => {
      const { times, ...rest } = await quiet.turn(runs);
      return { ...rest, times: asked[1].length === 24 ? times.map(() => 50) : [...times, 40] };
    },
  };
  const measured = await compared([old, now], { turns: 5, milliseconds: 20, warm: 1 });
  expect(measured).toEqual({ time: 2, ratio: 1.5, bytes: 4000, bytesRatio: 1.5 });
  // 150 runs to be warm, however little time they take.
  const turns = [...new Array(19).fill("8 runs"), ...new Array(5).fill("10 runs")];
  expect(asked).toEqual([turns, turns]);
});

test("a process answers what it is asked for: its work's answer or refusal, and the times of so many runs", () => {
  let runs = 0;
  const asked = (workOf: () => Work): ((message: never) => unknown) => {
    let answer: (message: never) => unknown = () => undefined;
    serve(workOf, (given) => {
      answer = given as typeof answer;
    });
    return answer;
  };
  const refusing = asked(() => {
    throw new RangeError("no such condition");
  });
  expect(refusing({ prepare: true } as never)).toEqual({ refusal: "no such condition" });
  const answers = asked(() => ({ run: () => ++runs, answer: () => Float64Array.of(1, 2) }));
  expect(answers({ prepare: true } as never)).toEqual({ answer: [1, 2] });
  answers({ turn: 2 } as never);
  const { times, sum } = answers({ turn: 5 } as never) as Turn;
  expect(times).toHaveLength(5);
  expect(sum).toBe(3 + 4 + 5 + 6 + 7);
});

test("rows are six models by five estimators by four back ends, their making and their fits; one of each kind runs", async () => {
  const rows = rowsOf({ samples: 32, fitSteps: 2 });
  expect(rows).toHaveLength(6 * 5 * 4 + 6 * 5 + 6 * 4);
  const some = [
    "gradient: textmsg, lyy18, generated WebAssembly",
    "gradient: xornet, lyy18, interpreter",
    "making: textmsg, corrected",
    "fit: cheating, generated JavaScript",
  ];
  const { faults, lines } = await printed(
    some.map((name) => rows.find((row) => row.name === name)!),
    ratios().opened,
  );
  expect(faults).toBe(0);
  expect(lines.map((line) => line.split(" | ").slice(1).join())).toEqual([
    "2.00,1.000",
    "refused by both",
    "2.00,1.000",
    "2.00,1.000",
  ]);
});
