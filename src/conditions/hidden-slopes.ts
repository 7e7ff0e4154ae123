/**
 * A program computes in doubles, and what is proven of its conditions holds for numbers. The two differ where rounding hides a slope: 1 + 1e-17·z is 1 up
 * to z = 11 and 5e-324·z is 0 up to z = 0.5, so that conditions on them change there and not at z = 0. Such conditions are refused.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../autodiff/graph/linear-form.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Objective } from "../objective/objective.ts";

/** 2⁻⁵², the error of a sum as a share of its summands, over 1e-6, by which it may move the place where a form is 0: so many units of its variables, or that share of it. */
const BY_SUM = 2.220446049250313e-10;
/** 5e-324, the error of a product near 0, over 1e-3, by which that may: 1e-320·z is 0 up to z = 0.00025, which is let pass. */
const BY_PRODUCT = 5e-321;

/** What is wrong with such a condition, in messages. */
export const HIDDEN = "a slope that rounding hides";

/**
 * Does rounding hide where a node, whose form has some slope, is 0? (z + 1e9) − 1e9 is just z, as 1e9 is rounded to a multiple of 1e-7, and (z + 1e10) − 1e10 just not, nor is
 * (z + 1e10·y) − 1e10·y. z − 1e17 has its place at 1e17, of which the error of 16 is no share.
 */
export function hidesSlope(graph: Graph, root: NodeId, form: LinearForm): boolean {
  let { coefficients, constant: size } = linearForm(graph, root, Math.abs);
  for (const value of coefficients.values()) size += value;
  return Math.max(steepest(form), Math.abs(form.constant)) < size * BY_SUM + BY_PRODUCT;
}

/** The largest coefficient without its sign. */
export function steepest({ coefficients }: LinearForm): number {
  let largest = 0;
  for (const value of coefficients.values()) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Throws RangeError for a comparison c > 0 of a program whose slope rounding hides. */
export function requireVisible({ graph, terms }: Objective, c: NodeId): void {
  const form = linearForm(graph, c);
  if (form.coefficients.size === 0 || !hidesSlope(graph, c, form)) return;
  const mask = graph.algebra.positive(c);
  const { site } = terms.find(({ node }) => graph.reachable([node]).includes(mask)) ?? { site: "a site" };
  throw new RangeError(
    `corrected: condition \`${graph.text(mask)}\` at ${site} cannot be handled exactly; got ${HIDDEN}, expected numbers of like sizes; to try: latents and data in other units`,
  );
}
