/** The two engines: plain, in few bytes, and fast. */

import type { Kernels } from "../../ops/kernels.generated.ts";
import { fastPlan } from "../../planners/fast-plan.ts";
import { planMeans } from "../../planners/lane-means.ts";
import type { Engine } from "../../tape/engine.ts";
import { plainPlan } from "../../tape/plan.ts";
import { FAST_INTERPRETER } from "./fast-interpreter.ts";
import { FAST_KERNELS } from "./fast-kernels.generated.ts";
import { INTERPRETER } from "./interpreter.ts";
import { STEP_KERNELS } from "./step-kernels.ts";

/** One instruction per op, run one after the other. */
export const PLAIN_ENGINE: Engine = { plan: plainPlan, interpreter: INTERPRETER };

/** Fewest passes over the lanes: sums gathered, ops fused, means of linear functions made of means. */
export const FAST_ENGINE: Engine = {
  plan: fastPlan,
  planMeans,
  kernels: /* @__PURE__ */ fastKernels(),
  interpreter: FAST_INTERPRETER,
};

function fastKernels(): Kernels {
  return { ...FAST_KERNELS, ...STEP_KERNELS };
}
