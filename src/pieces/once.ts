/** `once(make)` calls `make` when its result is first asked for, and has the result from then on. */
export function once<T>(make: () => T): () => T {
  let made: readonly [T] | undefined;
  return () => {
    made ??= [make()];
    return made[0];
  };
}
