/** `--data FILE` and `--set name=value`: the data of a model whose data come later, as its schema reads them. */
import { type AnyDataModel, schemaOf, withData } from "../../program/data/data-model.ts";
import type { Column } from "../../program/data/schema.ts";
import type { DataModel, Model } from "../../program/model.ts";
import { UsageError } from "../arguments.ts";
import { loadModel } from "../load-model.ts";
import { printable } from "../terminal.ts";
import { type Table, tableOf } from "./tables.ts";

export const DATA_OPTIONS = {
  data: {
    type: "string",
    value: "FILE",
    help: "data of the model: CSV with a line of names, JSON or JSON lines; - reads standard input",
  },
  set: { type: "string", value: "NAME=VALUE", help: "a single value of the data; may be given again", multiple: true },
} as const;

/** The model that a command names, with its data; standard error tells what of them is left alone. */
export async function modelNamed(
  name: string | undefined,
  { data, set }: Readonly<Record<string, string | boolean | undefined>>,
): Promise<Model> {
  const given = {
    data: data === undefined ? undefined : String(data),
    set: set === undefined ? [] : String(set).split("\n"),
  };
  return modelWithData(await loadModel(name), given, (text) => void process.stderr.write(`${printable(text)}\n`));
}

/** The model with what the options say; `tell` gets a line about columns that it does not name. UsageError where it takes no data or gets none, DataError for data that are at fault. */
export async function modelWithData(
  model: Model | AnyDataModel,
  { data, set }: { readonly data: string | undefined; readonly set: readonly string[] },
  tell: (text: string) => void = () => undefined,
): Promise<Model> {
  if (!isDataModel(model)) {
    if (data === undefined && set.length === 0) return model;
    throw new UsageError(
      `--${data === undefined ? "set" : "data"}: model "${model.name}" takes no data; expected one defined with { data: … }`,
    );
  }
  const columns = schemaOf(model);
  const names = columns?.map(({ name }) => name).join(", ") ?? "what its validator says";
  if (data === undefined && set.length === 0)
    throw new UsageError(`model "${model.name}" needs data: ${names}; expected --data FILE or --set NAME=VALUE`);
  const table: Table = data === undefined ? { columns: {}, isText: false } : await tableOf(data);
  const read = Object.fromEntries(
    Object.entries(table.columns).map(([name, entries]) => {
      const column = columns?.find((each) => each.name === name);
      if (!table.isText)
        return [name, Array.isArray(entries) ? entries.map((entry) => truthOf(entry, column)) : entries];
      return [name, (entries as string[]).map((text) => entryOf(text, column))];
    }),
  );
  const bound = withData(model as DataModel, { ...read, ...valuesOf(set, columns, names) } as never);
  const others = columns ? Object.keys(read).filter((name) => !columns.some((column) => column.name === name)) : [];
  if (others.length > 0) tell(`--data: left alone, as model "${model.name}" does not name them: ${others.join(", ")}`);
  return bound;
}

// Databases and JSON made of them write truth values as 0 and 1.
function truthOf(entry: unknown, column: Column | undefined): unknown {
  return column?.type === "booleans" && (entry === 0 || entry === 1) ? entry === 1 : entry;
}

function isDataModel(model: Model | AnyDataModel): model is AnyDataModel {
  return model.data !== undefined;
}

function valuesOf(
  set: readonly string[],
  columns: readonly Column[] | undefined,
  names: string,
): Record<string, unknown> {
  return Object.fromEntries(
    set.map((given) => {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(given) ?? [];
      if (name === undefined || text === undefined)
        throw new UsageError(`--set: got "${given}", expected NAME=VALUE such as scale=2`);
      const column = columns?.find((each) => each.name === name);
      if (columns && !column) throw new UsageError(`--set: no such value; got "${name}", expected one of ${names}`);
      if (column && !column.isSingle)
        throw new UsageError(`--set: "${name}" is a column; got a single value, expected it in --data`);
      return [name, entryOf(text, column)];
    }),
  );
}

// Of categories that are numbers 2 is also 2.0.
function isSameCategory(value: string | number, text: string): boolean {
  return value === text || (typeof value === "number" && NUMBER.test(text) && Number(text) === value);
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

// What a text says under the type of its column; the text itself, which is then refused, where it says nothing.
function entryOf(text: string, column: Column | undefined): unknown {
  const trimmed = text.trim();
  if (column?.missing && (trimmed === "" || trimmed === "NA")) return null;
  const type = column?.type ?? "numbers";
  if (type === "categories") return column!.values.find((value) => isSameCategory(value, trimmed)) ?? trimmed;
  if (type === "booleans") return /^(true|1)$/i.test(trimmed) ? true : /^(false|0)$/i.test(trimmed) ? false : text;
  return NUMBER.test(trimmed) ? Number(trimmed) : text;
}
