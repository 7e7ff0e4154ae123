/**
 * Conditions on a latent, solved for it: 3 − 2v + w > 0 is v < (3 + w)/2. Only what is solved with a proof is used: the other side has
 * to be a number for every value of the other latents, as a comparison with NaN is false on both sides of any threshold.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../../autodiff/graph/linear-form.ts";
import { ALL_OPS } from "../../autodiff/ops/all-ops.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Latent } from "../../program/trace.ts";
import type { Reading } from "../dependence.ts";
import { curvedThresholds } from "./curved.ts";
import { isAlwaysNumber, passageOf, passageOfProduct } from "./monotone.ts";

/** A condition that changes at thresholds. */
export interface Crossing {
  readonly condition: NodeId;
  /** On the latent's own scale, ascending: one node that the latent itself does not move, or any number of constants. */
  readonly at: readonly NodeId[];
  /** Does it hold below the first, between them, above the last? */
  readonly holds: readonly boolean[];
}

/** Conditions that are solved in a piece of the work. */
const EACH = 64;

/** The conditions of a latent as crossings; in words why not, where one cannot be solved. */
export function* crossingsOf(
  graph: Graph,
  latent: Latent,
  { conditions, moved }: Reading,
): Pieces<readonly Crossing[] | string> {
  const scale = scaleOf(graph, latent, moved);
  if (!graph.ops.rows[CODE.peak]) graph.link(ALL_OPS);
  const found: Crossing[] = [];
  for (const condition of conditions) {
    if (found.length % EACH === 0) yield;
    const crossing = scale
      ? crossingOf(graph, scale, condition, moved)
      : "its own scale is not affine in a function of it";
    const thresholds = typeof crossing === "string" ? curved(graph, latent, condition) : crossing;
    if (!thresholds) return crossing as string;
    found.push(thresholds);
  }
  return found;
}

function curved(graph: Graph, latent: Latent, condition: NodeId): Crossing | undefined {
  if (!isAlwaysNumber(graph, [graph.a[condition]!])) return undefined;
  const found = curvedThresholds(graph, latent, condition);
  return found && { condition, at: found.at.map((at) => graph.constant(at)), holds: found.holds };
}

// A latent's value as slope·g + rest, where the latent moves the atom g alone: 74·sigmoid(u) + 1 on the interval from 1 to 75.
interface Scale {
  readonly atom: NodeId;
  readonly slope: number;
  readonly rest: LinearForm;
}

function scaleOf(graph: Graph, { value }: Latent, moved: ReadonlySet<NodeId>): Scale | undefined {
  const form = linearForm(graph, value);
  const [atom, ...others] = [...form.coefficients.keys()].filter((node) => moved.has(node));
  if (atom === undefined || others.length > 0) return undefined;
  return { atom, slope: form.coefficients.get(atom)!, rest: without(form, atom) };
}

function crossingOf(graph: Graph, scale: Scale, condition: NodeId, moved: ReadonlySet<NodeId>): Crossing | string {
  const solved = solvedFor(graph, scale, linearForm(graph, graph.a[condition]!), true, moved, new Set());
  if (typeof solved === "string") return solved;
  return { condition, at: [solved.at], holds: [!solved.above, solved.above] };
}

interface Solved {
  readonly at: NodeId;
  readonly above: boolean;
}

const NOT_AFFINE = "a condition is not affine in it";
const NOT_DEFINED = "a condition is not defined for every value of the others";

/**
 * slope·g + r > 0 (or < 0, unless `positive`) is value > rest of the scale − r·(slope of the scale)/slope, or the contrary; and a·f(w) + r > 0 is
 * w > f⁻¹(−r/a), where f may be a product with factors of known sign, which the latent does not move. Nodes in `numbers` are known to be numbers.
 */
function solvedFor(
  graph: Graph,
  scale: Scale,
  form: LinearForm,
  positive: boolean,
  moved: ReadonlySet<NodeId>,
  numbers: ReadonlySet<NodeId>,
): Solved | string {
  const { algebra: A } = graph;
  const atoms = [...form.coefficients.keys()];
  const [atom, ...further] = atoms.filter((node) => moved.has(node));
  if (atom === undefined || further.length > 0) return NOT_AFFINE;
  const slope = form.coefficients.get(atom)!;
  const isInside = atom !== scale.atom;
  const factor = (isInside ? -1 : -scale.slope) / slope;
  if (![slope, factor, form.constant].every(Number.isFinite)) return "a condition has a threshold that is not finite";
  const others = atoms.filter((node) => node !== atom && !numbers.has(node));
  if (!isAlwaysNumber(graph, isInside ? others : [...others, ...scale.rest.coefficients.keys()])) return NOT_DEFINED;
  const value = A.mul(A.constant(factor), nodeOfForm(graph, without(form, atom)));
  const above = positive === slope > 0;
  if (!isInside) return { at: A.add(value, nodeOfForm(graph, scale.rest)), above: above === scale.slope > 0 };
  const passage = passageOf(graph, atom, value) ?? passageOfProduct(graph, atom, value, moved);
  if (!passage) return NOT_AFFINE;
  const { at, falls, inside } = passage;
  const inner = linearForm(graph, inside);
  const next = graph.isConstant(at)
    ? { ...inner, constant: inner.constant - graph.value(at) }
    : { ...inner, coefficients: new Map([...inner.coefficients, [at, -1]]) };
  return solvedFor(graph, scale, next, above !== falls, moved, new Set([...numbers, at]));
}

function without({ coefficients, constant }: LinearForm, atom: NodeId): LinearForm {
  return { coefficients: new Map([...coefficients].filter(([node]) => node !== atom)), constant };
}

function nodeOfForm(graph: Graph, { coefficients, constant }: LinearForm): NodeId {
  const { algebra: A } = graph;
  const parts = Array.from(coefficients, ([atom, weight]) => A.mul(A.constant(weight), atom));
  return A.add(graph.sum(parts), A.constant(constant));
}
