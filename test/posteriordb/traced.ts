/** What the programs of several posteriors need. */
import { type Distribution, flat, type ProgramContext, type Real } from "../../src/index.ts";

/** A number above 0 with a density that is cut there; its constant does not matter. */
export const cut = ({ sample, observe }: ProgramContext, name: string, distribution?: Distribution): Real => {
  const x = sample(name, flat(0));
  if (distribution) observe(distribution, x, `prior of ${name}`);
  return x;
};
export const density = (distribution: Distribution, x: Real): Real => distribution.logDensity(x);
