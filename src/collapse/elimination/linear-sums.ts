/**
 * Running sums of functions that are linear in a few others. Of counts with rate a until some day and b from then on every day has the term
 * count · log(rate) − rate, so that the sum of all, with the change after day t, is
 *
 *     A(t) · log a − t · a + B(t) · log b − (n − t) · b + a number,
 *
 * with numbers A(t) and B(t). Such a sum is made of its numbers, in one instruction for each t, and neither is that of the day before needed for
 * it nor are the slopes of all days added up from the last day to the first.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../../autodiff/graph/linear-form.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";

/** With more places they are made one of the other too: the slope of one function would be a sum over all places, which is made at once. */
const MOST_PLACES = 256;

/** Sums of more functions than this are made one of the other: it takes about as many operations. */
const MOST_ATOMS = 6;

/** Fewer summands for each of the functions are added as they are. */
const SUMMANDS_PER_ATOM = 2;

/**
 * At every place the sum of what `rising` has at it and before, and of what `falling` has after it; undefined where these are not linear in a few
 * functions. Nothing is subtracted: a coefficient is a sum of those of summands that count.
 */
export function linearSums(
  graph: Graph,
  rising: readonly (readonly NodeId[])[],
  falling: readonly (readonly NodeId[])[],
): NodeId[] | undefined {
  if (rising.length > MOST_PLACES) return undefined;
  const atoms = new Set<NodeId>();
  const forms = new Map<NodeId, LinearForm>();
  let isLinear = true;
  let summands = 0;
  const see = (node: NodeId): void => {
    summands++;
    if (forms.has(node) || !isLinear) return;
    const form = linearForm(graph, node);
    for (const atom of form.coefficients.keys()) atoms.add(atom);
    isLinear = atoms.size <= MOST_ATOMS && Number.isFinite(form.constant);
    forms.set(node, form);
  };
  for (const side of [rising, falling]) for (const nodes of side) nodes.forEach(see);
  if (!isLinear || summands < SUMMANDS_PER_ATOM * atoms.size) return undefined;
  const formsAt = (nodes: readonly NodeId[]): LinearForm[] => nodes.map((node) => forms.get(node)!);
  const below = runningForms(rising.map(formsAt));
  const above = runningForms(falling.map(formsAt).reverse()).reverse();
  return below.map((form, place) => {
    const next = above[place + 1];
    return nodeOf(graph, next ? addedForms([form, next]) : form);
  });
}

function runningForms(forms: readonly (readonly LinearForm[])[]): LinearForm[] {
  let sum: LinearForm = { coefficients: new Map(), constant: 0 };
  return forms.map((here) => {
    if (here.length > 0) sum = addedForms([sum, ...here]);
    return sum;
  });
}

function addedForms(forms: readonly LinearForm[]): LinearForm {
  const coefficients = new Map<NodeId, number>();
  let sum = 0;
  for (const form of forms) {
    sum += form.constant;
    for (const [atom, weight] of form.coefficients) coefficients.set(atom, (coefficients.get(atom) ?? 0) + weight);
  }
  return { coefficients, constant: sum };
}

function nodeOf(graph: Graph, { coefficients, constant }: LinearForm): NodeId {
  const { algebra: A } = graph;
  const parts = [...coefficients]
    .sort(([p], [q]) => p - q)
    .flatMap(([atom, weight]) => (weight === 0 ? [] : [A.mul(A.constant(weight), atom)]));
  return A.add(A.constant(constant), graph.sum(parts));
}
