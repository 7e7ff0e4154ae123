/** Threefry in WebAssembly SIMD, four counters at once: line by line `blockAt`. */
import type { Code } from "../encoder.ts";

const PARITY = 0x1bd11bda;
// biome-ignore format: a row for each round
const ROTATIONS = [[10, 26], [11, 21], [13, 27], [23, 5], [6, 20], [17, 11], [25, 10], [18, 20]] as const;

/** Words of the head, which the code reads its key and counters from: five of the key, then four counters that the key was added to. */
export const HEAD_WORDS = 9;

/** Fills the head with a key and counters. */
export function setHead(head: Int32Array, key: Int32Array, c0: number, c1: number, c2: number, c3: number): void {
  const k0 = key[0]!;
  const k1 = key[1]!;
  const k2 = key[2]!;
  const k3 = key[3]!;
  head[0] = k0;
  head[1] = k1;
  head[2] = k2;
  head[3] = k3;
  head[4] = PARITY ^ k0 ^ k1 ^ k2 ^ k3;
  head[5] = c0 + k0;
  head[6] = c1 + k1;
  head[7] = c2 + k2;
  head[8] = c3 + k3;
}

/** Pushes word i of the head at the address in the local `base`, in four lanes. */
export function pushWord(code: Code, base: number, i: number): Code {
  return code.get(base).simd("load32_splat", 2, 4 * i);
}

/** Turns the locals x … x + 3, counters that the key was added to, into the words of the blocks. */
export function threefry(code: Code, base: number, x: number, rounds: number): void {
  const mix = (a: number, b: number, rotation: number): void => {
    code.get(a).get(b).simd("i32_add").set(a);
    code.get(b).i32(rotation).simd("i32_shl").get(b);
    code
      .i32(32 - rotation)
      .simd("i32_shr_u")
      .simd("or")
      .get(a)
      .simd("xor")
      .set(b);
  };
  for (let round = 0; round < rounds; round++) {
    const [first, second] = ROTATIONS[round % 8]!;
    const odd = round % 2 === 1;
    mix(x, odd ? x + 3 : x + 1, first);
    mix(x + 2, odd ? x + 1 : x + 3, second);
    if (round % 4 !== 3) continue;
    const times = (round + 1) / 4;
    for (let j = 0; j < 4; j++) {
      code.get(x + j);
      pushWord(code, base, (times + j) % 5).simd("i32_add");
      if (j === 3) code.i32(times).simd("i32_splat").simd("i32_add");
      code.set(x + j);
    }
  }
}
