/** A model by name, or the default export of a user's module. */
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
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

export async function loadModel(name: string | undefined): Promise<Model> {
  const known = `one of ${[...MODELS.keys()].join(", ")}, conditions/… (nondiff models lists them), or a file such as ./my-model.js`;
  if (name === undefined) throw new UsageError(`which model? expected ${known}`);
  const model = MODELS.get(name) ?? CONDITIONS.get(name);
  if (model) return model;
  if (/^(conditions\/)?[^./\\]*$/.test(name)) throw new UsageError(`no such model; got "${name}", expected ${known}`);
  const path = resolve(name);
  if (!existsSync(path))
    throw new UsageError(`no such file; got "${name}", expected a module whose default export is a model`);
  resolveToThisPackage();
  const module = (await importModule(name, path)) as { default?: unknown };
  if (!isModel(module.default))
    throw new UsageError(
      `"${name}" does not export a model; got a default export of ${typeof module.default}, expected export default defineModel(…)`,
    );
  return module.default;
}

async function importModule(name: string, path: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_UNKNOWN_FILE_EXTENSION") throw error;
    throw new UsageError(
      `this Node.js cannot import "${name}"; got ${process.version}, expected a JavaScript module, or Node.js 22.18 or later for TypeScript`,
    );
  }
}

// A user's module must get the very classes that this command line uses, wherever the module lies: its imports of
// "nondiff" resolve as if they stood here. Node.js before 20.6 has no hook for that; there the usual rules hold.
function resolveToThisPackage(): void {
  const hook = `export const resolve = (specifier, context, next) =>
    next(specifier, /^nondiff(\\/|$)/.test(specifier) ? { ...context, parentURL: ${JSON.stringify(import.meta.url)} } : context);`;
  nodeModule.register?.(`data:text/javascript,${encodeURIComponent(hook)}`);
}

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "program" in value && typeof value.program === "function";
}
