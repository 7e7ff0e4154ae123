/** Node.js asks hooks when it loads a module: here is the one that `nondiff/plain/register` and the command line set. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runnable, SOURCES } from "./file.ts";

interface Loaded {
  readonly format: string;
  readonly source: string;
  readonly shortCircuit: true;
}

/** Plain programs and types are taken care of here; other modules are left to Node.js. */
export async function load(
  url: string,
  context: unknown,
  next: (url: string, context: unknown) => unknown,
): Promise<unknown> {
  if (!url.startsWith("file:")) return next(url, context);
  const path = fileURLToPath(url);
  const isTyped = /\.m?ts$/.test(path);
  if (!SOURCES.test(path) || /\.c[jt]s$/.test(path) || /[\\/]node_modules[\\/]/.test(path)) return next(url, context);
  const code = await readFile(path, "utf8");
  // Types alone are left to a Node.js that takes them out itself, and files of CommonJS to all.
  const source = runnable(code, path);
  if (source === undefined || (!isTyped && !/^\s*(import|export)\b/m.test(code))) return next(url, context);
  return { format: "module", source, shortCircuit: true } satisfies Loaded;
}
