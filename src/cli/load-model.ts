/** A model by name, or the default export of a user's module. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import * as catalogue from "../models/index.ts";
import type { Model } from "../program/model.ts";
import { UsageError } from "./arguments.ts";

/** The models that come with nondiff, by name. */
export const MODELS: ReadonlyMap<string, Model> = new Map(
  Object.values(catalogue).flatMap((value) => (isModel(value) ? [[value.name, value] as const] : [])),
);

export async function loadModel(name: string | undefined): Promise<Model> {
  const known = [...MODELS.keys()].join(", ");
  if (name === undefined)
    throw new UsageError(`which model? expected one of ${known}, or a file such as ./my-model.js`);
  const model = MODELS.get(name);
  if (model) return model;
  if (!/[./\\]/.test(name))
    throw new UsageError(`no such model; got "${name}", expected one of ${known}, or a file such as ./my-model.js`);
  const path = resolve(name);
  if (!existsSync(path))
    throw new UsageError(`no such file; got "${name}", expected a module whose default export is a model`);
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  if (!isModel(module.default))
    throw new UsageError(
      `"${name}" does not export a model; got a default export of ${typeof module.default}, expected export default defineModel(…)`,
    );
  return module.default;
}

function isModel(value: unknown): value is Model {
  return typeof value === "object" && value !== null && "program" in value && typeof value.program === "function";
}
