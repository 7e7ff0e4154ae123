/** The programs of bench/c: compiled with gcc into a folder, then run. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Native } from "./programs.ts";

/** What prepares a program of `sources`; undefined where there is no gcc. */
export function nativeIn(folder: string, sources: string): Native | undefined {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  let prepared = 0;
  const gcc = (flags: string, ...rest: readonly string[]): unknown =>
    execFileSync("gcc", ["-O3", "-march=native", flags, ...rest]);
  // What all programs share is compiled once for the flags.
  const objectOf = (file: string, flags: string): string => {
    const object = join(folder, `${file}${flags}.o`);
    if (!existsSync(object)) gcc(flags, "-c", "-o", object, join(sources, `${file}.c`));
    return object;
  };
  return (name, source, flags, inputs, noise) => {
    const program = join(folder, `${source}${flags}`.replaceAll("/", "-"));
    if (!existsSync(program)) {
      const shared = ["main", "noise"].map((file) => objectOf(file, flags));
      gcc(flags, "-o", program, join(sources, `${source}.c`), ...shared, "-lm");
    }
    const data = join(folder, `inputs-${prepared++}.bin`);
    writeFileSync(data, inputs);
    const run = (milliseconds: number): { readonly out: readonly number[]; readonly nanoseconds: number } =>
      JSON.parse(execFileSync(program, [data, noise, String(milliseconds)], { encoding: "utf8", stdio: "pipe" }));
    return { name, out: Float64Array.from(run(0).out), time: (milliseconds) => run(milliseconds).nanoseconds / 1e6 };
  };
}
