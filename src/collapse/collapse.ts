/**
 * Collapse: latents that reach a model only through conditions are summed out of it. For z ~ N(0, 1) and log p(y | z > 1) the term of y
 * becomes log(P(z ≤ 1)·p(y | false) + P(z > 1)·p(y | true)): a density of the other latents alone, in which z has no guide and no
 * boundary is left of its conditions. Under the same guide of the others the ELBO is never lower than with z (Jensen).
 *
 * The latent becomes a finite variable (`variable.ts`), the terms that read it tables (`factors.ts`), and the variables are summed one
 * after the other (`elimination.ts`).
 */
import { describe } from "../autodiff/expr.ts";
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { Engine } from "../autodiff/tape/engine.ts";
import type { Term, Trace } from "../program/trace.ts";
import { type Completion, completionOf } from "./completion/completion.ts";
import { priorSite } from "./dependence.ts";
import { detect, type Kept } from "./detection.ts";
import { valuesOf } from "./discrete.ts";
import { type Clique, cliquesOf, type Elimination, eliminated } from "./elimination.ts";
import { checksAt, freed } from "./exchange.ts";
import { type Factor, readsOf, tableOf } from "./factors.ts";
import { type Owners, ownersOf, type Variable } from "./variable.ts";

/** Which latents are summed out. */
export interface CollapseChoice {
  /** Most entries of one table (default 4096); latents that need larger ones are kept. */
  readonly budget?: number;
  /** Names of the latents that may be summed out; default all. */
  readonly only?: readonly string[];
}

/** A latent that is summed out. */
export interface Collapsed {
  readonly latent: string;
  /** How many values of it matter. */
  readonly cells: number;
  /** Entries of the table in which it is summed. */
  readonly clique: number;
}

export interface CollapseReport {
  readonly collapsed: readonly Collapsed[];
  readonly kept: readonly Kept[];
}

export interface CollapseResult {
  /** The trace over the latents that are kept; its `original` is the whole one. The very same trace where none is summed out. */
  readonly trace: Trace;
  readonly report: CollapseReport;
  readonly variables: readonly Variable[];
  /** How they were summed, for drawing them back. */
  readonly elimination: Elimination;
  /** What draws them back. */
  readonly completion: (engine: Engine) => Completion;
  /** Of numbers given for all latents those of the kept ones; the same where there are as many as latents kept. */
  readonly keptParameters: <P extends LatentParameters>(params: P) => P;
}

/** One number of each kind per latent, and one `lower` for each pair, row by row. */
export interface LatentParameters {
  readonly mu: ArrayLike<number>;
  readonly rho: ArrayLike<number>;
  readonly lower?: ArrayLike<number>;
}

/** Rewrites a trace as one over fewer latents. */
export type Collapse = (trace: Trace, choice: CollapseChoice) => CollapseResult;

const DEFAULT_BUDGET = 4096;

/** Sums out of a trace all latents that can be and that the choice lets through. RangeError for a choice that makes no sense. */
export function collapseTrace(trace: Trace, choice: CollapseChoice = {}): CollapseResult {
  requireChoice(trace, choice);
  const { budget = DEFAULT_BUDGET, only } = choice;
  const overBudget = new Map<string, string>();
  for (;;) {
    const { variables: continuous, kept } = detect(
      trace,
      (name) => !overBudget.has(name) && (only === undefined || only.includes(name)),
    );
    const variables = [...continuous, ...trace.finite.map((latent) => valuesOf(trace.graph, latent))];
    const scopes = scopesOf(trace, variables);
    const sizes = variables.map(({ size }) => size);
    const cliques = cliquesOf(sizes, scopes);
    const worst = cliques.find(({ size }) => size > budget);
    if (!worst) {
      const reasons = kept.map(({ latent, reason }) => ({ latent, reason: overBudget.get(latent) ?? reason }));
      const found = summed(trace, variables, cliques);
      return {
        ...found,
        report: reportOf(variables, cliques, reasons),
        completion: (engine) => completionOf(found.trace, variables, found.elimination, engine),
      };
    }
    const members = [worst.variable, ...worst.neighbours].map((v) => variables[v]!);
    const names = members.map(({ name }) => name).join(", ");
    const continuousOnes = members.filter(({ meaning }) => meaning.kind === "cells");
    if (continuousOnes.length === 0)
      throw new RangeError(
        `collapse: discrete latents of "${trace.model.name}" need a table above the budget; got ${worst.size} entries for ${names}, expected at most ${budget}`,
      );
    const largest = continuousOnes.reduce((p, q) => (q.size > p.size ? q : p));
    overBudget.set(
      largest.name,
      `its table would have ${worst.size} entries (${names}), above the budget of ${budget}`,
    );
  }
}

function requireChoice({ model, latents, finite }: Trace, { budget, only }: CollapseChoice): void {
  if (budget !== undefined && !(Number.isInteger(budget) && budget >= 1))
    throw new RangeError(`collapse: budget is no number of entries; got ${describe(budget)}, expected an integer ≥ 1`);
  if (only === undefined) return;
  const names = [...latents, ...finite].map(({ name }) => name);
  for (const name of only)
    if (!names.includes(name))
      throw new RangeError(
        `collapse: no such latent in "${model.name}"; got "${String(name)}", expected some of ${names.slice(0, 12).join(", ")}`,
      );
}

function reportOf(variables: readonly Variable[], cliques: readonly Clique[], kept: readonly Kept[]): CollapseReport {
  const sizeOf = new Map(cliques.map(({ variable, size }) => [variable, size]));
  return {
    collapsed: variables.map(({ name, size }, v) => ({ latent: name, cells: size, clique: sizeOf.get(v)! })),
    kept,
  };
}

// Which variables stand together in a factor.
function scopesOf({ graph, terms }: Trace, variables: readonly Variable[]): number[][] {
  const owners = ownersOf(variables);
  const own = new Set(variables.map(({ name }) => priorSite(name)));
  return [
    ...terms.filter(({ site }) => !own.has(site)).map(({ node }) => [...readsOf(graph, [node], owners).keys()]),
    ...variables.map(({ logMasses, live }, v) => [
      ...new Set([...readsOf(graph, [...logMasses, live], owners).keys(), v]),
    ]),
  ];
}

function summed(
  trace: Trace,
  variables: readonly Variable[],
  cliques: readonly Clique[],
): Omit<CollapseResult, "report" | "completion"> {
  if (variables.length === 0)
    return { trace, variables, elimination: { steps: [], totals: [] }, keptParameters: (params) => params };
  const { graph, latents, model } = trace;
  const owners = ownersOf(variables);
  const own = new Set(variables.map(({ name }) => priorSite(name)));
  const names = new Set(variables.map(({ name }) => name));
  const keeps = latents.map(({ name }) => !names.has(name));
  const left = freed(
    graph,
    latents.filter((_, i) => keeps[i]),
    trace.terms.filter(({ site }) => !own.has(site)),
    owners,
  );
  const terms: Term[] = [];
  const factors: Factor[] = [];
  for (const term of left.terms) {
    const reads = readsOf(graph, [term.node], owners);
    if (reads.size === 0) terms.push(term);
    else factors.push(tableOf(graph, variables, reads, () => term.node));
  }
  variables.forEach((variable, v) => {
    factors.push(priorOf(graph, variables, owners, variable, v));
  });
  const elimination = eliminated(
    graph,
    variables.map(({ size }) => size),
    factors,
    cliques,
  );
  for (const { variables: group, node } of elimination.totals)
    terms.push({ site: `sum over ${listed(group.map((v) => variables[v]!.name))}`, node, live: graph.truth(true) });
  const keptPairs = keeps.flatMap((kept, i) => keeps.slice(0, i).map((other) => kept && other));
  // A list of another length is left as it is, for whoever checks lengths to say so.
  const those = (values: ArrayLike<number>, which: readonly boolean[]): ArrayLike<number> =>
    values?.length === which.length ? Array.from(values).filter((_, i) => which[i]) : values;
  const keptParameters = <P extends LatentParameters>(params: P): P => ({
    ...params,
    mu: those(params.mu, keeps),
    rho: those(params.rho, keeps),
    ...(params.lower && { lower: those(params.lower, keptPairs) }),
  });
  const { init } = model;
  return {
    trace: {
      ...trace,
      model: init ? { ...model, init: keptParameters(init) } : model,
      latents: left.latents,
      finite: [],
      terms,
      checks: checksAt(graph, variables, owners, trace.checks),
      original: trace.original ?? trace,
    },
    variables,
    elimination,
    keptParameters,
  };
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > 4 ? `, … (${names.length} latents)` : ""}`;
}

// A latent in an arm that is not taken is in its first cell for certain: nothing reads it. Where conditions that stay in the model
// decide about the arm, its masses are counted all the same, as they add up to 1.
function priorOf(
  graph: Graph,
  variables: readonly Variable[],
  owners: Owners,
  { logMasses, live }: Variable,
  v: number,
): Factor {
  const isDecided = !graph.isConstant(live) && dependsOnReadsAlone(graph, live, owners);
  const reads = readsOf(graph, isDecided ? [...logMasses, live] : logMasses, owners);
  const dead = (value: number): NodeId => graph.constant(value === 0 ? 0 : Number.NEGATIVE_INFINITY);
  const nodeAt = (value: number): NodeId => {
    const mass = logMasses[value]!;
    return isDecided ? graph.algebra.where(live, mass, dead(value)) : mass;
  };
  return tableOf(graph, variables, reads, (values) => nodeAt(values.get(v)!), v);
}

function dependsOnReadsAlone(graph: Graph, root: NodeId, owners: Owners): boolean {
  const seen = new Set([root]);
  // A set goes on to what is added while it is walked.
  for (const node of seen) {
    if (owners.has(node)) continue;
    if (graph.inputIndex(node) >= 0) return false;
    for (const operand of graph.operands(node)) seen.add(operand);
  }
  return true;
}
