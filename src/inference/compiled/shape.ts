/**
 * Data of one shape have something in common: how many entries each column has, and the entries themselves where the program needs them while it is
 * traced, as the indices of `effect[group[i]]`.
 *
 *     compile(schools, { effect: 8, sd: 8, group: [0, 0, 1, 1, 2, 2, 3, 3] });
 */
import { shown } from "../../checks/shown.ts";
import { checkedData, type Entries } from "../../program/data/checked-data.ts";
import { type AnyDataModel, schemaOf } from "../../program/data/data-model.ts";
import { DataError, type Fault } from "../../program/data/faults.ts";
import type { ShapedColumn } from "../../program/data/input-columns.ts";
import type { Column, GivenData } from "../../program/data/schema.ts";
import { type StandardSchema, validated } from "../../program/data/standard-schema.ts";

/** Most entries of a column: each is an input of the program, of which a graph holds some hundred bytes. */
const MOST_ROWS = 10_000_000;

/** For a column its length, or its entries where they are the same for all data; of a single value that, where it is the same. */
export type Shape<S> = { readonly [K in keyof GivenData<S>]?: number | GivenData<S>[K] | undefined };

/** A shape, and what makes entries of data of that shape. */
export interface Shaped {
  readonly columns: readonly ShapedColumn[];
  /** Values that a validator passes and that are no column of numbers: they are the same in all data. */
  readonly rest: Readonly<Record<string, unknown>>;
  /** The columns whose entries are fixed, as they were given. */
  readonly fixed: Readonly<Record<string, unknown>>;
  /** Of every column; DataError for data that are faulty or of another shape. */
  readonly entriesOf: (data: unknown) => Entries[];
}

/** The shape of a model's data; DataError where it says too little or is at fault. */
export function shapeOf(model: AnyDataModel, shape: Readonly<Record<string, unknown>>): Shaped {
  const columns = schemaOf(model);
  if (columns && (Object(shape) !== shape || Array.isArray(shape)))
    throw new TypeError(
      `compile: the shape is none; got ${shown(shape)}, expected { ${columns[0]!.name}: … }, the length of each column`,
    );
  return columns ? shapeOfSchema(model.name, columns, shape) : shapeOfExample(model, shape);
}

function shapeOfSchema(model: string, columns: readonly Column[], shape: Readonly<Record<string, unknown>>): Shaped {
  const isGiven = ({ name, isSingle }: Column): boolean =>
    shape[name] !== undefined && shape[name] !== null && (isSingle || typeof shape[name] !== "number");
  const given = columns.filter(isGiven);
  const fixed = given.length > 0 ? checkedData(model, given, shape) : [];
  const named = new Map<string, number>();
  for (const { name, length } of columns) {
    const own = given.findIndex((column) => column.name === name);
    const known = own >= 0 ? fixed[own]!.length : shape[name];
    if (typeof length === "string" && typeof known === "number") named.set(length, known);
  }
  const faults: Fault[] = Object.keys(shape)
    .filter((name) => !columns.some((column) => column.name === name))
    .map((column) => ({ column, message: "the model has no such column" }));
  const shaped = columns.map((column): ShapedColumn => {
    const own = given.indexOf(column);
    if (own >= 0) return { column, length: fixed[own]!.length, fixed: fixed[own] };
    const { name, isSingle, length } = column;
    const known = isSingle ? 1 : (shape[name] ?? (typeof length === "string" ? named.get(length) : length));
    if (!(Number.isSafeInteger(known) && (known as number) >= 0))
      faults.push({ column: name, message: `no length; got ${String(known)}, expected that of the column` });
    else if ((known as number) > MOST_ROWS)
      faults.push({ column: name, message: `too long; got ${String(known)} entries, expected at most ${MOST_ROWS}` });
    else if (typeof length === "number" && length !== known)
      faults.push({ column: name, message: `wrong length; got ${String(known)} entries, expected ${length}` });
    return { column, length: Number(known), fixed: undefined };
  });
  if (faults.length > 0) throw new DataError(model, faults);
  return {
    columns: shaped,
    rest: {},
    fixed: Object.fromEntries(given.map(({ name }) => [name, shape[name]])),
    entriesOf: (data) => entriesOf(model, shaped, data),
  };
}

// The entries of data, of which columns whose entries are fixed may be missing.
function entriesOf(model: string, shaped: readonly ShapedColumn[], data: unknown): Entries[] {
  const given = Object(data) === data ? (data as Readonly<Record<string, unknown>>) : {};
  const checked = shaped.filter(({ column, fixed }) => !fixed || given[column.name] !== undefined);
  const found = checkedData(
    model,
    checked.map(({ column, length }) => ({ ...column, ...(!column.isSingle && { length }) })),
    data,
  );
  const faults: Fault[] = [];
  const all = shaped.map((each): Entries => {
    const own = found[checked.indexOf(each)];
    if (!own) return each.fixed!;
    const { name, isSingle } = each.column;
    each.fixed?.forEach((entry, row) => {
      if (!Object.is(entry, own[row]))
        faults.push({
          column: name,
          ...(!isSingle && { row }),
          message: "another value than in the shape of compile()",
        });
    });
    return own;
  });
  if (faults.length > 0) throw new DataError(model, faults);
  return all;
}

// Of data that a validator has passed, finite numbers and arrays of them are inputs.
function shapeOfExample(model: AnyDataModel, example: unknown): Shaped {
  const { name: of, data: schema } = model;
  const valid = (data: unknown): Readonly<Record<string, unknown>> =>
    validated(of, schema as StandardSchema<unknown, Record<string, unknown>>, data);
  const passed = valid(example);
  if (Object(passed) !== passed || Array.isArray(passed))
    throw new TypeError(`compile: data of "${of}" have no names; got ${shown(passed)}, expected { y: … }`);
  const isInput = (value: unknown): boolean =>
    Number.isFinite(value) || (Array.isArray(value) && value.length > 0 && value.every((x) => Number.isFinite(x)));
  const names = Object.keys(passed).filter((name) => isInput(passed[name]));
  const columns = names.map((name): ShapedColumn => {
    const value = passed[name];
    const isSingle = !Array.isArray(value);
    const length = isSingle ? 1 : value.length;
    const column = {
      name,
      type: "numbers",
      isSingle,
      missing: false,
      length: isSingle ? undefined : length,
      values: [],
    } as const;
    return { column, length, fixed: undefined };
  });
  const restOf = (data: Readonly<Record<string, unknown>>): Record<string, unknown> =>
    Object.fromEntries(Object.entries(data).filter(([name]) => !names.includes(name)));
  const rest = restOf(passed);
  return {
    columns,
    rest,
    fixed: {},
    entriesOf(data) {
      const again = valid(data);
      const others = restOf(again);
      const different = [...new Set([...Object.keys(rest), ...Object.keys(others)])].filter(
        (name) => !areSame(rest[name], others[name]),
      );
      const message = "another value than in the shape of compile()";
      if (different.length > 0)
        throw new DataError(
          of,
          different.map((column) => ({ column, message })),
        );
      return entriesOf(of, columns, again);
    },
  };
}

// Whether two values are the same, to any depth. What keeps its contents to itself, as a Map does, is the same as itself alone: JSON has `{}` of each.
function areSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return false;
  const prototype = Object.getPrototypeOf(one) as object | null;
  if (Object.getPrototypeOf(other) !== prototype) return false;
  const [value, otherValue] = [one, other].map((each) => (prototype ? each.valueOf() : each) as unknown);
  // A date is the number of its milliseconds.
  if (typeof value !== "object") return Object.is(value, otherValue);
  const isOpen = Array.isArray(one) || ArrayBuffer.isView(one) || !prototype || !Object.getPrototypeOf(prototype);
  const keys = Object.keys(one);
  return (
    isOpen &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && areSame(one[key as never], other[key as never]))
  );
}
