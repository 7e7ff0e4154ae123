/**
 * The graph that `nondiff` traces onto: it knows all ops from the start, where that of the core has the basic ones until others are linked, and
 * shows a condition as `2 * z > 1` where the core shows it as calls.
 */
import { closerForm } from "./closer-forms.ts";
import { Graph, type GraphOptions } from "./graph/graph.ts";
import { print } from "./graph/infix-text.ts";
import { ALL_OPS } from "./ops/all-ops.ts";
import type { NodeId } from "./ops/op.ts";

/** A graph whose algebra has every op, also lgamma, erf and the other special functions. */
export class FullGraph extends Graph {
  constructor(options?: GraphOptions) {
    super(options);
    this.link(ALL_OPS);
  }

  override apply(code: number, x: NodeId, y: NodeId = -1, z: NodeId = -1, make: boolean = true): NodeId {
    const closer = closerForm(this, code, x, y);
    return closer >= 0 ? closer : super.apply(code, x, y, z, make);
  }

  override text(node: NodeId): string {
    return print(this, node);
  }
}
