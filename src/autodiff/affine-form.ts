/** A value that is affine in one other by numbers alone, as programs write it: 1 − 2·(x/3) is −0.67·x + 1. */
import { CODE } from "./ops/codes.ts";
import type { GraphView, NodeId } from "./ops/op.ts";

/** A value as slope·node + rest. */
export interface AffineForm {
  readonly node: NodeId;
  readonly slope: number;
  readonly rest: number;
}

export function formOf(g: GraphView, c: NodeId): AffineForm {
  let node = c;
  let slope = 1;
  let rest = 0;
  for (;;) {
    const x = g.a[node]!;
    const y = g.b[node]!;
    const code = g.op[node];
    if (code === CODE.neg) {
      slope = -slope;
      node = x;
    } else if (code === CODE.div && g.isConstant(y)) {
      slope /= g.value(y);
      node = x;
    } else if ((code === CODE.add || code === CODE.sub) && g.isConstant(x)) {
      rest += slope * g.value(x);
      if (code === CODE.sub) slope = -slope;
      node = y;
    } else if (code === CODE.mul && g.isConstant(x)) {
      slope *= g.value(x);
      node = y;
    } else return { node, slope, rest };
  }
}
