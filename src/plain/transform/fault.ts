/** The transform refuses what it cannot rewrite with a fault at a node of the file; `transform` puts `file:line:column` in front. */
export class Fault extends Error {
  readonly start: number;

  constructor(
    node: { readonly start?: number | null },
    ...parts: readonly [what: string, got: string, expected: string]
  ) {
    super(`${parts[0]}; ${parts[1]}, ${parts[2]}`);
    this.start = node.start ?? 0;
  }
}
