/**
 * A net under the jumps that are counted: random lines through draws of the guide, on each of which the steepest stretch without a counted
 * change is bisected. Where ℓ is smooth the difference of its ends shrinks with the stretch; if it stays, ℓ jumps there and nobody counts
 * it. Of gmm with its one condition left out, every line that crosses z = 0 shows the 10.5 nats that are missing.
 */

import { substitute } from "../../autodiff/graph/substitute.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { CorrectionPlan } from "../plan.ts";
import { type Looked, lineValues, valuesBeside } from "./line-values.ts";
import { CELLS, randomLines } from "./random-lines.ts";
import { roundingAt } from "./rounding.ts";
import { isSteep, type Past, STEEP, steepestCell } from "./steep.ts";

const SEED = 1806_00177; // any
/** Bisections, and those before the last at which what stays is compared. */
const [BISECTIONS, EARLIER] = [38, 28];
/** The smallest jump that is told, relative to ℓ, and by how much of it the ends may still move. */
const [JUMP, STILL] = [1e-5, 0.02];
/** A divisor so near 0 is one that vanishes in the bracket. */
const POLE = 1e-6;

/** Looks at the objective under a guide with these parameters. */
export type Look = (theta: Float64Array) => Pieces<boolean>;

/**
 * What throws RangeError, naming the site, where the objective jumps and no counted condition changes; compiled at its first look. It says
 * whether ℓ rises so steeply somewhere that it may be a step, which is worth another look (`steep.ts`).
 */
export function uncountedJumps(plan: CorrectionPlan): Look {
  let made: Look | undefined;
  return function* (theta) {
    made ??= yield* making(plan);
    return yield* made(theta);
  };
}

function* making({ objective, boundaries, counted }: CorrectionPlan): Pieces<Look> {
  const { graph, guided, terms, variables } = objective;
  const roots = terms.map(({ node }) => node);
  const size = graph.reachable(roots).length;
  const chosen = randomLines(objective, size, SEED);
  const lines = chosen.count;
  const decisions = counted?.decisions ?? [];
  const switches = substitute(
    graph,
    [
      ...boundaries.flatMap(({ predicates }) => predicates.map(({ node }) => node)),
      ...decisions.map(({ node }) => node),
    ],
    guided,
  );
  const drawn = substitute(graph, roots, guided);
  yield;
  const under = yield* lineValues(objective, drawn, switches, chosen);
  return (theta) => looking(theta);
  function* looking(theta: Float64Array): Pieces<boolean> {
    const { look, switchAt } = under(theta);
    const scan: Looked[] = [];
    for (let c = 0; c <= CELLS; c++) {
      yield;
      scan.push(look(new Float64Array(lines).fill(c / CELLS)));
    }
    const brackets = steepestCells(scan, lines);
    const { from, to, low, high } = brackets;
    let earlier: readonly [Float64Array, Float64Array] = [low.total, high.total];
    // What the brackets were like before each bisection.
    const past: Past[] = [];
    let mayStep = false;
    for (let step = 0; step < BISECTIONS; step++) {
      if (step === EARLIER) earlier = [low.total.slice(), high.total.slice()];
      const middle = from.map((s, line) => 0.5 * (s + to[line]!));
      yield;
      const here = look(middle);
      past.push([low.total.slice(), high.total.slice()]);
      const open = halve(brackets, middle, here);
      // Of a smooth ℓ after some eight bisections: in all brackets it rises by as much in both halves, and a jump would lie in one of them.
      if (open === 0) return mayStep;
      for (let line = 0; step >= STEEP && !mayStep && line < lines; line++)
        mayStep = riseOf(low, high, line) > 0 && isSteep(past, line);
    }
    // A divisor such as |x| has one sign on both sides of the place where x/|x| jumps.
    look(from);
    const divisors = decisions.flatMap(({ kind }, d) =>
      kind === "sign" ? [switches.length - decisions.length + d] : [],
    );
    const isAtPole = (line: number): boolean => divisors.some((k) => Math.abs(switchAt(k, line)) < POLE);
    const jumping = [...from.keys()].filter((line) => jumps(line, low, high, earlier) && !isAtPole(line));
    if (jumping.length === 0) return mayStep;
    const rounding = yield* roundingAt(objective, drawn, theta, chosen, from);
    const beside = yield* valuesBeside(objective, drawn, theta, chosen);
    const sidesOf = (line: number): [number[], number[]] => beside(line, from[line]!, to[line]!);
    const found = jumping.find((line) => {
      const [p, q] = sidesOf(line).map((values) => values.reduce((sum, value) => sum + value, 0)) as [number, number];
      return !(Math.abs(p - q) <= Math.max(rounding[line]!, told(p, q)));
    });
    if (found === undefined) return mayStep;
    const sides = sidesOf(found);
    const apart = sides[0].map((x, k) => Math.abs(sides[1][k]! - x));
    const most = apart.indexOf(Math.max(...apart));
    const noises = variables
      .slice(0, 4)
      .map(({ name }, v) => `${name}=${chosen.at(found, v, from[found]!).toFixed(4)}`);
    throw new RangeError(
      `corrected: ${terms[most]!.site} jumps where no counted condition changes; got ${sides[0][most]} and ${sides[1][most]} beside the noise ${noises.join(", ")}, expected a smooth density there; score() is unbiased for any condition`,
    );
  }
}

/** A stretch of each line, with what was seen at its ends. */
interface Brackets {
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly low: Looked;
  readonly high: Looked;
}

function steepestCells(scan: readonly Looked[], lines: number): Brackets {
  const [from, to] = [new Float64Array(lines), new Float64Array(lines)];
  const room = (): Looked => ({ total: new Float64Array(lines), state: new Int32Array(lines) });
  const [low, high] = [room(), room()];
  for (let line = 0; line < lines; line++) {
    const { cell } = steepestCell(scan, line);
    [from[line], to[line]] = [cell / CELLS, (cell + 1) / CELLS];
    put(low, scan[cell]!, line);
    put(high, scan[cell + 1]!, line);
  }
  return { from, to, low, high };
}

// Keeps of each stretch the half in which ℓ rises more. Tells how many are open: a counted condition changes there, or ℓ bends.
function halve({ from, to, low, high }: Brackets, middle: Float64Array, here: Looked): number {
  let open = 0;
  for (let line = 0; line < middle.length; line++) {
    const lower = riseOf(low, here, line);
    const upper = riseOf(here, high, line);
    const bend = Math.abs(low.total[line]! - 2 * here.total[line]! + high.total[line]!);
    const isSmooth = bend <= told(low.total[line]!, high.total[line]!);
    if (!(isSmooth && lower >= 0 && upper >= 0)) open++;
    if (lower >= upper) {
      to[line] = middle[line]!;
      put(high, here, line);
    } else {
      from[line] = middle[line]!;
      put(low, here, line);
    }
  }
  return open;
}

function put(to: Looked, from: Looked, line: number): void {
  to.total[line] = from.total[line]!;
  to.state[line] = from.state[line]!;
}

// By how much ℓ differs; −1 where a counted condition changes, or a value is no number.
function riseOf(p: Looked, q: Looked, line: number): number {
  const rise = Math.abs(p.total[line]! - q.total[line]!);
  return p.state[line] === q.state[line] && rise < Infinity ? rise : -1;
}

// Whether the ends of a line's bracket differ, and stayed where they are while it shrank a thousandfold: beside a pole they do not.
function jumps(line: number, low: Looked, high: Looked, earlier: readonly [Float64Array, Float64Array]): boolean {
  const [p, q] = [low.total[line]!, high.total[line]!];
  const rise = riseOf(low, high, line);
  const moved = Math.abs(p - earlier[0][line]!) + Math.abs(q - earlier[1][line]!);
  return rise > told(p, q) && moved < STILL * rise;
}

// The smallest jump between two values that is told.
function told(p: number, q: number): number {
  return JUMP * Math.max(1, Math.abs(p), Math.abs(q));
}
