/**
 * How samples come onto a boundary: where the condition is affine in variables, by moving these (`projection.ts`); else by its
 * roots along lines (`roots-along-lines.ts`), for entries that bring the search for roots.
 */
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { LaneInputs } from "../../objective/lane-inputs.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Boundary } from "../find/boundaries.ts";
import { type Surface, surfacesOf } from "./projection.ts";

export interface Move {
  /** Where samples come to: the boundary term is a sum over them. */
  readonly surfaces: readonly Surface[];
  /** Inputs of the surfaces that are computed before the tape runs: the roots. */
  readonly derived: readonly LaneInputs[];
  /** Standard normals that these read beside those of the objective. */
  readonly normals: readonly NodeId[];
}

/** The search for roots along lines; `ROOTS_ALONG_LINES` is the one there is. */
export interface RootsAlongLines {
  /** The variables along which the roots of a condition are sought. */
  readonly directionsOf: (objective: Objective, condition: NodeId) => number[];
  /** The surfaces along them, within so many standard deviations (default: all of the line). */
  readonly moveOf: (objective: Objective, boundary: Boundary, reach?: number) => Move;
}

/** The move onto a boundary; `reach` bounds the search for roots. */
export function moveOnto(objective: Objective, boundary: Boundary, roots?: RootsAlongLines, reach?: number): Move {
  if (boundary.blocks.length > 0) return { surfaces: surfacesOf(objective, boundary), derived: [], normals: [] };
  return rootsFor(boundary, roots).moveOf(objective, boundary, reach);
}

/** The variables that are moved onto a boundary. */
export function variablesMoved(objective: Objective, boundary: Boundary, roots?: RootsAlongLines): number[] {
  const { blocks, condition } = boundary;
  if (blocks.length > 0) return blocks.flatMap(({ entries }) => entries.map(({ variable }) => variable));
  return rootsFor(boundary, roots).directionsOf(objective, condition);
}

function rootsFor({ text }: Boundary, roots: RootsAlongLines | undefined): RootsAlongLines {
  if (roots) return roots;
  throw new TypeError(`moveOnto: no way onto \`${text()}\` = 0; got no block, expected one, or a search for roots`);
}
