/** Boundaries whose variables are not worth moving. */
import { Users } from "../../autodiff/graph/users.ts";
import { blocksOf } from "../../conditions/affine-blocks.ts";
import { noisesBelow, type Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";

/** Most operations of all boundaries together, in multiples of those of ℓ, before blocks are cut down. */
const MOST_WORK = 12;
const COUNTED = 32; // boundaries from which the work is estimated

/**
 * Moving a variable that many conditions share makes each boundary as costly as ℓ itself. Where that adds up to too much,
 * only the variables are moved that no other condition contains, for conditions that have such.
 */
export function affordable(objective: Objective, boundaries: readonly Boundary[]): readonly Boundary[] {
  const { graph, variables, terms } = objective;
  if (boundaries.length === 0) return boundaries;
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const users = new Users(graph, nodes);
  const every = Math.ceil(boundaries.length / COUNTED);
  let work = 0;
  for (let k = 0; k < boundaries.length; k += every) {
    const { blocks } = boundaries[k]!;
    const moving = blocks.flatMap(({ entries }) =>
      entries.flatMap(({ variable }) => variables[variable]!.column.map(({ node }) => node)),
    );
    work += every * blocks.length * (users.above(moving).length - moving.length);
  }
  if (work <= MOST_WORK * nodes.length) return boundaries;
  const conditionsOf = new Int32Array(variables.length);
  for (const { condition } of boundaries) for (const v of noisesBelow(objective, condition)) conditionsOf[v]!++;
  const isPrivate = (variable: number): boolean => conditionsOf[variable] === 1;
  return boundaries.map((boundary) => ({ ...boundary, blocks: blocksOf(objective, boundary.condition, isPrivate) }));
}
