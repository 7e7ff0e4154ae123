/**
 * Values as JSON that brings them back to the bit: Float64Array [1, -0] as { "f64": [1, "-0"] }, NaN as { "number": "NaN" }. All numbers
 * that JSON has no word for are texts; what is undefined is left out.
 */

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value made of numbers, texts, arrays, maps, typed arrays of doubles and plain objects, as JSON. */
export function encoded(value: unknown): Json {
  if (typeof value === "number") {
    const special = specialText(value);
    return special === undefined ? value : { number: special };
  }
  if (value instanceof Float64Array) return { f64: Array.from(value, (x) => specialText(x) ?? x) };
  if (Array.isArray(value)) return value.map(encoded);
  if (value instanceof Map) return { map: [...value].map(encoded) };
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, entry]) => (entry === undefined ? [] : [[key, encoded(entry)]])),
    );
  return (value ?? null) as Json;
}

/** The value that was encoded. */
export function decoded(json: Json): unknown {
  if (Array.isArray(json)) return json.map(decoded);
  if (typeof json !== "object" || json === null) return json;
  const entries = Object.entries(json);
  const [[key, content] = ["", null]] = entries;
  if (entries.length === 1 && key === "number") return numberOf(content as string);
  if (entries.length === 1 && key === "f64") return Float64Array.from(content as (number | string)[], numberOf);
  if (entries.length === 1 && key === "map") return new Map((content as Json[]).map(decoded) as [unknown, unknown][]);
  return Object.fromEntries(entries.map(([name, entry]) => [name, decoded(entry)]));
}

/** JSON text whose keys stand in alphabetical order, whatever brought the value here. */
export function canonical(json: Json): string {
  if (Array.isArray(json)) return `[${json.map(canonical)}]`;
  if (typeof json !== "object" || json === null) return JSON.stringify(json);
  const entries = Object.entries(json).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`)}}`;
}

function specialText(value: number): string | undefined {
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? undefined : String(value);
}

function numberOf(text: number | string): number {
  return Number(text); // -0 of "-0", too
}
