/** What the page and its worker say to each other. */

/** A program to fit. */
export interface Request {
  readonly kind: "run";
  readonly program: string;
  /** What `import data from "./data.csv"` gives. */
  readonly data: Readonly<Record<string, readonly (number | string | null)[]>>;
  readonly seed: number;
}

export interface Stop {
  readonly kind: "stop";
}

/** A number of the posterior. */
export interface Quantity {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly q05: number;
  readonly q50: number;
  readonly q95: number;
  readonly draws: Float64Array;
}

/** A line of the program that makes conditions. */
export interface BoundaryLine {
  readonly line: number;
  /** How many different conditions it makes. */
  readonly conditions: number;
  /** One of them, such as "z > 0". */
  readonly example: string;
  /** What their boundaries cost, as a share of the gradient; 0 where all of them are summed out. */
  readonly cost: number;
}

export type Reply =
  /** The fit was asked to stop and makes its numbers. */
  | { readonly kind: "stopping" }
  | { readonly kind: "lines"; readonly lines: readonly BoundaryLine[]; readonly explanation: string }
  | {
      readonly kind: "progress";
      readonly elbo: readonly number[];
      readonly gap: number | undefined;
      readonly stage: string;
    }
  | {
      readonly kind: "result";
      readonly model: string;
      readonly status: string;
      readonly warnings: readonly string[];
      readonly elbo: number;
      readonly elboTrace: Float64Array;
      readonly seconds: number;
      readonly quantities: readonly Quantity[];
    }
  | { readonly kind: "error"; readonly message: string; readonly line: number | undefined };
