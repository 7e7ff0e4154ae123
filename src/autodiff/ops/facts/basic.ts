/** The facts of the ops that every graph knows; the columns are those of `facts.ts`. */

import type { BasicOp } from "../op.ts";
import type { OpFacts } from "./facts.ts";

// biome-ignore format: a table, columns lined up
export const BASIC_FACTS: { readonly [K in BasicOp]: OpFacts } = {
  add:      { signs: "--?-0+?++", linear: [[0, 1]],   pole: "none" },
  sub:      { signs: "?--+0-++?", linear: [[0, 1]],   pole: "none" },
  mul:      { signs: "+0-000-0+", linear: [[0], [1]], pole: "none" },
  div:      { signs: "+.-0.0-.+", linear: [[0]],      pole: (_g, x, y) => ({ at: y, jumps: true, over: x, power: 1 }) },
  neg:      { signs: "+0-",       linear: [[0]],      pole: "none" },
  exp:      { signs: "+++",       linear: [],         pole: "none" },
  log:      { signs: "..?",       linear: [],         pole: "none" },
  sqrt:     { signs: ".0+",       linear: [],         pole: "none" },
  square:   { signs: "+0+",       linear: [],         pole: "none" },
  abs:      { signs: "+0+",       linear: [],         pole: "none" },
  sign:     { signs: "-0+",       linear: [],         pole: "none" },
  sigmoid:  { signs: "+++",       linear: [],         pole: "none" },
  softplus: { signs: "+++",       linear: [],         pole: "none" },
  where:    { signs: "---000+++-0+-0+-0+.........", linear: [[1, 2]],   pole: "none" },
  positive: { signs: "00-",       linear: [],         pole: "none" },
  equal:    { signs: "<000-000<", linear: [],         pole: "none" },
  not:      { signs: "0-.",       linear: [],         pole: "none" },
  and:      { signs: "-0.00....", linear: [],         pole: "none" },
  or:       { signs: "--.-0....", linear: [],         pole: "none" },
  chain:    { signs: "+0-000-0+", linear: [[0], [1]], pole: "none" },
};
