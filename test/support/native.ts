/** A program as JavaScript runs it by itself, without the transform: its log density is what the traced model must have. */
import * as nondiff from "../../src/index.ts";

interface Density {
  logDensity(value: unknown): number;
}

/** Σ log densities of a program that JavaScript runs by itself at given latents. */
export function native(body: string, latents: readonly number[]): number {
  const given = [...latents];
  let total = 0;
  const context = {
    sample: (_: string, prior: Density) => {
      const z = given.shift()!;
      total += prior.logDensity(z);
      return z;
    },
    observe: (distribution: Density, value: unknown) => {
      total += distribution.logDensity(value);
    },
  };
  const names = "const { sample, observe } = context; const { normal, categorical } = nondiff;";
  new Function("context", "nondiff", `"use strict"; ${names} (() => {${body}})();`)(context, nondiff);
  return total;
}
