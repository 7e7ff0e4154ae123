/**
 * A schema says what data a model takes: for each name a column of numbers, counts, truth values or categories, or a single one of these.
 *
 *     const schema = { x: "numbers", y: { type: "counts", missing: true }, group: { type: "categories", values: ["a", "b"] }, days: "count" } as const;
 *
 * A program gets an array for each column and a number or boolean for each single value; a category is the index of its value; what may be
 * missing is null where it is.
 */
import { type OptionTable, requireOptions } from "../../checks/options.ts";
import { shown } from "../../checks/shown.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** Types of columns; of single values the same in the singular. */
export type ColumnType = "numbers" | "counts" | "booleans" | "categories";
export type SingleType = "number" | "count" | "boolean" | "category";

/** A column or a single value, in full. Categories need their `values`. */
export interface ColumnSpec {
  readonly type: ColumnType | SingleType;
  /** Whether entries may be missing (default false). */
  readonly missing?: boolean | undefined;
  /** How many entries a column has: a number, or a name that columns of one length share (default any number). */
  readonly length?: number | string | undefined;
  /** The categories, texts or numbers, in the order of their indices. */
  readonly values?: readonly (string | number)[] | undefined;
}

/** The columns by name; a word alone is a type that needs nothing else. */
export type Schema = Readonly<Record<string, Exclude<ColumnType | SingleType, "categories" | "category"> | ColumnSpec>>;

type TypeOf<C> = C extends { readonly type: infer T } ? T : C;
type IsMissing<C> = C extends { readonly missing: true } ? null : never;
type EntryOf<T> = T extends "booleans" | "boolean" ? boolean : number;
type GivenEntry<C> =
  TypeOf<C> extends "categories" | "category"
    ? C extends { readonly values: readonly (infer V)[] }
      ? V
      : string | number
    : EntryOf<TypeOf<C>>;

/** What a program gets. */
export type DataOf<S> =
  S extends StandardSchema<unknown, infer Output>
    ? Output
    : {
        readonly [K in keyof S]: TypeOf<S[K]> extends SingleType
          ? EntryOf<TypeOf<S[K]>> | IsMissing<S[K]>
          : readonly (EntryOf<TypeOf<S[K]>> | IsMissing<S[K]>)[];
      };

/** What its user gives: arrays or typed arrays, categories as their values, null or undefined for what is missing. */
export type GivenData<S> =
  S extends StandardSchema<infer Input, unknown>
    ? Input
    : {
        readonly [K in keyof S]: TypeOf<S[K]> extends SingleType
          ? GivenEntry<S[K]> | GivenMissing<S[K]>
          : ArrayLike<GivenEntry<S[K]> | GivenMissing<S[K]>>;
      };
type GivenMissing<C> = IsMissing<C> extends never ? never : null | undefined;

/** A column of a schema with its defaults. */
export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly isSingle: boolean;
  readonly missing: boolean;
  readonly length: number | string | undefined;
  readonly values: readonly (string | number)[];
}

const COLUMNS: Readonly<Record<ColumnType | SingleType, ColumnType>> = {
  numbers: "numbers",
  counts: "counts",
  booleans: "booleans",
  categories: "categories",
  number: "numbers",
  count: "counts",
  boolean: "booleans",
  category: "categories",
};

const SPEC: OptionTable<ColumnSpec> = { type: "string", missing: "boolean", length: "any", values: "object" };

/** The columns of a schema; throws TypeError naming one that is none, RangeError for what it says that no column has. */
export function columnsOf(caller: string, schema: Schema): Column[] {
  const columns = Object.entries(schema).map(([name, given]): Column => {
    const spec: ColumnSpec = typeof given === "string" ? { type: given } : given;
    const { type, missing = false, length, values } = spec ?? {};
    if (!Object.hasOwn(COLUMNS, type))
      throw new TypeError(
        `${caller}: data "${name}" has an unknown type; got ${String(type)}, expected one of ${Object.keys(COLUMNS).join(", ")}`,
      );
    const column = COLUMNS[type];
    requireOptions(`${caller}: data "${name}"`, spec, SPEC);
    if ((column === "categories") !== (values !== undefined) || values?.length === 0)
      throw new TypeError(
        `${caller}: data "${name}" has ${values ? `${values.length} values` : "no values"}; got type ${type}, expected values of categories`,
      );
    if (values) requireCategories(`${caller}: data "${name}"`, values);
    const isSingle = column !== type;
    if (
      length !== undefined &&
      (isSingle || !(typeof length === "string" || (Number.isInteger(length) && length >= 0)))
    )
      throw new TypeError(
        `${caller}: data "${name}" has no such length; got ${String(length)}, expected a whole number or a name, of a column`,
      );
    return { name, type: column, isSingle, missing, length, values: values ?? [] };
  });
  if (columns.length === 0) throw new TypeError(`${caller}: data have no column; got {}, expected some`);
  return columns;
}

// A category that is there twice, as 1 and "1" are in a file, would have two indices, of which data only ever had the first.
function requireCategories(caller: string, values: readonly unknown[]): void {
  const other = values.find((value) => typeof value !== "string" && !Number.isFinite(value));
  if (other !== undefined || values.includes(undefined))
    throw new TypeError(`${caller}: a category is none; got ${shown(other)}, expected a text or number`);
  const texts = values.map(String);
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw new TypeError(`${caller}: a category is there twice; got ${shown(twice)}`);
}
