/**
 * A graph made executable: lists of instructions over slots of typed arrays, which a back end runs.
 *
 * Uniform nodes (the same for every sample) are computed once per batch, the others for every lane. A slot is reused as soon as its
 * value is dead: a chain of 1000 ops needs two slots. Running allocates nothing.
 */

import { finished, type Pieces, piecesOf } from "../../pieces/pieces.ts";
import { type Graph, LANE, MASK } from "../graph/graph.ts";
import { INPUT } from "../ops/basic-codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Engine } from "./engine.ts";
import { type Backend, type Executable, type Place, type Step, SUM_PARTS, WRITES_BEYOND } from "./executable.ts";
import type { Instruction, Plan } from "./plan.ts";

export interface Tape {
  /** Most samples that one call of `runLanes` takes. */
  readonly lanes: number;
  /** Real slots: uniform values first, then `lanes` numbers for each per-lane slot, `stride` apart. */
  readonly slots: Float64Array;
  readonly masks: Int32Array;
  readonly stride: number;
  /** The lane inputs lie one after the other from here on, `stride` apart, in the order they were asked for. */
  readonly noiseOffset: number;
  readonly uniformInputs: readonly { readonly node: NodeId; readonly offset: number }[];
  readonly outputs: readonly Place[];
  /**
   * How many sums over the lanes the plan has. They are the first slots, `SUM_PARTS` each, over the even and over the odd lanes;
   * the mean belongs to where its sum begins.
   */
  readonly sums: number;
  readonly executable: Executable;
  readonly size: { readonly uniform: number; readonly lane: number; readonly laneSlots: number };
}

export interface TapeOptions {
  /** Samples per pass; by default chosen so that the slots fit into a cache. */
  readonly lanes?: number | undefined;
  /** The lane inputs, in the order in which the caller fills them. */
  readonly laneInputs?: readonly NodeId[];
  /** The first uniform inputs, which lie one after the other. */
  readonly parameters?: readonly NodeId[];
  /** What runs the tape; by default the engine's interpreter. */
  readonly backend?: Backend | undefined;
  /** How many samples are to be run, if known; a back end may prepare for them. */
  readonly expectedSamples?: number;
  /** How the roots are computed; by default as the engine plans it. */
  readonly plan?: Plan;
  readonly engine: Engine;
}

/** Compiles the graph of `roots`; linear in its number of nodes. */
export function compileTape(graph: Graph, roots: readonly NodeId[], options: TapeOptions): Tape {
  return finished(tapePieces(graph, roots, options));
}

/** `compileTape` in pieces. */
export function* tapePieces(graph: Graph, roots: readonly NodeId[], options: TapeOptions): Pieces<Tape> {
  const { laneInputs = [], parameters = [], engine } = options;
  const plan = options.plan ?? (yield* piecesOf(engine.plan, graph, roots));
  yield;
  const { outputs, means = [], rest = [] } = plan;
  const { backend = engine.interpreter } = options;
  const kernels = engine.kernelsWith?.(graph.ops) ?? graph.ops.kernels;
  const slot = new Int32Array(graph.size).fill(-1);
  const counts = [0, 0, 0, 0]; // of slots, by kind
  const { constants, inputs } = placeUniform(graph, parameters, plan, slot, counts);
  yield;
  placeLanes(graph, laneInputs, plan, slot, counts);
  yield;
  const [realCount, laneSlots, maskCount, laneMasks] = counts as [number, number, number, number];
  const { laneMultiple = 1, mostLanes = Infinity } = backend;
  // Of 16 samples lanes beyond the sixteenth would be memory that no sample fills.
  const asked = options.lanes ?? Math.min(defaultLanes(laneSlots), mostLanes, options.expectedSamples ?? Infinity);
  const sums = means.length;
  // Sums over even and odd lanes: a pass that is not the last has an even number.
  const multiple = sums > 0 && laneMultiple % 2 === 1 ? 2 * laneMultiple : laneMultiple;
  const lanes = multiple * Math.ceil(asked / multiple);
  // Rows whose distance is a power of two would share few places of a cache.
  const stride = lanes % 64 === 0 ? lanes + 8 : lanes;

  // By kind and slot, made where they are asked for. Loops over all instructions are plain ones: of functions that are called for each an engine soon
  // compiles fast code, which takes a first run longer than what it saves.
  const places = counts.map((count) => new Array<Place | undefined>(count));
  const placesOf = (nodes: readonly NodeId[]): Place[] => {
    const found = new Array<Place>(nodes.length);
    for (let j = 0; j < found.length; j++) {
      const node = nodes[j]!;
      const at = slot[node]!;
      const kind = graph.flags[node]! & KIND;
      if (at < 0) throw new TypeError(`compileTape: lane input "${graph.text(node)}" is not among laneInputs`);
      found[j] = places[kind]![at] ??= {
        offset: kind & LANE ? counts[kind - LANE]! + at * stride : at,
        lane: (kind & LANE) !== 0,
        ...(graph.isConstant(node) && { value: graph.value(node) }),
      };
    }
    return found;
  };
  const stepsOf = (instructions: readonly Instruction[]): Step[] => {
    const steps = new Array<Step>(instructions.length);
    for (let index = 0; index < steps.length; index++) {
      const { name, node, operands } = instructions[index]!;
      // The operands first: what is missing shows as one.
      steps[index] = { name, operands: placesOf(operands), result: placesOf([node])[0]! };
    }
    return steps;
  };
  yield;
  const uniform = stepsOf(plan.uniform);
  yield;
  const lane = stepsOf(plan.lane);
  const results = placesOf(outputs);
  yield;
  const executable = yield* piecesOf(backend.load, {
    kernels,
    lanes,
    expectedSamples: options.expectedSamples,
    realSlots: realCount + laneSlots * stride,
    maskSlots: maskCount + laneMasks * stride,
    uniform,
    lane,
    rest: stepsOf(rest),
    outputs: results,
  });
  const { slots, masks } = executable;
  for (const node of constants) (graph.hasFlag(node, MASK) ? masks : slots)[slot[node]!] = graph.value(node);
  return {
    lanes,
    slots,
    masks,
    stride,
    noiseOffset: realCount,
    uniformInputs: inputs.map((node) => ({ node, offset: slot[node]! })),
    outputs: results,
    sums,
    executable,
    size: {
      uniform: plan.uniform.length + rest.length,
      lane: plan.lane.length,
      laneSlots,
    },
  };
}

/** Computes the uniform values; call it once after the uniform inputs have been set. */
export function runUniform({ executable }: Tape): void {
  executable.runUniform();
}

/** Computes what depends on the means over the lanes; call it when they are in their slots. */
export function runRest({ executable }: Tape): void {
  executable.runRest();
}

/** Computes the first n lanes; call it after `runUniform`, with the lane inputs filled. */
export function runLanes({ executable }: Tape, n: number): void {
  executable.runLanes(n);
}

/**
 * Adds lanes from … to − 1 of the first sums.length outputs to `sums`, each in the order of the lanes; an output that is
 * uniform is left alone.
 */
export function addOutputsInto(
  sums: Float64Array,
  { outputs, slots }: Tape,
  from: number,
  to: number,
  count: number,
): void {
  for (let p = 0; p < count; p++) {
    const { offset, lane } = outputs[p]!;
    if (!lane) continue;
    let sum = sums[p]!;
    for (let i = from; i < to; i++) sum += slots[offset + i]!;
    sums[p] = sum;
  }
}

const FEWEST_LANES = 32;
const MOST_LANES = 1024;

// Many lanes spread the cost of a kernel's call, as long as the slots stay in a second-level cache of 512 kB.
function defaultLanes(realSlots: number): number {
  let lanes = MOST_LANES;
  while (lanes > FEWEST_LANES && lanes * realSlots > 65536) lanes /= 2;
  return lanes;
}

// The bits of a node's flags that say in which array its slot lies.
const KIND = 3;

// Gives uniform nodes their slots; returns those that are not computed.
function placeUniform(
  graph: Graph,
  parameters: readonly NodeId[],
  { outputs, uniform, lane, rest = [], means = [] }: Plan,
  slot: Int32Array,
  counts: number[],
) {
  const constants: NodeId[] = [];
  const inputs: NodeId[] = [];
  for (const node of means) {
    slot[node] = counts[0]!;
    counts[0]! += SUM_PARTS;
  }
  const place = (node: NodeId): void => {
    slot[node] = counts[graph.flags[node]! & KIND]!++;
  };
  // Results lie side by side, and so do inputs: what is computed alike can be computed together.
  for (const { node } of uniform.concat(rest)) place(node);
  counts[0]! += WRITES_BEYOND;
  counts[MASK]! += WRITES_BEYOND;
  const see = (node: NodeId): void => {
    if (slot[node]! >= 0 || graph.flags[node]! & LANE) return;
    slot[node] = 0; // seen
    (graph.op[node] === INPUT ? inputs : constants).push(node);
  };
  parameters.forEach(see);
  for (const { operands } of uniform.concat(lane, rest)) operands.forEach(see);
  outputs.forEach(see);
  inputs.forEach(place);
  constants.forEach(place);
  return { constants, inputs };
}

function placeLanes(
  { flags, size }: Graph,
  laneInputs: readonly NodeId[],
  { outputs, lane }: Plan,
  slot: Int32Array,
  counts: number[],
): void {
  const lastUse = new Int32Array(size).fill(-1);
  lane.forEach(({ operands }, index) => {
    for (const operand of operands) lastUse[operand] = index;
  });
  for (const node of outputs) lastUse[node] = lane.length;
  for (const node of laneInputs) {
    slot[node] = counts[LANE]!++;
    lastUse[node] = lane.length; // the caller fills these slots: they are never reused
  }
  const free = counts.map((): number[] => []);
  for (let index = 0; index < lane.length; index++) {
    const { node, operands, sums } = lane[index]!;
    for (let j = 0; j < operands.length; j++) {
      const operand = operands[j]!;
      const kind = flags[operand]! & KIND;
      if (!(kind & LANE) || lastUse[operand] !== index) continue;
      free[kind]!.push(slot[operand]!);
      lastUse[operand] = -1; // it may be read twice, and its slot is free once
    }
    const kind = flags[node]! & KIND;
    if (!sums) slot[node] = free[kind]!.pop() ?? counts[kind]!++;
  }
}
