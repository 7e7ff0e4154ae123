/**
 * An explanation says what `corrected` will do with a model, for people to read: its boundaries, how samples come onto each, and what that costs. It
 * reads the plan that `corrected` makes its gradient of.
 */

import { print } from "../../autodiff/graph/infix-text.ts";
import { unseenJumps } from "../../boundaries/check/jumps-without-condition.ts";
import { analyseBoundaries, type Boundary } from "../../boundaries/find/boundaries.ts";
import { linesOf } from "../../boundaries/lines/counted-lines.ts";
import type { Decision } from "../../boundaries/lines/decisions.ts";
import { type CorrectionPlan, costOf } from "../../boundaries/plan.ts";
import { requireOptions } from "../../checks/options.ts";
import type { CollapseReport, CollapseResult } from "../../collapse/collapse.ts";
import {
  CHOICE,
  type CorrectionChoice,
  correctionPlan,
  requireChoice,
  selectedUnder,
} from "../../estimators/corrected.ts";
import type { Guide } from "../../guides/guide.ts";
import { buildObjective, type Objective } from "../../objective/objective.ts";
import type { Model } from "../../program/model.ts";
import { conditionPlaces, sitePlace } from "../../program/places.ts";
import { trace } from "../../program/trace.ts";
import type { CollapseOption } from "../collapse-option.ts";
import type { Profile } from "../profile.ts";
import { collapseLines } from "./collapse-lines.ts";

export interface ExplainedCondition {
  /** The condition as text, and how many conditions of the program share its boundary. */
  readonly text: string;
  readonly predicates: number;
  /** The sites whose log density jumps there. */
  readonly sites: readonly string[];
  /** The latents that are moved together onto the boundary; empty if the condition is refused. */
  readonly block: readonly string[];
  /** How the boundary is treated, in words. */
  readonly strategy: string;
  /** Whether it is not in every sample, but one of those that are drawn. */
  readonly drawn: boolean;
  /** Per-sample operations that this boundary adds to the pathwise gradient and the boundaries before it; 0 if drawn. */
  readonly nodes: number;
}

export interface Explanation {
  readonly model: string;
  readonly latents: readonly { readonly name: string; readonly prior: string; readonly conditional: boolean }[];
  /** Latents that were summed out and those that were not, with the reason; undefined unless `collapse` asks for it. */
  readonly collapsed?: CollapseReport & {
    /** Operations of the corrected gradient with ℓ per sample without it; undefined where it cannot be had. */
    readonly before: number | undefined;
  };
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

/** The options of `corrected()` that decide which boundaries are counted, and how. */
export interface ExplainOptions extends CorrectionChoice {
  /** The guide whose draws are moved onto boundaries (default `meanField()`). */
  readonly guide?: Guide | undefined;
  /** Latents to sum out of the model first (default false: none but discrete ones). */
  readonly collapse?: CollapseOption | undefined;
}

/** Explains a model: its latents, its conditions, and how `corrected()` treats each of them at what cost; the entry documents it. */
export function explain(profile: Profile, model: Model, options: ExplainOptions = {}): Explanation {
  requireOptions<ExplainOptions>("explain", options, { ...CHOICE, guide: "any", collapse: "any" });
  requireChoice("explain", options);
  const { repertoire } = profile;
  const { collapse = false } = options;
  const sumOut = profile.collapse?.("explain", collapse);
  let summed: CollapseResult | undefined;
  const original = buildObjective(model, undefined, options.guide, (whole) => {
    summed = sumOut?.(whole);
    return summed?.trace ?? whole;
  });
  const { graph, trace } = original;
  const plan = correctionPlan("explain", original, repertoire, options);
  const { boundaries, refused } = plan;
  const {
    summed: terms,
    drawn,
    draws = 0,
    correction = [],
    adaptive,
  } = selectedUnder("explain", repertoire, plan, options);
  const isDrawn = new Set(drawn);
  const gone = marginalised(plan, original, profile).map((boundary) =>
    described(plan, boundary, "marginalised: no boundary is left"),
  );
  const drawing = [...correction, ...(adaptive?.reads ?? [])];
  const along = [...(plan.counted?.term.values() ?? [])];
  const cost = costOf(plan, [...terms.map(({ term }) => [...term.values()]), along, drawing]);
  const nodesOf = new Map(terms.map(({ boundary }, j) => [boundary, cost.terms[j]!]));
  const conditions = boundaries.map((boundary) => ({
    ...described(plan, boundary, strategyOf(plan, boundary), nodesOf.get(boundary)),
    drawn: isDrawn.has(boundary),
  }));
  const sought = (plan.counted?.decisions ?? []).map((decision) => soughtAlongLines(plan, decision));
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
    ...(collapse && summed && { collapsed: { ...summed.report, before: costWithout(profile, model, options) } }),
    conditions: [...gone, ...conditions, ...sought, ...rejected],
    unseen: repertoire.lines
      ? []
      : unseenJumps(original).map(({ site, text, divisor }) => `${text} at ${site}, where ${divisor} is 0`),
    drawn: { perSample: draws, nodes: cost.terms.at(-1)! },
    cost: { value: cost.value, pathwise: cost.value + cost.gradient, corrected: cost.total },
    accepted: refused.length === 0,
  };
  const { program } = model;
  const conditionAt = new Map([...conditionPlaces(graph)].map(([node, place]) => [print(graph, node), place]));
  const placed = (text: string, place: string | undefined): string => (place ? `${text} (${place})` : text);
  const shown = explanation.conditions.map((condition) => ({
    ...condition,
    text: placed(condition.text, conditionAt.get(condition.text)),
    sites: condition.sites.map((site) => placed(site, sitePlace(program, site))),
  }));
  return { ...explanation, text: asText({ ...explanation, conditions: shown }) };
}

// The cost of the gradient where nothing is summed out; a model with discrete latents has none.
function costWithout(profile: Profile, model: Model, options: ExplainOptions): number | undefined {
  if (trace(model).finite.length > 0) return undefined;
  return explain(profile, model, { ...options, collapse: false }).cost.corrected;
}

// The boundaries that are there before factors are marginalised and of which no condition is left after it.
function marginalised({ path, objective }: CorrectionPlan, original: Objective, profile: Profile): Boundary[] {
  const at = path.stages.findIndex(({ pass }) => pass === profile.repertoire.marginalisation);
  if (at < 0) return [];
  const left = new Set(objective.graph.reachable(objective.terms.map(({ node }) => node)));
  const before = analyseBoundaries(path.stages[at - 1]?.objective ?? original);
  return before.boundaries.filter(({ predicates }) => !predicates.some(({ node }) => left.has(node)));
}

function strategyOf({ objective }: CorrectionPlan, boundary: Boundary): string {
  const { blocks } = boundary;
  const nameOf = (variable: number): string => objective.variables[variable]!.name;
  const names = blocks[0]!.entries.map(({ variable }) => nameOf(variable));
  return names.length === 1
    ? `${names[0]} set onto the boundary`
    : `${names.join(", ")} moved together onto the boundary (Matheron's rule)`;
}

function soughtAlongLines({ objective }: CorrectionPlan, decision: Decision): ExplainedCondition {
  const { graph, terms, variables } = objective;
  const block = linesOf(objective, decision).map((variable) => variables[variable]!.name);
  return {
    text: decision.text(),
    predicates: 1,
    sites: terms.filter(({ node }) => graph.reachable([node]).includes(decision.node)).map(({ site }) => site),
    block,
    strategy: `sought along lines: every place where it changes as the noise of ${block.join(", or that of ")} does`,
    drawn: false,
    nodes: 0,
  };
}

function described({ objective }: CorrectionPlan, boundary: Boundary, strategy: string, nodes = 0): ExplainedCondition {
  const { text, predicates, affected, blocks } = boundary;
  return {
    text: text(),
    predicates: predicates.length,
    sites: affected().map(({ site }) => site),
    block: blocks.flatMap(({ entries }) => entries.map(({ variable }) => objective.variables[variable]!.name)),
    strategy,
    drawn: false,
    nodes,
  };
}

function asText({
  model,
  latents,
  collapsed,
  conditions,
  unseen,
  drawn,
  cost,
  accepted,
}: Omit<Explanation, "text">): string {
  const names = latents.map(({ name, prior, conditional }) => `${name} ~ ${prior}${conditional ? " (in an arm)" : ""}`);
  const lines = conditions.map(
    ({ text, predicates, sites, strategy, drawn: isDrawn, nodes }) =>
      `  ${text}${predicates > 1 ? ` (and ${predicates - 1} more on the same boundary)` : ""}\n` +
      `    jumps: ${short(sites)}; ${strategy}; ${isDrawn ? "not in every sample, but drawn" : `${nodes} operations per sample`}`,
  );
  const among = conditions.filter((condition) => condition.drawn).length;
  return [
    `model ${model}: ${counted(latents.length, "latent", "latents")}, ${counted(conditions.length, "boundary", "boundaries")}${accepted ? "" : ", not all accepted by corrected()"}`,
    `latents: ${names.join(", ") || "none, as all are summed out: the log evidence is exact"}`,
    ...(collapsed ? collapseLines(collapsed, collapsed.before, cost.corrected) : []),
    ...(among > 0
      ? [`drawn: ${drawn.perSample} of ${among} boundaries per sample, with replacement; ${drawn.nodes} operations`]
      : []),
    ...(unseen.length > 0 ? ["jumps that no condition makes, not counted:", ...unseen.map((text) => `  ${text}`)] : []),
    ...(lines.length > 0 ? ["boundaries:", ...lines] : ["boundaries: none; reparam() is unbiased here"]),
    `cost per sample, in operations: log density ${cost.value}, pathwise gradient ${cost.pathwise}, corrected gradient ${cost.corrected}${cost.pathwise > 0 ? ` (${(cost.corrected / cost.pathwise).toFixed(2)} times the pathwise one)` : ""}`,
  ].join("\n");
}

function counted(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function short(sites: readonly string[]): string {
  return sites.length > 4 ? `${sites.slice(0, 4).join(", ")}, … (${sites.length} sites)` : sites.join(", ");
}
