/**
 * `evaluation` computes nodes at given points. For x·y with a uniform input x and a lane input y,
 *
 *     const product = evaluation(graph, [A.mul(x, y)], { engine, inputs: [x], laneInputs: [y], points: 3 });
 *     product.run([2], [5, 6, 7]);
 *     product.values(0); // Float64Array [10, 12, 14]
 *
 * The tape is compiled once and may be run at other points as often as wanted. Sampling with its many passes goes to the tape
 * itself; this is for whoever wants to know some numbers.
 */
import { finished, type Pieces } from "../../pieces/pieces.ts";
import { type Graph, inputIndex, MASK } from "../graph/graph.ts";
import type { NodeId } from "../ops/op.ts";
import type { Engine } from "./engine.ts";
import { runLanes, runUniform, tapePieces } from "./tape.ts";

export interface EvaluationOptions {
  readonly engine: Engine;
  /** Uniform inputs, in the order in which their values are given. All that the nodes need must be there; others may be. */
  readonly inputs?: readonly NodeId[];
  /** Lane inputs, in the order in which their values are given; the same holds for them. */
  readonly laneInputs?: readonly NodeId[];
  /** Points in a run (default 1). */
  readonly points?: number;
  /** Whether inputs that are data are among the inputs. */
  readonly hasData?: boolean;
}

/** A graph some of whose uniform inputs are data, which have numbers of their own. */
export interface DataGraph extends Graph {
  data?: {
    readonly nodes: readonly NodeId[];
    numbers: Float64Array;
    /** Evaluates nodes with these numbers. */
    readonly evaluation: typeof evaluation;
  };
}

/** Where the values of lane inputs belong: that of input i at point j to slots[at + i·stride + j]. */
export interface InputRows {
  readonly slots: Float64Array;
  readonly at: number;
  readonly stride: number;
}

/** Values of lane inputs: that of input i at point j in place i·points + j, or what writes them where they belong. */
export type LaneValues = ArrayLike<number> | ((rows: InputRows) => void);

export interface Evaluation {
  /** Instructions of one point. */
  readonly work: number;
  /** Computes the nodes at points; RangeError if there are fewer values than inputs. Allocates nothing. */
  readonly run: (inputs?: ArrayLike<number>, laneInputs?: LaneValues) => void;
  /** The value of the node of this index at a point of the last run; a truth value is −1 where it holds, else 0, as in `Graph.truth`. */
  readonly value: (index: number, point?: number) => number;
  /** Its values at all points of the last run, in a new array or in one of yours, from place `at` on. */
  readonly values: (index: number, out?: Float64Array, at?: number) => Float64Array;
}

const NONE: readonly number[] = [];

/** Nodes times points of a run that takes a few milliseconds, and whose values the caches of a processor hold. */
const AT_ONCE = 500_000;
const FEWEST_POINTS = 16;

/**
 * How many points of a run are computed at once: `most`, a power of two, or fewer where there are many nodes. Of 300 nodes 512 are, of the 40,000 of ten
 * thousand observations 16, so that who runs them in pieces gives way between them.
 */
export function pointsAtOnce(graph: Graph, nodes: readonly NodeId[], most: number): number {
  const size = graph.reachable(nodes).length;
  let points = most;
  while (points > FEWEST_POINTS && points * size > AT_ONCE) points /= 2;
  return points;
}

/** Compiles the nodes; TypeError naming an input that is needed and not given. */
export function evaluation(graph: DataGraph, nodes: readonly NodeId[], options: EvaluationOptions): Evaluation {
  return finished(evaluationPieces(graph, nodes, options));
}

/** `evaluation` in pieces. */
export function* evaluationPieces(
  graph: DataGraph,
  nodes: readonly NodeId[],
  options: EvaluationOptions,
): Pieces<Evaluation> {
  const { engine, inputs = [], laneInputs = [], points = 1, hasData } = options;
  if (graph.data && !hasData) return graph.data.evaluation(graph, nodes, options);
  const tape = yield* tapePieces(graph, nodes, { laneInputs, lanes: points, engine });
  const { slots, masks, outputs, noiseOffset: at, stride, uniformInputs, size } = tape;
  const inputOf = new Map(inputs.map((node, index) => [node, index]));
  const indices = Int32Array.from(uniformInputs, ({ node }) => {
    const index = inputOf.get(node);
    if (index === undefined)
      throw new TypeError(`evaluation: no value of uniform input "${graph.inputs[inputIndex(graph, node)]!.name}"`);
    return index;
  });
  const offsets = Int32Array.from(uniformInputs, ({ offset }) => offset);
  const isTruth = Uint8Array.from(nodes, (node) => Number(graph.hasFlag(node, MASK)));
  const rows: InputRows = { slots, at, stride };
  const fillLanes = (values: LaneValues): void => {
    if (typeof values === "function") {
      values(rows);
      return;
    }
    requireValues("lane inputs", values.length, laneInputs.length * points);
    for (let i = 0; i < laneInputs.length; i++)
      for (let j = 0; j < points; j++) slots[at + i * stride + j] = values[i * points + j]!;
  };
  const starts = Int32Array.from(outputs, ({ offset }) => offset);
  const steps = Int32Array.from(outputs, ({ lane }) => Number(lane));
  const value = (index: number, point = 0): number => {
    const at = starts[index]! + steps[index]! * point;
    return isTruth[index] === 1 ? masks[at]! : slots[at]!;
  };
  return {
    work: size.lane,
    run(values = NONE, laneValues = NONE) {
      requireValues("inputs", values.length, inputs.length);
      for (let j = 0; j < offsets.length; j++) slots[offsets[j]!] = values[indices[j]!]!;
      if (laneInputs.length > 0) fillLanes(laneValues);
      runUniform(tape);
      if (size.lane > 0) runLanes(tape, points);
    },
    value,
    values(index, out = new Float64Array(points), at = 0) {
      for (let p = 0; p < points; p++) out[at + p] = value(index, p);
      return out;
    },
  };
}

function requireValues(of: string, got: number, expected: number): void {
  if (got < expected) throw new RangeError(`evaluation: too few values of ${of}; got ${got}, expected ${expected}`);
}
