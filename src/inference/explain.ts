/** What an estimator will do with a model, for people to read. */
import { gradient } from "../autodiff/graph/gradient.ts";
import { unseenJumps } from "../boundaries/check/jumps-without-condition.ts";
import { analyseBoundaries, type Boundary } from "../boundaries/find/boundaries.ts";
import { type Surface, surfacesOf } from "../boundaries/move/projection.ts";
import { curveOf, directionsOf } from "../boundaries/move/roots-along-lines.ts";
import { passesOf, reached } from "../estimators/corrected.ts";
import { type BoundarySelection, operations, requireSelection, selectedTerms } from "../estimators/draw/budget.ts";
import { buildObjective, type Objective } from "../objective/objective.ts";
import { rewritten } from "../objective/pass.ts";
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
  /** Whether it is not in every sample, but one of those that are drawn. */
  readonly drawn: boolean;
  /** Per-sample operations that this boundary adds to the pathwise gradient and the boundaries before it; 0 if drawn. */
  readonly nodes: number;
}

export interface Explanation {
  readonly model: string;
  readonly latents: readonly { readonly name: string; readonly prior: string; readonly conditional: boolean }[];
  readonly conditions: readonly ExplainedCondition[];
  /** Jumps of the density that no condition makes and that `corrected()` does not count, as text. */
  readonly unseen: readonly string[];
  /** Boundaries drawn per sample, with replacement, and the operations that this adds; both 0 if all are summed. */
  readonly drawn: { readonly perSample: number; readonly nodes: number };
  /** Per-sample operations of ℓ, of the pathwise gradient with ℓ, and of the corrected gradient with ℓ. */
  readonly cost: { readonly value: number; readonly pathwise: number; readonly corrected: number };
  /** Whether `corrected()` accepts the model. */
  readonly accepted: boolean;
  /** All of the above as text. */
  readonly text: string;
}

export interface ExplainOptions {
  /** As the option of `corrected()` (default "all"). */
  readonly boundaries?: BoundarySelection;
}

/** Explains a model: its latents, its conditions, and how `corrected()` treats each of them at what cost. */
export function explain(model: Model, options: ExplainOptions = {}): Explanation {
  const selection = requireSelection("explain", options.boundaries ?? "all");
  const original = buildObjective(model);
  const { graph, trace, parameters } = original;
  const before = analyseBoundaries(rewritten(passesOf(false), original));
  const objective = rewritten(passesOf(true), original);
  const { boundaries: found, refused } = analyseBoundaries(objective);
  const boundaries = reached(objective, found);
  const counted = operations(graph);
  const valueNodes = counted([objective.value]);
  const path = gradient(graph, objective.value, parameters);
  const pathwise = valueNodes + counted(path);
  const surfaces = (boundary: Boundary): readonly Surface[] =>
    boundary.blocks.length > 0 ? surfacesOf(objective, boundary) : curveOf(objective, boundary).surfaces;
  const selected = selectedTerms(objective, path, boundaries, surfaces, selection);
  const termOf = new Map(selected.summed.map(({ boundary, term }) => [boundary, term]));
  const conditions = boundaries.map((boundary) => {
    const term = termOf.get(boundary);
    const nodes = term ? counted([...term.values()]) : 0;
    return { ...describe(objective, boundary, strategyOf(objective, boundary), nodes), drawn: term === undefined };
  });
  const drawnNodes = counted([...selected.correction, ...(selected.adaptive?.reads ?? [])]);
  const left = new Set(boundaries.flatMap(({ predicates }) => predicates.map(({ node }) => node)));
  const gone = before.boundaries
    .filter(({ predicates }) => !predicates.some(({ node }) => left.has(node)))
    .map((boundary) => describe(objective, boundary, "marginalised: no boundary is left", 0));
  const corrected = conditions.reduce((total, { nodes }) => total + nodes, pathwise + drawnNodes);
  const rejected = refused.map(({ text, site, reason }) => ({
    text: text(),
    predicates: 1,
    sites: [site],
    block: [],
    strategy: `refused by corrected() and lyy18(): ${reason}`,
    drawn: false,
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
    unseen: unseenJumps(original).map(({ site, text, divisor }) => `${text} at ${site}, where ${divisor} is 0`),
    drawn: { perSample: selected.draws, nodes: drawnNodes },
    cost: { value: valueNodes, pathwise, corrected },
    accepted: refused.length === 0,
  };
  return { ...explanation, text: asText(explanation) };
}

function strategyOf(objective: Objective, { blocks, condition }: Boundary): string {
  const nameOf = (variable: number): string => objective.variables[variable]!.name;
  if (blocks.length === 0) {
    const directions = directionsOf(objective, condition);
    return `curved: its roots isolated along ${directions.map(nameOf).join(", ")}${directions.length > 1 ? ", with balanced weights" : ""}`;
  }
  const parts = blocks.map(({ entries }) => {
    const names = entries.map(({ variable }) => nameOf(variable));
    return names.length === 1
      ? `${names[0]} set onto the boundary`
      : `${names.join(", ")} moved together onto the boundary (Matheron's rule)`;
  });
  return parts.length === 1 ? parts[0]! : `${parts.join("; or ")}; balanced weights`;
}

function describe(
  objective: Objective,
  { text, predicates, affected, blocks, condition }: Boundary,
  strategy: string,
  nodes: number,
): ExplainedCondition {
  const moved =
    blocks.length > 0
      ? blocks.flatMap(({ entries }) => entries.map(({ variable }) => variable))
      : directionsOf(objective, condition);
  return {
    text: text(),
    predicates: predicates.length,
    sites: affected.map(({ site }) => site),
    block: moved.map((variable) => objective.variables[variable]!.name),
    strategy,
    drawn: false,
    nodes,
  };
}

function asText({ model, latents, conditions, unseen, drawn, cost, accepted }: Omit<Explanation, "text">): string {
  const names = latents.map(({ name, prior, conditional }) => `${name} ~ ${prior}${conditional ? " (in an arm)" : ""}`);
  const lines = conditions.map(
    ({ text, predicates, sites, strategy, drawn: isDrawn, nodes }) =>
      `  ${text}${predicates > 1 ? ` (and ${predicates - 1} more on the same boundary)` : ""}\n` +
      `    jumps: ${short(sites)}; ${strategy}; ${isDrawn ? "not in every sample, but drawn" : `${nodes} operations per sample`}`,
  );
  const among = conditions.filter((condition) => condition.drawn).length;
  return [
    `model ${model}: ${counted(latents.length, "latent", "latents")}, ${counted(conditions.length, "boundary", "boundaries")}${accepted ? "" : ", not all accepted by corrected()"}`,
    `latents: ${names.join(", ")}`,
    ...(among > 0
      ? [`drawn: ${drawn.perSample} of ${among} boundaries per sample, with replacement; ${drawn.nodes} operations`]
      : []),
    ...(unseen.length > 0 ? ["jumps that no condition makes, not counted:", ...unseen.map((text) => `  ${text}`)] : []),
    ...(lines.length > 0 ? ["boundaries:", ...lines] : ["boundaries: none; reparam() is unbiased here"]),
    `cost per sample, in operations: log density ${cost.value}, pathwise gradient ${cost.pathwise}, corrected gradient ${cost.corrected} (${(cost.corrected / cost.pathwise).toFixed(2)} times the pathwise one)`,
  ].join("\n");
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function short(sites: readonly string[]): string {
  return sites.length > 4 ? `${sites.slice(0, 4).join(", ")}, … (${sites.length} sites)` : sites.join(", ");
}
