// The one file through which the scripts reach into `src`. Where a file of the library moves, only this file follows.
import { dirname, relative } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Folder of the package; the paths below are relative to it. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What dist/ holds, and from which file each entry is made. */
export const ENTRIES = {
  index: "src/index.ts",
  core: "src/core.ts",
  "autodiff/index": "src/autodiff/index.ts",
  "linalg/index": "src/linalg/index.ts",
  "models/index": "src/models/index.ts",
  "verify/index": "src/verify/index.ts",
  "testing/index": "src/testing/index.ts",
  wasm: "src/wasm.ts",
  jit: "src/jit.ts",
  "shards/index": "src/shards/index.ts",
  "methods/index": "src/methods/index.ts",
  "plain/index": "src/plain/index.ts",
  "plain/runtime/index": "src/plain/runtime/index.ts",
  "plain/transform/index": "src/plain/transform/index.ts",
  "plain/node/plugin": "src/plain/node/plugin.ts",
  "plain/node/loader": "src/plain/node/loader.ts",
  "plain/node/hooks": "src/plain/node/hooks.ts",
  "plain/node/register": "src/plain/node/register.ts",
  "cli/main": "src/cli/main.ts",
  "cli/command": "src/cli/command.ts",
};

/** What the names mean by which models import the package. */
export const SELF = { nondiff: ENTRIES.index, "nondiff/core": ENTRIES.core };

/** The models that come with nondiff: a file for each, and their data. */
export const MODELS = "src/models";

/** The file that looks functions up by their names among all exports of the entry. */
export const LOOKUP = "src/testing/reading.ts";

/** The script of report pages, which runs in a browser. */
export const REPORT_PAGE = "src/cli/report/page.ts";

/** Functions of numbers that kernels call: a file for each. */
export const MATH = "src/math";

/** What kernels are generated from. */
const INSTRUCTIONS = {
  BASIC_OPS: "src/autodiff/ops/basic-ops.ts",
  ELEMENTARY_OPS: "src/autodiff/ops/elementary-ops.ts",
  SPECIAL_OPS: "src/autodiff/ops/special-ops.ts",
  INSTRUCTIONS: "src/autodiff/tape/instruction-table.ts",
  "permits, variantsOf": "src/autodiff/tape/instructions.ts",
  "EVEN_PART, ODD_PART, SUM_PARTS": "src/autodiff/tape/executable.ts",
};
export const INSTRUCTIONS_MODULE = Object.entries(INSTRUCTIONS)
  .map(([names, path]) => `export { ${names} } from "./${path}";`)
  .join("\n");

/** The files with generated kernels. */
export const GENERATED = {
  kernels: "src/autodiff/ops/kernels.generated.ts",
  elementaryKernels: "src/autodiff/ops/elementary-kernels.generated.ts",
  specialKernels: "src/autodiff/ops/special-kernels.generated.ts",
  fastKernels: "src/autodiff/lanes/interpreter/fast-kernels.generated.ts",
  scalars: "src/autodiff/lanes/interpreter/scalars.generated.ts",
};
/** The type of code that the interpreter runs. */
export const INTERPRETER = "src/autodiff/lanes/interpreter/interpreter.ts";

/** How a file imports another: "../../math/erf.ts". */
export function specifier(from, to) {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

/** Text of the bundle of `contents`, a module that may import from anywhere in the package; with the options of esbuild. */
export async function bundled(contents, options = {}) {
  const result = await build({
    stdin: { contents, resolveDir: ROOT, loader: "ts" },
    bundle: true,
    format: "esm",
    write: false,
    ...options,
  });
  return result.outputFiles[0].text;
}

/** The exports of `contents`, bundled. */
export async function imported(contents) {
  return import(`data:text/javascript;base64,${Buffer.from(await bundled(contents)).toString("base64")}`);
}

/** The folder of a part of the library such as "guides", with its files as a pattern. */
export const sourcesOf = (folder, file = "**/*") => ({ home: `src/${folder}`, files: `src/${folder}/${file}.ts` });

/** The place of a file in the library, without its first folder: "autodiff/expr.ts". */
export const placeOf = (file) => file.replace(/^src\//, "");

/** A module of the models that the pages study, with what is asked of them. */
export const STUDY = `export * from "./test/support/study-models.ts";
export { explain, fit } from "./src/index.ts";
export { influenza, temperature, textmsg } from "./src/models/index.ts";`;
