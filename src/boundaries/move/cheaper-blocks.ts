/**
 * Boundaries are moved onto by fewer variables where that is cheaper. Moving a variable that many conditions share makes each
 * boundary as costly as ℓ itself: of 1000 conditions z_i > t with one t, moving z_i and t costs 1000 times ℓ, moving z_i alone 1000
 * terms of ℓ.
 */
import { Users } from "../../autodiff/graph/users.ts";
import { among, blocksOf } from "../../conditions/affine-blocks.ts";
import { noisesBelow } from "../../objective/objective.ts";
import type { BoundaryPass } from "./boundary-pass.ts";

/** Most operations of all boundaries together, in multiples of those of ℓ, before blocks are cut down. */
const MOST_WORK = 12;
const COUNTED = 32; // boundaries from which the work is estimated

/** Conditions that have variables of their own are moved onto by these alone, where all boundaries together cost too much. */
export const CHEAPER_BLOCKS: BoundaryPass = {
  name: "cheaper-blocks",
  sentence:
    "Where moving variables that conditions share costs too much, only those are moved that no other condition contains.",
  run(objective, boundaries) {
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
    const noises = boundaries.map(({ condition }) => noisesBelow(objective, condition));
    for (const of of noises) for (const v of of) conditionsOf[v]!++;
    const isPrivate = (variable: number): boolean => conditionsOf[variable] === 1;
    return boundaries.map((boundary, k) =>
      noises[k]!.some(isPrivate)
        ? { ...boundary, blocks: blocksOf(objective, boundary.condition, among(isPrivate)) }
        : boundary,
    );
  },
};
