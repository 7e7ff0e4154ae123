import { ALL_OPS } from "./all-ops.ts";
import { fastPlan } from "./fast-plan.ts";
import { Graph, type GraphOptions } from "./graph.ts";
import { print } from "./print.ts";

/** A graph whose algebra has every op, those on special functions included, whose tapes are the fastest and whose messages have infix operators. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super({ planner: fastPlan, print, ...options });
    this.link(ALL_OPS);
  }
}
