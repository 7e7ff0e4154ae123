/** All that is wrong with data is told in one error: each fault with its column and, where it is about an entry, its row. */

export interface Fault {
  readonly column: string;
  /** From 0; absent where the whole column is at fault. */
  readonly row?: number;
  readonly message: string;
}

/** Of a message; the error itself has them all. */
const SHOWN = 100;

/** Data that a model cannot take. */
export class DataError extends RangeError {
  readonly faults: readonly Fault[];

  constructor(model: string, faults: readonly Fault[]) {
    const lines = faults
      .slice(0, SHOWN)
      .map(({ column, row, message }) => `  ${column}${row === undefined ? "" : `[${row}]`}: ${message}`);
    const rest = faults.length > SHOWN ? [`  and ${faults.length - SHOWN} more`] : [];
    super(
      [`data of "${model}": ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`, ...lines, ...rest].join(
        "\n",
      ),
    );
    this.name = "DataError";
    this.faults = faults;
  }
}
