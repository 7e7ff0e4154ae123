/**
 * The order in which finite variables are summed out. The next is the one whose table is smallest: of a chain a – b – c with two values
 * each a, with 2² entries, and not b, whose table has 2³.
 */

/** A step before its table is made. */
export interface Clique {
  readonly variable: number;
  readonly neighbours: readonly number[];
  /** Entries of its table. */
  readonly size: number;
}

/**
 * The order of elimination for tables over these variables. Of tables of one size that of a variable on which no other prior depends comes first:
 * a sum over a variable given what it depends on is a mean, of which a value without mass takes no part.
 *
 * `entriesOf` says how many entries a table over some variables has, `givens` has the variables on which the prior of each depends.
 */
export function cliquesOf(
  variables: readonly number[],
  entriesOf: (scope: readonly number[]) => number,
  scopes: readonly (readonly number[])[],
  givens: readonly (readonly number[])[],
): Clique[] {
  const dependents = variables.map(() => 0);
  for (const given of givens) for (const v of given) dependents[v]!++;
  const around = variables.map(() => new Set<number>());
  for (const scope of scopes) for (const v of scope) for (const w of scope) if (v !== w) around[v]!.add(w);
  const entries = (v: number): number => entriesOf([v, ...around[v]!]);
  const sizeOf = variables.map(entries);
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
    const neighbours = [...around[variable!]!].sort((p, q) => p - q);
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
      for (const w of neighbours) if (v !== w) around[v]!.add(w);
      sizeOf[v] = entries(v);
      put(v);
    }
  }
  return found;
}
