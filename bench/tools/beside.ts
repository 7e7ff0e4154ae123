/**
 * Two builds beside each other, each in a process of its own, which do the same work in turns. In one process they would share what the engine knows
 * of their functions and the garbage of both, and of two copies of one build the second took up to a quarter longer.
 */
import { spawn } from "node:child_process";
import { cpuTime, median } from "./timing.ts";

/** What is done once; `answer` is what both builds have to agree on, to rounding. */
export interface Work {
  readonly run: () => number;
  readonly answer: () => ArrayLike<number>;
}

/** The work of one row by one build, in numbers that a message may carry; or why it refuses. */
export type Prepared = { readonly answer: readonly number[] } | { readonly refusal: string };

/** Some runs in a row: milliseconds of each; bytes that runs asked for during which no garbage was collected; what the runs returned, added up. */
export interface Turn {
  readonly times: readonly number[];
  readonly bytes: readonly number[];
  readonly sum: number;
}

/** One build at the work of one row. */
export interface Side {
  readonly prepare: () => Promise<Prepared>;
  /** Does so many runs. */
  readonly turn: (runs: number) => Promise<Turn>;
  readonly end: () => void;
}

/** Of two sides: milliseconds and bytes of one run of the first, and those of the second by those of the first. */
export interface Comparison {
  readonly time: number;
  readonly ratio: number;
  readonly bytes: number;
  readonly bytesRatio: number;
}

/** How long it is measured: turns of each side, milliseconds of a turn, and of warming up before the first. */
export interface Turns {
  readonly turns: number;
  readonly milliseconds: number;
  readonly warm: number;
}

/**
 * Lets both sides take turns, forwards and backwards. What counts is the lower quartile of all runs of a side: what else the machine does and the
 * collection of garbage leave that alone. What garbage costs goes by the bytes that are asked for.
 */
export async function compared(
  sides: readonly [Side, Side],
  { turns, milliseconds, warm }: Turns,
): Promise<Comparison> {
  const taken: [Turn[], Turn[]] = [[], []];
  // Both do as many runs in the same order: what has run more often is compiled better.
  const both = async (turn: number, runs: number): Promise<readonly number[]> => {
    for (const index of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      taken[index].push(await sides[index].turn(runs));
    return taken[0].at(-1)!.times;
  };
  let times: readonly number[] = [];
  for (let turn = 0, runs = 0, spent = 0; spent < warm || (runs < FEWEST && spent < LONGEST); turn++) {
    times = await both(turn, A_TURN);
    runs += A_TURN;
    for (const time of times) spent += time;
  }
  const each = Math.max(A_TURN, Math.round(milliseconds / quartile(times)));
  for (const warming of taken) warming.length = 0;
  for (let turn = 0; turn < turns; turn++) await both(turn, each);
  const [old, now] = taken.map((all) => quartile(all.flatMap((turn) => turn.times))) as [number, number];
  const [oldBytes, nowBytes] = taken.map((all) => median(all.flatMap(({ bytes }) => bytes))) as [number, number];
  return { time: old, ratio: now / old, bytes: oldBytes, bytesRatio: nowBytes / oldBytes };
}

/** Runs of a turn, at least: the first of them finds nothing in the caches. */
const A_TURN = 8;
/** The engine has optimised what runs after so many runs; after so many milliseconds there are enough of them, however few. */
const [FEWEST, LONGEST] = [150, 3000];

// The value below which a quarter of them lies.
function quartile(values: readonly number[]): number {
  return [...values].sort((x, y) => x - y)[values.length >> 2]!;
}

/** What is asked of the other process. */
type Asked = { readonly prepare: true } | { readonly turn: number };

/** Does in this process what the other side asks for; `workOf` throws where the build refuses. */
export function serve(workOf: () => Work, receive: (asked: (message: Asked) => unknown) => void): void {
  let work: Work;
  receive((asked) => {
    if ("prepare" in asked) {
      try {
        work = workOf();
        return { answer: Array.from(work.answer()) };
      } catch (error) {
        return { refusal: (error as Error).message };
      }
    }
    return turnOf(work.run, asked.turn);
  });
}

// Runs shorter than this are timed together, as reading the clock takes a microsecond.
const SHORTEST = 0.1;

function turnOf(run: () => number, runs: number): Turn {
  const times: number[] = [];
  const bytes: number[] = [];
  let sum = 0;
  for (let done = 0, together = 1; done < runs; ) {
    const rounds = Math.min(together, runs - done);
    const before = process.memoryUsage().heapUsed;
    const from = cpuTime();
    for (let round = 0; round < rounds; round++) sum += run();
    const time = cpuTime() - from;
    const asked = (process.memoryUsage().heapUsed - before) / rounds;
    if (asked >= 0) bytes.push(asked);
    for (let round = 0; round < rounds; round++) times.push(time / rounds);
    done += rounds;
    if (time < SHORTEST) together = 2 * rounds;
  }
  return { times, bytes, sum };
}

/**
 * A process that imports `bundle` and calls its `serveRow` with the build's folder and the name of a row. It has one thread, so that what is compiled,
 * and when, is the same in every run.
 */
export function sideIn(bundle: string, folder: string, row: string): Side {
  const code = "import(process.argv[1]).then(({ serveRow }) => serveRow(process.argv[2], process.argv[3]))";
  const child = spawn(process.execPath, ["--single-threaded", "-e", code, bundle, folder, row], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "advanced", // NaN is no number of JSON
  });
  const ask = <Answer>(asked: Asked): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`bench: a process ended with ${code} at ${row}`));
      child.once("exit", ended);
      child.once("message", (answer) => {
        child.off("exit", ended);
        resolve(answer as Answer);
      });
      child.send(asked);
    });
  return {
    prepare: () => ask<Prepared>({ prepare: true }),
    turn: (runs) => ask<Turn>({ turn: runs }),
    end: () => void child.kill(),
  };
}

/** The messages of the process that started this one. */
export function messages(asked: (message: Asked) => unknown): void {
  process.on("message", (message) => void process.send!(asked(message as Asked) ?? {}));
}
