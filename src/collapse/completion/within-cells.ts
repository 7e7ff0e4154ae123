/**
 * Values of summed-out latents when their cells are known: a continuous one follows its prior between the ends of its cell, a discrete
 * one is what its index says. Ends and parameters of priors may depend on kept latents and on values of other variables.
 */
import { exprOf, max, min, nodeOf, type Real } from "../../autodiff/expr.ts";
import { type Graph, LANE } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { Session } from "../../autodiff/session.ts";
import type { Engine } from "../../autodiff/tape/engine.ts";
import { type Evaluation, evaluation } from "../../autodiff/tape/evaluation.ts";
import type { Moments } from "../../distributions/distribution.ts";
import { withTails } from "../../distributions/known-tails.ts";
import { log, log1p } from "../../math/elementary.ts";
import { logSumExp } from "../../math/log-sum-exp.ts";
import { truncatedNormalMoments, truncatedNormalQuantiles } from "../../math/truncated-normal.ts";
import type { Latent } from "../../program/trace.ts";
import { readsOf } from "../reads.ts";
import { ownersOf, type Variable } from "../variable.ts";
import { cellMoments, missingMoments, numericMoments } from "./cell-moments.ts";
import type { Batch, ByIndex, CompletedLatent } from "./completed.ts";
import { solved } from "./monotone-root.ts";
import { evaluatedTails, hasPlainInput, innerPoint, plainTails, priorOf, type Tails, tailsAt } from "./prior-tails.ts";

/** Draws values of latents whose cells are drawn. */
export interface Cells {
  /** Fills in value, input, ends and moments of some draws; `lanes` has the inputs of the kept latents. */
  readonly draw: (found: readonly CompletedLatent[], lanes: Float64Array, batch: Batch, next: () => number) => void;
  /** Of which variables means and mean squares are known. */
  readonly averaged: ReadonlySet<number>;
  /** Of variables whose cells and priors read no kept latent, and of which moments within them are known: the other variables that these read. */
  readonly read: ReadonlyMap<number, readonly number[]>;
  /** Fills in those of one of these variables where the cells of all are given: the moments are those of its cell. */
  readonly drawOne: (v: number, found: readonly CompletedLatent[], batch: Batch, next: () => number) => void;
}

/** How one continuous latent is drawn, and where its nodes lie among the evaluated ones. */
interface Drawer {
  readonly variable: number;
  readonly latent: Latent;
  readonly isNormal: boolean;
  /** Whether it is a normal one of mean 0 above 0. */
  readonly isHalf: boolean;
  /** Whether ends or prior depend on values of other variables. */
  readonly moved: boolean;
  /** These variables, where no kept latent is read and moments are known. */
  readonly reads: readonly number[] | undefined;
  readonly hasMoments: boolean;
  /** Whether every draw has the same ends and parameters. */
  readonly isSteady: boolean;
  /** Gives the moments of the whole prior at a point; undefined where those of its cells are known. */
  readonly whole: ((run: Evaluation, p: number) => Moments) | undefined;
  /**
   * The lower ends of the cells first, then the upper ones, then whether it is live, then mean and sd of a normal one, means and mean squares by cell
   * of others where they are known, or the parameters of the prior.
   */
  readonly start: number;
  readonly size: number;
  /** Mean and mean square of a cell, where they are numbers that no formula gives. */
  readonly numeric: ReturnType<typeof numericMoments>;
  /** Gives log cdf and log survival at the input `x`, and the latent's own input there; undefined for normal priors. */
  readonly tails: Tails | undefined;
}

/**
 * Compiles what draws within cells for so many points a pass: of the variables, and of further ones after them whose cells are known otherwise and
 * that nothing reads.
 */
export function cellsIn(
  { graph, indices, written }: ByIndex,
  [variables, further]: readonly [readonly Variable[], readonly Variable[]],
  inputs: readonly NodeId[],
  engine: Engine,
  points: number,
): Cells {
  const nodes: NodeId[] = [];
  const x = graph.input("value", true);
  const laneInputs = [...inputs, ...indices];
  const room = new Float64Array((laneInputs.length + 1) * points);
  const [owners, kept] = [ownersOf(variables), new Set(inputs)];
  const readsAlone = (some: readonly NodeId[]): readonly number[] | undefined =>
    graph.reachable(written(some)).some((node) => kept.has(node)) ? undefined : readsOf(graph, some, owners);
  const drawers = [...variables, ...further].flatMap(({ meaning, live }, variable): Drawer[] => {
    if (meaning.kind !== "cells") return [];
    const { latent, ends } = wholeOf(graph, meaning);
    const isHalf = latent.prior.name === "halfNormal";
    const isNormal = latent.prior.name === "normal" || isHalf;
    const start = nodes.length;
    const session = new Session(graph);
    const known = isNormal || !graph.isConstant(live) ? undefined : cellMoments(graph, priorOf(latent), ends);
    const numeric =
      isNormal || known || !graph.isConstant(live) ? undefined : numericMoments(graph, priorOf(latent), ends);
    const { momentsAt } = isNormal || known || numeric ? {} : withTails(priorOf(latent));
    const own = isNormal || momentsAt ? latent.prior.parameters.map(({ value }) => value) : [];
    const parameters = (isHalf ? [0, ...own] : own).map((value) => nodeOf(session, value));
    const read = [...ends.map(([low]) => low), ...ends.map(([, high]) => high), live, ...parameters, ...(known ?? [])];
    const moved = written(read).some((node, i) => node !== read[i]);
    const isSteady = !moved && !read.some((node) => graph.hasFlag(node, LANE));
    nodes.push(...read);
    const isTraced = !hasPlainInput(latent);
    const numbers = isTraced || isNormal ? undefined : plainTails(latent);
    const traced = (isNormal && !isTraced) || numbers ? [] : tailsAt(graph, latent, x);
    const evaluated = (): Tails =>
      evaluatedTails(
        evaluation(graph, written(traced), { engine, laneInputs: [...laneInputs, x], points }),
        room,
        points,
      );
    const tails = numbers ?? (traced.length > 0 ? evaluated() : undefined);
    const size = ends.length;
    const whole: Drawer["whole"] =
      momentsAt && ((run, p) => momentsAt(...parameters.map((_, i) => run.value(start + 2 * size + 1 + i, p))));
    const hasMoments = isNormal || known !== undefined || numeric !== undefined || whole !== undefined;
    const isAlone = hasMoments && !whole && graph.isConstant(live) && variable < variables.length;
    const reads = isAlone ? readsAlone([...read, ...traced]) : undefined;
    return [
      { variable, latent, isNormal, isHalf, moved, reads, hasMoments, isSteady, numeric, whole, start, size, tails },
    ];
  });
  const run = evaluation(graph, written(nodes), { engine, laneInputs, points });
  const place = (found: readonly CompletedLatent[], batch: Batch): void => {
    variables.forEach((_, v) => {
      for (let p = 0; p < points; p++)
        room[(inputs.length + v) * points + p] = found[v]!.cell[batch.first + Math.min(p, batch.points - 1)]!;
    });
    run.run([], room);
  };
  const values = variables.flatMap(({ meaning }, v) => (meaning.kind === "values" ? [v] : []));
  return {
    averaged: new Set([...values, ...drawers.flatMap(({ variable, hasMoments }) => (hasMoments ? [variable] : []))]),
    read: new Map(drawers.flatMap(({ variable, reads }) => (reads ? [[variable, reads] as const] : []))),
    drawOne(v, found, batch, next) {
      place(found, batch);
      const drawer = { ...drawers.find(({ variable }) => variable === v)!, moved: true };
      (drawer.isNormal ? drawNormal : drawOther)(run, drawer, found[v]!, batch, next);
    },
    draw(found, lanes, batch, next) {
      room.set(lanes);
      variables.forEach(({ meaning }, v) => {
        const { cell, value, input, means, squares, probabilities, size } = found[v]!;
        if (meaning.kind !== "values") return;
        const { values } = meaning.latent;
        for (let d = batch.first; d < batch.first + batch.points; d++) {
          value[d] = input[d] = values[cell[d]!]!;
          for (let j = 0; j < size; j++) {
            means![d]! += probabilities[j * batch.draws + d]! * values[j]!;
            squares![d]! += probabilities[j * batch.draws + d]! * values[j]! * values[j]!;
          }
        }
      });
      place(found, batch);
      for (const drawer of drawers)
        (drawer.isNormal ? drawNormal : drawOther)(run, drawer, found[drawer.variable]!, batch, next);
    },
  };
}

// A latent under a truncated prior follows the whole one within those parts of its cells that are left: of x ~ truncated(normal(m, s), 0, 5)
// the cell above 3 is that of a normal latent from 3 to 5, of which mean and draws have formulas.
function wholeOf(graph: Graph, { latent, ends }: Cut): Cut {
  const truncation = "truncation" in latent.prior ? latent.prior.truncation : undefined;
  if (truncation) {
    const { whole, low, high } = truncation;
    return wholeOf(graph, { latent: { ...latent, prior: whole }, ends: within(graph, ends, low, high) });
  }
  const { ends: traced } = priorOf(latent).support;
  return { latent, ends: traced ? within(graph, ends, ...traced) : ends };
}

// The parts of cells between two ends; those of a support may be moved by other latents.
function within(graph: Graph, ends: Cut["ends"], low: Real, high: Real): [NodeId, NodeId][] {
  const session = new Session(graph);
  return ends.map(([from, to]) => [
    nodeOf(session, low === -Infinity ? exprOf(session, from) : max(low, exprOf(session, from))),
    nodeOf(session, high === Infinity ? exprOf(session, to) : min(high, exprOf(session, to))),
  ]);
}

/** A latent and the ends of its cells. */
type Cut = Pick<Extract<Variable["meaning"], { readonly kind: "cells" }>, "latent" | "ends">;

// The ends of cell j of a latent at point p; all of the line where the latent is not live.
function endsOf(run: Evaluation, { start, size }: Drawer, j: number, p: number): readonly [low: number, high: number] {
  if (run.value(start + 2 * size, p) === 0) return [-Infinity, Infinity];
  return [run.value(start + j, p), run.value(start + size + j, p)];
}

function keepEnds(run: Evaluation, drawer: Drawer, { lows, highs, endsAreFixed }: CompletedLatent, batch: Batch): void {
  const { start, size, isSteady } = drawer;
  for (let j = 0; j < size; j++) {
    if (endsAreFixed) {
      lows[j] = run.value(start + j);
      highs[j] = run.value(start + size + j);
      continue;
    }
    const at = j * batch.draws + batch.first;
    if (isSteady) {
      lows.fill(run.value(start + j), at, at + batch.points);
      highs.fill(run.value(start + size + j), at, at + batch.points);
      continue;
    }
    for (let p = 0; p < batch.points; p++) {
      lows[at + p] = run.value(start + j, p);
      highs[at + p] = run.value(start + size + j, p);
    }
  }
}

function drawNormal(run: Evaluation, drawer: Drawer, found: CompletedLatent, batch: Batch, next: () => number): void {
  const { start, size: cells, moved, isSteady, isHalf, latent, tails } = drawer;
  const { cell, value, input, means, squares, probabilities, size } = found;
  keepEnds(run, drawer, found, batch);
  const meanAt = (p: number): number => run.value(start + 2 * cells + 1, p);
  const sdAt = (p: number): number => run.value(start + 2 * cells + 2, p);
  const standard = (j: number, p: number): [number, number] => {
    const [low, high] = endsOf(run, drawer, j, p);
    const [mean, sd] = [meanAt(p), sdAt(p)];
    return [((isHalf ? Math.max(low, 0) : low) - mean) / sd, (high - mean) / sd];
  };
  let [centre, square] = [0, 0];
  const momentsAt = (j: number, p: number): void => {
    const moments = truncatedNormalMoments(...standard(j, p));
    centre = meanAt(p) + sdAt(p) * moments.mean;
    square = centre * centre + sdAt(p) * sdAt(p) * moments.variance;
  };
  // By cell, where they are the same at all draws.
  const known: ((share: number) => number)[] = [];
  const quantilesAt = (j: number, p: number): ((share: number) => number) => {
    const quantiles = (isSteady ? known[j] : undefined) ?? truncatedNormalQuantiles(...standard(j, p));
    known[j] = quantiles;
    return quantiles;
  };
  for (let p = 0; p < batch.points; p++) {
    const d = batch.first + p;
    const x = meanAt(p) + sdAt(p) * quantilesAt(cell[d]!, p)(next());
    value[d] = x;
    input[d] = latent.transform && !tails ? (latent.transform.inverse(x) as number) : x;
    if (!moved) continue;
    momentsAt(cell[d]!, p);
    means![d]! += centre;
    squares![d]! += square;
  }
  for (let j = 0; j < size && !moved; j++) {
    let isKnown = false;
    for (let p = 0; p < batch.points; p++) {
      const d = batch.first + p;
      const probability = probabilities[j * batch.draws + d]!;
      if (probability < NEGLIGIBLE) continue;
      if (!isKnown) momentsAt(j, p);
      isKnown = isSteady;
      means![d]! += probability * centre;
      squares![d]! += probability * square;
    }
  }
  if (!tails) return;
  tails.at((p) => value[batch.first + p]!, batch.points);
  for (let p = 0; p < batch.points; p++) input[batch.first + p] = tails.value(2, p);
}

/** Cells of this probability change no mean. */
const NEGLIGIBLE = 1e-14;

// log(p·eˣ + (1 − p)·eʸ)
function mixed(x: number, y: number, p: number): number {
  return logSumExp([x + log(p), y + log1p(-p)]);
}

// By the log cdf where the cell lies in the lower half, by the log survival elsewhere, so that no digits are lost in either tail.
function drawOther(run: Evaluation, drawer: Drawer, found: CompletedLatent, batch: Batch, next: () => number): void {
  const { cell, value, input } = found;
  const { latent, tails } = drawer as Drawer & { readonly tails: Tails };
  keepEnds(run, drawer, found, batch);
  const { lower, upper } = priorOf(latent).support;
  const ends = Array.from({ length: batch.points }, (_, p) => {
    const [low, high] = endsOf(run, drawer, cell[batch.first + p]!, p);
    return [Math.max(low, lower), Math.min(high, upper)] as const;
  });
  // Inside of the support, as beyond its ends the formulas are not numbers; there the masses are known.
  const inside = (end: number): number => (end > lower && end < upper ? end : innerPoint(lower, upper));
  const masses = (side: 0 | 1): [below: number, above: number][] => {
    tails.at((p) => inside(ends[p]![side]), batch.points);
    return ends.map((pair, p) => {
      const end = pair[side];
      return end <= lower ? [-Infinity, 0] : end >= upper ? [0, -Infinity] : [tails.value(0, p), tails.value(1, p)];
    });
  };
  const parts = ends.map(() => next());
  const byMasses = (): number[] => {
    const [atLow, atHigh] = [masses(0), masses(1)];
    const targets = ends.map((_, p) => {
      const [[belowLow, aboveLow], [belowHigh, aboveHigh]] = [atLow[p]!, atHigh[p]!];
      return belowHigh < aboveLow
        ? { side: 0 as const, mass: mixed(belowHigh, belowLow, parts[p]!) }
        : { side: 1 as const, mass: mixed(aboveLow, aboveHigh, 1 - parts[p]!) };
    });
    return solved(ends, (candidates, isOpen) => {
      tails.at((p) => candidates[p]!, batch.points);
      return targets.map(({ side, mass }, p) => {
        if (!isOpen[p]) return 0;
        const tail = tails.value(side, p);
        // So far out that a formula overflows all of the mass lies on the side of 0.
        if (Number.isNaN(tail)) return candidates[p]! > 0 ? Infinity : -Infinity;
        return side === 1 ? mass - tail : tail - mass;
      });
    });
  };
  // Uniform draws lie evenly between the ends; those of other priors are searched for, some ten evaluations of the masses each.
  const isEven = priorOf(latent).name === "uniform";
  const drawn = isEven ? ends.map(([low, high], p) => low + parts[p]! * (high - low)) : byMasses();
  tails.at((p) => inside(drawn[p]!), batch.points);
  drawn.forEach((x, p) => {
    value[batch.first + p] = x;
    input[batch.first + p] = tails.value(2, p);
  });
  if (drawer.whole) addDrawn(run, drawer, found, batch);
  else if (drawer.hasMoments) addMoments(run, drawer, found, batch);
}

// The draws themselves in place of moments, but where a cell that may be drawn has none.
function addDrawn(run: Evaluation, drawer: Drawer, found: CompletedLatent, batch: Batch): void {
  const { cell, value, means, squares, probabilities, size } = found;
  const { lower, upper } = priorOf(drawer.latent).support;
  for (let p = 0; p < batch.points; p++) {
    const d = batch.first + p;
    [means![d], squares![d]] = [value[d]!, value[d]! * value[d]!];
    const whole = drawer.whole!(run, p);
    for (let j = 0; j < size; j++) {
      if (drawer.moved ? j !== cell[d] : probabilities[j * batch.draws + d]! < NEGLIGIBLE) continue;
      const [low, high] = endsOf(run, drawer, j, p);
      const missing = missingMoments(whole, [Math.max(low, lower), Math.min(high, upper)]);
      if (!missing) continue;
      squares![d] = missing[1];
      if (missing[0] !== undefined) means![d] = Number.isFinite(means![d]!) ? missing[0] : means![d]! + missing[0];
    }
  }
}

function addMoments(run: Evaluation, drawer: Drawer, found: CompletedLatent, batch: Batch): void {
  const { start, size: cells, moved, numeric } = drawer;
  const { cell, means, squares, probabilities, size } = found;
  const first = start + 2 * cells + 1;
  const add = (j: number, p: number, probability: number): void => {
    if (probability < NEGLIGIBLE) return;
    const d = batch.first + p;
    const [mean, square] = numeric?.(j) ?? [run.value(first + j, p), run.value(first + cells + j, p)];
    means![d]! += probability * mean;
    squares![d]! += probability * square;
  };
  for (let p = 0; p < batch.points && moved; p++) add(cell[batch.first + p]!, p, 1);
  for (let j = 0; j < size && !moved; j++)
    for (let p = 0; p < batch.points; p++) add(j, p, probabilities[j * batch.draws + batch.first + p]!);
}
