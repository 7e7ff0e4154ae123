/**
 * Integrals along lines, ∫ φ(t)·(ℓ − c)·(1, ∇ log q) dt with the other noises given, split at every place where the signature changes. The
 * line is scanned, each change between two points of the scan is bisected to the last digits, and each piece between two changes is
 * integrated by a rule on panels; where a point of the rule has another signature than its piece, a change was overlooked and the piece
 * is bisected again. Many lines are worked on at once, as that is what a tape is good at.
 */
import { exp } from "../../math/elementary.ts";
import type { Rule } from "./rules.ts";
import type { PointValues, Subject } from "./subject.ts";

/** Half of a line, in standard deviations: beyond lies 1e-17 of a normal. */
const REACH = 8.5;
/**
 * Steps of the scan; of a program with one noise all lines are one, which costs next to nothing. The two roots of 0.73·x³ − 1.15·x > 0.525 on the
 * left are 0.25 sd apart, between two of 40 steps.
 */
const [STEPS, ONLY] = [40, 320];
/** Of a panel, at most. */
const PANEL = 1.9;
/** Width of a bracket, relative to t where that is large. */
const WIDTH = 1e-10;
/** Changes that a line may have on average. */
const CHANGES_BUDGET = 400;
/** How often pieces in which a change was overlooked are looked at again. */
const ROUNDS = 6;
/** The mass on which ℓ may be no number, or infinite. */
export const LOST = 1e-9;

const INV_SQRT_2PI = 0.3989422804014327; // 1/√(2π)
const density = (t: number): number => INV_SQRT_2PI * exp(-0.5 * t * t);

/** A part of a line with the same signature everywhere, or a bracket whose ends have two. */
interface Piece {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
}

/** A bracket that shrinks from [start, end], of which the rest has the signatures of its ends. */
interface Bracket {
  readonly line: number;
  start: number;
  from: number;
  to: number;
  end: number;
  before: number;
  after: number;
}

/** Lines in the direction of one noise. */
export class Lines {
  /** Evaluations of ℓ so far. */
  evaluations = 0;
  /** The largest mass on one line where ℓ is not finite. */
  lost = 0;
  readonly #subject: Subject;
  readonly #centre: number;
  readonly #rule: Rule;
  readonly #steps: number;
  #noise = new Float64Array(0);

  constructor(subject: Subject, centre: number, rule: Rule) {
    this.#subject = subject;
    this.#centre = centre;
    this.#rule = rule;
    this.#steps = subject.axes === 1 ? ONLY : STEPS;
  }

  /**
   * The integrals along `axis` of so many lines, that of number k of line l in place l·width + k: the mean of ℓ − c, then of its products
   * with the scores. `others` has the noises of the lines, axis by axis; those of the axis itself are not read.
   */
  along(axis: number, others: Float64Array, lines: number): Float64Array {
    const { scored } = this.#subject;
    const total = new Float64Array(lines * scored.width);
    let pieces = this.#scanned(axis, others, lines);
    for (let round = 0; pieces.length > 0; round++) {
      const parts = this.#bisected(axis, others, lines, pieces);
      pieces = this.#integrate(axis, others, lines, parts, total, round < ROUNDS);
    }
    return total;
  }

  /** Where something changes on each of the lines, in rising order; many decisions may change at one place. */
  changesAlong(axis: number, others: Float64Array, lines: number): number[][] {
    const pieces = this.#bisected(axis, others, lines, this.#scanned(axis, others, lines));
    const found: number[][] = Array.from({ length: lines }, () => []);
    pieces.forEach(({ line, from }, i) => {
      if (pieces[i - 1]?.line === line) found[line]!.push(from);
    });
    return found;
  }

  #scanned(axis: number, others: Float64Array, lines: number): Piece[] {
    const steps = this.#steps;
    const at = (step: number): number => REACH * ((2 * step) / steps - 1) + (step % steps === 0 ? 0 : 0.0371);
    const ts = new Float64Array(lines * (steps + 1)).map((_, i) => at(i % (steps + 1)));
    const of = Int32Array.from(ts, (_, i) => Math.floor(i / (steps + 1)));
    const { signatures } = this.#evaluate(this.#subject.signed, axis, others, lines, of, ts, ts.length);
    const pieces: Piece[] = [];
    for (let line = 0; line < lines; line++)
      for (let step = 0, first = line * (steps + 1); step < steps; ) {
        const from = step;
        const before = signatures[first + from]!;
        while (step < steps && signatures[first + step + 1] === before) step++;
        if (step > from) pieces.push({ line, from: at(from), to: at(step), before, after: before });
        if (step < steps) {
          pieces.push({ line, from: at(step), to: at(step + 1), before, after: signatures[first + step + 1]! });
          step++;
        }
      }
    return pieces;
  }

  // Pieces of one signature each: those with two are bisected until nothing is between them.
  #bisected(axis: number, others: Float64Array, lines: number, pieces: readonly Piece[]): Piece[] {
    const done: Piece[] = [];
    let open: Bracket[] = [];
    for (const piece of pieces) {
      if (piece.before === piece.after) done.push(piece);
      else open.push({ ...piece, start: piece.from, end: piece.to });
    }
    const settle = ({ line, start, from, to, end, before, after }: Bracket): void => {
      if (from > start) done.push({ line, from: start, to: from, before, after: before });
      if (end > to) done.push({ line, from: to, to: end, before: after, after });
    };
    while (open.length > 0) {
      const middle = Float64Array.from(open, ({ from, to }) => from + 0.5 * (to - from));
      const of = Int32Array.from(open, ({ line }) => line);
      const { signatures } = this.#evaluate(this.#subject.signed, axis, others, lines, of, middle, open.length);
      const next: Bracket[] = [];
      open.forEach((bracket, i) => {
        const [t, here] = [middle[i]!, signatures[i]!];
        const halves = [bracket];
        if (here === bracket.before) bracket.from = t;
        else if (here === bracket.after) bracket.to = t;
        else {
          halves.push({ ...bracket, start: t, from: t, before: here });
          bracket.to = bracket.end = t;
          bracket.after = here;
        }
        for (const half of halves) {
          if (half.to - half.from > WIDTH * Math.max(1, Math.abs(t))) next.push(half);
          else settle(half);
        }
      });
      open = next;
      if (open.length > CHANGES_BUDGET * Math.max(lines, 4))
        throw new RangeError(
          `verifyGradient: the program of model "${this.#subject.model.name}" changes too often along a line; got more than ${CHANGES_BUDGET} changes, expected fewer`,
        );
    }
    return merged(done);
  }

  // Adds the integrals over the pieces; returns those in which a change was overlooked, cut at the points that have shown it.
  #integrate(
    axis: number,
    others: Float64Array,
    lines: number,
    pieces: readonly Piece[],
    total: Float64Array,
    checks: boolean,
  ): Piece[] {
    const { points, weights } = this.#rule;
    const { scored } = this.#subject;
    const panels = pieces.map(({ from, to }) => Math.max(1, Math.ceil((to - from) / PANEL)));
    const count = points.length * panels.reduce((sum, each) => sum + each, 0);
    const [ts, ws, of] = [new Float64Array(count), new Float64Array(count), new Int32Array(count)];
    let at = 0;
    pieces.forEach(({ line, from, to }, p) => {
      const half = (0.5 * (to - from)) / panels[p]!;
      for (let panel = 0; panel < panels[p]!; panel++)
        // In rising order: the points of a rule fall.
        for (let i = points.length - 1; i >= 0; i--, at++) {
          ts[at] = from + half * (2 * panel + 1 + points[i]!);
          ws[at] = half * weights[i]! * density(ts[at]!);
          of[at] = line;
        }
    });
    const { rows, signatures } = this.#evaluate(scored, axis, others, lines, of, ts, count);
    const again: Piece[] = [];
    at = 0;
    pieces.forEach((piece, p) => {
      const end = at + points.length * panels[p]!;
      let isWhole = true;
      if (checks) for (let i = at; i < end; i++) if (signatures[i] !== piece.before) isWhole = false;
      if (isWhole) for (; at < end; at++) this.#addPoint(total, rows, at, of[at]!, ws[at]!);
      else
        for (let { from, before } = piece; at <= end; at++) {
          const [to, after] = at < end ? [ts[at]!, signatures[at]!] : [piece.to, piece.after];
          if (to > from) again.push({ line: piece.line, from, to, before, after });
          [from, before] = [to, after];
        }
      at = end;
    });
    return again;
  }

  #addPoint(total: Float64Array, rows: Float64Array, at: number, line: number, weight: number): void {
    const { width } = this.#subject.scored;
    const value = rows[at * width]! - this.#centre;
    if (!Number.isFinite(value)) {
      this.lost += weight;
      return;
    }
    const weighted = weight * value;
    total[line * width]! += weighted;
    for (let k = 1; k < width; k++) total[line * width + k]! += weighted * rows[at * width + k]!;
  }

  #evaluate(
    values: PointValues,
    axis: number,
    others: Float64Array,
    lines: number,
    of: Int32Array,
    ts: Float64Array,
    count: number,
  ): PointValues {
    const { axes } = this.#subject;
    if (this.#noise.length < axes * count) this.#noise = new Float64Array(axes * count);
    const noise = this.#noise;
    for (let a = 0; a < axes; a++)
      for (let i = 0; i < count; i++) noise[a * count + i] = a === axis ? ts[i]! : others[a * lines + of[i]!]!;
    values.at(noise, count);
    this.evaluations += count;
    return values;
  }
}

// The halves of what was bisected, put together where nothing changes between them.
function merged(pieces: Piece[]): Piece[] {
  pieces.sort((p, q) => p.line - q.line || p.from - q.from);
  const found: Piece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last && last.line === piece.line && last.to === piece.from && last.before === piece.before)
      found[found.length - 1] = { ...last, to: piece.to, after: piece.after };
    else found.push(piece);
  }
  return found;
}
