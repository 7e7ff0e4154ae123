/**
 * Variables that no term reads: counts that were not recorded, as PyMC's masked years of the coal mining disasters. Of m ~ Poisson(rate) that nobody
 * observed the sum over its values is 1 whatever the rate is, so that it takes no table, however many values it has.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { finished } from "../../pieces/pieces.ts";
import { priorOf } from "../priors.ts";
import { readsOf } from "../reads.ts";
import { scalar, type Table } from "../table.ts";
import { OverBudget, type Tabulation } from "../tabulation.ts";
import type { Variable } from "../variable.ts";
import type { EliminationStep, Unrecorded } from "./elimination.ts";

/** A variable that nothing reads. */
export interface Unread {
  readonly variable: number;
  /** Those on which its prior depends, ascending. */
  readonly givens: readonly number[];
  /** Entries of a table of its prior. */
  readonly size: number;
}

/**
 * The variables that no term reads, not even through the priors of others, those that depend on others before these: of a count that is the rate of
 * another, neither recorded, both. This is known before there is a table, so that the two together may have any number of values.
 */
export function unreadBeforehand({ graph, variables, owners }: Tabulation, terms: readonly NodeId[]): Unread[] {
  const inputsOf = ({ logMasses, live }: Variable): NodeId[] => [
    live,
    ...logMasses.filter((mass): mass is NodeId => typeof mass === "number"),
  ];
  const isRead = variables.map(() => false);
  const nodes = new Set(terms);
  const read = (v: number): void => {
    if (isRead[v]) return;
    isRead[v] = true;
    for (const node of inputsOf(variables[v]!)) nodes.add(node);
    for (const mass of variables[v]!.logMasses)
      if (typeof mass !== "number") for (const { variable } of mass.axes) read(variable);
  };
  // Masses of the passages of an ordered vector are parts of one joint mass.
  variables.forEach(({ meaning }, v) => {
    if (meaning.kind === "passed") read(v);
  });
  // A set goes on to what is added while it is walked.
  for (const node of nodes) {
    const owner = owners.get(node);
    if (owner !== undefined) read(owner);
    else for (const operand of graph.operands(node)) nodes.add(operand);
  }
  const found: Unread[] = [];
  const seen = new Set<number>();
  const visit = (variable: number): void => {
    if (isRead[variable] || seen.has(variable)) return;
    seen.add(variable);
    const givens = readsOf(graph, inputsOf(variables[variable]!), owners);
    for (const given of givens) visit(given);
    found.push({ variable, givens, size: [variable, ...givens].reduce((size, v) => size * variables[v]!.size, 1) });
  };
  variables.forEach((_, v) => {
    visit(v);
  });
  return found.reverse();
}

/** Tables of more entries than this are not tried, as they take longer to make than all draws without. */
const MOST_TRIED = 65_536;

/** Makes the tables of these variables where they are within the budget; it is for when they are drawn. */
export function unrecorded(tables: Tabulation, unread: readonly Unread[], budget: number): Unrecorded {
  const drawn = new Set<number>();
  const steps: EliminationStep[] = [];
  for (const { variable, givens, size } of [...unread].reverse()) {
    const isTried = size <= MOST_TRIED && !givens.some((given) => drawn.has(given));
    const prior = isTried ? withinBudget(tables, variable, budget) : undefined;
    if (prior) steps.push(unreadStep(tables.graph, variable, prior));
    else drawn.add(variable);
  }
  return { steps: steps.reverse(), drawn: [...drawn] };
}

function withinBudget(tables: Tabulation, variable: number, budget: number): Table | undefined {
  try {
    const prior = finished(priorOf(tables, variable));
    return prior.entries.length > budget ? undefined : prior;
  } catch (error) {
    if (error instanceof OverBudget) return undefined;
    throw error;
  }
}

/**
 * The variables whose sum is 1, those that depend on others before these: each is in no table but that of its prior, once those before it are
 * gone.
 *
 * What has to hold: the masses of a prior add up to 1, whatever the variables are on which it depends. Those of cells and of the values of a discrete
 * latent do, up to the mass that was cut off (which the report states), and a function of others has one value for certain; those of the passages of an ordered vector are parts of one joint
 * mass, and stay.
 */
export function unreadAmong(
  variables: readonly Variable[],
  priors: readonly (Table | undefined)[],
  tables: readonly Table[],
): number[] {
  const uses = variables.map(() => 0);
  for (const { axes } of tables) for (const { variable } of axes) uses[variable]!++;
  const isUnread = (v: number): boolean => uses[v] === 1 && variables[v]!.meaning.kind !== "passed";
  const found = variables.flatMap((_, v) => (isUnread(v) ? [v] : []));
  // What a prior depends on may be read by that prior alone; a list goes on to what is added while it is walked.
  for (const v of found)
    for (const { variable } of priors[v]?.axes ?? []) {
      uses[variable]!--;
      if (variable !== v && isUnread(variable)) found.push(variable);
    }
  return found;
}

/** The step of such a variable: it is drawn from its prior. */
export function unreadStep(graph: Graph, variable: number, prior: Table): EliminationStep {
  const neighbours = prior.axes.flatMap((axis) => (axis.variable === variable ? [] : [axis.variable]));
  return { variables: [variable], neighbours, weights: () => prior, message: scalar(graph.constant(0)) };
}
