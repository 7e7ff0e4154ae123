/**
 * Long work ends where its time does: `watched(isLate)` does the pieces of some work, asks now and then whether it is late, and gives up what is left.
 *
 *     const inTime = watched(() => clock() > end);
 *     finished(inTime(work)); // undefined where the clock was beyond the end before the work was done
 */
import type { Pieces } from "./pieces.ts";

/** So often it is asked whether work goes on between two looks at the clock: a small model is set up without one. */
const PIECES = 128;

/** Does work that has so much time as a fit has, and gives it up once that is over, unless it must end; undefined then. */
export interface InTime {
  <T>(work: Pieces<T> | undefined, mustEnd?: boolean): Pieces<T | undefined>;
  /** Whether time is over. */
  readonly isOver?: boolean;
}

/** Has the setting-up of a fit ask whether its time is over. */
export function watched(isLate: (() => boolean) | undefined): InTime {
  let pieces = 0;
  const inTime = Object.assign(
    <T>(work: Pieces<T> | undefined, mustEnd = false): Pieces<T | undefined> =>
      whileWanted(work, () => {
        inTime.isOver ||= ++pieces % PIECES === 0 && isLate?.() === true;
        return mustEnd || !inTime.isOver;
      }),
    { isOver: false },
  );
  return inTime;
}

/** Does work as long as it is wanted, which is asked before each piece, and gives it up then; undefined then. */
export function* whileWanted<T>(work: Pieces<T> | undefined, isWanted: () => boolean): Pieces<T | undefined> {
  while (work && isWanted()) {
    const next = work.next();
    if (next.done) return next.value;
    yield;
  }
  work?.return(undefined as never);
  return undefined;
}
