/**
 * Lines on which nets look at an objective. Each goes from one draw of the guide to another, both twice as far from the mean as draws are: in one latent
 * from the noise 2·ε₁ to 2·ε₂. Frozen noise stays what it is on a line, as no parameter moves what it alone switches.
 */

import type { Objective } from "../../objective/objective.ts";
import { fillNormals, makeGenerator, noiseRequest } from "../../random/index.ts";

const LINES = 64;
/** On programs of more operations than this there are fewer lines. */
const OPERATIONS = 20_000;
const FEWEST = 8;
/** Standard deviations about the guide's mean, for each of a draw, between which lines run. */
const SPREAD = 2;
/** Cells of equal length that a line is divided into at first. */
export const CELLS = 16;

export interface RandomLines {
  readonly count: number;
  /** The noise of an axis at a place of a line, 0 at its beginning and 1 at its end. */
  readonly at: (line: number, axis: number, place: number) => number;
  /** Writes all noises at one place of each line, line l of axis a at first + a · stride + l; first is 0 and stride is count unless they are given. */
  readonly inputsInto: (inputs: Float64Array, places: Float64Array, first?: number, stride?: number) => void;
}

/** Lines through points that a seed gives: as many as a program with this number of operations affords. */
export function randomLines({ normals, trace }: Objective, operations: number, seed: number): RandomLines {
  const count = Math.max(FEWEST, Math.min(LINES, Math.floor((LINES * OPERATIONS) / operations)));
  const axes = normals.length;
  const latents = trace.latents.length;
  const ends = new Float64Array(2 * axes * count);
  fillNormals(noiseRequest({ out: ends, generator: makeGenerator(seed), lanes: count, dimensions: 2 * axes }));
  const starts = new Float64Array(axes * count);
  const steps = new Float64Array(axes * count);
  for (let k = 0; k < starts.length; k++) {
    starts[k] = SPREAD * ends[k]!;
    if (k < latents * count) steps[k] = SPREAD * ends[axes * count + k]! - starts[k]!;
  }
  const at = (line: number, axis: number, place: number): number => {
    const k = axis * count + line;
    return starts[k]! + place * steps[k]!;
  };
  return {
    count,
    at,
    inputsInto(inputs, places, first = 0, stride = count) {
      for (let axis = 0, k = 0; axis < axes; axis++)
        for (let line = 0; line < count; line++, k++)
          inputs[first + axis * stride + line] = starts[k]! + places[line]! * steps[k]!;
    },
  };
}
