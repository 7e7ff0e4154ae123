/** Over an interval sin, cos and tan take the values of its ends, and those of the extremes or poles between them: sin over [0, 4] reaches 1. */
import { cos, sin, tan } from "../math/trigonometric.ts";
import { down, type Enclosures, EPSILON, type IntervalRule, put, putEmpty, putLine, up } from "./enclosures.ts";

const TURN = 6.283185307179586; // 2π
// From here on neighbouring doubles are so far apart that the place within a period is not worth finding.
const FAR = 1e14;

/** Is phase + 2πk in [lo, hi] for some k, or too near to tell? */
function holdsPhase(lo: number, hi: number, phase: number): boolean {
  // 2πk and the differences below are off by a few ulp of the larger bound.
  const margin = 8 * EPSILON * (1 + Math.max(Math.abs(lo), Math.abs(hi)));
  const k = Math.ceil((lo - margin - phase) / TURN - 1e-3);
  // The quotient is at most 1e-3 off (|x| < FAR), so the first candidate is k or k + 1.
  for (let j = k; j <= k + 1; j++) {
    const at = phase + j * TURN;
    if (at >= lo - margin && at <= hi + margin) return true;
  }
  return false;
}

function wave(v: Enclosures, r: number, x: number, f: (x: number) => number, crest: number) {
  const lo = v.lo[x]!;
  const hi = v.hi[x]!;
  if (Number.isNaN(lo)) return putEmpty(v, r);
  if (!(hi - lo < TURN) || Math.max(-lo, hi) > FAR) {
    const infinite = lo === -Infinity || hi === Infinity;
    return put(v, r, -1, 1, infinite ? 1 : v.partial[x]!);
  }
  const atLow = f(lo);
  const atHigh = f(hi);
  const least = holdsPhase(lo, hi, crest - Math.PI) ? -1 : Math.max(-1, down(Math.min(atLow, atHigh), 4));
  const most = holdsPhase(lo, hi, crest) ? 1 : Math.min(1, up(Math.max(atLow, atHigh), 4));
  put(v, r, least, most, v.partial[x]!);
}

export const sine: IntervalRule = (v, r, x) => wave(v, r, x, sin, Math.PI / 2);

export const cosine: IntervalRule = (v, r, x) => wave(v, r, x, cos, 0);

/** The whole line if a pole is inside or within a few ulp. */
export const tangent: IntervalRule = (v, r, x) => {
  const lo = v.lo[x]!;
  const hi = v.hi[x]!;
  if (Number.isNaN(lo)) return putEmpty(v, r);
  const poleInside =
    !(hi - lo < Math.PI) ||
    Math.max(-lo, hi) > FAR ||
    holdsPhase(lo, hi, Math.PI / 2) ||
    holdsPhase(lo, hi, -Math.PI / 2);
  if (poleInside) return putLine(v, r);
  put(v, r, down(tan(lo), 4), up(tan(hi), 4), v.partial[x]!);
};
