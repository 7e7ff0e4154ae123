/** Euclidean norm of `count` numbers, `step` apart, scaled so that squares neither overflow nor vanish; unchecked. */
export function normAt(count: number, x: Float64Array, from: number, step: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(x[from + i * step]!));
  if (largest === 0) return 0;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const scaled = x[from + i * step]! / largest;
    sum += scaled * scaled;
  }
  return largest * Math.sqrt(sum);
}
