/**
 * Plain programs in a bundler: a plugin for each.
 *
 *     import { vite } from "nondiff/plain/plugin";
 *     export default { plugins: [vite()] };
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { requireNoMore } from "../../checks/arguments.ts";
import { SOURCES, transformed } from "./file.ts";

interface RollupPlugin {
  readonly name: string;
  readonly transform: (code: string, id: string) => { code: string; map: string } | null;
}

/** For Rollup and Rolldown; before a plugin that takes out types or bundles. */
export function rollup(): RollupPlugin {
  requireNoMore("rollup", 0, arguments);
  return {
    name: "nondiff-plain",
    transform(code, id) {
      const [path = ""] = id.split("?");
      const made = SOURCES.test(path) && !path.includes("/node_modules/") ? transformed(code, path) : undefined;
      return made ? { code: made.code, map: made.map.toString() } : null;
    },
  };
}

/** For Vite and Vitest. */
export function vite(): RollupPlugin & { readonly enforce: "pre" } {
  requireNoMore("vite", 0, arguments);
  return { ...rollup(), enforce: "pre" };
}

/** What esbuild's plugins need of a build. */
interface EsbuildBuild {
  onLoad(
    options: { filter: RegExp },
    load: (file: { path: string }) => Promise<{ contents: string; loader: "js" | "jsx" | "ts" | "tsx" } | undefined>,
  ): void;
}

/** For esbuild. */
export function esbuild(): {
  readonly name: string;
  readonly setup: (build: EsbuildBuild) => void;
} {
  requireNoMore("esbuild", 0, arguments);
  return {
    name: "nondiff-plain",
    setup(build) {
      build.onLoad({ filter: SOURCES }, async ({ path }) => {
        if (/[\\/]node_modules[\\/]/.test(path)) return undefined;
        const made = transformed(await readFile(path, "utf8"), path);
        if (!made) return undefined;
        const map = Buffer.from(made.map.toString()).toString("base64");
        const loader = /x$/.test(path) ? (/tsx$/.test(path) ? "tsx" : "jsx") : /\.[cm]?ts$/.test(path) ? "ts" : "js";
        return { contents: `${made.code}\n//# sourceMappingURL=data:application/json;base64,${map}\n`, loader };
      });
    },
  };
}

interface WebpackPlugin {
  // biome-ignore lint/suspicious/noExplicitAny: the compilers of webpack and rspack, of which neither is a dependency
  apply(compiler: any): void;
}

/** For webpack, and for rspack under its own name. */
export function webpack(): WebpackPlugin {
  requireNoMore("webpack", 0, arguments);
  return {
    apply(compiler) {
      compiler.options.module.rules.push({
        test: SOURCES,
        exclude: /node_modules/,
        enforce: "pre",
        use: [{ loader: fileURLToPath(new URL("./loader.js", import.meta.url)) }],
      });
    },
  };
}

export { webpack as rspack };
