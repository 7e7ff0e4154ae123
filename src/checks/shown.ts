/** Errors show the value that a call was given: a text in quotes, an array and an object by their kind, anything else as it is. */

/** A value, for messages: `"abc"`, an array, an object, a function, 3, undefined. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "an array";
  // The text of a function has lines.
  return Object(value) !== value ? String(value) : typeof value === "function" ? "a function" : "an object";
}
