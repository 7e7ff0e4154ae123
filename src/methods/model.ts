/** `defineModel` for programs with methods on values. */
import type { Real, Truth } from "../autodiff/expr.ts";
import {
  type ContextOf,
  type DefineModel,
  defineModel as define,
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
export const defineModel: DefineModel<MethodContext> = (
  name: string,
  program: unknown,
  options?: ModelOptions,
): never => {
  const run = program as Program;
  return define(
    name,
    typeof run === "function" ? (...given) => withMethods(() => run(...given)) : run,
    options,
  ) as never;
};
