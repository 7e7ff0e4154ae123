/** `defineModel` for programs with methods on values. */
import type { Real, Truth } from "../autodiff/expr.ts";
import type { Distribution } from "../distributions/distribution.ts";
import type { MatrixDistribution, VectorDistribution } from "../distributions/vector/vector-distribution.ts";
import {
  defineModel as define,
  type Model,
  type ModelOptions,
  type Program,
  type ProgramContext,
} from "../program/model.ts";
import { type Value, withMethods } from "./values.ts";

/** What a program with methods is given: the statements of `ProgramContext`, whose results have methods. */
export interface MethodContext extends Omit<ProgramContext, "sample" | "frozen" | "param" | "where"> {
  /** Declares a latent and returns its value, on the scale of its prior. */
  sample(name: string, prior: MatrixDistribution): Value[][];
  sample(name: string, prior: VectorDistribution): Value[];
  sample(name: string, prior: Distribution): Value;
  /** A random value that is drawn afresh for each sample and not learned. */
  frozen(name: string, distribution: Distribution): Value;
  /** A parameter without spread, or an array of them; a fit begins at `start`. */
  param(name: string, start: readonly number[]): Value[];
  param(name: string, start: number): Value;
  /** `x` where the condition holds, `y` elsewhere; `condition.where(x, y)` is the same. */
  where(condition: Truth, x: Real, y: Real): Value;
}

export type MethodProgram = (context: MethodContext) => void;

/**
 * Defines a model whose program may use methods on values, beside functions; it is the same model as that of the functions.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(z.gt(0).where(5, -2), 1), 0);
 *     });
 *
 * Errors are those of `defineModel` of nondiff.
 */
export function defineModel(name: string, program: MethodProgram, options: ModelOptions = {}): Model {
  if (typeof program !== "function") return define(name, program, options);
  const run = program as unknown as Program;
  return define(name, (...given) => withMethods(() => run(...given)), options);
}
