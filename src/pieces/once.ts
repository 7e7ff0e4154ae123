/** `once(make)` calls `make` when its result is first asked for, and has the result from then on. */
export function once<T>(make: () => T): () => T {
  let made: readonly [T] | undefined;
  return () => {
    made ??= [make()];
    return made[0];
  };
}

/**
 * A function that computes each of its values once: `const slopesOf = remembered((b: Boundary) => gradient(…))` differentiates a
 * boundary when it is first asked about and keeps the nodes for every later question.
 */
export function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make(key);
      made.set(key, value);
    }
    return value;
  };
}
