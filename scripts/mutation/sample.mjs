// A sample of the lines of a folder, and what the mutants on them tell of all of its mutants.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path/posix";

/** The files of TypeScript in a folder and below, by their names; generated ones are left out. */
export const filesBelow = (home) =>
  readdirSync(home, { recursive: true })
    .map((file) => join(home, file))
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".generated.ts"))
    .sort();

/** So many lines of code of the folder, drawn with a seed, as ranges: `src/random/mix.ts:12-12`. */
export function sampledLines(home, count, seed = 20181206) {
  const lines = filesBelow(home).flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, index) => (isCode(line.trim()) ? [`${file}:${index + 1}-${index + 1}`] : [])),
  );
  const next = mulberry(seed);
  for (let i = 0; i < Math.min(count, lines.length); i++) {
    const other = i + Math.floor(next() * (lines.length - i));
    [lines[i], lines[other]] = [lines[other], lines[i]];
  }
  return lines.slice(0, count);
}

const isCode = (line) => line !== "" && !/^(\/\/|\/\*|\*|import |[\])};,]+$)/.test(line);

/** Share of the mutants that is killed, and its standard error: that of a ratio, in which the mutants of a line belong together. */
export function killedShare({ files }) {
  const lines = new Map();
  for (const [file, { mutants }] of Object.entries(files))
    for (const { status, location } of mutants) {
      if (!["Killed", "Timeout", "Survived", "NoCoverage"].includes(status)) continue;
      const key = `${file}:${location.start.line}`;
      const line = lines.get(key) ?? { mutants: 0, killed: 0 };
      line.mutants++;
      if (status === "Killed" || status === "Timeout") line.killed++;
      lines.set(key, line);
    }
  const all = [...lines.values()];
  const mutants = all.reduce((sum, line) => sum + line.mutants, 0);
  const share = all.reduce((sum, line) => sum + line.killed, 0) / mutants;
  const squares = all.reduce((sum, line) => sum + (line.killed - share * line.mutants) ** 2, 0);
  return { mutants, share, error: Math.sqrt((squares * all.length) / Math.max(1, all.length - 1)) / mutants };
}

// Uniform numbers from a 32-bit state.
function mulberry(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
