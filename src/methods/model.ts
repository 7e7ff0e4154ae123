/**
 * `defineModel` of `nondiff/methods` gives programs values with methods: `z.mul(2).add(1)` and `z.gt(0)` beside `add(mul(2, z), 1)` and `gt(z, 0)`.
 */
import type { Real, Truth } from "../autodiff/expr.ts";
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
import { type Value, withMethods } from "./values.ts";

/** What a program with methods is given: the statements of `ProgramContext`, whose results have methods. `condition.where(x, y)` is `where` too. */
export type MethodContext = ContextOf<Value, Real, Truth>;

export type MethodProgram = (context: MethodContext) => void;
export type MethodDataProgram<D> = (context: MethodContext, data: D) => void;

/**
 * Defines a model whose program may use methods on values, beside functions; it is the same model as that of the functions.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(z.gt(0).where(5, -2), 1), 0);
 *     });
 *
 * With the option `data` the program gets data as its second argument. Errors are those of `defineModel` of nondiff.
 */
export function defineModel(name: string, program: MethodProgram, options?: ModelOptions): Model;
export function defineModel<const S extends Schema | StandardSchema>(
  name: string,
  program: MethodDataProgram<DataOf<S>>,
  options: DataModelOptions<S>,
): DataModel<S>;
export function defineModel(
  name: string,
  program: MethodProgram | MethodDataProgram<never>,
  options: ModelOptions & { readonly data?: unknown } = {},
): Model | DataModel<unknown, never> {
  if (typeof program !== "function") return define(name, program as unknown as Program, options);
  const run = program as unknown as Program;
  return define(name, (...given) => withMethods(() => run(...given)), options);
}
