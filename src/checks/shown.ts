/** Errors show the value that a call was given: a text in quotes, an array and an object by their kind, anything else as it is. */

/** A value, for messages: `"abc"`, an array, an object, a function, 3, undefined. */
export function shown(value: unknown): string {
  const kind = typeof value;
  if (kind === "string") return JSON.stringify(value);
  // The text of a function has lines.
  if (kind === "function") return "a function";
  return Array.isArray(value) ? "an array" : kind === "object" && value ? "an object" : String(value);
}
