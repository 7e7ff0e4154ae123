/**
 * Variables that no term reads: counts that were not recorded, as PyMC's masked years of the coal mining disasters. Of m ~ Poisson(rate) that nobody
 * observed the sum over its values is 1 whatever the rate is, so that it takes no table, however many values it has.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { scalar, type Table } from "../table.ts";
import type { Variable } from "../variable.ts";
import type { EliminationStep } from "./elimination.ts";

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
  priors: readonly Table[],
  tables: readonly Table[],
): number[] {
  const uses = variables.map(() => 0);
  for (const { axes } of tables) for (const { variable } of axes) uses[variable]!++;
  const isUnread = (v: number): boolean => uses[v] === 1 && variables[v]!.meaning.kind !== "passed";
  const found = variables.flatMap((_, v) => (isUnread(v) ? [v] : []));
  // What a prior depends on may be read by that prior alone; a list goes on to what is added while it is walked.
  for (const v of found)
    for (const { variable } of priors[v]!.axes) {
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
