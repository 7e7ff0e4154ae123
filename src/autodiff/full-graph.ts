import { Graph, type GraphOptions } from "./graph/graph.ts";
import { print } from "./graph/infix-text.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import { fastPlan } from "./tape/fast-plan.ts";

/** A graph whose algebra has every op, those on special functions included, whose tapes are the fastest and whose messages have infix operators. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super({ planner: fastPlan, print, ...options });
    this.link(ALL_OPS);
  }
}
