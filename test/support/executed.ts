/** Runs programs as users write them, with `import { fit } from "nondiff"`, against the sources and in the process of the test. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { vi } from "vitest";
import { COMPILED, compileSources } from "./compiled-sources.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
// What vitest.config.ts has compiled is compiled no second time; under coverage it has not.
if (!existsSync(COMPILED)) await compileSources();

/** Runs a program; returns what it printed by console.log, a text for each call, and what it exports. */
export async function execute(code: string): Promise<{ printed: string[]; exports: Record<string, unknown> }> {
  const { outputFiles } = await build({
    stdin: { contents: code, loader: "ts", resolveDir: root },
    bundle: true,
    format: "esm",
    write: false,
    logLevel: "silent",
    plugins: [
      {
        name: "nondiff",
        setup({ onResolve }) {
          onResolve({ filter: /^nondiff(\/|$)/ }, ({ path }) => {
            const entry = path.slice("nondiff/".length);
            const file = entry === "" ? "index.js" : entry === "core" ? "core.js" : `${entry}/index.js`;
            return { path: pathToFileURL(join(COMPILED, "src", file)).href, external: true };
          });
        },
      },
    ],
  });
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  const url = `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.text).toString("base64")}`;
  const exports = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
  const printed = log.mock.calls.map((values) => values.map(String).join(" "));
  log.mockRestore();
  return { printed, exports };
}
