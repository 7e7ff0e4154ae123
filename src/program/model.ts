import { print } from "../autodiff/graph/infix-text.ts";
import { fastPlan } from "../autodiff/tape/fast-plan.ts";
import { averaging } from "../inference/averaging.ts";
import { diagnosis } from "../inference/diagnosis.ts";
import { type Model, type ModelOptions, type Program, plainModel } from "./plain-model.ts";

export type { BranchResult, MeanFieldParameters, Model, ModelOptions, Program, ProgramContext } from "./plain-model.ts";

/**
 * Defines a model.
 *
 *     const gmm = defineModel("gmm", ({ sample, observe }) => {
 *       const z = sample("z", normal(0, 1));
 *       observe(normal(where(gt(z, 0), 5, -2), 1), 0);
 *     });
 */
export function defineModel(name: string, program: Program, options: ModelOptions = {}): Model {
  return { ...plainModel(name, program, options), graphOptions: { planner: fastPlan, print }, averaging, diagnosis };
}
