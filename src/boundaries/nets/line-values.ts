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

/** Evaluates ℓ at places of the lines: the first `terms` nodes of an evaluation are added up, the next `switches` tell the state. */
export function lineValues(
  { run, view }: Pick<Evaluation, "run" | "view">,
  chosen: RandomLines,
  axes: number,
  { terms, switches }: { readonly terms: number; readonly switches: number },
): (theta: Float64Array, places: ArrayLike<number>) => Looked {
  const lines = chosen.count;
  const inputs = new Float64Array(axes * lines);
  const added = Array.from({ length: terms }, (_, k) => view(k));
  const told = Array.from({ length: switches }, (_, k) => view(terms + k));
  return (theta, places) => {
    chosen.inputsInto(inputs, places);
    run(theta, inputs);
    const [total, state] = [new Float64Array(lines), new Int32Array(lines).fill(1)];
    for (const values of added) addInto(total, values);
    for (const values of told) tellInto(state, values);
    return { total, state };
  };
}

function addInto(total: Float64Array, values: ArrayLike<number>): void {
  const step = values.length > 1 ? 1 : 0;
  for (let line = 0; line < total.length; line++) total[line]! += values[line * step]!;
}

// Masks, signs and rounded values are whole; a divisor is told by its sign.
function tellInto(state: Int32Array, values: ArrayLike<number>): void {
  const step = values.length > 1 ? 1 : 0;
  for (let line = 0; line < state.length; line++) {
    const number = values[line * step]!;
    state[line] = Math.imul(state[line]!, 69069) + (Number.isInteger(number) ? number : number > 0 ? 1 : 2);
  }
}
