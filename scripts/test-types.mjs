// The declarations under old and new TypeScript: a file that imports every entry must compile, with every strict flag and without
// `skipLibCheck`, under each way to resolve modules. Needs dist/, made by `npm run build`.
//
//     NONDIFF_TYPESCRIPT=5.0.4 npm run test:types
//
// picks versions. Each is installed into .runtimes, away from this package's own.
import { spawnSync } from "node:child_process";
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "./library.mjs";
import { installed, SIDE } from "./runtimes/installed.mjs";

const VERSIONS = process.env["NONDIFF_TYPESCRIPT"]?.split(",") ?? ["5.0.4", "5.4.5", "5.9.3", "6.0.3", "7.0.2"];
const RESOLUTIONS = { node16: "node16", nodenext: "nodenext", bundler: "esnext" };
const STRICT = [
  "strict",
  "exactOptionalPropertyTypes",
  "noUncheckedIndexedAccess",
  "noPropertyAccessFromIndexSignature",
  "noImplicitOverride",
  "noImplicitReturns",
  "noFallthroughCasesInSwitch",
  "noUnusedLocals",
  "noUnusedParameters",
  "isolatedModules",
];

const { name, exports } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
const entries = Object.entries(exports).flatMap(([path, { import: module }]) =>
  module?.types ? [name + path.slice(1)] : [],
);
if (entries.length < 10) throw new Error(`package.json: entries without declarations; got ${entries.length} with some`);
const folder = join(SIDE, "types");
await rm(folder, { recursive: true, force: true });
await mkdir(join(folder, "node_modules"), { recursive: true });
await symlink(ROOT, join(folder, "node_modules", name));
await writeFile(join(folder, "package.json"), '{ "type": "module" }');
const text = `${entries.map((entry, i) => `import * as entry${i} from "${entry}";`).join("\n")}
export const all: readonly object[] = [${entries.map((_, i) => `entry${i}`).join(", ")}];
`;
// As an ES module, and as CommonJS, which has declarations of its own.
for (const file of ["all.ts", "all.cts"]) await writeFile(join(folder, file), text);
for (const version of VERSIONS) {
  const compiler = join(await installed("typescript", version, `typescript-${version}`), "bin", "tsc");
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const compilerOptions = {
      ...Object.fromEntries(STRICT.map((flag) => [flag, true])),
      module,
      moduleResolution,
      target: "es2022",
      lib: ["es2022"],
      types: [],
      skipLibCheck: false,
      noEmit: true,
    };
    const files = moduleResolution === "bundler" ? ["all.ts"] : ["all.ts", "all.cts"];
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { encoding: "utf8" });
    if (status === 0) console.log(`TypeScript ${version}, ${moduleResolution}: ${entries.length} entries compile`);
    else {
      console.error(`TypeScript ${version}, ${moduleResolution}:\n${stdout}`);
      process.exitCode = 1;
    }
  }
}
