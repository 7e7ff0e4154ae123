/**
 * Tables as CSV (RFC 4180): a line of names, then a line for each row; fields with commas, quotes or line breaks stand in quotes. Programs for tables write
 * semicolons where the comma is that of decimals, and tabs for what is copied: the line of names tells.
 * Papa Parse reads the fields; this file turns them into columns and says what is no table, with the line of the file.
 *
 *     csvTable("t.csv", 'x,note\n1,"a, b"\n'); // { x: ["1"], note: ["a, b"] }
 */
import Papa, { type ParseError } from "papaparse";
import { UsageError } from "../arguments.ts";

/** Columns of texts by name; UsageError, with the line, for what is no table. */
export function csvTable(source: string, text: string): Record<string, string[]> {
  // A file may end its lines in two ways: whoever adds rows to a file from elsewhere makes one that does. Papa Parse takes one.
  const unix = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const delimiter = delimiterOf(unix);
  const { data, errors } = Papa.parse<string[]>(unix, { delimiter, newline: "\n" });
  if (errors[0]) throw faultOfQuotes(source, unix, errors[0], delimiter);
  const [header, ...rows] = withLines(data);
  if (!header) throw new UsageError(`--data: "${source}" is empty; got no line, expected a line of names and rows`);
  const names = header.fields.map((name) => name.trim());
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new UsageError(`--data: "${source}" names a column twice; got "${twice}", expected a name for each`);
  for (const { fields, line } of rows)
    if (fields.length !== names.length)
      throw new UsageError(
        `--data: "${source}" has a row of another length at line ${line}; got ${fields.length} fields, expected ${names.length}`,
      );
  return Object.fromEntries(names.map((name, i) => [name, rows.map(({ fields }) => fields[i]!)]));
}

// What stands between the names: a comma if there is one, else a semicolon or a tab.
function delimiterOf(text: string): string {
  const names = /^\s*((?:"[^"]*"|[^"\n])*)/.exec(text)![1]!.replace(/"[^"]*"/g, "");
  return [",", ";", "\t"].find((each) => names.includes(each)) ?? ",";
}

const NAMES_OF_DELIMITERS: Readonly<Record<string, string>> = { ",": "a comma", ";": "a semicolon", "\t": "a tab" };

interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

// The records, each with the line on which it begins: a field in quotes may have gone over several. Lines that are empty are none, but between the rows of
// a single column, where such a line is a cell in which nothing stands.
function withLines(data: readonly string[][]): CsvRecord[] {
  let line = 1;
  const records = data.map((fields) => {
    const record = { fields, line };
    line += 1 + fields.reduce((breaks, field) => breaks + field.split("\n").length - 1, 0);
    return record;
  });
  const isFilled = ({ fields }: CsvRecord): boolean => fields.length > 1 || fields[0] !== "";
  const [first, last] = [records.findIndex(isFilled), records.findLastIndex(isFilled)];
  const isColumn = records[first]?.fields.length === 1;
  return records.filter((record, i) => isFilled(record) || (isColumn && i > first && i < last));
}

// With the delimiter and the line's end given, quotes are all that Papa Parse finds at fault; `index` is where the quoted text begins.
function faultOfQuotes(source: string, text: string, { code, index = 0 }: ParseError, delimiter: string): UsageError {
  const line = text.slice(0, index).split("\n").length;
  if (code === "MissingQuotes")
    return new UsageError(`--data: "${source}" has quotes that never end, from line ${line} on`);
  const [got] = text.slice(index - 1).split("\n");
  return new UsageError(
    `--data: "${source}" has text behind quotes, in the field that opens at line ${line}; got ${got}, expected ${NAMES_OF_DELIMITERS[delimiter]} behind quotes that close, and "" for a quote within`,
  );
}
