export interface Mutant {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement: string;
}
/** Mutants on ranges of lines such as `src/random/mix.ts:12-14`, and the texts of their files by name. */
export function mutantsOn(
  ranges: readonly string[],
): Promise<{ readonly mutants: readonly Mutant[]; readonly texts: ReadonlyMap<string, string> }>;
/** Paths of the bundles of test files. */
export function bundledTests(
  tests: readonly string[],
  texts: ReadonlyMap<string, string>,
  home: string,
): Promise<string[]>;
