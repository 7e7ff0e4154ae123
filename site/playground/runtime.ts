/**
 * What transformed programs call, with comparisons that note the line of the program on which they made a condition.
 */

import * as runtime from "../../src/plain/runtime/index.ts";
import { type Condition, print, TracedCondition } from "../library.ts";

export * from "../../src/plain/runtime/index.ts";

/** A condition as `explain` prints it, and the line that made it, from 1. */
export interface Noted {
  readonly line: number;
  readonly text: string;
}

let noted: Noted[] | undefined;

/** The conditions that are made while the function runs. */
export function noting(run: () => void): Noted[] {
  noted = [];
  try {
    run();
    return noted;
  } finally {
    noted = undefined;
  }
}

type Comparison = typeof runtime.gt;

// The place is one of the program as it is written, "program.js:4:7".
const watched =
  (compare: Comparison): Comparison =>
  (x, y, place) => {
    const result = compare(x, y, place);
    if (noted && result instanceof TracedCondition) {
      const { session, node } = result as Condition;
      noted.push({ line: Number(place.split(":").at(-2)), text: print(session.graph, node) });
    }
    return result;
  };

export const gt: Comparison = watched(runtime.gt);
export const lt: Comparison = watched(runtime.lt);
export const ge: Comparison = watched(runtime.ge);
export const le: Comparison = watched(runtime.le);
export const same: Comparison = watched(runtime.same);
export const different: Comparison = watched(runtime.different);
export const equal: Comparison = watched(runtime.equal);
export const unequal: Comparison = watched(runtime.unequal);
