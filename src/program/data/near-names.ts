/**
 * Names that are nearly those of a schema: data with "Scale" or "scael" for a model that takes "scale" are misspelt, not data without it.
 */

/** Whether they differ by upper case, by what stands between words, or by one letter that is missing, too many, another one or exchanged with the next. */
export function areNearlyEqual(name: string, other: string): boolean {
  const [a, b] = [plain(name), plain(other)];
  if (a === b) return true;
  if (Math.min(a.length, b.length) < LEAST) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  const [restOfA, restOfB] = [a.slice(from), b.slice(from)];
  // x1 and x2 are two names: what differs has to be letters.
  if (/^\d|^$/.test(restOfA) && /^\d|^$/.test(restOfB)) return false;
  const isExchanged = restOfA[0] === restOfB[1] && restOfA[1] === restOfB[0];
  return (
    restOfA.slice(1) === restOfB ||
    restOfA === restOfB.slice(1) ||
    restOfA.slice(1) === restOfB.slice(1) ||
    (isExchanged && restOfA.slice(2) === restOfB.slice(2))
  );
}

/** Letters of the shorter name: of two letters one is too much of the name. */
const LEAST = 4;

const plain = (name: string): string => name.toLowerCase().replace(/[\s_.-]/g, "");
