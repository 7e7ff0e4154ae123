/**
 * A boundary pass rewrites the list of boundaries between finding and crossing them: it chooses what is moved, looks whether that
 * reaches all of a boundary, or merges two that are one. As passes on objectives are, they are a list, in which each has a name.
 */
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";

export interface BoundaryPass {
  /** By which it is asked for and reported, such as "coincident". */
  readonly name: string;
  /** What it does to the boundaries, in a sentence. */
  readonly sentence: string;
  /** The boundaries of the objective, rewritten; the very same ones where there is nothing to rewrite. */
  readonly run: (objective: Objective, boundaries: readonly Boundary[]) => readonly Boundary[];
}
