/**
 * ℓ at places of random lines, with a number that tells which switches hold there. Of ℓ = −z²/2 + (z > 1 ? 3 : 0) on a line that runs from
 * z = 0 to z = 2, the places 0.25 and 0.75 have the totals −0.125 and 1.875 and different states.
 */
import { type Graph, LANE, MASK } from "../../autodiff/graph/graph.ts";
import { FAST_ENGINE, PLAIN_ENGINE } from "../../autodiff/lanes/interpreter/engines.ts";
import { INTERPRETER } from "../../autodiff/lanes/interpreter/interpreter.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { fusePieces } from "../../autodiff/planners/fusion.ts";
import { type DataGraph, evaluation } from "../../autodiff/tape/evaluation.ts";
import { gatherPieces } from "../../autodiff/tape/passes/gathered-sums.ts";
import { noSteps } from "../../autodiff/tape/passes/step-functions.ts";
import { runLanes, runUniform, type Tape, type TapeOptions, tapePieces } from "../../autodiff/tape/tape.ts";
import type { Objective } from "../../objective/objective.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { RandomLines } from "./random-lines.ts";

/** On so many lines ℓ is computed as a fit computes it: in a fifth of the time, by a tape that takes three times as long to make. */
const MANY = 32;

/** On all lines, at one place of each. */
export interface Looked {
  readonly total: Float64Array;
  /** Equal where the same switches hold. */
  readonly state: Int32Array;
}

/** ℓ under a guide with certain parameters. */
export interface LineValues {
  readonly look: (places: Float64Array) => Looked;
  /** The value of a switch on a line at the place that was looked at last. */
  readonly switchAt: (index: number, line: number) => number;
}

/** Compiles ℓ, the sum of `drawn`, and the nodes that tell its state, for any parameters. */
export function* lineValues(
  { graph, normals, parameters }: Pick<Objective, "graph" | "normals" | "parameters">,
  drawn: readonly NodeId[],
  switches: readonly NodeId[],
  chosen: RandomLines,
): Pieces<(theta: Float64Array) => LineValues> {
  const { count } = chosen;
  const nodes = [graph.sum(drawn), ...switches];
  const options = { laneInputs: normals, lanes: count };
  const tape = yield* count < MANY
    ? tapePieces(graph, nodes, { ...options, engine: PLAIN_ENGINE })
    : fewOperations(graph, nodes, options);
  const { slots, masks, noiseOffset, stride, uniformInputs } = tape;
  const { data }: DataGraph = graph;
  const indexOf = new Map([...parameters, ...(data?.nodes ?? [])].map((node, index) => [node, index]));
  const [ofTotal, ...ofSwitches] = tape.outputs;
  const rows = switches.map((node) => (graph.hasFlag(node, MASK) ? masks : slots));
  // What no place changes tells no two places apart.
  const telling = switches.flatMap((node, k) => (graph.hasFlag(node, LANE) ? [k] : []));
  let latest: unknown;
  return (theta) => {
    // Once for all places. Between two of them others may have looked, with their parameters and data.
    const begin = (): void => {
      for (const { node, offset } of uniformInputs) {
        const index = indexOf.get(node)!;
        slots[offset] = index < theta.length ? theta[index]! : data!.numbers[index - theta.length]!;
      }
      runUniform(tape);
    };
    const values: LineValues = {
      look(places) {
        if (latest !== values) begin();
        latest = values;
        chosen.inputsInto(slots, places, noiseOffset, stride);
        runLanes(tape, count);
        const { offset, lane } = ofTotal!;
        const total = lane ? slots.slice(offset, offset + count) : new Float64Array(count).fill(slots[offset]!);
        const state = new Int32Array(count).fill(1);
        for (const k of telling) tellInto(state, rows[k]!, ofSwitches[k]!.offset);
        return { total, state };
      },
      switchAt: (index, line) => rows[index]![ofSwitches[index]!.offset + (ofSwitches[index]!.lane ? line : 0)]!,
    };
    return values;
  };
}

// What is the same at all places is computed once for hundreds of them: it is not worth sorting and rolling up.
function* fewOperations(
  graph: Graph,
  nodes: readonly NodeId[],
  options: Pick<TapeOptions, "laneInputs" | "lanes">,
): Pieces<Tape> {
  const steps = noSteps();
  const outputs = yield* gatherPieces(graph, nodes, steps);
  yield;
  const plan = { outputs, ...(yield* fusePieces(graph, outputs, steps)) };
  yield;
  return yield* tapePieces(graph, outputs, { ...options, plan, engine: FAST_ENGINE, backend: INTERPRETER });
}

// Masks, signs and rounded values are whole; a divisor is told by its sign.
function tellInto(state: Int32Array, row: ArrayLike<number>, at: number): void {
  for (let line = 0; line < state.length; line++) {
    const number = row[at + line]!;
    state[line] = Math.imul(state[line]!, 69069) + (Number.isInteger(number) ? number : number > 0 ? 1 : 2);
  }
}

/**
 * Values of nodes at two places of one line, node by node as the program has them: what is told of a line is never what only gathering
 * sums has made of it.
 */
export function* valuesBeside(
  { graph, normals, parameters }: Pick<Objective, "graph" | "normals" | "parameters">,
  nodes: readonly NodeId[],
  theta: Float64Array,
  { at }: RandomLines,
): Pieces<(line: number, from: number, to: number) => [from: number[], to: number[]]> {
  const options = { engine: PLAIN_ENGINE, inputs: parameters, laneInputs: normals, points: 2 };
  yield;
  const { run, value } = evaluation(graph, nodes, options);
  return (line, from, to) => {
    run(
      theta,
      normals.flatMap((_, axis) => [at(line, axis, from), at(line, axis, to)]),
    );
    return [nodes.map((_, k) => value(k, 0)), nodes.map((_, k) => value(k, 1))];
  };
}
