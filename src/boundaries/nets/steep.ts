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
import { PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import { JUMPING } from "../../autodiff/ops/facts/behaviours.ts";
import { evaluationPieces } from "../../autodiff/tape/evaluation.ts";
import type { Objective } from "../../objective/objective.ts";
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { decisionPieces } from "../lines/decisions.ts";
import { type Looked, lineValues } from "./line-values.ts";
import { CELLS, randomLines } from "./random-lines.ts";
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
  const { graph, guided, normals, parameters, terms, trace } = objective;
  if (normals.length === 0 || !isWithinReach(objective, theta)) return undefined;
  const roots = terms.map(({ node }) => node);
  const nodes = graph.reachable(roots);
  const chosen = randomLines(objective, nodes.length, SEED);
  const lines = chosen.count;
  yield;
  // Conditions jump and are counted, as are the divisors that make values jump; at others ℓ is infinite.
  const masks = nodes.filter((node) => JUMPING.has(graph.op[node]!));
  const decisions = yield* decisionPieces(objective);
  yield;
  const signs = decisions.flatMap(({ kind, node }) => (kind === "sign" ? [node] : []));
  const divisors = [...new Set([...signs, ...poles(graph, nodes).values()])];
  const drawn = substitute(graph, roots, guided);
  const values = trace.latents.map(({ node }) => node);
  const watched = substitute(graph, [...masks, ...divisors, ...values], guided);
  yield;
  const evaluated = yield* evaluationPieces(graph, [graph.sum(drawn), ...drawn, ...watched], {
    engine: PLAIN_ENGINE,
    inputs: parameters,
    laneInputs: normals,
    points: lines,
  });
  const { value } = evaluated;
  const of = { first: 1 + drawn.length, switches: masks.length };
  const at = lineValues(evaluated, chosen, normals.length, of);
  const look = (places: ArrayLike<number>): Looked => at(theta, places);
  const scan: Looked[] = [];
  for (let c = 0; c <= CELLS; c++) {
    yield;
    scan.push(look(new Float64Array(lines).fill(c / CELLS)));
  }
  const brackets = Array.from({ length: lines }, (_, line) => steepestCell(scan, line));
  const history: (readonly [number, number])[][] = brackets.map(({ low, high }) => [[low, high]]);
  for (let step = 1; step <= HALVINGS; step++) {
    const middles = brackets.map(({ from, to }) => 0.5 * (from + to));
    yield;
    const here = look(middles);
    let left = 0;
    brackets.forEach((bracket, line) => {
      const middle = here.total[line]!;
      const trend = bracket.trend * (bracket.to - bracket.from) * 0.5;
      const rises = [middle - bracket.low, bracket.high - middle] as const;
      const isLower = Math.abs(rises[0] - trend) >= Math.abs(rises[1] - trend);
      if (bracket.isOpen && !rises.every((rise) => Math.abs(rise) <= NATS)) left++;
      if (here.state[line] !== bracket.state || !Number.isFinite(middle)) bracket.isOpen = false;
      if (isLower) [bracket.to, bracket.high] = [middles[line]!, middle];
      else [bracket.from, bracket.low] = [middles[line]!, middle];
      history[line]!.push([bracket.low, bracket.high]);
    });
    // Nowhere is a rise left that is told.
    if (left === 0) return undefined;
    if (step < STEEP) continue;
    const steep = (line: number): boolean => brackets[line]!.isOpen && isSteep(history[line]!);
    const line = brackets.findIndex((_, k) => steep(k));
    if (line < 0) {
      if (step > STEEP + BEFORE) return undefined;
      continue;
    }
    const { from, to } = brackets[line]!;
    const sides = [from, to].map((s) => {
      look(new Float64Array(lines).fill(s));
      return drawn.map((_, k) => value(1 + k, line));
    }) as [number[], number[]];
    const isPole = divisors.some((_, k) => Math.abs(value(1 + drawn.length + masks.length + k, line)) < POLE);
    const places = trace.latents.map(({ name }, i): readonly [string, number] => [
      name,
      value(1 + drawn.length + masks.length + divisors.length + i, line),
    ]);
    const { low, high } = brackets[line]!;
    const rounding = isPole
      ? undefined
      : yield* roundingAt(objective, drawn, theta, chosen, new Float64Array(lines).fill(from));
    if (!rounding || Math.abs(high - low) <= rounding[line]!) {
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
      at: places,
    };
  }
  return undefined;
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

/** The cell of a line in which ℓ rises most against those beside it, where no condition changes. */
export function steepestCell(scan: readonly Looked[], line: number): Bracket {
  const rises = Array.from({ length: CELLS }, (_, c) => {
    const rise = scan[c + 1]!.total[line]! - scan[c]!.total[line]!;
    return scan[c]!.state[line] === scan[c + 1]!.state[line] && Number.isFinite(rise) ? rise : Number.NaN;
  });
  let [best, most, trend] = [0, -1, 0];
  rises.forEach((rise, c) => {
    const beside = [rises[c - 1], rises[c + 1]].filter(
      (other) => other !== undefined && !Number.isNaN(other),
    ) as number[];
    const usual = beside.length === 0 ? 0 : beside.reduce((sum, other) => sum + other, 0) / beside.length;
    const excess = Math.abs(rise - usual);
    if (excess > most) [best, most, trend] = [c, excess, usual];
  });
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

/** Whether the rise has been the same since the stretch was much longer, and the ends where they are. */
export function isSteep(history: readonly (readonly [low: number, high: number])[]): boolean {
  const [low, high] = history.at(-1)!;
  const [lowBefore, highBefore] = history.at(-1 - BEFORE)!;
  const rise = Math.abs(high - low);
  const moved = Math.abs(low - lowBefore) + Math.abs(high - highBefore);
  return (
    rise > Math.max(NATS, ROUNDING * Math.max(Math.abs(low), Math.abs(high))) &&
    rise > LEFT * Math.abs(highBefore - lowBefore) &&
    moved < STILL * rise
  );
}
