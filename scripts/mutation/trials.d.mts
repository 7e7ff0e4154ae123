export interface TriedTest {
  readonly name: string;
  readonly passed: boolean;
  readonly ms: number;
  readonly covers: readonly string[];
}
/** The tests in the files, the mutants that are come by as these are loaded, and what could not be loaded. */
export function testsIn(
  setup: string,
  files: readonly string[],
): Promise<{
  readonly tests: readonly TriedTest[];
  readonly atLoading: readonly string[];
  readonly broken: readonly string[];
}>;
/** What becomes of each mutant, by its id. */
export function outcomes(trial: {
  readonly setup: string;
  readonly files: readonly string[];
  readonly mutants: readonly { readonly id: string }[];
  readonly tests: readonly TriedTest[];
  readonly atLoading: ReadonlySet<string>;
  readonly seconds: number;
  readonly patience: number;
  readonly onOutcome: (id: string, status: string) => void;
}): Promise<Map<string, { readonly status: string; readonly killer: string | undefined }>>;
