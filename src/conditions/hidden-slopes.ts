/**
 * A program computes in doubles, and what is proven of its conditions holds for numbers. The two differ where rounding hides a slope: 1 + 1e-17·z is 1 up
 * to z = 11 and 5e-324·z is 0 up to z = 0.5, so that conditions on them change there and not at z = 0. Such conditions are refused.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { linearForm, weightOf } from "../autodiff/graph/linear-form.ts";
import { linearOperands } from "../autodiff/graph/linear-operands.ts";
import { CODE } from "../autodiff/ops/codes.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";

/** The error of a sum, as a share of its summands, and how far it may move the place where a form is 0: so many units of its variables, or that share of it. */
const [OF_SUM, SHIFT_BY_SUM] = [2.220446049250313e-16, 1e-6];
/** The same of the error of a product near 0: 1e-320·z is 0 up to z = 0.00025, which is let pass. */
const [OF_PRODUCT, SHIFT_BY_PRODUCT] = [5e-324, 1e-3];

/**
 * Does rounding hide where the form is 0? (z + 1e9) − 1e9 is just z, as 1e9 is rounded to a multiple of 1e-7, and (z + 1e10) − 1e10 just not. z − 1e17 has
 * its place at 1e17, of which the error of 16 is no share.
 */
export function hidesSlope(graph: Graph, root: NodeId): boolean {
  const { coefficients, constant } = linearForm(graph, root);
  let slope = 0;
  for (const value of coefficients.values()) slope = Math.max(slope, Math.abs(value));
  const most = Math.max(slope, Math.abs(constant));
  return slope > 0 && (sizeOf(graph, root) * OF_SUM > SHIFT_BY_SUM * most || OF_PRODUCT > SHIFT_BY_PRODUCT * most);
}

// By node of a graph what `sizeOf` has found: the conditions of a loop whose state feeds back are sums of one another.
const SIZES: WeakMap<Graph, Map<NodeId, number>> = /* @__PURE__ */ new WeakMap();

// The summands of a form's constant without their signs: of 1 + z − 1, where the constant is 0, they are 2.
function sizeOf(graph: Graph, root: NodeId): number {
  const sizes = SIZES.get(graph) ?? new Map<NodeId, number>();
  SIZES.set(graph, sizes);
  const groupOf = (node: NodeId): readonly number[] =>
    linearOperands(graph, node, (operand) => !graph.isConstant(operand)) ?? [];
  const open = [root];
  while (open.length > 0) {
    const node = open[open.length - 1]!;
    const group = groupOf(node);
    const missing = group.map((place) => graph.operand(node, place)).filter((operand) => !sizes.has(operand));
    if (missing.length > 0 && !sizes.has(node)) {
      open.push(...missing);
      continue;
    }
    open.pop();
    const parts = group.map((place) => {
      const size = sizes.get(graph.operand(node, place));
      return size ? Math.abs(weightOf(graph, node, group, place, 1) * size) : 0;
    });
    const own = graph.isConstant(node) ? Math.abs(graph.value(node)) : 0;
    sizes.set(
      node,
      parts.reduce((sum, part) => sum + part, own),
    );
  }
  return sizes.get(root)!;
}

/** Throws RangeError for a comparison c > 0 of a program whose slope rounding hides. */
export function requireVisible(caller: string, { graph, terms }: Objective, c: NodeId): void {
  if (!hidesSlope(graph, c)) return;
  const mask = graph.algebra.positive(c);
  const { site } = terms.find(({ node }) => graph.reachable([node]).includes(mask)) ?? { site: "a site" };
  throw new RangeError(
    `${caller}: condition \`${graph.text(mask)}\` at ${site} cannot be handled exactly; got a slope that rounding hides, expected numbers of like sizes; to try: latents and data in other units`,
  );
}

/** The same for every comparison of a program. */
export function requireAllVisible(caller: string, objective: Objective): void {
  const { graph, terms } = objective;
  for (const node of graph.reachable(terms.map((term) => term.node)))
    if (graph.op[node] === CODE.positive) requireVisible(caller, objective, graph.a[node]!);
}
