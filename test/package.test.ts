import { execFile } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, symlink } from "node:fs/promises";
import { builtinModules } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtPackage, coreSources } from "./support/package.ts";
import { SOAK } from "./support/soak.ts";

interface Target {
  readonly types: string;
  readonly default: string;
}
interface Entry {
  readonly import: Target;
  readonly "module-sync": string;
  readonly require: Target;
}

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as Record<string, unknown> & {
  exports: Record<string, Entry | string>;
};

// Free names that a core running anywhere, the same every time, must not use. esbuild's `define` replaces exactly the
// free uses: not a local of that name, not a property, not a word in a string or comment.
const FORBIDDEN = ["eval", "Function", "Date", "Math.random"];
const MARK = "FORBIDDEN_GLOBAL_";

/** One module that loads all of these, below a folder. A bundle of each would have most files a hundred times. */
const together = (paths: readonly string[], resolveDir = root) => ({
  stdin: {
    contents: paths.map((path, i) => `export * as m${i} from "./${path}";`).join("\n"),
    loader: "ts",
    resolveDir,
  } as const,
});

/** What modules do that the core must not: names they use, modules that are not their own. Of the modules that they import others are looked at elsewhere. */
async function violations(input: { stdin: { contents: string; loader: "ts"; resolveDir?: string } }) {
  const found = new Set<string>();
  const define = Object.fromEntries(
    FORBIDDEN.flatMap((name, i) => [
      [name, MARK + i],
      [`globalThis.${name}`, MARK + i],
    ]),
  );
  const { outputFiles } = await build({
    ...input,
    absWorkingDir: root,
    bundle: true,
    treeShaking: false,
    platform: "neutral",
    format: "esm",
    write: false,
    outdir: "unused",
    logLevel: "silent",
    define,
    plugins: [
      {
        name: "imports",
        setup({ onResolve }) {
          onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
            if (kind === "entry-point") return undefined;
            found.add(`import of ${path}`);
            return { path, external: true };
          });
          onResolve({ filter: /^[.]/ }, ({ path, importer }) =>
            importer === "<stdin>" ? undefined : { path, external: true },
          );
        },
      },
    ],
  });
  for (const { text } of outputFiles)
    for (const [, index] of text.matchAll(new RegExp(`${MARK}(\\d+)`, "g"))) found.add(FORBIDDEN[Number(index)]!);
  return [...found].sort();
}

describe("the core runs anywhere and always does the same", () => {
  test("no source outside src/cli imports a platform module or uses eval, Function, Date, Math.random", async () => {
    const entryPoints = await coreSources();
    expect(entryPoints).toContain("src/core.ts");
    expect(entryPoints).toContain("src/autodiff/ops/kernels.generated.ts");
    const jit = ["src/jit.ts", "src/autodiff/lanes/javascript/jit.ts"]; // generates code, on request only: an entry of its own
    expect(entryPoints).toEqual(expect.arrayContaining(jit));
    // Its users have fast-check.
    const arbitraries = entryPoints.filter((path) => /^src\/testing\/(index|arbitraries)\.ts$/.test(path));
    const others = entryPoints.filter((path) => !jit.includes(path) && !arbitraries.includes(path));
    expect(await violations(together(others))).toEqual([]);
    expect(await violations(together(arbitraries))).toEqual(["import of fast-check"]);
    expect(await violations(together(jit))).toEqual(["Function"]);
  });

  test.each([
    ['import { readFile } from "node:fs"; readFile;', "import of node:fs"],
    ['import "fs";', "import of fs"],
    ['await import("node:os");', "import of node:os"],
    ['import { x } from "left-pad"; x;', "import of left-pad"],
    ['eval("1");', "eval"],
    ['(0, eval)("1");', "eval"],
    ['new Function("return 1")();', "Function"],
    ['Function("return 1")();', "Function"],
    ["export const f = () => new Date();", "Date"],
    ["export const f = () => Date.now();", "Date"],
    ["export const f = () => globalThis.Date.now();", "Date"],
    ["export const f = Math.random;", "Math.random"],
    ['export const f = () => Math["random"]();', "Math.random"],
  ])("the check catches %s", async (contents, expected) => {
    expect(await violations({ stdin: { contents, loader: "ts" } })).toEqual([expected]);
  });

  test("the check leaves strings, comments, properties and locals alone", async () => {
    const contents = `// eval, new Date()
      export const text = "eval Date Math.random() new Function()";
      export const f = (Date: { now: number }, site: { eval: number }) => Date.now + site.eval;`;
    expect(await violations({ stdin: { contents, loader: "ts" } })).toEqual([]);
  });

  test("a fit works where code generation, clocks and Math.random throw", async () => {
    await builtPackage();
    const script = `
      for (const [holder, name] of [[Math, "random"], [globalThis, "Date"], [performance, "now"]])
        Object.defineProperty(holder, name, { get: () => { throw new Error(name + " was used"); } });
      const { fit } = await import("nondiff/core");
      const { textmsg } = await import("nondiff/models");
      console.log(fit(textmsg, { steps: 5 }).mean("z") !== 0);`;
    const args = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", script];
    expect((await run(process.execPath, args, { cwd: root })).stdout).toBe("true\n");
  });
});

describe("package.json", () => {
  test("is an ES module without dependencies for Node.js 20 and later", () => {
    expect(manifest).toMatchObject({
      name: "nondiff",
      type: "module",
      dependencies: {},
      engines: { node: ">=20" },
      license: "MIT",
      sideEffects: ["./dist/plain/node/register.js", "./dist/cjs/plain/node/register.js"],
      bin: { nondiff: "./dist/cli/main.js" },
    });
    // nondiff/testing alone needs it.
    expect(manifest["peerDependencies"]).toEqual({ "fast-check": ">=4" });
    expect(manifest["peerDependenciesMeta"]).toEqual({ "fast-check": { optional: true } });
    expect(Object.keys(manifest)).not.toContain("optionalDependencies");
  });

  test("exports the entries that the documentation names, each with its declarations, and they exist", async () => {
    await builtPackage();
    expect(Object.keys(manifest.exports)).toEqual([
      ".",
      "./core",
      "./autodiff",
      "./linalg",
      "./models",
      "./verify",
      "./testing",
      "./wasm",
      "./kernels.wasm",
      "./jit",
      "./shards",
      "./methods",
      "./plain",
      "./plain/runtime",
      "./plain/transform",
      "./plain/plugin",
      "./plain/register",
      "./package.json",
    ]);
    for (const entry of Object.values(manifest.exports)) {
      if (typeof entry === "string") continue;
      expect(entry["module-sync"]).toBe(entry.import.default);
      expect(entry.require.default).toBe(entry.import.default.replace("./dist/", "./dist/cjs/"));
      for (const { types, default: path } of [entry.import, entry.require]) {
        expect(types).toBe(path.replace(/\.js$/, ".d.ts"));
        for (const file of [types, path]) expect((await readFile(join(root, file), "utf8")).length).toBeGreaterThan(0);
      }
    }
  });

  test("may be required, as ES modules or where Node.js cannot as CommonJS, with the same numbers", async () => {
    await builtPackage();
    const told = async (...flags: string[]) => {
      const { stdout } = await run(process.execPath, [...flags, "scripts/runtimes/required.cjs"], { cwd: root });
      return JSON.parse(stdout) as { from: string; entries: number; bits: number[] };
    };
    const [modules, commonJs] = await Promise.all([told(), told("--no-experimental-require-module")]);
    expect([modules.from, commonJs.from]).toEqual(["ES module", "CommonJS"]);
    expect(commonJs.entries).toBe(Object.keys(manifest.exports).length - 3);
    expect(commonJs.bits).toEqual(modules.bits);
  });

  test("nondiff/core gives the same classes as nondiff, and no function that nondiff has not", async () => {
    const [core, whole] = await Promise.all([import("../src/core.ts"), import("../src/index.ts")]);
    const missing = Object.keys(core).filter((name) => !Object.hasOwn(whole, name));
    expect(missing).toEqual([]);
    expect(core.rhoOfSd).toBe(whole.rhoOfSd);
    // Under nondiff distributions have more, cdf, quantile and moments, and functions of numbers check what they are given.
    expect(core.add(1, 2)).toBe(whole.add(1, 2));
    expect(core.DivergenceError).toBe(whole.DivergenceError);
  });
});

test("a bundle with one of the built models leaves those for kinds of conditions out", async () => {
  await builtPackage();
  const bundleOf = async (name: string): Promise<string> => {
    const contents = `export { ${name} } from "./dist/models/index.js";`;
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root },
      bundle: true,
      format: "esm",
      write: false,
    });
    return outputFiles[0]!.text;
  };
  expect(await bundleOf("conditions")).toContain("conditions/");
  expect(await bundleOf("textmsg")).not.toContain("conditions/");
});

describe("package-lock.json", () => {
  interface Locked {
    readonly optionalDependencies?: Record<string, string>;
  }
  type Packages = Record<string, Locked>;

  /** Optional dependencies that a package names and the lockfile does not resolve: `npm ci` fails on other platforms. */
  function unresolved(packages: Packages): string[] {
    return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => {
          for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
            if (Object.hasOwn(packages, `${at === "" ? "" : `${at}/`}node_modules/${name}`)) return false;
            if (at === "") return true;
          }
        })
        .map((name) => `${path} → ${name}`),
    );
  }

  test("resolves every optional dependency", async () => {
    const { packages } = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as { packages: Packages };
    const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
    expect(named.length).toBeGreaterThan(20); // a binary per platform for several tools
    expect(unresolved(packages)).toEqual([]);

    // Negative control: without one of them it is reported.
    const { "node_modules/@esbuild/win32-x64": _dropped, ...rest } = packages;
    expect(unresolved(rest)).toEqual(["node_modules/esbuild → @esbuild/win32-x64"]);
  });
});

// A statement at the top of a module that a bundler cannot prove to be without effect, such as `const FAR = log(1e9);`, stays in every
// bundle, with all that it uses.
const USED_BY_EVERY_PROGRAM =
  /^src\/(math\/(balanced-tree|elementary|logistic|trigonometric)|autodiff\/(ops|graph)\/.*)\.ts$/;

describe("modules that nothing is used of", () => {
  /** The modules that are left in the bundle of each of some programs, all of which are made at once: a module is read once. */
  const kept = async (programs: readonly string[]): Promise<string[][]> => {
    const { metafile } = await build({
      entryPoints: programs.map((_, i) => `program ${i}`),
      absWorkingDir: root,
      bundle: true,
      format: "esm",
      write: false,
      outdir: "unused",
      metafile: true,
      logLevel: "silent",
      // As in a shared chunk, where "sideEffects": false of the package says nothing.
      plugins: [
        {
          name: "effects",
          setup: ({ onResolve, onLoad }) => {
            onResolve({ filter: /^program \d+$/ }, ({ path }) => ({ path, namespace: "programs" }));
            onLoad({ filter: /.*/, namespace: "programs" }, ({ path }) => ({
              contents: programs[Number(path.slice("program ".length))]!,
              loader: "ts",
              resolveDir: root,
            }));
            onResolve({ filter: /^[.]/ }, ({ path, resolveDir }) => ({
              path: join(resolveDir, path),
              sideEffects: true,
            }));
          },
        },
      ],
    });
    return programs.map((_, i) => {
      const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint === `programs:program ${i}`)!;
      return Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));
    });
  };

  test("leave nothing in a bundle of an entry, and one that does is noticed", async () => {
    const [index, core, late] = await kept([
      'import "./src/index.ts";',
      'import "./src/core.ts";',
      'import { random } from "./src/core.ts"; import { count } from "./src/inference/options.ts"; const LATE = count("a", "b", 3);',
    ]);
    const more = (paths: string[]): string[] =>
      paths.filter((path) => path.startsWith("src/") && !USED_BY_EVERY_PROGRAM.test(path));
    expect(more(index!)).toEqual([]);
    expect(more(core!)).toEqual([]);
    expect(more(late!)).toContain("src/inference/options.ts");
  });
});

describe("the packed package, installed", () => {
  let folder: string;
  beforeAll(async () => {
    await builtPackage();
    folder = await mkdtemp(join(tmpdir(), "nondiff-installed-"));
    const pack = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
    const { stdout } = await run("npm", pack, { cwd: root });
    const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "dist/cli/main.js"]));
    const linked = [...(await readFile(join(root, "README.md"), "utf8")).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, path]) => path!,
    );
    expect(linked.length).toBeGreaterThan(10);
    expect(linked.filter((path) => !paths.some((file) => file === path || file.startsWith(`${path}/`)))).toEqual([]);
    expect(paths.filter((path) => /^(src|test|node_modules|reports|\.)/.test(path))).toEqual([]);
    if (SOAK)
      await run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(folder, filename)], { cwd: folder });
    else await unpack(filename);
    await cp(join(root, "examples"), folder, { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  // What npm does with a package that depends on nothing and has no scripts, in a hundredth of its time.
  const unpack = async (filename: string): Promise<void> => {
    const modules = join(folder, "node_modules");
    await mkdir(join(modules, ".bin"), { recursive: true });
    await run("tar", ["-xzf", join(folder, filename), "-C", modules]);
    await rename(join(modules, "package"), join(modules, "nondiff"));
    const bin = manifest["bin"] as { nondiff: string };
    await symlink(join("../nondiff", bin.nondiff), join(modules, ".bin/nondiff"));
    await chmod(join(modules, "nondiff", bin.nondiff), 0o755);
  };

  test("its command fits a model in a user's file", async () => {
    const args = ["run", "./my-model.js", "--steps", "200", "--json"];
    const { stdout } = await run(join(folder, "node_modules/.bin/nondiff"), args, { cwd: folder });
    expect(JSON.parse(stdout)).toMatchObject({ model: "wear", estimator: "corrected", steps: 200 });
  });

  test("an example that imports it runs", async () => {
    const { stdout } = await run(process.execPath, ["gmm.js"], { cwd: folder });
    expect(stdout).toMatch(/corrected ends at z = -0\.9/);
  });

  test("no platform module is imported outside its command line", async () => {
    const entries = ["index", "core", "autodiff/index", "linalg/index", "models/index"];
    const found = await violations(
      together(
        entries.map((entry) => `dist/${entry}.js`),
        join(folder, "node_modules/nondiff"),
      ),
    );
    expect(found.filter((text) => builtinModules.includes(text.replace(/^import of (node:)?/, "")))).toEqual([]);
  });
});
