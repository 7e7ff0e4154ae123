/**
 * Threefry-4×32 with 20 rounds: a counter-based generator, a keyed bijection of 128-bit counters.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011; constants and known
 * answers of the authors' Random123 library. State: none; the same key and counter give the same words anywhere.
 */

/** How many words there are: what a counter above it carries into its next word. */
export const TWO_32 = 4294967296;
const PARITY = 0x1bd11bda;

/** Key of four 32-bit words from a seed, a safe integer; RangeError otherwise. */
export function makeKey(seed: number): Int32Array {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`seed: not a safe integer; got ${String(seed)}, expected one below 2^53`);
  return Int32Array.of(seed | 0, Math.floor(seed / TWO_32) | 0, 0, 0);
}

/** A generator: a key, and room for the words of one block. Its only state is the key. */
export interface Generator {
  readonly key: Int32Array;
  /** The four words that the last call of `blockAt` wrote. */
  readonly words: Int32Array;
}

/** A generator for a seed; RangeError unless the seed is a safe integer. */
export function makeGenerator(seed: number): Generator {
  return { key: makeKey(seed), words: new Int32Array(4) };
}

/** Writes the four words that belong to the counter (c0, c1, c2, c3) into `words`. Allocates nothing. */
export function blockAt({ key, words }: Generator, c0: number, c1: number, c2: number, c3: number): void {
  let k0 = key[0]!;
  let k1 = key[1]!;
  let k2 = key[2]!;
  let k3 = key[3]!;
  let k4 = PARITY ^ k0 ^ k1 ^ k2 ^ k3;
  let x0 = (c0 + k0) | 0;
  let x1 = (c1 + k1) | 0;
  let x2 = (c2 + k2) | 0;
  let x3 = (c3 + k3) | 0;
  // Each round mixes words 0 and 1, 2 and 3, the next one 0 and 3, 2 and 1; a subkey is added after every fourth. Eight rounds have distances of their
  // own, then these come again, with subkeys that begin two words of the key later.
  for (let subkey = 1; ; subkey += 2) {
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 10) | (x1 >>> 22)) ^ x0;
    x2 = (x2 + x3) | 0;
    x3 = ((x3 << 26) | (x3 >>> 6)) ^ x2;
    x0 = (x0 + x3) | 0;
    x3 = ((x3 << 11) | (x3 >>> 21)) ^ x0;
    x2 = (x2 + x1) | 0;
    x1 = ((x1 << 21) | (x1 >>> 11)) ^ x2;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
    x2 = (x2 + x3) | 0;
    x3 = ((x3 << 27) | (x3 >>> 5)) ^ x2;
    x0 = (x0 + x3) | 0;
    x3 = ((x3 << 23) | (x3 >>> 9)) ^ x0;
    x2 = (x2 + x1) | 0;
    x1 = ((x1 << 5) | (x1 >>> 27)) ^ x2;
    x0 = (x0 + k1) | 0;
    x1 = (x1 + k2) | 0;
    x2 = (x2 + k3) | 0;
    x3 = (x3 + k4 + subkey) | 0;
    if (subkey === 5) break;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
    x2 = (x2 + x3) | 0;
    x3 = ((x3 << 20) | (x3 >>> 12)) ^ x2;
    x0 = (x0 + x3) | 0;
    x3 = ((x3 << 17) | (x3 >>> 15)) ^ x0;
    x2 = (x2 + x1) | 0;
    x1 = ((x1 << 11) | (x1 >>> 21)) ^ x2;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << 25) | (x1 >>> 7)) ^ x0;
    x2 = (x2 + x3) | 0;
    x3 = ((x3 << 10) | (x3 >>> 22)) ^ x2;
    x0 = (x0 + x3) | 0;
    x3 = ((x3 << 18) | (x3 >>> 14)) ^ x0;
    x2 = (x2 + x1) | 0;
    x1 = ((x1 << 20) | (x1 >>> 12)) ^ x2;
    x0 = (x0 + k2) | 0;
    x1 = (x1 + k3) | 0;
    x2 = (x2 + k4) | 0;
    x3 = (x3 + k0 + subkey + 1) | 0;
    const first = k0;
    const second = k1;
    k0 = k2;
    k1 = k3;
    k2 = k4;
    k3 = first;
    k4 = second;
  }
  words[0] = x0;
  words[1] = x1;
  words[2] = x2;
  words[3] = x3;
}
