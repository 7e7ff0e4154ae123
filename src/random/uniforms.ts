/** Uniform numbers in (0, 1) come in lanes, addressed as normals are, or one after the other for simulation. */
import type { NoiseRequest } from "./contract.ts";
import { blockAt, type Generator, TWO_32 } from "./threefry.ts";

const TWO_NEG_53 = 1.1102230246251565e-16;

/**
 * Fills a request with uniforms in (0, 1) of 53 bits. They are independent of each other and of the normals of the same request,
 * as their counters end in 2·stream + 1 where those of normals end in 2·stream. Allocates nothing.
 */
export function fillUniforms(request: NoiseRequest): void {
  const { out, stride, generator, stream, firstSample, lanes, dimensions } = request;
  const { words } = generator;
  for (let d = 0; d < dimensions; d += 2) {
    const first = request.at + d * stride;
    for (let i = 0; i < lanes; i++) {
      const sample = firstSample + i;
      blockAt(generator, sample | 0, (sample / TWO_32) | 0, d >>> 1, 2 * stream + 1);
      out[first + i] = uniformOf(words[0]!, words[1]!);
      if (d + 1 < dimensions) out[first + stride + i] = uniformOf(words[2]!, words[3]!);
    }
  }
}

/** A source of uniforms in (0, 1), one after the other, for simulation. */
export function uniformSource(generator: Generator, stream: number = 0): () => number {
  const { words } = generator ?? {};
  if (!words)
    throw new TypeError(
      `uniformSource: not a generator; got ${String(generator)}, expected one made by makeGenerator()`,
    );
  let index = 0;
  return () => {
    // A stream of its own kind: the dimension word is never −1 in the fills.
    blockAt(generator, index | 0, (index / TWO_32) | 0, -1, stream);
    index++;
    return uniformOf(words[0]!, words[1]!);
  };
}

function uniformOf(high: number, low: number): number {
  return ((high >>> 6) * 134217728 + (low >>> 5) + 0.5) * TWO_NEG_53; // 26 + 27 bits
}
