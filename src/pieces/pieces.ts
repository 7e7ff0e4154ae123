/**
 * Long work in pieces. Tracing and compiling 10,000 observations takes seconds, during which nothing else would happen in a page or a
 * service; so such work is written as a generator, which stops between two pieces. `fit` runs all pieces at once, `fitAsync` lets
 * others have their turn between them, and both compute the same.
 *
 *     function* doubled(numbers: number[]): Pieces<number[]> {
 *       const result: number[] = [];
 *       for (const x of numbers) {
 *         if (result.length % 1000 === 0) yield;
 *         result.push(2 * x);
 *       }
 *       return result;
 *     }
 *     finished(doubled([1, 2])); // [2, 4]
 */

/** Work that stops between two pieces, and its result. */
export type Pieces<T> = Generator<void, T, void>;

/** The result of work that is done at once. */
export function finished<T>(work: Generator<unknown, T, void>): T {
  for (;;) {
    const next = work.next();
    if (next.done) return next.value;
  }
}

/** A function whose work can be done in pieces too; where it has no `pieces`, all is one. */
export interface Piecewise<Given extends readonly unknown[], T> {
  (...given: Given): T;
  readonly pieces?: (...given: Given) => Pieces<T>;
}

/** The function that does this work at once, which has it in pieces too. */
export function piecewise<Given extends readonly unknown[], T>(
  pieces: (...given: Given) => Pieces<T>,
): ((...given: Given) => T) & { readonly pieces: (...given: Given) => Pieces<T> } {
  return Object.assign((...given: Given) => finished(pieces(...given)), { pieces });
}

/** The work of a function, in pieces where it can. */
export function* piecesOf<Given extends readonly unknown[], T>(of: Piecewise<Given, T>, ...given: Given): Pieces<T> {
  return of.pieces ? yield* of.pieces(...given) : of(...given);
}

/** Puts work off until its result is asked for, at once or in pieces; it is done once. */
export function later<T>(work: () => Pieces<T>): Later<T> {
  let made: T | undefined;
  function* pieces(): Pieces<T> {
    made ??= yield* work();
    return made;
  }
  // Every step of a fit asks for its gradient: a generator for each would be 390 bytes a step on the heap.
  return Object.assign((): T => made ?? finished(pieces()), { pieces });
}

/** A result that is computed when it is first asked for. */
export type Later<T> = (() => T) & { readonly pieces: () => Pieces<T> };

/** Work for which several may wait at a time: whoever has a turn does its next piece, and it is done once. Where it throws all of them do. */
export function shared<T>(work: () => Pieces<T>): () => Pieces<T> {
  let running: Pieces<T> | undefined;
  let ended: (() => T) | undefined;
  return function* () {
    for (; !ended; ) {
      running ??= work();
      try {
        const next = running.next();
        if (next.done) ended = () => next.value;
      } catch (cause) {
        ended = () => {
          throw cause;
        };
      }
      if (!ended) yield;
    }
    return ended();
  };
}
