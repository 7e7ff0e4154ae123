/** An entry that counts jumps along lines binds this record; an entry without it refuses conditions that only lines can treat. */
import type { Objective } from "../../objective/objective.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { Boundary } from "../find/boundaries.ts";
import { type Accepted, accepted } from "./accepted.ts";
import { type CountedLines, countedLines } from "./counted-lines.ts";
import type { Decision } from "./decisions.ts";

export interface Lines {
  /** Which of the boundaries are moved onto, and which decisions are counted along lines. */
  readonly divided: (objective: Objective, boundaries: readonly Boundary[]) => Pieces<Accepted>;
  readonly counted: (objective: Objective, decisions: readonly Decision[]) => CountedLines;
}

export const LINES: Lines = { divided: accepted, counted: countedLines };
