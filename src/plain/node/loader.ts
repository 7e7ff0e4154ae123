/** The loader of webpack and rspack, which the plugin adds to their rules. */
import { transformed } from "./file.ts";

interface LoaderContext {
  readonly resourcePath: string;
  callback(error: null, code: string, map?: unknown): void;
}

export default function loader(this: LoaderContext, code: string, map?: unknown): void {
  const made = transformed(code, this.resourcePath);
  if (made) this.callback(null, made.code, JSON.parse(made.map.toString()));
  else this.callback(null, code, map);
}
