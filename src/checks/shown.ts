/** Errors show the value that a call was given: a text in quotes, an array and an object by their kind, anything else as it is. */

/** A value, for messages: `"abc"`, an array, an object, 3, undefined. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return Array.isArray(value) ? "an array" : typeof value === "object" && value ? "an object" : String(value);
}
