/** Reverse-mode automatic differentiation over hash-consed graphs, executed on tapes of `Float64Array` slots. */

export * from "./expr.ts";
export { FullGraph as Graph } from "./full-graph.ts";
export { compile, compileTape, grad, type Traceable, valueAndGrad } from "./functions.ts";
export { gradient } from "./graph/gradient.ts";
export type { GraphOptions } from "./graph/graph.ts";
export { print } from "./graph/infix-text.ts";
export { OPS } from "./ops/all-ops.ts";
export type { NodeId, OpName, OpRow } from "./ops/op.ts";
export { outOfRange, type RangeCheck, Session } from "./session.ts";
export {
  type Backend,
  EVEN_PART,
  type Executable,
  ODD_PART,
  type Place,
  type Step,
  SUM_PARTS,
  type TapeProgram,
  WRITES_BEYOND,
} from "./tape/executable.ts";
export { INSTRUCTIONS } from "./tape/instruction-table.ts";
export type { Effect, InstructionName, InstructionRow, Kind, Operand } from "./tape/instructions.ts";
export { runLanes, runUniform, type Tape, type TapeOptions } from "./tape/tape.ts";
