/** Lines as ranges that Stryker takes: `src/random/mix.ts:12-12`. */
export function sampledLines(home: string, count: number, seed?: number): string[];
/** Of a report of Stryker. */
export function killedShare(report: {
  readonly files: Record<
    string,
    {
      readonly mutants: readonly {
        readonly status: string;
        readonly location: { readonly start: { readonly line: number } };
      }[];
    }
  >;
}): { readonly mutants: number; readonly share: number; readonly error: number };
