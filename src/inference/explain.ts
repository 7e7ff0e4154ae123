/** What an estimator will do with a model, for people to read. */
import { gradient } from "../autodiff/gradient.ts";
import { LANE } from "../autodiff/graph.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { analyseBoundaries, type Boundary } from "../estimators/boundaries.ts";
import { boundaryTerm, neighboursOf, ownSurfaces } from "../estimators/boundary-terms.ts";
import { mergeCoincident } from "../estimators/coincident.ts";
import { prepared } from "../estimators/corrected.ts";
import { curveOf } from "../estimators/curve.ts";
import { peeled } from "../estimators/peel.ts";
import { buildTarget, type Target } from "../estimators/target.ts";
import type { Model } from "../program/model.ts";

export interface ExplainedCondition {
  /** The condition as text, and how many conditions of the program share its boundary. */
  readonly text: string;
  readonly predicates: number;
  /** The sites whose log density jumps there. */
  readonly sites: readonly string[];
  /** The latents that are moved together onto the boundary; empty if the condition is refused. */
  readonly block: readonly string[];
  /** In words. */
  readonly strategy: string;
  /** Per-sample operations that this boundary adds to the pathwise gradient and the boundaries before it. */
  readonly nodes: number;
}

export interface Explanation {
  readonly model: string;
  readonly latents: readonly { readonly name: string; readonly prior: string; readonly conditional: boolean }[];
  readonly conditions: readonly ExplainedCondition[];
  /** Per-sample operations of ℓ, of the pathwise gradient with ℓ, and of the corrected gradient with ℓ. */
  readonly cost: { readonly value: number; readonly pathwise: number; readonly corrected: number };
  /** Whether `corrected()` accepts the model. */
  readonly accepted: boolean;
  /** All of the above as text. */
  readonly text: string;
}

/** Explains a model: its latents, its conditions, and how `corrected()` treats each of them at what cost. */
export function explain(model: Model): Explanation {
  const original = buildTarget(model);
  const { graph, trace, parameters } = original;
  const before = analyseBoundaries(peeled(original));
  const target = prepared(original, true);
  const { boundaries: found, refused } = analyseBoundaries(target);
  const boundaries = mergeCoincident(target, found);
  const seen = new Set<NodeId>();
  const counted = (roots: readonly NodeId[]): number => {
    const known = seen.size;
    for (const node of graph.reachable(roots)) if (graph.arity(node) > 0 && graph.hasFlag(node, LANE)) seen.add(node);
    return seen.size - known;
  };
  const valueNodes = counted([target.value]);
  const pathwise = valueNodes + counted(gradient(graph, target.value, parameters));
  const neighbours = neighboursOf(target, boundaries);
  const conditions = boundaries.map((boundary) => {
    const surfaces = boundary.blocks.length > 0 ? ownSurfaces(target, boundary) : curveOf(target, boundary).surfaces;
    const term = boundaryTerm(target, boundary, neighbours(boundary), surfaces);
    return describe(target, boundary, strategyOf(target, boundary), counted([...term.values()]));
  });
  const left = new Set(boundaries.flatMap(({ predicates }) => predicates.map(({ node }) => node)));
  const gone = before.boundaries
    .filter(({ predicates }) => !predicates.some(({ node }) => left.has(node)))
    .map((boundary) => describe(target, boundary, "marginalised: no boundary is left", 0));
  const corrected = conditions.reduce((total, { nodes }) => total + nodes, pathwise);
  const rejected = refused.map(({ text, site, reason }) => ({
    text,
    predicates: 1,
    sites: [site],
    block: [],
    strategy: `refused by corrected() and lyy18(): ${reason}`,
    nodes: 0,
  }));
  const explanation = {
    model: model.name,
    latents: trace.latents.map(({ name, prior, live }) => ({
      name,
      prior: prior.name,
      conditional: !graph.isConstant(live),
    })),
    conditions: [...gone, ...conditions, ...rejected],
    cost: { value: valueNodes, pathwise, corrected },
    accepted: refused.length === 0,
  };
  return { ...explanation, text: asText(explanation) };
}

function strategyOf({ variables }: Target, { blocks, directions }: Boundary): string {
  const nameOf = (variable: number): string => variables[variable]!.name;
  if (blocks.length === 0)
    return `curved: its roots isolated along ${directions.map(nameOf).join(", ")}${directions.length > 1 ? ", with balanced weights" : ""}`;
  const parts = blocks.map(({ entries }) => {
    const names = entries.map(({ variable }) => nameOf(variable));
    return names.length === 1
      ? `${names[0]} set onto the boundary`
      : `${names.join(", ")} moved together onto the boundary (Matheron's rule)`;
  });
  return parts.length === 1 ? parts[0]! : `${parts.join("; or ")}; balanced weights`;
}

function describe(
  { variables }: Target,
  { text, predicates, affected, blocks, directions }: Boundary,
  strategy: string,
  nodes: number,
): ExplainedCondition {
  const moved =
    blocks.length > 0 ? blocks.flatMap(({ entries }) => entries.map(({ variable }) => variable)) : directions;
  return {
    text,
    predicates: predicates.length,
    sites: affected.map(({ site }) => site),
    block: moved.map((variable) => variables[variable]!.name),
    strategy,
    nodes,
  };
}

function asText({ model, latents, conditions, cost, accepted }: Omit<Explanation, "text">): string {
  const names = latents.map(({ name, prior, conditional }) => `${name} ~ ${prior}${conditional ? " (in an arm)" : ""}`);
  const lines = conditions.map(
    ({ text, predicates, sites, strategy, nodes }) =>
      `  ${text}${predicates > 1 ? ` (and ${predicates - 1} more on the same boundary)` : ""}\n` +
      `    jumps: ${short(sites)}; ${strategy}; ${nodes} operations per sample`,
  );
  return [
    `model ${model}: ${latents.length} latents, ${conditions.length} boundaries${accepted ? "" : ", not all accepted by corrected()"}`,
    `latents: ${names.join(", ")}`,
    ...(lines.length > 0 ? ["boundaries:", ...lines] : ["boundaries: none; reparam() is unbiased here"]),
    `cost per sample, in operations: log density ${cost.value}, pathwise gradient ${cost.pathwise}, corrected gradient ${cost.corrected} (${(cost.corrected / cost.pathwise).toFixed(2)} times the pathwise one)`,
  ].join("\n");
}

function short(sites: readonly string[]): string {
  return sites.length > 4 ? `${sites.slice(0, 4).join(", ")}, … (${sites.length} sites)` : sites.join(", ");
}
