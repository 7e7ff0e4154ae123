/**
 * The order in which finite variables are summed out. The next is the one whose table is smallest: of a chain a – b – c with two values
 * each a, with 2² entries, and not b, whose table has 2³.
 */

import type { Axis } from "../table.ts";

/** A step before its table is made. */
export interface Clique {
  readonly variable: number;
  readonly neighbours: readonly number[];
  /** Entries of its table. */
  readonly size: number;
}

/**
 * The order of elimination for tables with these axes. Of tables of one size that of a variable on which no other prior depends comes first:
 * a sum over a variable given what it depends on is a mean, of which a value without mass takes no part.
 *
 * A count that reads of 111 cells only whether they lie before a day shares two runs of them: its table has two rows, and not 111.
 *
 * `entriesOf` says how many entries a table has with so many runs of each of some variables, `givens` has the variables on which the prior of each
 * depends.
 */
export function cliquesOf(
  variables: readonly number[],
  sizes: readonly number[],
  entriesOf: (runs: ReadonlyMap<number, number>) => number,
  tables: readonly (readonly Axis[])[],
  givens: readonly (readonly number[])[],
): Clique[] {
  const dependents = sizes.map(() => 0);
  for (const v of variables) for (const given of givens[v]!) dependents[given]!++;
  const around = neighboursIn(sizes.length, tables);
  const entries = (v: number): number =>
    entriesOf(new Map([[v, sizes[v]!], ...[...around[v]!].map(([w, starts]) => [w, starts.size] as const)]));
  const sizeOf = sizes.map(() => 0);
  for (const v of variables) sizeOf[v] = entries(v);
  // Among variables of equal sizes those with dependents come later.
  const rankOf = (v: number): number => 2 * sizeOf[v]! + Number(dependents[v]! > 0);
  const byRank = new Map<number, Set<number>>();
  const put = (v: number): void => {
    const alike = byRank.get(rankOf(v));
    if (alike) alike.add(v);
    else byRank.set(rankOf(v), new Set([v]));
  };
  const remove = (v: number): void => {
    const alike = byRank.get(rankOf(v))!;
    alike.delete(v);
    if (alike.size === 0) byRank.delete(rankOf(v));
  };
  for (const v of variables) put(v);
  const found: Clique[] = [];
  const done = new Set<number>();
  while (byRank.size > 0) {
    const [variable] = byRank.get(Math.min(...byRank.keys()))! as Set<number> & Iterable<number>;
    remove(variable!);
    done.add(variable!);
    const mine = around[variable!]!;
    const neighbours = [...mine.keys()].sort((p, q) => p - q);
    found.push({ variable: variable!, neighbours, size: sizeOf[variable!]! });
    for (const v of givens[variable!]!) {
      if (done.has(v)) continue;
      remove(v);
      dependents[v]!--;
      put(v);
    }
    for (const v of neighbours) {
      remove(v);
      around[v]!.delete(variable!);
      for (const w of neighbours) if (v !== w) join(around[v]!, w, mine.get(w)!);
      sizeOf[v] = entries(v);
      put(v);
    }
  }
  return found;
}

// The variables with which each shares a table, with the first values of the runs of them that these tables distinguish.
type Neighbours = Map<number, Set<number>>;

function neighboursIn(count: number, tables: readonly (readonly Axis[])[]): Neighbours[] {
  const around = Array.from({ length: count }, (): Neighbours => new Map());
  for (const axes of tables)
    for (const { variable: v } of axes)
      for (const { variable: w, starts } of axes) if (v !== w) join(around[v]!, w, starts);
  return around;
}

function join(neighbours: Neighbours, variable: number, starts: Iterable<number>): void {
  const known = neighbours.get(variable);
  if (!known) neighbours.set(variable, new Set(starts));
  else for (const start of starts) known.add(start);
}
