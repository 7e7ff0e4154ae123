/** The two engines: the plain one takes few bytes, the fast one few passes over the lanes. */

import type { Kernels } from "../../ops/kernels.generated.ts";
import type { OpTable } from "../../ops/op-table.ts";
import { fastPlan } from "../../planners/fast-plan.ts";
import { planMeans } from "../../planners/lane-means.ts";
import type { Engine } from "../../tape/engine.ts";
import { plainPlan } from "../../tape/plan.ts";
import { ROLL_KERNELS } from "../rolled-instructions.ts";
import { FAST_INTERPRETER } from "./fast-interpreter.ts";
import { FAST_KERNELS } from "./fast-kernels.generated.ts";
import { INTERPRETER } from "./interpreter.ts";
import { STEP_KERNELS } from "./step-kernels.ts";

/** It has one instruction per op, in the order of the graph. */
export const PLAIN_ENGINE: Engine = { plan: plainPlan, interpreter: INTERPRETER };

/** It gathers sums, fuses ops, and takes the mean of a linear function from the means of what it is linear in. */
export const FAST_ENGINE: Engine = {
  plan: fastPlan,
  planMeans,
  kernelsWith: fastKernels,
  interpreter: FAST_INTERPRETER,
};

// Put together once for each of the few tables: a hundred names take longer than encoding a small program.
const TABLES: WeakMap<OpTable, Kernels> = /* @__PURE__ */ new WeakMap();

function fastKernels(ops: OpTable): Kernels {
  const made = TABLES.get(ops) ?? { ...ops.kernels, ...FAST_KERNELS, ...STEP_KERNELS, ...ROLL_KERNELS };
  TABLES.set(ops, made);
  return made;
}
