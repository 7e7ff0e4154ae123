/**
 * Validators of other libraries: whoever keeps the contract of Standard Schema (standardschema.dev), as zod, valibot and arktype do, may stand in the place of a
 * schema. It says what the data are; nothing is imported for it.
 */
import { DataError, type Fault } from "./faults.ts";

/** The part of the contract, version 1, that is used. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export function isStandardSchema(schema: unknown): schema is StandardSchema {
  return Object(schema) === schema && "~standard" in (schema as object);
}

/** What the validator makes of data; DataError with all that it objects to, TypeError where it answers later only. */
export function validated<Output>(model: string, schema: StandardSchema<unknown, Output>, data: unknown): Output {
  const result = schema["~standard"].validate(data);
  if (result instanceof Promise)
    throw new TypeError(
      `data of "${model}": the validator is asynchronous; got a promise, expected it to return at once`,
    );
  if (result.issues === undefined) return result.value;
  throw new DataError(model, result.issues.map(faultOf));
}

// Of a path the first index is the row: of columns ["y", 3] that of y, of a list of rows [3, "y"] that of its y; what is within an entry, ["points", 3, "x"], is told by the message.
function faultOf({ message, path = [] }: StandardIssue): Fault {
  const parts = path.map((part) => (typeof part === "object" ? part.key : part));
  const at = parts.findIndex((part) => typeof part === "number");
  if (at < 0) return { column: parts.map(String).join(".") || "data", message };
  const [before, row, within] = [
    parts.slice(0, at),
    parts[at] as number,
    parts
      .slice(at + 1)
      .map(String)
      .join("."),
  ];
  if (at === 0) return { column: within || "data", row, message };
  return { column: before.map(String).join("."), row, message: within === "" ? message : `${within}: ${message}` };
}
