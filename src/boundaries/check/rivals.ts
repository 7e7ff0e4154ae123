/**
 * Which boundaries may be one and the same although their forms differ. Conditions that are linear in all their variables need no
 * further look, as their scaled forms are compared (`find/boundaries.ts`): z > 1 and 2z > 2 are one predicate. But z³ − z² + z > 1
 * may be z > 1, and is; whether it is a matter of points (`coincident.ts`, `distinct.ts`).
 */
import { LANE } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { noisesBelow, type Objective, variablesBelow } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";

export interface Rivals {
  readonly of: Boundary;
  /** Those that may coincide with it, of the same variables; each pair is named once. */
  readonly others: readonly Boundary[];
}

/** The boundaries that have rivals, those first that are linear in all their variables: these are moved onto at the least cost. */
export function rivalsAmong(objective: Objective, boundaries: readonly Boundary[]): Rivals[] {
  const { graph } = objective;
  const isLinear = ({ blocks, condition }: Boundary): boolean =>
    blocks.length > 0 &&
    blocks[0]!.entries.every(({ coefficient }) => !graph.hasFlag(coefficient, LANE)) &&
    blocks[0]!.entries.length === noisesBelow(objective, condition).length;
  const [linear, others] = [boundaries.filter(isLinear), boundaries.filter((boundary) => !isLinear(boundary))];
  if (others.length === 0) return [];
  const keyOf = ({ condition }: Boundary): string => variablesBelow(objective, condition).join();
  const byVariables = new Map<string, Boundary[]>();
  for (const boundary of others) append(byVariables, keyOf(boundary), boundary);
  const order = new Map(others.map((boundary, k) => [boundary, k]));
  return [...linear, ...others].flatMap((of) => {
    const rank = order.get(of) ?? -1;
    const found = byVariables.get(keyOf(of)) ?? [];
    const rivals = found.filter((other) => order.get(other)! > rank && other.family !== of.family);
    return rivals.length === 0 ? [] : [{ of, others: rivals }];
  });
}
