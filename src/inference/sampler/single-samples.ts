/**
 * Moments of single samples, component by component along its row of lanes: the bits are those of sample by sample, in half of the time.
 */
import type { EachSample } from "./each-sample.ts";

interface Sums {
  readonly first: Float64Array;
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/** Adds n lanes to the moments, the first of all if `isFirst`. */
type AddSingles = (n: number, isFirst: boolean, to: Sums) => void;

/** What adds the lanes of a tape. */
export function singlesOf(each: EachSample): AddSingles {
  // The square of the gradient's norm, by lane.
  const norms = new Float64Array(each.tape.lanes);
  return (n, isFirst, to) => addSingles(each, n, isFirst, to, norms);
}

function addSingles({ tape, size }: EachSample, n: number, isFirst: boolean, to: Sums, norms: Float64Array): void {
  const { slots, outputs } = tape;
  const { first, sums, squares } = to;
  norms.fill(0);
  for (let p = 0; p < size + 2; p++) {
    const { offset, lane } = p <= size ? outputs[p]! : { offset: 0, lane: true };
    const step = lane ? 1 : 0;
    const row = p <= size ? slots : norms;
    if (p > size) for (let i = 0; i < n; i++) norms[i] = Math.sqrt(norms[i]!);
    if (isFirst) first[p] = lane ? row[offset]! + 0 : row[offset]!; // + 0: what begins a sum is no −0
    const centre = first[p]!;
    let [sum, square] = [sums[p]!, squares[p]!];
    for (let i = 0, at = offset; i < n; i++, at += step) {
      const value = row[at]!;
      if (p < size) norms[i]! += value * value;
      const d = value - centre;
      sum += d;
      square += d * d;
    }
    [sums[p], squares[p]] = [sum, square];
  }
}
