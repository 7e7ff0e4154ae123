/** Timing side by side: candidates take turns within one run, so that a slow spell of the machine hits all of them. */

/**
 * Milliseconds that this process has computed, on all its threads: what else the machine does does not count, collecting
 * garbage and compiling do.
 */
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How much is measured. */
export interface Effort {
  readonly repeats: number;
  /** Milliseconds per measurement. */
  readonly milliseconds: number;
  /** Samples of a gradient. */
  readonly samples: number;
}

export interface Candidate {
  readonly name: string;
  /** Does the work once; what it returns goes into a sink so that nothing is optimised away. */
  readonly run: () => number;
}

/** What takes its own time: a program that runs elsewhere. */
export interface SelfTimed {
  readonly name: string;
  /** Milliseconds of one run, measured for at least so many. */
  readonly time: (milliseconds: number) => number;
}

export interface Timing {
  readonly name: string;
  /** Milliseconds for one run: the median and the least of the repeats. */
  readonly median: number;
  readonly least: number;
  /** Median over the repeats of this candidate's time divided by the first candidate's. */
  readonly ratio: number;
}

let sink = 0;

/** Runs each candidate in turn, forwards and backwards alternately, `repeats` times after warming up. */
export function sideBySide(
  candidates: readonly (Candidate | SelfTimed)[],
  repeats: number,
  milliseconds: number,
): Timing[] {
  const measure = candidates.map((candidate) => {
    if ("time" in candidate) return () => candidate.time(milliseconds);
    const rounds = calibrate(candidate.run, milliseconds);
    return () => timeOf(candidate.run, rounds);
  });
  const times = candidates.map((): number[] => []);
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (let k = 0; k < candidates.length; k++) {
      const index = repeat % 2 === 0 ? k : candidates.length - 1 - k;
      times[index]!.push(measure[index]!());
    }
  }
  return candidates.map(({ name }, index) => ({
    name,
    median: median(times[index]!),
    least: Math.min(...times[index]!),
    ratio: median(times[index]!.map((time, repeat) => time / times[0]![repeat]!)),
  }));
}

/** The sum of everything that was run, to be printed once: proof that it was. */
export function spent(): number {
  return sink;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Time of one run in milliseconds, the mean of `rounds` runs. */
function timeOf(run: () => number, rounds: number): number {
  const start = cpuTime();
  for (let round = 0; round < rounds; round++) sink += run();
  return (cpuTime() - start) / rounds;
}

// Warms up until two measurements in a row agree to 5 %, or for fifty times the time of a measurement, then finds how many runs last long enough to time.
function calibrate(run: () => number, milliseconds: number): number {
  let rounds = 1;
  let before = Number.POSITIVE_INFINITY;
  const start = cpuTime();
  for (let attempt = 0; attempt < 20; attempt++) {
    const time = timeOf(run, rounds);
    const steady = Math.abs(time - before) < 0.05 * time;
    before = time;
    const next = Math.max(1, Math.round(milliseconds / Math.max(time, 1e-4)));
    const late = attempt > 0 && cpuTime() - start > 50 * milliseconds;
    if (late || (steady && rounds * time > milliseconds / 2)) return next;
    rounds = next;
  }
  return rounds;
}
