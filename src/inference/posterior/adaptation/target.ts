/** The log joint density of a model at draws of the latents that its guide is over, compiled once for as many draws as wanted. */
import type { NodeId } from "../../../autodiff/ops/op.ts";
import { outOfRange } from "../../../autodiff/session.ts";
import type { Engine } from "../../../autodiff/tape/engine.ts";
import { type DataGraph, evaluationPieces, pointsAtOnce } from "../../../autodiff/tape/evaluation.ts";
import {
  finished,
  type Later,
  later,
  type Pieces,
  type Piecewise,
  piecesOf,
  piecewise,
} from "../../../pieces/pieces.ts";
import type { Trace } from "../../../program/run.ts";
import type { Gaussian } from "../gaussian.ts";
import { ownLog } from "../guide-draws.ts";
import type { Source } from "../source.ts";
import { temperedTrace } from "./tempered.ts";

/** How much work may still be done, in instructions of one draw each, which take 3 to 6 ns; what is done is taken off. */
export interface Effort {
  left: number;
}

/** log p(x, z) at draws z, those of latent i from i · draws on; −∞ where it is not a number or a stated range is left. */
export interface Target extends Piecewise<[kept: Float64Array, draws: number], Float64Array> {
  /** Of a density that latents were summed out of, the 1/β-fold log of that whose cases are tempered by β; undefined elsewhere. */
  readonly tempered?: Later<((power: number) => Target) | undefined>;
  /** Instructions of one draw. */
  readonly work?: number;
  /** What is left for it, where its work is counted. */
  readonly effort?: Effort;
}

/** The density, of which every draw is taken off an effort. */
export function counted(target: Target, effort: Effort): Target {
  const { work = 0 } = target;
  const counting = (of: Target): Target =>
    piecewise(function* (kept: Float64Array, draws: number) {
      effort.left -= work * draws;
      return yield* piecesOf(of, kept, draws);
    });
  const tempered = later(function* () {
    const at = yield* target.tempered?.pieces() ?? [];
    return at && ((power: number) => counting(at(power)));
  });
  return Object.assign(counting(target), { work, effort, tempered });
}

/** Points of one run of the tape, or fewer where there are many nodes. */
const POINTS = 512;

/**
 * A latent in an arm that is not taken has no density there: that of `prior` stands for it, which integrates to 1.
 */
export function targetOf(source: Source, prior: Gaussian): Target {
  return finished(targetPieces(source, prior));
}

/** The same in pieces. */
export function* targetPieces(source: Source, prior: Gaussian): Pieces<Target> {
  const { trace, engine, components } = source;
  const known = COMPILED.get(trace);
  const points = trace.points.map(({ node }) => node);
  const density = known?.engine === engine ? known.density : yield* compiled(trace, engine, points);
  // Data of a compiled model are numbers of the moment, which an evaluation keeps.
  if (!(trace.graph as DataGraph).data) COMPILED.set(trace, { engine, density });
  const at = density(prior);
  const tempered = later(function* () {
    const found = trace.points.length > 0 ? undefined : yield* temperedTrace(trace);
    if (!found) return undefined;
    const given = (yield* compiled(found.trace, engine, [found.power]))(prior);
    return (power: number) => given([power], power);
  });
  return Object.assign(at(components[0]!.points ?? [], 1), { tempered, work: density.work });
}

/** Under what stands for latents without a density: the density for numbers of the inputs, of which it is the power. */
interface Density {
  (prior: Gaussian): (given: ArrayLike<number>, power: number) => Target;
  /** Instructions of one draw. */
  readonly work: number;
}

// A fit asks for the density of a trace where it looks whether that is everything and where it weighs draws, and its posterior asks once more.
const COMPILED: WeakMap<Trace, { readonly engine: Engine; readonly density: Density }> = /* @__PURE__ */ new WeakMap();

function* compiled(
  { graph, latents, terms, checks }: Trace,
  engine: Engine,
  inputs: readonly NodeId[],
): Pieces<Density> {
  const sum = graph.sum(terms.map(({ node }) => node));
  const density = graph.algebra.where(outOfRange(graph, checks), graph.constant(Number.NEGATIVE_INFINITY), sum);
  const nodes = [density, ...latents.map(({ live }) => live)];
  const points = pointsAtOnce(graph, nodes, POINTS);
  const laneInputs = latents.map(({ node }) => node);
  const { run, value, work } = yield* evaluationPieces(graph, nodes, { engine, inputs, laneInputs, points });
  const lanes = new Float64Array(latents.length * points);
  const at = (prior: Gaussian) => (given: ArrayLike<number>, power: number) =>
    piecewise(function* (kept: Float64Array, draws: number) {
      const total = new Float64Array(draws);
      for (let first = 0; first < draws; first += points) {
        yield;
        const count = Math.min(points, draws - first);
        for (let i = 0; i < latents.length; i++)
          for (let p = 0; p < points; p++) lanes[i * points + p] = kept[i * draws + first + Math.min(p, count - 1)]!;
        run(given, lanes);
        for (let p = 0; p < count; p++) {
          let sum = value(0, p) / power;
          for (let i = 0; i < latents.length; i++)
            if (value(1 + i, p) === 0) sum += ownLog(prior, i, lanes[i * points + p]!);
          total[first + p] = Number.isNaN(sum) ? Number.NEGATIVE_INFINITY : sum;
        }
      }
      return total;
    });
  return Object.assign(at, { work });
}
