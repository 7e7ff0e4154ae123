/**
 * CSV with a header to columns: `day,count` and `1,13` give `{ day: [1], count: [13] }`. In a column of numbers an empty field and `NA` are null.
 */

export type Columns = Record<string, (number | string | null)[]>;

/** Throws RangeError, with the row, where a row has another number of fields than the header. */
export function columnsOf(text: string): Columns {
  const rows = rowsOf(text).filter((row) => row.length > 1 || row[0]!.trim() !== "");
  const [header = [], ...body] = rows;
  const names = header.map((name) => name.trim());
  const columns: Columns = {};
  body.forEach((row, i) => {
    if (row.length !== names.length)
      throw new RangeError(`data: row ${i + 1} has ${row.length} fields, expected ${names.length} as in the header`);
  });
  names.forEach((name, k) => {
    const fields = body.map((row) => row[k]!.trim());
    const isMissing = (field: string): boolean => field === "" || field === "NA";
    const isNumeric = fields.every((field) => isMissing(field) || !Number.isNaN(Number(field)));
    columns[name] = isNumeric ? fields.map((field) => (isMissing(field) ? null : Number(field))) : fields;
  });
  return columns;
}

/** Fields by row; quoted ones may hold commas, line ends and, doubled, quotes. Semicolons and tabs separate too, where the header has no comma. */
function rowsOf(text: string): string[][] {
  const [first = ""] = text.split(/\r?\n/, 1);
  const separator = first.includes(",") ? "," : first.includes(";") ? ";" : first.includes("\t") ? "\t" : ",";
  const rows: string[][] = [[""]];
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const row = rows.at(-1)!;
    if (quoted && c === '"' && text[i + 1] === '"') row[row.length - 1] += text[++i]!;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === separator) row.push("");
    else if (!quoted && c === "\n") rows.push([""]);
    else if (quoted || c !== "\r") row[row.length - 1] += c;
  }
  return rows;
}
