/**
 * The places of numbers in ascending order: of 3, 1, 2 these are 1, 2, 0. Engines sort numbers by themselves fast, but places only by a function
 * that compares two of them: of 16,384 draws that is 230,000 calls. Here places are dealt out by the upper half of the numbers' bits, eleven at a
 * time; few draws share all of these, and they are put in order one by one. Where many do, the lower half is dealt out, too.
 */

const BITS = 11;
const PILES = 2048;
const SIGN = 0x80000000;

/** `places` by the numbers of `values` there, none of them NaN; equal numbers stay in the order in which they were given. */
export function ascending(values: Float64Array, places: Uint32Array): Uint32Array {
  const n = places.length;
  // Two halves of the bits, which rise with the number once those of negative ones are turned around.
  const keys = keysOf(new Uint32Array(numbersAt(places, values).buffer), n);
  let order = dealt([keys[1]], n);
  if (!mended(order, keys)) order = dealt(keys, n);
  return order.map((at) => places[at]!);
}

// The numbers at places, with 0 for −0.
function numbersAt(places: Uint32Array, values: Float64Array): Float64Array {
  const numbers = new Float64Array(places.length);
  for (let i = 0; i < places.length; i++) numbers[i] = values[places[i]!]! + 0; // −0 + 0 is 0
  return numbers;
}

// The lower and the upper half of the bits of n numbers.
function keysOf(halves: Uint32Array, n: number): readonly [low: Uint32Array, high: Uint32Array] {
  const top = new Uint32Array(Float64Array.of(1).buffer)[1] === 0 ? 0 : 1; // which half has the sign
  const keys = [new Uint32Array(n), new Uint32Array(n)] as const;
  for (let i = 0; i < n; i++) {
    const low = halves[2 * i + 1 - top]!;
    const high = halves[2 * i + top]!;
    keys[0][i] = high >= SIGN ? ~low : low;
    keys[1][i] = high >= SIGN ? ~high : high | SIGN;
  }
  return keys;
}

// The indices below n by keys, the last of which counts most.
function dealt(keys: readonly Uint32Array[], n: number): Uint32Array {
  let order = Uint32Array.from({ length: n }, (_, i) => i);
  let next = new Uint32Array(n);
  const starts = new Uint32Array(PILES + 1);
  for (const key of keys)
    for (let shift = 0; shift < 32; shift += BITS) {
      countPiles(starts, key, shift);
      if (n === 0 || starts[((key[0]! >>> shift) & (PILES - 1)) + 1] === n) continue; // all on one pile
      dealInto(next, order, starts, key, shift);
      const before = order;
      order = next;
      next = before;
    }
  return order;
}

// The loops are functions of their own: engines optimise a function as a whole, again for each of its loops that they find hot.

function countPiles(starts: Uint32Array, key: Uint32Array, shift: number): void {
  starts.fill(0);
  for (let i = 0; i < key.length; i++) starts[((key[i]! >>> shift) & (PILES - 1)) + 1]!++;
}

function dealInto(next: Uint32Array, order: Uint32Array, starts: Uint32Array, key: Uint32Array, shift: number): void {
  for (let pile = 0; pile < PILES; pile++) starts[pile + 1]! += starts[pile]!;
  for (let i = 0; i < order.length; i++) next[starts[(key[order[i]!]! >>> shift) & (PILES - 1)]!++] = order[i]!;
}

// Puts neighbours of one upper half in order by the lower one; false where that takes more moves than there are numbers.
function mended(order: Uint32Array, [low, high]: readonly [Uint32Array, Uint32Array]): boolean {
  let moves = 0;
  for (let i = 1; i < order.length; i++) {
    const at = order[i]!;
    let j = i;
    for (; j > 0 && high[order[j - 1]!] === high[at] && low[order[j - 1]!]! > low[at]!; j--) {
      if (++moves > order.length) return false;
      order[j] = order[j - 1]!;
    }
    order[j] = at;
  }
  return true;
}

/** The places below `length` of which `counts` is true. */
export function placesWhere(length: number, counts: (place: number) => boolean): Uint32Array {
  const found = new Uint32Array(length);
  let count = 0;
  for (let i = 0; i < length; i++) if (counts(i)) found[count++] = i;
  return found.subarray(0, count);
}
