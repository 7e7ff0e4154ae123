/**
 * Smooth steps that no sample meets. tanh(10⁹·z) goes from −1 to 1 within 10⁻⁹ of z = 0: its derivative is 0 but there, and a gradient made
 * of derivatives, unbiased as it is, comes out 0 until a sample falls into that stretch, one in 10⁹. Nothing about such a
 * program is a condition that could be counted.
 *
 * Random lines through draws of the guide are looked at in cells. Where ℓ rises in a cell against the trend of those beside it, the cell is
 * halved towards the rise. A smooth ℓ rises half as much in half of a cell; if the whole rise is still there in a ten-thousandth of the
 * line, and what is beside it stands still, it is such a step.
 */
import { poles } from "../../autodiff/graph/poles.ts";
import { substitute } from "../../autodiff/graph/substitute.ts";
import { JUMPING } from "../../autodiff/ops/facts/behaviours.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Objective } from "../../objective/objective.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { decisionPieces } from "../lines/decisions.ts";
import { type LineValues, type Looked, lineValues, valuesBeside } from "./line-values.ts";
import { CELLS, type RandomLines, randomLines } from "./random-lines.ts";
import { isWithinReach } from "./reach.ts";
import { roundingAt } from "./rounding.ts";

const SEED = 1806_00178; // any
/** Halvings of a cell, and from which on a rise that is left is too steep: the stretch is 6e-5 of the line then. */
const HALVINGS = 28;
export const STEEP = 10;
/** So many halvings before, the rise may have been this much larger, and the ends have moved by this share of it since. */
const BEFORE = 7;
const LEFT = 0.7;
const STILL = 0.3;
/** The smallest rise that is told, in nats, and relative to ℓ. */
const NATS = 0.01;
const ROUNDING = 1e-8;
/** The rises of both halves of a cell differ by so little where there is no step that is told, in nats. */
const BEND = 0.0025;
/** A divisor so near 0 is one that vanishes in the stretch. */
const POLE = 1e-3;

/** A step that was found. */
export interface SteepStep {
  readonly site: string;
  /** ℓ of the site on both sides. */
  readonly sides: readonly [number, number];
  /** How far apart they are, in standard deviations of the guide. */
  readonly width: number;
  /** Where: the latents that move along the line, with their values. */
  readonly at: readonly (readonly [name: string, value: number])[];
}

/** The first such step of the objective under a guide with these parameters, if any is found. */
export function steepStep(objective: Objective, theta: Float64Array): SteepStep | undefined {
  return finished(steepStepPieces(objective, theta));
}

/** The same in pieces. */
export function* steepStepPieces(objective: Objective, theta: Float64Array): Pieces<SteepStep | undefined> {
  const { normals, terms, trace } = objective;
  if (normals.length === 0 || !isWithinReach(objective, theta)) return undefined;
  const { chosen, drawn, valuesUnder } = LINES.get(objective) ?? (yield* linesOf(objective));
  const lines = chosen.count;
  let beside: ReturnType<typeof valuesBeside> extends Pieces<infer Beside> ? Beside | undefined : never;
  const { look } = valuesUnder(theta);
  const scan: Looked[] = [];
  for (let c = 0; c <= CELLS; c++) {
    yield;
    scan.push(look(new Float64Array(lines).fill(c / CELLS)));
  }
  const brackets = Array.from({ length: lines }, (_, line) => steepestCell(scan, line));
  const past: Past[] = [endsOf(brackets)];
  for (let step = 1; step <= HALVINGS; step++) {
    yield;
    const left = halve(brackets, look(Float64Array.from(brackets, middleOf)));
    past.push(endsOf(brackets));
    if (left === 0) return undefined;
    if (step < STEEP) continue;
    const line = brackets.findIndex(({ isOpen }, k) => isOpen && isSteep(past, k));
    if (line < 0) {
      if (step > STEEP + BEFORE) return undefined;
      continue;
    }
    const { from, to } = brackets[line]!;
    beside ??= yield* valuesBeside(objective, [...drawn, ...(yield* watched(objective))], theta, chosen);
    const [under, over] = beside(line, from, to);
    const sides = [under, over].map((values) => values.slice(0, drawn.length)) as [number[], number[]];
    const [values, latents] = [over.slice(drawn.length, -trace.latents.length), over.slice(-trace.latents.length)];
    const isPole = values.some((divisor) => Math.abs(divisor) < POLE);
    const rounding = isPole
      ? undefined
      : yield* roundingAt(objective, drawn, theta, chosen, new Float64Array(lines).fill(from));
    const [low, high] = sides.map(totalOf) as [number, number];
    const around = beside(line, from - (to - from), to + (to - from)).map((values) =>
      totalOf(values.slice(0, drawn.length)),
    );
    const isStep = Math.abs(high - low) > Math.max(rounding?.[line] ?? Infinity, NATS);
    if (!isStep || goesOn(low, high, around as [number, number])) {
      brackets[line]!.isOpen = false;
      continue;
    }
    const apart = sides[0].map((x, k) => Math.abs(sides[1][k]! - x));
    const most = apart.indexOf(Math.max(...apart));
    const along = trace.latents.map((_, axis) => chosen.at(line, axis, to) - chosen.at(line, axis, from));
    const length = Math.sqrt(along.reduce((sum, part) => sum + part * part, 0));
    return {
      site: terms[most]!.site,
      sides: [sides[0][most]!, sides[1][most]!],
      width: length,
      at: trace.latents.map(({ name }, i) => [name, latents[i]!]),
    };
  }
  return undefined;
}

const totalOf = (parts: readonly number[]): number => parts.reduce((sum, part) => sum + part, 0);

// Whether ℓ goes on as it does from one end of a stretch to the other in a stretch as long before or behind it: 1990 years under exp(b·year) take it to −10³⁰⁶ and on
// to −10³⁰⁷, as steep everywhere as there.
function goesOn(low: number, high: number, [before, behind]: readonly [number, number]): boolean {
  const sign = Math.sign(high - low);
  return Math.max(sign * (low - before), sign * (behind - high)) > LEFT * Math.abs(high - low);
}

/** Random lines of an objective with ℓ compiled for them, which a fit looks at where it begins and where it ends. */
interface Lines {
  readonly chosen: RandomLines;
  /** The terms of ℓ at draws of the guide. */
  readonly drawn: readonly NodeId[];
  readonly valuesUnder: (theta: Float64Array) => LineValues;
}

const LINES: WeakMap<Objective, Lines> = /* @__PURE__ */ new WeakMap();

function* linesOf(objective: Objective): Pieces<Lines> {
  const { graph, guided, terms } = objective;
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  const chosen = randomLines(objective, nodes.length, SEED);
  yield;
  // Conditions jump and are counted.
  const masks = nodes.filter((node) => JUMPING.has(graph.op[node]!));
  const drawn = substitute(graph, roots, guided);
  yield;
  const valuesUnder = yield* lineValues(objective, drawn, substitute(graph, masks, guided), chosen);
  const lines = { chosen, drawn, valuesUnder };
  LINES.set(objective, lines);
  return lines;
}

// What is looked at beside a step that was found: divisors, as those that make values jump are counted, and at others ℓ is infinite; then the latents.
function* watched(objective: Objective): Pieces<NodeId[]> {
  const { graph, guided, terms, trace } = objective;
  const decisions = yield* decisionPieces(objective);
  const signs = decisions.flatMap(({ kind, node }) => (kind === "sign" ? [node] : []));
  const nodes = graph.reachable(terms.map(({ node }) => node));
  const divisors = [...new Set([...signs, ...poles(graph, nodes).values()])];
  return substitute(graph, [...divisors, ...trace.latents.map(({ node }) => node)], guided);
}

interface Bracket {
  /** Which one at first. */
  readonly cell: number;
  from: number;
  to: number;
  /** The values of ℓ at `from` and at `to`. */
  low: number;
  high: number;
  /** The slope of ℓ beside the cell. */
  readonly trend: number;
  readonly state: number;
  isOpen: boolean;
}

const middleOf = ({ from, to }: Bracket): number => 0.5 * (from + to);

// Keeps of each bracket the half in which ℓ rises more against the trend beside it, by ℓ in the middles; a bracket within which a condition changes, or ℓ is
// not finite, is closed. Tells in how many there may be a step yet: where both halves rise alike, or neither does, there is none.
function halve(brackets: readonly Bracket[], { total, state }: Looked): number {
  let left = 0;
  brackets.forEach((bracket, line) => {
    const [place, middle] = [middleOf(bracket), total[line]!];
    const trend = bracket.trend * (bracket.to - bracket.from) * 0.5;
    const rises = [middle - bracket.low, bracket.high - middle] as const;
    const isLower = Math.abs(rises[0] - trend) >= Math.abs(rises[1] - trend);
    const isSmooth = Math.abs(rises[0] - rises[1]) <= BEND;
    if (bracket.isOpen && !isSmooth && !rises.every((rise) => Math.abs(rise) <= NATS)) left++;
    if (state[line] !== bracket.state || !Number.isFinite(middle)) bracket.isOpen = false;
    if (isLower) [bracket.to, bracket.high] = [place, middle];
    else [bracket.from, bracket.low] = [place, middle];
  });
  return left;
}

/** The cell of a line in which ℓ rises most against those beside it, where no condition changes. */
export function steepestCell(scan: readonly Looked[], line: number): Bracket {
  let [best, most, trend] = [0, -1, 0];
  let [before, rise] = [Number.NaN, riseIn(scan, 0, line)];
  for (let c = 0; c < CELLS; c++) {
    const after = c + 1 < CELLS ? riseIn(scan, c + 1, line) : Number.NaN;
    // Of the cells beside, those in which nothing changes.
    const usual = Number.isNaN(before)
      ? Number.isNaN(after)
        ? 0
        : after
      : Number.isNaN(after)
        ? before
        : (before + after) / 2;
    const excess = Math.abs(rise - usual);
    if (excess > most) {
      best = c;
      most = excess;
      trend = usual;
    }
    before = rise;
    rise = after;
  }
  const [low, high] = [scan[best]!, scan[best + 1]!];
  return {
    cell: best,
    from: best / CELLS,
    to: (best + 1) / CELLS,
    low: low.total[line]!,
    high: high.total[line]!,
    trend: trend * CELLS,
    state: low.state[line]!,
    isOpen: most > NATS,
  };
}

// By how much ℓ rises in a cell of a line; NaN where a condition changes there, or ℓ is not finite.
function riseIn(scan: readonly Looked[], cell: number, line: number): number {
  const [low, high] = [scan[cell]!, scan[cell + 1]!];
  const rise = high.total[line]! - low.total[line]!;
  return low.state[line] === high.state[line] && Math.abs(rise) < Infinity ? rise : Number.NaN;
}

/** ℓ at both ends of the bracket of every line, at a time. */
export type Past = readonly [low: Float64Array, high: Float64Array];

function endsOf(brackets: readonly Bracket[]): Past {
  return [Float64Array.from(brackets, ({ low }) => low), Float64Array.from(brackets, ({ high }) => high)];
}

/** Whether the rise of a line has been the same since the stretch was much longer, and the ends where they are. */
export function isSteep(past: readonly Past[], line: number): boolean {
  const [low, high] = past[past.length - 1]!.map((ends) => ends[line]!) as [number, number];
  const [lowBefore, highBefore] = past[past.length - 1 - BEFORE]!.map((ends) => ends[line]!) as [number, number];
  const rise = Math.abs(high - low);
  const moved = Math.abs(low - lowBefore) + Math.abs(high - highBefore);
  return (
    rise > Math.max(NATS, ROUNDING * Math.max(Math.abs(low), Math.abs(high))) &&
    rise > LEFT * Math.abs(highBefore - lowBefore) &&
    moved < STILL * rise
  );
}
