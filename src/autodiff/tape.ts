/**
 * A graph made executable: a list of instructions over slots of typed arrays.
 *
 * Uniform nodes (the same for every sample) run once per batch; the others run lane by lane in the loops of
 * `kernels.generated.ts`. A slot is reused as soon as its value is dead. Running allocates nothing.
 */
import { CONSTANT, INPUT, OP_NAMES } from "./codes.ts";
import { FUSED } from "./fusion.ts";
import { type Graph, LANE, MASK } from "./graph.ts";
import { KERNEL_BASE, KERNELS } from "./kernels.generated.ts";
import type { NodeId } from "./ops.ts";
import { operandsOf, type Schedule, schedule } from "./schedule.ts";

const WIDTH = 6; // kernel, result, up to four operands

/** Where a value lies: an offset into the slots, and whether it holds one number or one per lane. */
export interface Place {
  readonly offset: number;
  readonly lane: boolean;
}

export interface Tape {
  /** Most samples that one call of `runLanes` takes. */
  readonly lanes: number;
  /** Real slots: uniform values first, then `lanes` numbers for each per-lane slot. */
  readonly slots: Float64Array;
  readonly masks: Int32Array;
  /** The lane inputs lie one after the other from here on, `lanes` numbers each, in the order they were asked for. */
  readonly noiseOffset: number;
  readonly uniformInputs: readonly { readonly node: NodeId; readonly offset: number }[];
  readonly outputs: readonly Place[];
  readonly uniformCode: Int32Array;
  readonly laneCode: Int32Array;
  readonly size: { readonly uniform: number; readonly lane: number; readonly laneSlots: number };
}

export interface TapeOptions {
  /** Samples per pass; by default chosen so that the slots fit into the first-level cache. */
  readonly lanes?: number;
  /** The lane inputs, in the order in which the caller fills them. */
  readonly laneInputs?: readonly NodeId[];
}

/** Compiles the graph of `outputs`; linear in its number of nodes. */
export function compileTape(graph: Graph, outputs: readonly NodeId[], options: TapeOptions = {}): Tape {
  const laneInputs = options.laneInputs ?? [];
  const plan = schedule(graph, outputs);
  const uniform = placeUniform(graph, outputs, plan);
  const lane = placeLanes(graph, outputs, laneInputs, plan);
  const lanes = options.lanes ?? defaultLanes(lane.realSlots);

  const offsetOf = (node: NodeId): number =>
    graph.hasFlag(node, LANE)
      ? (graph.hasFlag(node, MASK) ? uniform.maskCount : uniform.realCount) + lane.slot[node]! * lanes
      : uniform.slot[node]!;
  const encode = (nodes: readonly NodeId[]): Int32Array => {
    const code = new Int32Array(nodes.length * WIDTH);
    nodes.forEach((node, index) => {
      const row = FUSED[plan.fused[node]!];
      const operands = operandsOf(graph, node, plan.fused);
      let variant = 0;
      operands.forEach((operand, j) => {
        if (graph.hasFlag(operand, LANE)) variant |= 1 << j;
        code[index * WIDTH + 2 + j] = offsetOf(operand);
      });
      code[index * WIDTH] =
        KERNEL_BASE[row ? row.name : OP_NAMES[graph.op[node]! - 2]!]! + (variant || (1 << operands.length) - 1);
      code[index * WIDTH + 1] = offsetOf(node);
    });
    return code;
  };

  const slots = new Float64Array(uniform.realCount + lane.realSlots * lanes);
  const masks = new Int32Array(uniform.maskCount + lane.maskSlots * lanes);
  for (const node of uniform.constants) slots[uniform.slot[node]!] = graph.value(node);
  return {
    lanes,
    slots,
    masks,
    noiseOffset: uniform.realCount,
    uniformInputs: uniform.inputs.map((node) => ({ node, offset: uniform.slot[node]! })),
    outputs: outputs.map((node) => ({ offset: offsetOf(node), lane: graph.hasFlag(node, LANE) })),
    uniformCode: encode(plan.uniform),
    laneCode: encode(plan.lane),
    size: { uniform: plan.uniform.length, lane: plan.lane.length, laneSlots: lane.realSlots },
  };
}

/** Computes the uniform values; call it once after the uniform inputs have been set. */
export function runUniform(tape: Tape): void {
  execute(tape.uniformCode, tape.slots, tape.masks, 1);
}

/** Computes the first n lanes; call it after `runUniform`, with the lane inputs filled. */
export function runLanes(tape: Tape, n: number): void {
  execute(tape.laneCode, tape.slots, tape.masks, n);
}

function execute(code: Int32Array, slots: Float64Array, masks: Int32Array, n: number): void {
  for (let at = 0; at < code.length; at += WIDTH) {
    KERNELS[code[at]!]!(slots, masks, n, code[at + 1]!, code[at + 2]!, code[at + 3]!, code[at + 4]!, code[at + 5]!);
  }
}

// Half of a 32 kB first-level cache, between 16 lanes (loop overhead) and 128 (nothing more to gain).
function defaultLanes(realSlots: number): number {
  const fitting = 2048 / Math.max(1, realSlots);
  return fitting >= 128 ? 128 : fitting >= 64 ? 64 : 32;
}

function placeUniform(graph: Graph, outputs: readonly NodeId[], plan: Schedule) {
  const slot = new Int32Array(graph.size).fill(-1);
  const constants: NodeId[] = [];
  const inputs: NodeId[] = [];
  let realCount = 0;
  let maskCount = 0;
  const place = (node: NodeId): void => {
    if (slot[node]! >= 0 || graph.hasFlag(node, LANE)) return;
    if (graph.op[node] === CONSTANT) constants.push(node);
    if (graph.op[node] === INPUT) inputs.push(node);
    slot[node] = graph.hasFlag(node, MASK) ? maskCount++ : realCount++;
  };
  for (const node of [...plan.uniform, ...plan.lane]) {
    place(node);
    for (const operand of operandsOf(graph, node, plan.fused)) place(operand);
  }
  for (const node of outputs) place(node);
  return { slot, constants, inputs, realCount, maskCount };
}

function placeLanes(graph: Graph, outputs: readonly NodeId[], laneInputs: readonly NodeId[], plan: Schedule) {
  const slot = new Int32Array(graph.size).fill(-1);
  const lastUse = new Int32Array(graph.size).fill(-1);
  plan.lane.forEach((node, index) => {
    for (const operand of operandsOf(graph, node, plan.fused)) lastUse[operand] = index;
  });
  for (const node of outputs) lastUse[node] = plan.lane.length;
  laneInputs.forEach((node, index) => {
    slot[node] = index;
    lastUse[node] = plan.lane.length; // the caller fills these slots: they are never reused
  });
  const free: [real: number[], mask: number[]] = [[], []];
  const count: [real: number, mask: number] = [laneInputs.length, 0];
  plan.lane.forEach((node, index) => {
    const operands = operandsOf(graph, node, plan.fused);
    operands.forEach((operand, j) => {
      if (!graph.hasFlag(operand, LANE) || lastUse[operand] !== index || operands.indexOf(operand) !== j) return;
      free[graph.hasFlag(operand, MASK) ? 1 : 0].push(slot[operand]!);
    });
    for (const operand of operands)
      if (graph.hasFlag(operand, LANE) && slot[operand]! < 0)
        throw new TypeError(
          `compileTape: lane input "${graph.inputs[graph.inputIndex(operand)]?.name ?? operand}" is used but not among laneInputs`,
        );
    const kind = graph.hasFlag(node, MASK) ? 1 : 0;
    slot[node] = free[kind].pop() ?? count[kind]++;
  });
  for (const node of outputs)
    if (graph.hasFlag(node, LANE) && slot[node]! < 0)
      throw new TypeError("compileTape: an output is a lane input that is not among laneInputs");
  return { slot, realSlots: count[0], maskSlots: count[1] };
}
