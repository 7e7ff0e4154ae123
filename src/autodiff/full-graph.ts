import { ALL_OPS } from "./all-ops.ts";
import { Graph, type GraphOptions } from "./graph.ts";

/** A graph whose algebra has every op, those on special functions included. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super(options);
    this.link(ALL_OPS);
  }
}
