/** Joins values in pairs, then the results, and so on: a balanced tree; undefined for no values. */
export function balanced<T>(values: readonly T[], join: (x: T, y: T) => T): T | undefined {
  const level = [...values];
  for (let size = level.length; size > 1; size = (size + 1) >> 1) {
    for (let i = 0; i + 1 < size; i += 2) level[i >> 1] = join(level[i]!, level[i + 1]!);
    if (size % 2 === 1) level[size >> 1] = level[size - 1]!;
  }
  return level[0];
}
