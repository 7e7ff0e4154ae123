/**
 * Data as a program gets them, checked against their schema: { y: ["3", null] } under { y: "counts" } has two faults, and the error names both.
 */
import { DataError, type Fault } from "./faults.ts";
import type { Column } from "./schema.ts";

/** A number; for a truth value 1 or 0, for a category its index; NaN where it is missing. */
export type Entry = number;

/** A column's entries as numbers; of a single value one. */
export type Entries = Float64Array;

/** The entries of every column, in the order of the schema; DataError with every fault. */
export function checkedData(model: string, columns: readonly Column[], data: unknown): Entries[] {
  if (Object(data) !== data || Array.isArray(data))
    throw new TypeError(`data of "${model}": no columns; got ${shown(data)}, expected { ${columns[0]!.name}: … }`);
  const given = data as Readonly<Record<string, unknown>>;
  const faults: Fault[] = [];
  const lengths = new Map<string, { readonly column: string; readonly length: number }>();
  const entries = columns.map((column) => {
    const { name, isSingle, length } = column;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (isSingle) return Float64Array.of(entryOf(column, value, undefined, faults));
    if (value === undefined || value === null) {
      faults.push({ column: name, message: "the column is missing" });
      return new Float64Array(0);
    }
    if (typeof value !== "object" || typeof (value as ArrayLike<unknown>).length !== "number") {
      faults.push({ column: name, message: `got ${shown(value)}, expected an array of ${expected(column)}` });
      return new Float64Array(0);
    }
    const list = value as ArrayLike<unknown>;
    const first = typeof length === "string" ? lengths.get(length) : undefined;
    const wanted = typeof length === "number" ? length : first?.length;
    if (wanted !== undefined && list.length !== wanted)
      faults.push({
        column: name,
        message: `wrong length; got ${list.length} entries, expected ${wanted}${first ? `, as ${first.column} has` : ""}`,
      });
    if (typeof length === "string" && !first) lengths.set(length, { column: name, length: list.length });
    return Float64Array.from({ length: list.length }, (_, row) => entryOf(column, list[row], row, faults));
  });
  if (faults.length > 0) throw new DataError(model, faults);
  return entries;
}

function entryOf(column: Column, value: unknown, row: number | undefined, faults: Fault[]): Entry {
  const { name, type, missing, values } = column;
  if (missing && (value === null || value === undefined)) return Number.NaN;
  if (type === "booleans" && typeof value === "boolean") return Number(value);
  if (type === "categories" && typeof value === "string" && values.includes(value)) return values.indexOf(value);
  if (type === "numbers" && Number.isFinite(value)) return value as number;
  if (type === "counts" && Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  const message = `got ${shown(value)}, expected ${expected(column)}`;
  faults.push({ column: name, ...(row !== undefined && { row }), message });
  return Number.NaN;
}

function expected({ type, missing, values }: Column): string {
  const kind = {
    numbers: "a finite number",
    counts: "a whole number ≥ 0",
    booleans: "true or false",
    categories: `one of ${values
      .slice(0, 12)
      .map((value) => `"${value}"`)
      .join(", ")}${values.length > 12 ? ", …" : ""}`,
  }[type];
  return missing ? `${kind}, or null` : kind;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  if (typeof value === "bigint") return `${value}n`;
  return value === undefined ? "nothing" : String(value);
}

/** The columns as a program gets them where it runs on the data themselves. */
export function plainData(columns: readonly Column[], entries: readonly Entries[]): Record<string, unknown> {
  return Object.fromEntries(
    columns.map(({ name, type, isSingle }, c) => {
      const list = Array.from(entries[c]!, (entry) =>
        Number.isNaN(entry) ? null : type === "booleans" ? entry === 1 : entry,
      );
      return [name, isSingle ? list[0] : list];
    }),
  );
}
