/**
 * Collapse: latents that reach a model only through conditions are summed out of it. For z ~ N(0, 1) and log p(y | z > 1) the term of y
 * becomes log(P(z ≤ 1)·p(y | false) + P(z > 1)·p(y | true)): a density of the other latents alone, in which z has no guide and no
 * boundary is left of its conditions. Under the same guide of the others the ELBO is never lower than with z (Jensen).
 *
 * The latent becomes a finite variable (`variable.ts`), the terms that read it tables (`tabulation.ts`), and the variables are summed one
 * after the other (`elimination/elimination.ts`).
 */
import { describe } from "../autodiff/expr.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import type { RangeCheck } from "../autodiff/session.ts";
import type { Engine } from "../autodiff/tape/engine.ts";
import { exp, log } from "../math/elementary.ts";
import { once } from "../pieces/once.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
import { shorterLists } from "../program/shorter-lists.ts";
import type { FiniteLatent, Term, Trace } from "../program/trace.ts";
import { type Completion, completionOf } from "./completion/completion.ts";
import { isAffordable } from "./cost.ts";
import { priorSite } from "./dependence.ts";
import { detecting, type Kept, NOT_ASKED } from "./detection.ts";
import { valuesOf } from "./discrete.ts";
import { cliquesOf } from "./elimination/cliques.ts";
import { type Elimination, type EliminationStep, eliminated } from "./elimination/elimination.ts";
import { tablesOf } from "./elimination/squares.ts";
import { unreadAmong, unreadBeforehand, unreadStep, unrecorded } from "./elimination/unread.ts";
import { freed, rangesAt } from "./exchange.ts";
import { priorOf } from "./priors.ts";
import type { Table } from "./table.ts";
import { OverBudget, OverNodes, type TableLimits, Tabulation } from "./tabulation.ts";
import { isContinuous, latentsOf, namesOf, type Variable } from "./variable.ts";

/** Which latents are summed out. */
export interface CollapseChoice {
  /** Most entries of one table (default 4096); latents that need larger ones are kept. */
  readonly budget?: number | undefined;
  /** Names of the latents that may be summed out; default all. */
  readonly only?: readonly string[] | undefined;
}

/** A latent that is summed out. */
export interface Collapsed {
  readonly latent: string;
  /** How many values of it matter. */
  readonly cells: number;
  /** Entries of the table in which it is summed. */
  readonly clique: number;
  /** Of a discrete latent that was cut to finitely many values, the most prior probability that all others have. */
  readonly lostMass?: number;
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
  /** Draws the latents that were summed out, given the kept ones. */
  readonly completion: (engine: Engine) => Completion;
}

const DEFAULT_BUDGET = 4096;
// A pair may be two nested change points, or counts under a limit of their sum, which are summed without a table; drawing them takes one. Of other pairs
// the table itself is refused.
const MOST_SWEPT = 65_536;
// Nodes that tables may make before their sum is taken for too dear; sums that are not make 1 to 40 for each node of the model, and with 6000
// nodes of its own a sum would cost three times as many operations.
const LEAST_ROOM = 6000;
const ROOM_TIMES = 50;
const OUT_OF_RANGE = "it may leave a range that the program states";
const TOO_DEAR = "its sum would cost more than ten times what the model costs with it";

/**
 * Sums out of a trace all latents that can be and that the choice lets through. RangeError for a choice that makes no sense, and where one that it
 * names cannot be summed out, with the reason.
 */
export function collapseTrace(trace: Trace, choice?: CollapseChoice): CollapseResult {
  return finished(collapsePieces(trace, choice));
}

/** `collapseTrace` in pieces. */
export function* collapsePieces(trace: Trace, choice: CollapseChoice = {}): Pieces<CollapseResult> {
  requireChoice(trace, choice);
  if (choice.only?.length === 0 && trace.finite.length === 0)
    return unchanged(
      trace,
      trace.latents.map(({ name }) => ({ latent: name, reason: NOT_ASKED })),
    );
  const result = yield* collapsed(choice.budget === undefined ? trace : { ...trace, budget: choice.budget }, choice);
  const refused = result.report.kept.find(({ latent }) => choice.only?.includes(latent));
  if (!refused) return result;
  throw new RangeError(
    `collapse: a latent of "${trace.model.name}" cannot be summed out: ${refused.reason}; got "${refused.latent}" in only, expected latents that explain() calls summed out`,
  );
}

function* collapsed(given: Trace, choice: CollapseChoice): Pieces<CollapseResult> {
  let trace = given;
  const { budget = DEFAULT_BUDGET, only } = choice;
  // One variable alone may have as many values as it has, unless a budget is given.
  const isOver = (scope: readonly number[], size: number): boolean =>
    size > budget && (scope.length > 1 || choice.budget !== undefined);
  const tooLarge = new Map<string, string>();
  // Who names latents or a budget has chosen; else a sum may not cost much more than what it is for.
  const isFree = choice.budget !== undefined || only !== undefined;
  const { graph, terms } = trace;
  const isDiscrete = new Set(trace.finite.map(({ name }) => name));
  const size = graph.reachable(terms.map(({ node }) => node)).length;
  let mostNodes = isFree ? Infinity : Math.max(LEAST_ROOM, ROOM_TIMES * size);
  const mostSwept = choice.budget === undefined ? MOST_SWEPT : 0;
  // Functions of many variables become variables where tables are too large without, until a latent is kept.
  let folds = false;
  const keep = (names: readonly string[], reason: string): void => {
    for (const name of names) tooLarge.set(name, reason);
    folds = false;
  };
  for (;;) {
    const { variables: continuous, kept } = yield* detecting(
      trace,
      (name, vector = name) =>
        !tooLarge.has(name) && (only === undefined || only.includes(name) || only.includes(vector)),
    );
    yield;
    const variables = [...continuous, ...trace.finite.map((latent) => valuesOf(trace.graph, latent))];
    const reasons = kept.map(({ latent, reason }) => ({ latent, reason: tooLarge.get(latent) ?? reason }));
    if (variables.length === 0) return unchanged(trace, reasons);
    const tables = new Tabulation(trace.graph, variables, {
      isOver,
      mostNodes,
      mostOfPair: folds ? 0 : mostSwept,
      folds,
    });
    const continuousOf = (some: readonly number[]): string[] =>
      namesOf(tables.variables, some).filter((name) => !isDiscrete.has(name));
    try {
      const { checks, leaving } = rangesAt(tables, trace.checks);
      if (leaving.length > 0) {
        keep(continuousOf(leaving), OUT_OF_RANGE);
        continue;
      }
      yield;
      const plain = yield* summedOut(trace, tables, checks, reasons, mostSwept);
      yield;
      const result = folds ? plain : yield* orFolded(trace, plain, variables, { isOver, mostNodes }, checks, mostSwept);
      const dear = isFree ? [] : yield* groupsAbove(trace, result);
      if (dear.length === 0) return result;
      keep(dear, TOO_DEAR);
    } catch (error) {
      if (!(error instanceof OverBudget || error instanceof OverNodes)) throw error;
      if (!folds) {
        folds = true;
        continue;
      }
      if (error instanceof OverNodes) {
        const dear = continuousOf(error.variables);
        if (dear.length > 0) keep(dear, TOO_DEAR);
        else mostNodes = Infinity; // discrete latents are summed out at any cost
        continue;
      }
      const names = namesOf(tables.variables, error.variables);
      const continuousOnes = variables.filter(
        (v) => isContinuous(v) && latentsOf(v).some(({ name }) => names.includes(name)),
      );
      if (continuousOnes.length === 0) {
        const finite = choice.budget === undefined ? shorter(trace, tables, error) : undefined;
        if (finite) {
          trace = { ...trace, finite };
          folds = false;
          continue;
        }
        throw new RangeError(
          `collapse: discrete latents of "${trace.model.name}" need a table above the budget; got ${error.size} entries for ${names.join(", ")}, expected at most ${budget}; to try: fewer values, as by truncated(…, 0, last), or collapse: { budget: ${error.size} }`,
        );
      }
      const largest = continuousOnes.reduce((p, q) => (q.size > p.size ? q : p));
      keep(
        latentsOf(largest).map(({ name }) => name),
        `its table would have ${error.size} entries (${names.join(", ")}), above the budget of ${budget}`,
      );
    }
  }
}

// The discrete latents with which a table that was too large is not, where counts among them may end earlier.
function shorter(
  trace: Trace,
  { variables }: Tabulation,
  { size, variables: scope }: OverBudget,
): readonly FiniteLatent[] | undefined {
  const most = size > MOST_SWEPT ? MOST_SWEPT : DEFAULT_BUDGET;
  const names = namesOf(variables, scope);
  const of = (finite: readonly FiniteLatent[]): number =>
    finite.reduce((product, { name, values }) => (names.includes(name) ? product * values.length : product), 1);
  const before = of(trace.finite);
  // A function has about as many more values as each of its counts, and given them one: of a + b, a, and b the table grows like a table of two.
  const isGiven = (v: number): boolean => {
    const { meaning } = variables[v]!;
    return meaning.kind === "function" && meaning.of.every((w) => scope.includes(w));
  };
  const power = scope.filter((v) => !isGiven(v)).length / names.length;
  return shorterLists(trace, names, (finite) => {
    const ratio = of(finite) / before;
    return ratio < 1 && size * exp(power * log(ratio)) <= most;
  });
}

/** Tables of fewer entries are not tried with functions as variables. */
const LARGE = 256;
/** Tables with functions as variables that make so many times the nodes of the sum without are not half the work. */
const FOLDING_TIMES = 4;

// The same sum with functions as variables, where tables over many variables are large and that is less work.
function* orFolded(
  trace: Trace,
  plain: CollapseResult,
  variables: readonly Variable[],
  limits: TableLimits,
  checks: readonly RangeCheck[],
  mostSwept: number,
): Pieces<CollapseResult> {
  const isMany = ({ variables: summed, neighbours }: EliminationStep): boolean => summed.length + neighbours.length > 4;
  if (!plain.elimination.steps.some(isMany) || plain.report.collapsed.every(({ clique }) => clique < LARGE))
    return plain;
  const nodesOf = ({ elimination }: CollapseResult): number =>
    trace.graph.reachable(elimination.totals.map(({ node }) => node)).length;
  try {
    const mostNodes = Math.min(limits.mostNodes ?? Infinity, FOLDING_TIMES * nodesOf(plain));
    const tables = new Tabulation(trace.graph, variables, { ...limits, mostNodes, folds: true });
    const folded = yield* summedOut(trace, tables, checks, plain.report.kept, mostSwept);
    return 2 * nodesOf(folded) < nodesOf(plain) ? folded : plain;
  } catch (error) {
    if (error instanceof OverNodes || error instanceof OverBudget) return plain;
    throw error;
  }
}

// The continuous latents of the sum that costs most, if all sums together cost too much.
function* groupsAbove({ graph, terms }: Trace, { elimination, variables }: CollapseResult): Pieces<string[]> {
  const sums = elimination.totals.map(({ node }) => node);
  const before = terms.map(({ node }) => node);
  if (yield* isAffordable(graph, before, sums)) return [];
  const continuous = (group: readonly number[]): string[] =>
    group.flatMap((v) => (isContinuous(variables[v]!) ? latentsOf(variables[v]!).map(({ name }) => name) : []));
  const groups = elimination.totals
    .map(({ variables: group, node }) => ({ names: continuous(group), size: graph.reachable([node]).length }))
    .filter(({ names }) => names.length > 0)
    .sort((p, q) => q.size - p.size);
  return groups[0]?.names ?? [];
}

function unchanged(trace: Trace, kept: readonly Kept[]): CollapseResult {
  const elimination: Elimination = { steps: [], totals: [] };
  return {
    trace,
    report: { collapsed: [], kept },
    variables: [],
    elimination,
    completion: (engine) => completionOf(trace, [], elimination, engine),
  };
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

function* summedOut(
  trace: Trace,
  tables: Tabulation,
  checks: readonly RangeCheck[],
  kept: readonly Kept[],
  mostSwept: number,
): Pieces<CollapseResult> {
  const { graph, latents, model } = trace;
  const { variables, owners } = tables;
  const own = new Set(variables.map(({ name }) => priorSite(name)));
  const names = new Set(variables.flatMap((variable) => latentsOf(variable).map(({ name }) => name)));
  const keeps = latents.map(({ name }) => !names.has(name));
  const left = freed(
    graph,
    latents.filter((_, i) => keeps[i]),
    trace.terms.filter(({ site }) => !own.has(site)),
    owners,
  );
  const unreadOnes = unreadBeforehand(
    tables,
    left.terms.map(({ node }) => node),
  );
  const isUnread = new Set(unreadOnes.map(({ variable }) => variable));
  const terms: Term[] = [];
  const priors: (Table | undefined)[] = [];
  const factors: Table[] = [];
  function* addPriors(): Pieces<void> {
    for (let v = priors.length; v < variables.length; v++) {
      const prior = isUnread.has(v) ? undefined : yield* priorOf(tables, v);
      priors.push(prior);
      if (prior) factors.push(prior);
    }
  }
  yield* addPriors();
  yield;
  const { alone, together } = yield* tablesOf(
    tables,
    left.terms.map(({ node }) => node),
  );
  left.terms.forEach((term, t) => {
    const table = alone[t]!;
    const [node] = table.entries as [NodeId];
    if (table.axes.length > 0) factors.push(table);
    else terms.push(node === term.node ? term : { ...term, node });
  });
  for (const table of together) factors.push(table);
  // Tables of priors and terms have made functions variables.
  yield* addPriors();
  yield;
  const unread = unreadAmong(variables, priors, factors);
  const gone = new Set([undefined, ...unread.map((v) => priors[v])]);
  const read = factors.filter((table) => !gone.has(table));
  const cliques = cliquesOf(
    priors.flatMap((prior, v) => (gone.has(prior) ? [] : [v])),
    variables.map(({ size }) => size),
    (runs) => tables.sizeOf(runs),
    read.map(({ axes }) => axes),
    priors.map((prior, v) => prior?.axes.flatMap(({ variable }) => (variable === v ? [] : [variable])) ?? []),
  );
  for (const { variable, neighbours, size } of cliques)
    if (neighbours.length !== 1 || size > mostSwept) tables.require([variable, ...neighbours], size);
  yield;
  const { steps, totals } = yield* eliminated(tables, read, cliques);
  const elimination = {
    steps: [...unread.map((v) => unreadStep(graph, v, priors[v]!)), ...steps],
    totals,
    unrecorded: once(() => unrecorded(tables, unreadOnes, DEFAULT_BUDGET)),
  };
  for (const { variables: group, node } of totals) {
    const site = `sum over ${listed(namesOf(variables, group))}`;
    if (graph.is(node, Number.NEGATIVE_INFINITY))
      throw new RangeError(
        `collapse: ${site} of "${model.name}" is 0; got a log density of -Infinity at every value, expected one that is possible`,
      );
    terms.push({ site, node, live: graph.truth(true) });
  }
  tables.counted();
  const sizeOf = new Map(cliques.map(({ variable, size }) => [variable, size]));
  for (const v of unread) sizeOf.set(v, priors[v]!.entries.length);
  for (const v of isUnread) sizeOf.set(v, variables[v]!.size);
  const rest: Trace = {
    ...trace,
    latents: left.latents,
    finite: [],
    terms,
    checks,
    original: trace.original ?? trace,
  };
  return {
    trace: rest,
    report: {
      collapsed: collapsedOf(variables, (v) => sizeOf.get(v)!),
      kept,
    },
    variables,
    elimination,
    completion: (engine) => completionOf(rest, variables, elimination, engine),
  };
}

function collapsedOf(variables: readonly Variable[], cliqueOf: (v: number) => number): Collapsed[] {
  const found = new Map<string, Collapsed>();
  variables.forEach((variable, v) => {
    const { meaning, size } = variable;
    const cells = meaning.kind === "passed" ? meaning.vector.at.length + 1 : size;
    const lostMass = meaning.kind === "values" ? meaning.latent.lostMass : 0;
    for (const { name } of latentsOf(variable)) {
      const clique = Math.max(cliqueOf(v), found.get(name)?.clique ?? 0);
      found.set(name, { latent: name, cells, clique, ...(lostMass > 0 && { lostMass }) });
    }
  });
  return [...found.values()];
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 4).map((name) => `"${name}"`);
  return `${shown.join(", ")}${names.length > 4 ? `, … (${names.length} latents)` : ""}`;
}
