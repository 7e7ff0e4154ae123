/**
 * ℓ at places of random lines, with a number that tells which switches hold there. Of ℓ = −z²/2 + (z > 1 ? 3 : 0) on a line that runs from
 * z = 0 to z = 2, the places 0.25 and 0.75 have the totals −0.125 and 1.875 and different states.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Evaluation } from "../../autodiff/tape/evaluation.ts";
import type { RandomLines } from "./random-lines.ts";

/** On all lines, at one place of each. */
export interface Looked {
  readonly total: Float64Array;
  /** Equal where the same switches hold. */
  readonly state: Int32Array;
}

/** The nodes of an evaluation: so many terms, then so many switches. */
interface LineNodes {
  readonly terms: number;
  readonly switches: number;
  /** Is a switch told by its value, which is whole, and not by its sign? */
  readonly isWhole: (k: number) => boolean;
}

/** Evaluates ℓ at places of the lines: the first `terms` nodes of an evaluation are added up, the next `switches` tell the state. */
export function lineValues(
  { run, view }: Pick<Evaluation, "run" | "view">,
  chosen: RandomLines,
  axes: number,
  { terms, switches, isWhole }: LineNodes,
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
    for (let k = 0; k < told.length; k++) tellInto(state, told[k]!, isWhole(k));
    return { total, state };
  };
}

function addInto(total: Float64Array, values: ArrayLike<number>): void {
  const step = values.length > 1 ? 1 : 0;
  for (let line = 0; line < total.length; line++) total[line]! += values[line * step]!;
}

function tellInto(state: Int32Array, values: ArrayLike<number>, isWhole: boolean): void {
  const step = values.length > 1 ? 1 : 0;
  for (let line = 0; line < state.length; line++) {
    const number = values[line * step]!;
    state[line] = Math.imul(state[line]!, 69069) + (isWhole ? number % 2 ** 31 : number > 0 ? 1 : number < 0 ? 2 : 0);
  }
}

/** Which of these nodes round down. */
export function isFloor({ op }: Graph, nodes: readonly NodeId[]): (k: number) => boolean {
  return (k) => op[nodes[k]!] === CODE.floor;
}
