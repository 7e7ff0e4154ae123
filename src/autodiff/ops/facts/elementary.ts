/** The facts of powers, extremes and trigonometric functions; the columns are those of `facts.ts`. */

import type { ElementaryOp, GraphView, NodeId } from "../op.ts";
import type { OpFacts, Pole } from "./facts.ts";

// biome-ignore format: a table, columns lined up
export const ELEMENTARY_FACTS: { readonly [K in ElementaryOp]: OpFacts } = {
  pow:   { signs: signsOfPower, linear: [], pole: poleOfPower },
  min:   { signs: "----00-0+",  linear: [], pole: "none" },
  max:   { signs: "-0+00++++",  linear: [], pole: "none" },
  log1p: { signs: "-0+",        linear: [], pole: "none" },
  expm1: { signs: "-0+",        linear: [], pole: "none" },
  sin:   { signs: "?0?",        linear: [], pole: "none" },
  cos:   { signs: "?+?",        linear: [], pole: "none" },
  tan:   { signs: "?0?",        linear: [], pole: ({ algebra: A }, x) => ({ at: A.cos(x), jumps: true, over: A.sin(x), power: 1 }) },
  tanh:  { signs: "-0+",        linear: [], pole: "none" },
};

function signsOfPower(y: number): string {
  if (Number.isNaN(y)) return "!+!.+0+++";
  const below = y % 2 === 0 ? "+" : Number.isInteger(y) ? "-" : ".";
  return `${below}${y > 0 ? "0" : y === 0 ? "+" : "."}+`;
}

// Of a negative whole power, or of one that may be. Other negative powers are infinite where their domain begins.
function poleOfPower(g: GraphView, x: NodeId, y: NodeId): Pole | undefined {
  if (!g.isConstant(y)) return { at: x, jumps: true, over: -1, power: 1 };
  const exponent = g.value(y);
  if (!(Number.isInteger(exponent) && exponent < 0)) return undefined;
  return { at: x, jumps: exponent % 2 !== 0, over: g.constant(1), power: -exponent };
}
