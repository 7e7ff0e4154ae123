/**
 * ℓ at places of random lines, with a number that tells which switches hold there. Of ℓ = −z²/2 + (z > 1 ? 3 : 0) on a line that runs from
 * z = 0 to z = 2, the places 0.25 and 0.75 have the totals −0.125 and 1.875 and different states.
 */
import type { Evaluation } from "../../autodiff/tape/evaluation.ts";
import type { RandomLines } from "./random-lines.ts";

/** On all lines, at one place of each. */
export interface Looked {
  readonly total: Float64Array;
  /** Equal where the same switches hold. */
  readonly state: Int32Array;
}

/** Evaluates ℓ at places of the lines: it is the first node of an evaluation, and the last ones, from `first` on, tell the state. */
export function lineValues(
  { run, values }: Pick<Evaluation, "run" | "values">,
  chosen: RandomLines,
  axes: number,
  { first, switches }: { readonly first: number; readonly switches: number },
): (theta: Float64Array, places: ArrayLike<number>) => Looked {
  const lines = chosen.count;
  const inputs = new Float64Array(axes * lines);
  const row = new Float64Array(lines);
  return (theta, places) => {
    chosen.inputsInto(inputs, places);
    run(theta, inputs);
    const state = new Int32Array(lines).fill(1);
    for (let k = 0; k < switches; k++) tellInto(state, values(first + k, row));
    return { total: values(0), state };
  };
}

// Masks, signs and rounded values are whole; a divisor is told by its sign.
function tellInto(state: Int32Array, row: Float64Array): void {
  for (let line = 0; line < state.length; line++) {
    const number = row[line]!;
    state[line] = Math.imul(state[line]!, 69069) + (Number.isInteger(number) ? number : number > 0 ? 1 : 2);
  }
}
