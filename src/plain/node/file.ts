/** The transform on files: names relative to the working directory, and the source map in the file itself. */
import { relative } from "node:path";
import { mayHavePrograms, type Transformed, transform } from "../transform/index.ts";

/** Files that may hold plain programs, by their ending. */
export const SOURCES: RegExp = /\.[cm]?[jt]sx?$/;

/** A file as bundlers get it, with its types; undefined where there is nothing to rewrite. */
export function transformed(code: string, path: string): Transformed | undefined {
  return mayHavePrograms(code) ? transform(code, { file: nameOf(path) }) : undefined;
}

/** A file as Node.js runs it, without types and with its source map; undefined where it can run as it is. */
export function runnable(code: string, path: string): string | undefined {
  const made = transform(code, { file: nameOf(path), stripTypes: true });
  if (!made) return undefined;
  const map = { ...JSON.parse(made.map.toString()), sources: [path] };
  const data = Buffer.from(JSON.stringify(map)).toString("base64");
  return `${made.code}\n//# sourceMappingURL=data:application/json;base64,${data}\n`;
}

function nameOf(path: string): string {
  const name = relative(process.cwd(), path);
  return name.startsWith("..") ? path : name.replaceAll("\\", "/");
}
