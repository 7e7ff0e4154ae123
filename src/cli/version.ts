/** A report says which nondiff made it and how that was called, so that it can be made again. */
import { readFileSync } from "node:fs";

/** The version of the package. */
export function version(): string {
  const about = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
  return about.version;
}

/** The command as it can be typed again in a shell. */
export function commandOf(command: string, args: readonly string[]): string {
  return ["nondiff", command, ...args.map(quoted)].join(" ");
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
