/**
 * Polynomials by Horner's rule, one function for each number of coefficients: once inlined, the coefficients are
 * immediate operands and neither a loop nor a table load is left. When all terms have one sign, as nearly everywhere in
 * this folder, the relative error is a few ulp.
 */

/** c0 + c1·x + … + c4·x^4. */
// biome-ignore format: one line per polynomial
export function horner5(x: number, c0: number, c1: number, c2: number, c3: number, c4: number): number {
  return (((c4 * x + c3) * x + c2) * x + c1) * x + c0;
}

/** c0 + c1·x + … + c5·x^5. */
// biome-ignore format: one line per polynomial
export function horner6(x: number, c0: number, c1: number, c2: number, c3: number, c4: number, c5: number): number {
  return ((((c5 * x + c4) * x + c3) * x + c2) * x + c1) * x + c0;
}

/** c0 + c1·x + … + c6·x^6. */
// biome-ignore format: one line per polynomial
export function horner7(x: number, c0: number, c1: number, c2: number, c3: number, c4: number, c5: number, c6: number): number {
  return (((((c6 * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0;
}

/** c0 + c1·x + … + c7·x^7. */
// biome-ignore format: one line per polynomial
export function horner8(x: number, c0: number, c1: number, c2: number, c3: number, c4: number, c5: number, c6: number, c7: number): number {
  return ((((((c7 * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0;
}

/** c0 + c1·x + … + c8·x^8. */
// biome-ignore format: one line per polynomial
export function horner9(x: number, c0: number, c1: number, c2: number, c3: number, c4: number, c5: number, c6: number, c7: number, c8: number): number {
  return (((((((c8 * x + c7) * x + c6) * x + c5) * x + c4) * x + c3) * x + c2) * x + c1) * x + c0;
}
