import { Graph, type GraphOptions } from "./graph/graph.ts";
import { ALL_OPS } from "./ops/all-ops.ts";

/** A graph whose algebra has every op, those on special functions included. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super(options);
    this.link(ALL_OPS);
  }
}
