// A bundler that splits makes a chunk for each set of entries that share modules: of `nondiff` 25 files, each of which a process looks for, reads and links
// by itself. Those that are loaded together anyway are put together here, so that there are nine.
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { build } from "esbuild";

// A chunk goes into the first file of which an entry loads it. No file needs one behind it: what a chunk imports is loaded by all entries that load the chunk.
const FILES = {
  functions: ["wasm", "jit"],
  programs: ["autodiff/index", "models/index"],
  engine: ["core"],
  inference: ["index"],
};
const IMPORT = /^import \{([^}]*)\} from "(\.[^"]+)";\n/gm;

/** Puts the chunks of dist/ together; `outputs` is what esbuild says of what it has written. */
export async function joinChunks(root, outputs) {
  const fileOf = filesOf(outputs);
  const names = namesIn(fileOf, outputs);
  const texts = {};
  for (const file of Object.keys(FILES))
    texts[`dist/chunks/${file}.js`] = await joined(root, outputs, { file, fileOf, names });
  for (const path of Object.keys(outputs))
    if (!fileOf.has(path)) texts[path] = withImports(path, await readFile(join(root, path), "utf8"), { fileOf, names });
  for (const path of fileOf.keys()) await rm(join(root, path));
  for (const [path, text] of Object.entries(texts)) await writeFile(join(root, path), text);
}

function loadedBy(outputs, path, found = new Set()) {
  for (const { path: next, external } of outputs[path].imports) {
    if (external || found.has(next)) continue;
    found.add(next);
    loadedBy(outputs, next, found);
  }
  return found;
}

// Chunks by the first source in each, so that a file is in the same order whatever has changed: their names are made of their contents, and what
// is far apart shares fewer bytes after gzip.
function inOrder(outputs, paths) {
  const sourceOf = (path) => Object.keys(outputs[path].inputs)[0] ?? "";
  return [...paths].sort((p, q) => (sourceOf(p) < sourceOf(q) ? -1 : 1));
}

// The file that each chunk goes into. Who multiplies matrices loads what that takes and no more.
function filesOf(outputs) {
  const [all, alone] = ["index", "linalg/index"].map((entry) => loadedBy(outputs, `dist/${entry}.js`));
  const fileOf = new Map();
  for (const [file, entries] of Object.entries(FILES))
    for (const entry of entries)
      for (const path of inOrder(outputs, loadedBy(outputs, `dist/${entry}.js`)))
        if (path.startsWith("dist/chunks/") && all.has(path) && !alone.has(path) && !fileOf.has(path))
          fileOf.set(path, file);
  return fileOf;
}

// What each chunk exports has a name of its own in its file; by chunk and name.
function namesIn(fileOf, outputs) {
  const names = new Map();
  const taken = new Set();
  for (const [path, file] of fileOf)
    for (const name of outputs[path].exports) {
      let own = name;
      for (let k = 2; taken.has(`${file} ${own}`); k++) own = `${name}${k}`;
      taken.add(`${file} ${own}`);
      names.set(`${path} ${name}`, own);
    }
  return names;
}

// The text of the chunks of one file. What they import from another file has its name there.
async function joined(root, outputs, { file, fileOf, names }) {
  const renamed = (path, nameOf) => outputs[path].exports.map((name) => nameOf(name, names.get(`${path} ${name}`)));
  const others = {
    name: "other-files",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ path, resolveDir, namespace }) => {
        if (namespace === "other") return { path, external: true };
        const chunk = posix.relative(root, join(resolveDir, path));
        const of = fileOf.get(chunk);
        if (of === undefined) return { path: `./${posix.basename(path)}`, external: true };
        return of === file ? undefined : { path: chunk, namespace: "other" };
      });
      onLoad({ filter: /.*/, namespace: "other" }, ({ path }) => ({
        contents: `export { ${renamed(path, (name, own) => `${own} as ${name}`).join()} } from "./${fileOf.get(path)}.js";`,
        resolveDir: join(root, "dist/chunks"),
      }));
    },
  };
  const chunks = [...fileOf.keys()].filter((path) => fileOf.get(path) === file);
  const { outputFiles } = await build({
    absWorkingDir: root,
    stdin: {
      contents: chunks
        .map((path) => `export { ${renamed(path, (name, own) => `${name} as ${own}`).join()} } from "./${path}";`)
        .join("\n"),
      resolveDir: root,
    },
    bundle: true,
    format: "esm",
    target: "es2022",
    write: false,
    plugins: [others],
  });
  return outputFiles[0].text;
}

// A file that imports from chunks, importing from the files that these went into.
function withImports(path, text, { fileOf, names }) {
  const imports = new Map();
  const rest = text.replaceAll(IMPORT, (whole, list, from) => {
    const chunk = posix.join(posix.dirname(path), from);
    const file = fileOf.get(chunk);
    if (!file) return whole;
    const own = list.split(",").map((each) => {
      const [name, local = name] = each.trim().split(" as ");
      return `${names.get(`${chunk} ${name}`)} as ${local}`.replace(/^(\S+) as \1$/, "$1");
    });
    imports.set(file, [...(imports.get(file) ?? []), ...own]);
    return "";
  });
  const head = [...imports].map(([file, own]) => {
    const to = posix.relative(posix.dirname(path), `dist/chunks/${file}.js`);
    return `import {\n  ${own.join(",\n  ")}\n} from "${to.startsWith(".") ? to : `./${to}`}";\n`;
  });
  const [line = ""] = /^#![^\n]*\n/.exec(rest) ?? [];
  return line + head.join("") + rest.slice(line.length);
}
