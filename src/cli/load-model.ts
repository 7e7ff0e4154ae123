/**
 * The command line finds the model that it was given: `nondiff run textmsg` takes one that comes with nondiff, `nondiff run thermostat` a problem of
 * the gallery, and `nondiff run ./visits.js` the default export of a module.
 */
import { readFileSync, statSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect } from "node:util";
import {
  cheating,
  conditions,
  gmm,
  influenza,
  type KnownModel,
  temperature,
  textmsg,
  walk,
  xornet,
} from "../models/index.ts";
import { once } from "../pieces/once.ts";
import type { Model } from "../program/model.ts";
import { UsageError } from "./arguments.ts";

/** The models that come with nondiff, by name. */
export const MODELS: ReadonlyMap<string, Model> = byName([
  cheating,
  gmm,
  influenza,
  temperature,
  textmsg,
  walk,
  xornet,
]);
/** The small models with known answers, by name: "conditions/circle". */
export const CONDITIONS: ReadonlyMap<string, KnownModel> = byName(Object.values(conditions));

function byName<M extends Model>(models: readonly M[]): ReadonlyMap<string, M> {
  return new Map(models.map((model) => [model.name, model]));
}

/** What `gallery/problems.json` says of a problem. */
export interface Problem {
  readonly name: string;
  /** The question, such as "in which year did British coal mines become safer?" */
  readonly asks: string;
  /** What of the density jumps. */
  readonly jumps: string;
  readonly source: string;
  readonly licence: string;
}

// They lie beside dist/ as they are written, so that a user can read, copy and change what `nondiff run coal-mining` fits.
const GALLERY = new URL("../../gallery/", import.meta.url);

/** The problems of the gallery, in its order. */
export function problems(): readonly Problem[] {
  return JSON.parse(readFileSync(new URL("problems.json", GALLERY), "utf8")) as Problem[];
}

// Where the program of a problem lies; undefined if there is none of this name.
function programOf(name: string): string | undefined {
  return problems().some((problem) => problem.name === name)
    ? fileURLToPath(new URL(`${name}.js`, GALLERY))
    : undefined;
}

export async function loadModel(name: string | undefined): Promise<Model> {
  const model = name === undefined ? undefined : (MODELS.get(name) ?? CONDITIONS.get(name));
  if (model) return model;
  const names = [...MODELS.keys(), ...problems().map((problem) => problem.name)];
  const known = `one of ${names.join(", ")}, conditions/… (nondiff models lists them), or a file such as ./my-model.js`;
  if (name === undefined) throw new UsageError(`which model? expected ${known}`);
  const program = programOf(name);
  if (program !== undefined) return fromFile(name, program);
  if (/^(conditions\/)?[^./\\]*$/.test(name)) throw new UsageError(`no such model; got "${name}", expected ${known}`);
  return fromFile(name, resolve(name));
}

/** The model that a module exports. */
async function fromFile(name: string, path: string): Promise<Model> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`no such file; got "${name}", expected a module whose default export is a model`);
  if (!found.isFile())
    throw new UsageError(
      `not a file; got "${name}", a ${found.isDirectory() ? "folder" : "pipe or device"}, expected a module whose default export is a model`,
    );
  resolveToThisPackage();
  const module = (await importModule(name, path)) as Readonly<Record<string, unknown>>;
  if (!isModel(module.default))
    throw new UsageError(
      `"${name}" does not export a model; got ${exportsOf(module)}, expected export default defineModel(…)`,
    );
  return module.default;
}

// What a module has in place of a model as its default export.
function exportsOf(module: Readonly<Record<string, unknown>>): string {
  const { default: found, ...others } = module;
  if (Array.isArray(found)) return `a list of ${found.length}`;
  if (found !== undefined) return `a default export of ${found === null ? "null" : typeof found}`;
  const names = Object.keys(others);
  return names.length > 0 ? `no default export, only ${names.join(", ")}` : "no default export";
}

/** Seconds after which a module that is still being imported is given up. */
const PATIENCE = 60;

async function importModule(name: string, path: string): Promise<unknown> {
  let reject: (error: Error) => void = () => undefined;
  const given = new Promise<never>((_, refuse) => {
    reject = refuse;
  });
  const giveUp = (why: string): void =>
    reject(new UsageError(`"${name}" cannot be imported; got ${why}, expected a module that ends loading`));
  const timer = setTimeout(() => giveUp(`no end of its loading within ${PATIENCE} seconds`), PATIENCE * 1000);
  timer.unref();
  // A top-level await of what never comes leaves Node.js nothing to wait for.
  const stuck = (): void => giveUp("a top-level await that nothing will ever resolve");
  process.once("beforeExit", stuck);
  const left = (code: number): void => {
    process.stderr.write(`nondiff: "${name}" ended the process while it was imported; got exit status ${code}\n`);
    process.exitCode = code || 1; // nothing was done, whatever the module says
  };
  process.once("exit", left);
  try {
    return await Promise.race([import(pathToFileURL(path).href), given]);
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new UsageError(
        `"${name}" is no JavaScript module; got ${/^\S+:\d+:\d+: /.test(error.message) ? error.message : await syntaxFault(path, error)}`,
      );
    const { code, message = "" } = Object(error) as { code?: unknown; message?: string };
    if (!(error instanceof Error))
      throw new UsageError(
        `"${name}" throws what is no error; got ${inspect(error)}, expected a module whose default export is a model`,
      );
    if (typeof code === "string" && /^(ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|ERR_PACKAGE_PATH|ERR_IMPORT)/.test(code))
      throw new UsageError(
        `"${name}" cannot be imported; got ${message.split("\n")[0]}, expected imports that are there`,
      );
    if (code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
    throw new UsageError(
      `this Node.js cannot import "${name}"; got ${process.version}, expected a JavaScript module, or Node.js 22.18 or later for TypeScript`,
    );
  } finally {
    clearTimeout(timer);
    process.off("beforeExit", stuck);
    process.off("exit", left);
  }
}

// The error itself does not say where it is. A parser does, of the file or of the first at fault among those that it imports by a relative path.
async function syntaxFault(path: string, { message }: SyntaxError): Promise<string> {
  const { treeOf } = await import("../plain/transform/tree.ts");
  const seen = new Set<string>();
  const faultOf = (file: string): string | undefined => {
    if (seen.has(file) || !statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
    seen.add(file);
    try {
      const { program } = treeOf(readFileSync(file, "utf8"), file, /\.[cm]?tsx?$/.test(file)).file;
      const imports = program.body.map((node) => ("source" in node && node.source ? String(node.source.value) : ""));
      const near = imports.filter((source) => source.startsWith("."));
      return near.map((source) => faultOf(resolve(dirname(file), source))).find((fault) => fault !== undefined);
    } catch (error) {
      if (error instanceof SyntaxError) return error.message;
      throw error;
    }
  };
  return faultOf(path) ?? `${message} in a file that it imports`;
}

const OWN = fileURLToPath(new URL("..", import.meta.url));

/** The place in a user's own file where an error arose, such as `/home/ada/model.mjs:3:17`; undefined if it arose elsewhere. */
export function locationOf({ stack = "", cause }: Error): string | undefined {
  // A syntax error has its file at the beginning, without a column.
  for (const [, file, at] of stack.matchAll(/(?:^|[\s(])(file:\/\/\/[^\s)]+?|\/[^\s():]+)(:\d+(?::\d+)?)/gm)) {
    const path = file!.startsWith("file:") ? fileURLToPath(file!) : file!;
    if (!path.startsWith(OWN) && !path.includes("node_modules")) return `${path}${at}`;
  }
  // An error that got the name of its model has the place in the one that it was made of.
  return cause instanceof Error ? locationOf(cause) : undefined;
}

// A user's module must get the very classes that this command line uses, wherever the module lies: its imports of
// "nondiff" resolve as if they stood here. Node.js before 20.6 has no hook for that; there the usual rules hold.
// Each hook that is set is asked at each import, so they are set once for all files of a process.
const resolveToThisPackage = once((): void => {
  const hook = `export const resolve = (specifier, context, next) =>
    next(specifier, /^nondiff(\\/|$)/.test(specifier) ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context);`;
  nodeModule.register?.(`data:text/javascript,${encodeURIComponent(hook)}`);
  // Plain programs and types, whose errors are then told by the lines of the file as it is written.
  nodeModule.register?.(new URL("../plain/node/hooks.js", import.meta.url));
  process.setSourceMapsEnabled(true);
});

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "program" in value && typeof value.program === "function";
}
