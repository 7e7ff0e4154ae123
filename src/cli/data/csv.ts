/**
 * Tables as CSV (RFC 4180): a line of names, then a line for each row; fields with commas, quotes or line breaks stand in quotes.
 *
 *     csvTable('x,note\n1,"a, b"\n'); // { x: ["1"], note: ["a, b"] }
 */
import { UsageError } from "../arguments.ts";

/** Columns of texts by name; UsageError, with the line, for what is no table. */
export function csvTable(source: string, text: string): Record<string, string[]> {
  const [header, ...rows] = recordsOf(source, text.replace(/^\uFEFF/, ""));
  if (!header) throw new UsageError(`--data: "${source}" is empty; got no line, expected a line of names and rows`);
  const names = header.fields;
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

interface CsvRecord {
  readonly fields: readonly string[];
  readonly line: number;
}

function recordsOf(source: string, text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let [at, line, first] = [0, 1, 1];
  const end = (): void => {
    // An empty line is none.
    if (fields.length > 1 || fields[0] !== "") records.push({ fields, line: first });
    fields = [];
    first = ++line;
  };
  while (at < text.length) {
    let field = "";
    if (text[at] === '"') {
      const opened = line;
      for (at++; ; ) {
        const close = text.indexOf('"', at);
        if (close < 0) throw new UsageError(`--data: "${source}" has quotes that never end, from line ${opened} on`);
        field += text.slice(at, close);
        line += text.slice(at, close).split("\n").length - 1;
        at = close + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
    } else {
      const [unquoted] = /[^,\r\n]*/.exec(text.slice(at, at + 1_000_000)) as unknown as [string];
      field = unquoted;
      at += unquoted.length;
    }
    fields.push(field);
    if (text[at] === ",") {
      at++;
      if (at === text.length || text[at] === "\n" || text[at] === "\r") fields.push("");
      else continue;
    }
    if (text[at] === "\r") at++;
    if (at < text.length && text[at] !== "\n")
      throw new UsageError(
        `--data: "${source}" has text behind quotes at line ${line}; got "${text[at]}", expected a comma`,
      );
    at++;
    end();
  }
  return records;
}
