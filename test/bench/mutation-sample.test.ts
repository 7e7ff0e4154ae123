/** The sample of lines by which `npm run mutate -- FOLDER --sample N` tells what share of a folder's mutants is killed. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { killedShare, sampledLines } from "../../scripts/mutation/sample.mjs";

describe("a sample of mutants", () => {
  test("is of lines of code, each once, the same ones every time", () => {
    const lines = sampledLines("src/guides", 60);
    expect(new Set(lines).size).toBe(60);
    expect(sampledLines("src/guides", 60)).toEqual(lines);
    const others = sampledLines("src/guides", 60, 7);
    expect(others.filter((line) => lines.includes(line)).length).toBeLessThan(30);
    for (const range of lines) {
      const [, file, line] = /^(.+):(\d+)-\2$/.exec(range)!;
      expect(readFileSync(file!, "utf8").split("\n")[Number(line) - 1]).not.toMatch(/^\s*(\/\/|\/\*|\*|import |$)/);
    }
  });

  test("has the standard error of a ratio, in which the mutants of a line are no two samples", () => {
    const on = (line: number, ...states: string[]) =>
      states.map((status) => ({ status, location: { start: { line } } }));
    const mutants = [...on(1, "Killed", "Timeout"), ...on(2, "Survived", "NoCoverage"), ...on(3, "Ignored")];
    // Lines with 2 of 2 and 0 of 2 are both off by 1 from their mean: √(2·(1 + 1))/4, where four independent mutants would have 0.25.
    expect(killedShare({ files: { "a.ts": { mutants } } })).toEqual({ mutants: 4, share: 0.5, error: 0.5 });
  });
});
