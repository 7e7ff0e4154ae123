// The API pages: what the doc comments of every entry say, as Markdown for VitePress. `reference("pages/reference")` makes a page for each exported name.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
/** The entries, in the order of the list. */
const ENTRIES = {
  nondiff: "index.ts",
  "nondiff/plain": "plain/index.ts",
  "nondiff/methods": "methods/index.ts",
  "nondiff/core": "core.ts",
  "nondiff/verify": "verify/index.ts",
  "nondiff/testing": "testing/index.ts",
  "nondiff/shards": "shards/index.ts",
  "nondiff/models": "models/index.ts",
  "nondiff/autodiff": "autodiff/index.ts",
  "nondiff/linalg": "linalg/index.ts",
  "nondiff/wasm": "wasm.ts",
  "nondiff/jit": "jit.ts",
  "nondiff/plain/transform": "plain/transform/index.ts",
};

/** Examples of doc comments, which are indented there, as blocks of code. */
export function fenced(text) {
  return text.replace(/(^|\n)\n((?: {4}.*\n(?:\n(?= {4}))?)+)/g, (_, before, block) => {
    const code = block.replace(/^ {4}/gm, "");
    return `${before}\n\`\`\`js\n${code}\`\`\`\n`;
  });
}

/** Writes the pages into a folder; throws where the sources are not understood. */
export async function reference(folder) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    entryPoints: Object.values(ENTRIES).map((file) => at(`../src/${file}`)),
    tsconfig: at("./tsconfig.api.json"),
    skipErrorChecking: true,
    excludeExternals: true,
    excludePrivate: true,
    readme: "none",
    disableSources: true,
    hideBreadcrumbs: false,
    entryFileName: "index",
    name: "Reference",
    logLevel: "Error",
    outputs: [{ name: "markdown", path: folder }],
  });
  const project = await app.convert();
  if (!project) throw new Error("reference: the sources cannot be read");
  const names = new Map(Object.entries(ENTRIES).map(([name, file]) => [file.replace(/\.ts$/, ""), name]));
  for (const module of project.children ?? [])
    module.name = names.get(module.name) ?? names.get(`${module.name}/index`) ?? module.name;
  await app.generateOutputs(project);
  for (const file of await readdir(folder, { recursive: true }))
    if (file.endsWith(".md")) {
      const path = join(folder, file);
      await writeFile(path, fenced(await readFile(path, "utf8")));
    }
}
