/**
 * Sums over finite variables, one variable after the other: the factors that contain it become one factor of the others, the log of
 * the sum over its values of the exponential of their sum. For a chain a – b – c with tables f(a, b) and g(b, c):
 *
 *     m(b) = log Σ_a exp f(a, b),   n(c) = log Σ_b exp(m(b) + g(b, c)),   log Σ_c exp n(c).
 *
 * The next variable is the one that makes the smallest table.
 */

import type { Graph } from "../autodiff/graph/graph.ts";
import { logSumExp } from "../autodiff/log-sum-exp.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { type Factor, lookup } from "./factors.ts";

/**
 * One sum. Read from the last step to the first, the steps draw the variables from their joint distribution: the neighbours of a
 * variable come after it in the order of elimination, and given their values its own has log probabilities `weights` of their row, up
 * to a number per row.
 */
export interface EliminationStep {
  readonly variable: number;
  /** The variables that the sum depends on, ascending. */
  readonly neighbours: readonly number[];
  /** Log weights by the values of the neighbours (the last fastest) and of the variable (fastest of all); −∞ where impossible. */
  readonly weights: readonly NodeId[];
  /** Their log sum by the values of the neighbours. */
  readonly message: readonly NodeId[];
}

/** A sum over all variables. */
export interface Elimination {
  readonly steps: readonly EliminationStep[];
  /** Logs of sums, one for each group of variables that nothing connects: their total is the log of the whole sum. */
  readonly totals: readonly { readonly variables: readonly number[]; readonly node: NodeId }[];
}

/** A step before its table is made. */
export interface Clique {
  readonly variable: number;
  readonly neighbours: readonly number[];
  /** Entries of its table. */
  readonly size: number;
}

/** The order of elimination for factors of these variables; about the square of the number of variables. */
export function cliquesOf(sizes: readonly number[], scopes: readonly (readonly number[])[]): Clique[] {
  const around = sizes.map(() => new Set<number>());
  for (const scope of scopes) for (const v of scope) for (const w of scope) if (v !== w) around[v]!.add(w);
  const entries = (v: number): number => [...around[v]!].reduce((product, w) => product * sizes[w]!, sizes[v]!);
  const left = new Map(sizes.map((_, v) => [v, entries(v)]));
  const found: Clique[] = [];
  while (left.size > 0) {
    let variable = -1;
    for (const [v, size] of left) if (variable < 0 || size < left.get(variable)!) variable = v;
    const neighbours = [...around[variable]!].sort((p, q) => p - q);
    found.push({ variable, neighbours, size: left.get(variable)! });
    left.delete(variable);
    for (const v of neighbours) {
      around[v]!.delete(variable);
      for (const w of neighbours) if (v !== w) around[v]!.add(w);
      left.set(v, entries(v));
    }
  }
  return found;
}

/** Sums over all variables in the order of the cliques. */
export function eliminated(
  graph: Graph,
  sizes: readonly number[],
  factors: readonly Factor[],
  cliques: readonly Clique[],
): Elimination {
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  let left = factors;
  const steps: EliminationStep[] = [];
  const totals: { variables: number[]; node: NodeId }[] = [];
  // By variable those that were summed before it and that its sum contains.
  const within = new Map<number, number[]>();
  for (const { variable, neighbours } of cliques) {
    const isMine = ({ axes }: Factor): boolean => axes.some((axis) => axis.variable === variable);
    const mine = left.filter(isMine).map((factor) => lookup(factor, sizes));
    left = left.filter((factor) => !isMine(factor));
    const values = sizes.map(() => 0);
    const weights: NodeId[] = [];
    const message: NodeId[] = [];
    for (const row of rows(neighbours, sizes)) {
      neighbours.forEach((v, i) => {
        values[v] = row[i]!;
      });
      const first = weights.length;
      for (let value = 0; value < sizes[variable]!; value++) {
        values[variable] = value;
        const summands = mine.map((at) => at(values));
        weights.push(summands.includes(impossible) ? impossible : graph.sum(summands));
      }
      message.push(logSumExp(graph, weights.slice(first)));
    }
    steps.push({ variable, neighbours, weights, message });
    const summed = [...(within.get(variable) ?? []), variable];
    const next = cliques.find(({ variable: v }) => neighbours.includes(v))?.variable;
    if (next === undefined) totals.push({ variables: summed.sort((p, q) => p - q), node: message[0]! });
    else {
      within.set(next, [...(within.get(next) ?? []), ...summed]);
      const axes = neighbours.map((v) => ({ variable: v, starts: Array.from({ length: sizes[v]! }, (_, j) => j) }));
      left = [...left, { axes, entries: message }];
    }
  }
  return { steps, totals };
}

/** All values of some variables together, the last one fastest. */
function* rows(variables: readonly number[], sizes: readonly number[]): Iterable<number[]> {
  const count = variables.reduce((product, v) => product * sizes[v]!, 1);
  for (let index = 0; index < count; index++) {
    let rest = index;
    const row = variables.map(() => 0);
    for (let i = variables.length - 1; i >= 0; i--) {
      const size = sizes[variables[i]!]!;
      row[i] = rest % size;
      rest = (rest - row[i]!) / size;
    }
    yield row;
  }
}
