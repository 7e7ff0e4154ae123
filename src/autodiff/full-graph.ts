/** The graph that `nondiff` traces onto: it knows all ops from the start, where that of the core has the basic ones until others are linked. */
import { Graph, type GraphOptions } from "./graph/graph.ts";
import { ALL_OPS } from "./ops/all-ops.ts";

/** A graph whose algebra has every op, also lgamma, erf and the other special functions. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super(options);
    this.link(ALL_OPS);
  }
}
