/** What `npm run bench:elementary` prints: nanoseconds per value over lanes, beside the engine's own functions. */
import {
  type Backend,
  CODE,
  compileTape,
  FAST_INTERPRETER,
  Graph,
  makeGenerator,
  type NodeId,
  type OpName,
  runLanes,
  uniformSource,
  wasm,
  wasmKernels,
} from "./library.ts";
import type { Length } from "./main.ts";
import { columns, type Print } from "./tools/print.ts";
import { type Candidate, sideBySide } from "./tools/timing.ts";

type Range = readonly [low: number, high: number];
interface Row {
  readonly op: OpName;
  /** The same in terms of the engine's functions. */
  readonly engine: string;
  readonly x: Range;
  readonly y?: Range;
}

// biome-ignore format: a table
const ROWS: readonly Row[] = [
  { op: "exp",      engine: "Math.exp(x)",             x: [-20, 20] },
  { op: "expm1",    engine: "Math.expm1(x)",           x: [-5, 5] },
  { op: "log",      engine: "Math.log(x)",             x: [0, 20] },
  { op: "log1p",    engine: "Math.log1p(x)",           x: [-1, 5] },
  { op: "sigmoid",  engine: "1 / (1 + Math.exp(-x))",  x: [-20, 20] },
  { op: "softplus", engine: "Math.log1p(Math.exp(x))", x: [-20, 20] },
  { op: "tanh",     engine: "Math.tanh(x)",            x: [-5, 5] },
  { op: "sin",      engine: "Math.sin(x)",             x: [-20, 20] },
  { op: "cos",      engine: "Math.cos(x)",             x: [-20, 20] },
  { op: "tan",      engine: "Math.tan(x)",             x: [-20, 20] },
  { op: "pow",      engine: "x ** y",                  x: [0, 20], y: [-20, 20] },
];
const BACKENDS: readonly Backend[] = [FAST_INTERPRETER, wasmKernels(), wasm({ after: 0 })];
const LANES = 256;
const EFFORT: { readonly [L in Length]: readonly [repeats: number, milliseconds: number] } = {
  smoke: [1, 0.1],
  short: [11, 2],
  full: [31, 10],
};
const WIDTHS = [10, 10, 14, 14, 14];

export function bench(length: Length, print: Print): void {
  print("ns per value, the least of all repeats, and relative to the engine's own");
  print(columns(["", "engine", ...BACKENDS.map(({ name }) => name)], WIDTHS));
  for (const row of ROWS) {
    const timings = sideBySide([byEngine(row), ...BACKENDS.map((backend) => onTape(row, backend))], ...EFFORT[length]);
    const [first, ...others] = timings.map(({ least }) => (least / LANES) * 1e6);
    const cells = others.map((time) => `${time.toFixed(1)} × ${(time / first!).toFixed(2)}`);
    print(columns([row.op, first!.toFixed(1), ...cells], WIDTHS));
  }
}

/** The operands, the same for every candidate. */
function operandsOf({ x, y }: Row): number[][] {
  const next = uniformSource(makeGenerator(1));
  return [x, ...(y ? [y] : [])].map(([low, high]) => Array.from({ length: LANES }, () => low + (high - low) * next()));
}

function byEngine(row: Row): Candidate {
  const [x = [], y = []] = operandsOf(row).map((values) => Float64Array.from(values));
  const out = new Float64Array(LANES);
  const text = `for (let i = 0; i < out.length; i++) out[i] = ${row.engine.replace(/\b[xy]\b/g, "$&s[i]")}; return out[0];`;
  const run = new Function("xs", "ys", "out", text) as (...all: object[]) => number;
  return { name: "engine", run: () => run(x, y, out) };
}

function onTape(row: Row, backend: Backend): Candidate {
  const operands = operandsOf(row);
  const graph = new Graph();
  const laneInputs = operands.map((_, j) => graph.input(`x${j}`, true));
  const root = graph.apply(CODE[row.op], ...(laneInputs as [NodeId, NodeId]));
  const tape = compileTape(graph, [root], { lanes: LANES, laneInputs, backend });
  for (const [j, values] of operands.entries()) tape.slots.set(values, tape.noiseOffset + j * tape.stride);
  const { offset } = tape.outputs[0]!;
  return {
    name: backend.name,
    run: () => {
      runLanes(tape, LANES);
      return tape.slots[offset]!;
    },
  };
}
