/** The programs of bench/c: compiled with gcc into a folder, then run. */
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Native, NativeResult } from "./same-gradient.ts";

/** What runs a program of `sources` on inputs; undefined where there is no gcc. */
export function nativeIn(folder: string, sources: string): Native | undefined {
  try {
    execFileSync("gcc", ["--version"], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  return (source, flags, inputs) => {
    const program = join(folder, `${source}${flags}`.replaceAll("/", "-"));
    const files = [`${source}.c`, "main.c"].map((file) => join(sources, file));
    if (!existsSync(program)) execFileSync("gcc", ["-O3", "-march=native", flags, "-o", program, ...files, "-lm"]);
    const data = join(folder, "inputs.bin");
    writeFileSync(data, inputs);
    return JSON.parse(execFileSync(program, [data], { encoding: "utf8" })) as NativeResult;
  };
}
