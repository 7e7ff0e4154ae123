/** Every source file opens with what it is for: a comment of at least one sentence, before its imports. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const FOLDER = new URL("../src/", import.meta.url);
const FILES = readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".generated.ts"))
  .sort();

/** What is wrong with how a file opens; undefined where nothing is. */
function faultOf(text: string): string | undefined {
  const head = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1];
  if (head === undefined) return "it opens without a comment";
  const words = head.replaceAll(/^\s*\* ?/gm, "").trim();
  if (words.split(/\s+/).length < 8) return "its first comment is no more than a headline";
  if (!/\n {4}/.test(words) && !words.endsWith(".")) return "its first comment does not end";
  return /^(What|Whether|Helpers?|Utils?|Misc)\b/.test(words) ? "it opens with a headline" : undefined;
}

describe("a source file opens with what it is for", () => {
  test.each(FILES)("%s", (path) => {
    expect(faultOf(readFileSync(new URL(path, FOLDER), "utf8"))).toBeUndefined();
  });

  test.each([
    ["import x from 'y';\n", "without a comment"],
    ["// A line about something that is long enough to be read.\n", "without a comment"],
    ["/** Blocks of a tape. */\n", "no more than a headline"],
    ["/** What an op is: its names, and the row that says all about it. */\n", "opens with a headline"],
    ["/** These functions sum products and keep four sums for speed */\n", "does not end"],
  ])("%j does not", (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });
});
