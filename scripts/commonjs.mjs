// dist/cjs/: the modules of dist/ as CommonJS, for `require("nondiff")` where Node.js cannot require ES modules, before 20.19. Files are turned
// one by one, so that entries share their chunks as they do in dist/: one class Expr for `nondiff`, `nondiff/core` and `nondiff/models`.
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transform } from "esbuild";
import { ROOT } from "./library.mjs";

const OWN = "const __filename_url = require('node:url').pathToFileURL(__filename).href;";

/** Makes dist/cjs/ of what is in dist/; the command line stays an ES module. */
export async function writeCommonJs() {
  const dist = join(ROOT, "dist");
  const files = await readdir(dist, { recursive: true });
  const wanted = files.filter((file) => /\.(js|d\.ts)$/.test(file) && !/^(cli|cjs)\b/.test(file));
  for (const file of wanted) {
    const target = join(dist, "cjs", file);
    await mkdir(dirname(target), { recursive: true });
    if (file.endsWith(".d.ts")) {
      await cp(join(dist, file), target);
      continue;
    }
    const text = await readFile(join(dist, file), "utf8");
    const { code } = await transform(text, {
      format: "cjs",
      target: "es2022",
      platform: "node",
      define: { "import.meta.url": "__filename_url" },
      minifyWhitespace: true,
      ...(text.includes("import.meta.url") && { banner: OWN }),
    });
    await writeFile(target, code);
  }
  await writeFile(join(dist, "cjs", "package.json"), '{ "type": "commonjs" }\n');
}
