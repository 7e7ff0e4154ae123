/** The facts of the ops on special functions; the columns are those of `facts.ts`. */

import type { SpecialOp } from "../op.ts";
import type { OpFacts } from "./facts.ts";

// Of the poles at 0, −1, −2, … of the gamma functions the first: they are meant for x > 0.
// biome-ignore format: a table, columns lined up
export const SPECIAL_FACTS: { readonly [K in SpecialOp]: OpFacts } = {
  peak:         { signs: "-0+00++++", linear: [], pole: "none" },
  floor:        { signs: "-0>",       linear: [], pole: "none" },
  atan:         { signs: "-0+",       linear: [], pole: "none" },
  lgamma:       { signs: "?.?",       linear: [], pole: (_g, x) => ({ at: x, jumps: false, over: -1, power: 1 }) },
  digamma:      { signs: "?.?",       linear: [], pole: (_g, x) => ({ at: x, jumps: true,  over: -1, power: 1 }) },
  trigamma:     { signs: "+.+",       linear: [], pole: (_g, x) => ({ at: x, jumps: false, over: -1, power: 2 }) },
  erf:          { signs: "-0+",       linear: [], pole: "none" },
  normalCdf:    { signs: "+++",       linear: [], pole: "none" },
  logNormalCdf: { signs: "---",       linear: [], pole: "none" },
  normalHazard: { signs: "+++",       linear: [], pole: "none" },
  normalQuantileOfSurprisal:
                { signs: "..?",       linear: [], pole: "none" },
};
