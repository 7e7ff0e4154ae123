import { ALL_OPS } from "./all-ops.ts";
import { fastPlan } from "./fast-plan.ts";
import { Graph, type GraphOptions } from "./graph.ts";

/** A graph whose algebra has every op, those on special functions included, and whose tapes are the fastest. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super({ planner: fastPlan, ...options });
    this.link(ALL_OPS);
  }
}
