/**
 * The numbers of data in tapes that are compiled once: each fit's numbers are put where a tape reads them, before that runs for it. Two fits
 * that take turns, as `fitAsync` lets them, so see their own data each.
 */
import type { DataGraph } from "../../autodiff/tape/evaluation.ts";
import type { Tape } from "../../autodiff/tape/tape.ts";

/** Where a tape has its data, and those that it has at present. */
interface Binding {
  readonly offsets: readonly number[];
  /** Which of the numbers belong there. */
  readonly indices: readonly number[];
  numbers: Float64Array | undefined;
}

/** The tapes of a compiled model. */
export class Bindings {
  readonly #tapes = new WeakMap<Tape, Binding>();

  /** Puts numbers where a tape reads them, unless they are there. */
  bind(tape: Tape, { data }: DataGraph, numbers: Float64Array): void {
    data!.numbers = numbers;
    let binding = this.#tapes.get(tape);
    if (!binding) {
      const index = new Map(data!.nodes.map((node, at) => [node, at]));
      const own = tape.uniformInputs.filter(({ node }) => index.has(node));
      const indices = own.map(({ node }) => index.get(node)!);
      binding = { offsets: own.map(({ offset }) => offset), indices, numbers: undefined };
      this.#tapes.set(tape, binding);
    }
    if (binding.numbers === numbers) return;
    const { offsets, indices } = binding;
    for (let j = 0; j < offsets.length; j++) tape.slots[offsets[j]!] = numbers[indices[j]!]!;
    binding.numbers = numbers;
  }
}
