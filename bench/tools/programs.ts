/** Programs in C among the candidates of the benches. */
import { type BatchedGradient, disagreement } from "../gradients/gradients.ts";
import type { SelfTimed } from "./timing.ts";

/** A program in C, and the summed gradient that it computes. */
export interface Program extends SelfTimed {
  readonly out: Float64Array;
}

/**
 * Compiles a program of bench/c with `gcc -O3 -march=native` and more flags, and runs it on the inputs, with their noise or with
 * the same noise "made" anew for every gradient. Throws where it makes other noise.
 */
export type Native = (
  name: string,
  source: string,
  flags: string,
  inputs: Float64Array,
  noise: "given" | "made",
) => Program;

export const STRICT = "-ffp-contract=off";
export const FAST = "-ffast-math";

/** Throws unless all compute what the first one does. */
export function requireEqual(model: string, gradients: readonly (BatchedGradient | Program)[]): void {
  for (const gradient of gradients) if ("run" in gradient) gradient.run();
  for (const { name, out } of gradients) {
    const difference = disagreement(gradients[0]!.out, out);
    if (!(difference < 1e-9))
      throw new RangeError(
        `bench: ${name} disagrees on ${model}; got relative difference ${difference}, expected < 1e-9`,
      );
  }
}
