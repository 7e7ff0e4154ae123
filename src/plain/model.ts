/** `defineModel` of plain programs: a traced value has type `number`, so that TypeScript checks them as ordinary code. */
import type { Distribution } from "../distributions/distribution.ts";
import type { MatrixDistribution, VectorDistribution } from "../distributions/vector/vector-distribution.ts";
import {
  defineModel as define,
  type Model,
  type ModelOptions,
  type Program,
  type ProgramContext,
} from "../program/model.ts";
import { isTransformed } from "./runtime/program.ts";

/** What a plain program is given: the statements of `ProgramContext` with `number` for every traced value. */
export interface PlainContext extends Omit<ProgramContext, "sample" | "frozen" | "param" | "where"> {
  /** Declares a latent and returns its value, on the scale of its prior. */
  sample(name: string, prior: MatrixDistribution): number[][];
  sample(name: string, prior: VectorDistribution): number[];
  sample(name: string, prior: Distribution): number;
  /** A random value that is drawn afresh for each sample and not learned. */
  frozen(name: string, distribution: Distribution): number;
  /** A parameter without spread, or an array of them; a fit begins at `start`. */
  param(name: string, start: readonly number[]): number[];
  param(name: string, start: number): number;
  /** `x` where the condition holds, `y` elsewhere. */
  where(condition: boolean, x: number, y: number): number;
}

export type PlainProgram = (context: PlainContext) => void;

/**
 * Defines a model whose program is ordinary code, `if`s and operators included.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(z > 0 ? 5 : -2, 1), 0);
 *     });
 *
 * The file has to be transformed before it runs: by `nondiff run`, `node --import nondiff/plain/register` or a plugin of `nondiff/plain/plugin`. Throws
 * TypeError if it was not; otherwise the model is one as any other.
 */
export function defineModel(name: string, program: PlainProgram, options: ModelOptions = {}): Model {
  if (typeof program === "function" && !isTransformed(program))
    throw new TypeError(
      `defineModel: the program of "${String(name)}" was not transformed; got its file as it is written, expected it through \`nondiff run\`, \`node --import nondiff/plain/register\` or a plugin of nondiff/plain/plugin; or defineModel of nondiff for a program of calls`,
    );
  return define(name, program as unknown as Program, options);
}
