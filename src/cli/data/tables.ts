/** Data come from files: CSV with a line of names, JSON (columns, or an array of rows), or JSON lines (a row each); in UTF-8, or in UTF-16 that begins with its mark. */
import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { UsageError } from "../arguments.ts";
import { csvTable } from "./csv.ts";

/** Columns by name; of CSV they are texts. */
export interface Table {
  readonly columns: Readonly<Record<string, unknown>>;
  readonly isText: boolean;
}

/** The table of a file, or of standard input for "-"; UsageError where there is none. */
export async function tableOf(path: string): Promise<Table> {
  const source = path === "-" ? "standard input" : path;
  const content = await contentOf(path, source);
  const kind = kindOf(path, content);
  if (kind === "csv") {
    const columns = csvTable(source, content);
    if (Object.values(columns).every((column) => column.length === 0))
      throw new UsageError(`--data: "${source}" has no row; got a line of names alone, expected a row for each datum`);
    return { columns, isText: true };
  }
  const parsed = kind === "json" ? parse(`"${source}"`, content) : rowsOf(source, content);
  if (Array.isArray(parsed)) return { columns: columnsOf(source, parsed), isText: false };
  if (Object(parsed) !== parsed)
    throw new UsageError(
      `--data: "${source}" has no columns; got ${JSON.stringify(parsed)}, expected { "y": [1, 2] } or rows`,
    );
  return { columns: parsed as Record<string, unknown>, isText: false };
}

async function contentOf(path: string, source: string): Promise<string> {
  try {
    return decoded(path === "-" ? await buffer(process.stdin) : await readFile(path));
  } catch (error) {
    throw new UsageError(`--data: cannot read "${source}"; got ${(error as Error).message}, expected a file`);
  }
}

// As programs for tables write them, "Unicode text" is UTF-16; the mark at the beginning is no part of the text.
function decoded(bytes: Uint8Array): string {
  const isOf = (first: number, second: number): boolean => bytes[0] === first && bytes[1] === second;
  return new TextDecoder(isOf(0xff, 0xfe) ? "utf-16le" : isOf(0xfe, 0xff) ? "utf-16be" : "utf-8").decode(bytes);
}

function kindOf(path: string, content: string): "csv" | "json" | "lines" {
  const [, extension] = /\.(csv|tsv|json|jsonl|ndjson)$/i.exec(path) ?? [];
  const known = extension?.toLowerCase();
  if (known === "tsv") return "csv";
  if (known === "csv" || known === "json") return known;
  if (known !== undefined) return "lines";
  if (/^\s*\[/.test(content)) return "json";
  if (!/^\s*\{/.test(content)) return "csv";
  return /^\s*\{.*\}\s*\n\s*\{/.test(content) ? "lines" : "json";
}

function parse(source: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`--data: ${source} is no JSON; got ${(error as Error).message}`);
  }
}

function rowsOf(source: string, content: string): unknown[] {
  return content.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    return [parse(`line ${i + 1} of "${source}"`, line)];
  });
}

function columnsOf(source: string, rows: readonly unknown[]): Record<string, unknown[]> {
  const other = rows.findIndex((row) => Object(row) !== row || Array.isArray(row));
  if (other >= 0)
    throw new UsageError(
      `--data: row ${other} of "${source}" is none; got ${JSON.stringify(rows[other])}, expected { "y": 1 }`,
    );
  const names = new Set(rows.flatMap((row) => Object.keys(row as object)));
  return Object.fromEntries(
    [...names].map((name) => [name, rows.map((row) => (row as Record<string, unknown>)[name])]),
  );
}
