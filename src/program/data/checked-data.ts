/**
 * Data as a program gets them, checked against their schema: { y: ["3", null] } under { y: "counts" } has two faults, and the error names both.
 */
import { DataError, type Fault } from "./faults.ts";
import { areNearlyEqual } from "./near-names.ts";
import type { Column } from "./schema.ts";

// Of a list in a message.
const SHOWN = 12;

/** A number; for a truth value 1 or 0, for a category its index; NaN where it is missing. */
export type Entry = number;

/** A column's entries as numbers; of a single value one. */
export type Entries = Float64Array;

/** The entries of every column, in the order of the schema; DataError with every fault. */
export function checkedData(model: string, columns: readonly Column[], data: unknown): Entries[] {
  if (Object(data) !== data || Array.isArray(data)) {
    const expected = columns[0] ? `{ ${columns[0].name}: … }` : "{}"; // none where a shape has fixed them all
    throw new TypeError(`data of "${model}": no columns; got ${shown(data)}, expected ${expected}`);
  }
  const given = data as Readonly<Record<string, unknown>>;
  const faults: Fault[] = [];
  const absence = absenceOf(columns, given);
  const lengths = new Map<string, { readonly column: string; readonly length: number }>();
  const entries = columns.map((column) => {
    const { name, isSingle, length } = column;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    const instead = Object.hasOwn(given, name) ? "" : absence(name);
    if (isSingle && instead === "") return Float64Array.of(entryOf(column, value, undefined, faults));
    if (value === undefined || value === null) {
      faults.push({ column: name, message: isSingle ? `got nothing${instead}` : `the column is missing${instead}` });
      return new Float64Array(0);
    }
    const list = listOf(value);
    if (!list) {
      faults.push({ column: name, message: `got ${shown(value)}, expected an array of ${expected(column)}` });
      return new Float64Array(0);
    }
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

// The array, or what JSON makes of a typed one: { "0": 1.5, "1": 2 }.
function listOf(value: unknown): ArrayLike<unknown> | undefined {
  if (typeof value !== "object" || value === null) return;
  if (typeof (value as ArrayLike<unknown>).length === "number") return value as ArrayLike<unknown>;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key, i) => key === String(i)) ? Object.values(value) : undefined;
}

// What an error says of a column that is not there: which names of the data the model has not, once, and of a single value that may be missing only the name that is nearly its own.
function absenceOf(columns: readonly Column[], given: Readonly<Record<string, unknown>>): (name: string) => string {
  const others = Object.keys(given).filter((name) => !columns.some((column) => column.name === name));
  let isTold = false;
  return (name) => {
    const near = others.find((other) => areNearlyEqual(name, other));
    if (near !== undefined) return `; got "${near}", which the model has not, expected "${name}"`;
    const { isSingle } = columns.find((column) => column.name === name)!;
    if (isSingle || isTold || others.length === 0) return "";
    isTold = true;
    const shownOthers = others.slice(0, SHOWN).map((other) => JSON.stringify(other));
    return `; got ${shownOthers.join(", ")}${others.length > SHOWN ? ", …" : ""}, which the model has not`;
  };
}

function entryOf(column: Column, value: unknown, row: number | undefined, faults: Fault[]): Entry {
  const { name, type, missing, values } = column;
  if (missing && (value === null || value === undefined)) return Number.NaN;
  if (type === "booleans" && typeof value === "boolean") return Number(value);
  if (type === "categories" && values.includes(value as string)) return values.indexOf(value as string);
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
      .slice(0, SHOWN)
      .map((value) => JSON.stringify(value))
      .join(", ")}${values.length > SHOWN ? ", …" : ""}`,
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
