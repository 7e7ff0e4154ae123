/**
 * The order in which test files begin. Two workers take the next file as they end one, so a file of eight seconds that begins last leaves one of them
 * with nothing to do.
 */

/**
 * Files that need an engine of their own: one takes WebAssembly away before anything asks for it, two count bytes on the heap, where more numbers
 * lie if less is put into a function. They begin first: a worker ends where the next file is one of them, and with it all that it has compiled.
 */
export const APART: readonly string[] = [
  "test/autodiff/lanes/no-compilation.test.ts",
  "test/autodiff/tape/tape.test.ts",
  "test/inference/allocation.test.ts",
];

/** Files that take three seconds and more, the longest first. Without a record of earlier runs the others begin by their length in bytes. */
export const LONG: readonly string[] = [
  "test/package.test.ts",
  "test/cli/cli.test.ts",
  "test/cli/surroundings.test.ts",
  "test/models/known-models.test.ts",
  "test/guides/neighbours.test.ts",
  "test/verify/gradient.test.ts",
  "test/inference/fit/warnings.test.ts",
  "test/inference/fit/climb/by-values.test.ts",
  "test/bench/bench.test.ts",
  "test/collapse/collapse.test.ts",
  "test/cli/run/checkpoint.test.ts",
  "test/boundaries/lines/counted-lines.test.ts",
  "test/estimators/draw/draw.test.ts",
  "test/random/sobol.test.ts",
  "test/program/shorter-lists.test.ts",
  "test/docs.test.ts",
  "test/autodiff/lanes/backends.test.ts",
  "test/inference/saved/saved-posterior.test.ts",
  "test/estimators/sample-points.test.ts",
  "test/inference/fit/climb/placing.test.ts",
  "test/inference/posterior/adaptation/agreement.test.ts",
  "test/inference/predictive/simulation.test.ts",
  "test/distributions/distributions.test.ts",
  "test/inference/growth.test.ts",
];

const RANKS: ReadonlyMap<string, number> = new Map([...APART, ...LONG].map((file, rank) => [file, rank]));

// The place of a file such as "test/docs.test.ts" in the two lists, and one behind all of them for a file of neither.
const rankOf = (file: string): number => RANKS.get(file) ?? RANKS.size;

/** What has a file of tests each, with those of the lists first, in their order, and the others behind them as they were. */
export function longFirst<T>(all: readonly T[], fileOf: (one: T) => string): T[] {
  return [...all].sort((a, b) => rankOf(fileOf(a)) - rankOf(fileOf(b)));
}
