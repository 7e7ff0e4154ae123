/** Programs for back ends, made by hand. */
import { FAST_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { ALL_OPS } from "../../src/autodiff/ops/all-ops.ts";
import type { Kernels } from "../../src/autodiff/ops/kernels.generated.ts";
import type { TapeProgram } from "../../src/autodiff/tape/executable.ts";

/** Every kernel that a program may ask for. */
export const KERNELS: Kernels = FAST_ENGINE.kernelsWith!(ALL_OPS);

/** A program with these parts and nothing else to do. */
export function tapeProgram(parts: Partial<TapeProgram> & Pick<TapeProgram, "lanes" | "realSlots">): TapeProgram {
  const none = { uniform: [], rest: [], lane: [], outputs: [] };
  return { kernels: KERNELS, expectedSamples: undefined, maskSlots: 0, ...none, ...parts };
}
