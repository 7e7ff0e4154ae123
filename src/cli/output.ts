/** The command line prints in two places: results alone go to standard output, so that `nondiff run MODEL --json | jq` always gets JSON. */
import { Console } from "node:console";
import { printable } from "./terminal.ts";

// An error is told by the write that meets it; without a listener the event of the same error would end the process first.
process.stdout.on("error", () => undefined);

/**
 * Writes a line to standard output, its control characters written out but in JSON, which has escapes of its own; rejects if it cannot be written, as on a full
 * disk or to a program that has ended.
 */
export function print(text: string, isJson = false): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${isJson ? text : printable(text)}\n`, (error) => {
      if (error) reject(new Error(`standard output cannot be written to; got ${error.message}`, { cause: error }));
      else resolve();
    });
  });
}

/** What a user's module prints by `console.log` goes to standard error from now on. */
export function printElsewhere(): void {
  globalThis.console = new Console({ stdout: process.stderr, stderr: process.stderr });
}
