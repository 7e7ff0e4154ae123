/** `defineModel` of plain programs: a traced value has type `number`, so that TypeScript checks them as ordinary code. */

import type { DataOf, Schema } from "../program/data/schema.ts";
import type { StandardSchema } from "../program/data/standard-schema.ts";
import {
  type ContextOf,
  type DataModel,
  type DataModelOptions,
  defineModel as define,
  type Model,
  type ModelOptions,
  type Program,
} from "../program/model.ts";
import { isTransformed } from "./runtime/program.ts";

/** What a plain program is given: the statements of `ProgramContext` with `number` for every traced value. */
export type PlainContext = ContextOf<number, number, boolean>;

export type PlainProgram = (context: PlainContext) => void;
export type PlainDataProgram<D> = (context: PlainContext, data: D) => void;

/**
 * Defines a model whose program is ordinary code, `if`s and operators included.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(z > 0 ? 5 : -2, 1), 0);
 *     });
 *
 * The file has to be transformed before it runs: by `nondiff run`, `node --import nondiff/plain/register` or a plugin of `nondiff/plain/plugin`. Throws
 * TypeError if it was not; otherwise the model is one as any other. With the option `data` the program gets data as its second argument.
 */
export function defineModel(name: string, program: PlainProgram, options?: ModelOptions): Model;
export function defineModel<const S extends Schema | StandardSchema>(
  name: string,
  program: PlainDataProgram<DataOf<S>>,
  options: DataModelOptions<S>,
): DataModel<S>;
export function defineModel(
  name: string,
  program: PlainProgram | PlainDataProgram<never>,
  options: ModelOptions & { readonly data?: unknown } = {},
): Model | DataModel<unknown, never> {
  if (typeof program === "function" && !isTransformed(program))
    throw new TypeError(
      `defineModel: the program of "${String(name)}" was not transformed; got its file as it is written, expected it through \`nondiff run\`, \`node --import nondiff/plain/register\` or a plugin of nondiff/plain/plugin; or defineModel of nondiff for a program of calls`,
    );
  return define(name, program as unknown as Program, options);
}
