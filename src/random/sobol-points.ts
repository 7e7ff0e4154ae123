/**
 * The Sobol sequence in 16 dimensions and up to 2¹⁶ points, and the random orders that let it serve any number of dimensions.
 *
 * Source: S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM J. Sci.
 * Comput. 30 (2008) 2635–2654; direction numbers of their file new-joe-kuo-6.21201.
 */

/** Digits of a coordinate and of an index; the first dimensions of the sequence, as many, are kept. */
export const MAX_BITS = 16;

// Primitive polynomial (leading and constant coefficients included), then the initial direction numbers m₁, m₂, …
const JOE_KUO = [
  [1],
  [3, 1],
  [7, 1, 3],
  [11, 1, 3, 1],
  [13, 1, 1, 1],
  [19, 1, 1, 3, 3],
  [25, 1, 3, 5, 13],
  [37, 1, 1, 5, 5, 17],
  [41, 1, 1, 5, 5, 5],
  [47, 1, 1, 7, 11, 19],
  [55, 1, 1, 5, 1, 1],
  [59, 1, 1, 1, 3, 11],
  [61, 1, 3, 5, 5, 31],
  [67, 1, 3, 3, 9, 7, 49],
  [91, 1, 1, 1, 15, 21, 21],
  [97, 1, 3, 1, 13, 27, 49],
] as const;

// The smallest irreducible polynomial over GF(2) of degree m, its leading term left out, at position m.
const IRREDUCIBLE = [0, 1, 3, 3, 3, 5, 3, 3, 27, 3, 9, 5, 9, 27, 33, 3, 43] as const;

/** DIRECTIONS[16·dimension + j]: what bit j of the index adds to the coordinate, whose first digit is bit 15. */
const DIRECTIONS: Uint16Array = /* @__PURE__ */ directions();

function directions(): Uint16Array {
  const table = new Uint16Array(MAX_BITS * JOE_KUO.length);
  JOE_KUO.forEach(([polynomial, ...initial], dimension) => {
    const at = MAX_BITS * dimension;
    const degree = initial.length;
    for (let j = 0; j < MAX_BITS; j++) {
      if (j < degree || degree === 0) {
        table[at + j] = (initial[j] ?? 1) << (MAX_BITS - 1 - j);
        continue;
      }
      let direction = table[at + j - degree]! >>> degree;
      for (let i = 1; i <= degree; i++) if ((polynomial >>> (degree - i)) & 1) direction ^= table[at + j - i]!;
      table[at + j] = direction;
    }
  });
  return table;
}

/**
 * A map of indices that is linear over bits, ⊕ of what each bit of the index adds: its values at 0, 1, … 255, then at 0, 256, …
 * 65280. Their first digit is bit 15.
 */
export type LinearTable = Uint16Array;

/** Room for a `LinearTable`. */
export function makeLinearTable(): LinearTable {
  return new Uint16Array(512);
}

// The values from 2^j on are those before, each with what bit j adds.
function setBit(table: LinearTable, j: number, added: number): void {
  const count = 1 << (j & 7);
  const at = j < 8 ? 0 : 256;
  for (let i = at; i < at + count; i++) table[count + i] = table[i]! ^ added;
}

// By dimension, made where they are first asked for.
const POINTS: LinearTable[] = [];

/** The coordinates of the points in a dimension. */
export function pointsIn(dimension: number): LinearTable {
  const known = POINTS[dimension];
  if (known) return known;
  const table = makeLinearTable();
  for (let j = 0; j < MAX_BITS; j++) setBit(table, j, DIRECTIONS[MAX_BITS * dimension + j]!);
  POINTS[dimension] = table;
  return table;
}

/** The first `bits` binary digits, as an integer, of the value at `index` < 2^bits. */
export function linearDigits(table: LinearTable, index: number, bits: number): number {
  return (table[index & 255]! ^ table[256 | (index >>> 8)]!) >>> (MAX_BITS - bits);
}

/** `linearDigits` of coordinate `dimension` < 16 of point `index`, in natural (not Gray code) order. */
export function sobolDigits(dimension: number, index: number, bits: number): number {
  return linearDigits(pointsIn(dimension), index, bits);
}

/** Makes `linearDigits(table, x, bits)` the `fieldProduct` of x and a. */
export function setProducts(table: LinearTable, a: number, bits: number): void {
  const modulus = (1 << bits) | IRREDUCIBLE[bits]!;
  for (let j = 0, product = a; j < bits; j++) {
    setBit(table, j, product << (MAX_BITS - bits));
    product <<= 1;
    product ^= modulus & -(product >>> bits);
  }
}

/**
 * The product of x and a as elements of the field of 2^bits elements. For a drawn uniformly from the nonzero ones
 * x ↦ a·x is a permutation that takes any two indices to any difference but 0 with the same probability.
 */
export function fieldProduct(x: number, a: number, bits: number): number {
  const modulus = (1 << bits) | IRREDUCIBLE[bits]!;
  let product = 0;
  for (let j = bits - 1; j >= 0; j--) {
    product <<= 1;
    product ^= (modulus & -(product >>> bits)) ^ (a & -((x >>> j) & 1));
  }
  return product;
}

/** Products of fields of up to 32 elements: those of x and a among 2^bits at 4^bits + 2^bits·a + x. */
const PRODUCTS: Uint8Array = /* @__PURE__ */ products();

function products(): Uint8Array {
  const table = new Uint8Array(2 ** 11);
  for (let bits = 1; bits <= 5; bits++)
    for (let a = 0; a < 1 << bits; a++) {
      const at = (1 << (2 * bits)) + (a << bits);
      // Products are linear over bits, as `LinearTable`s are.
      for (let j = 1; j < 1 << bits; j <<= 1) {
        const added = fieldProduct(j, a, bits);
        for (let x = 0; x < j; x++) table[at + j + x] = table[at + x]! ^ added;
      }
    }
  return table;
}

/** `fieldProduct` for 1 to 5 bits. */
export function smallFieldProduct(x: number, a: number, bits: number): number {
  return PRODUCTS[(1 << (2 * bits)) | (a << bits) | x]!;
}
