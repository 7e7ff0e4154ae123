/** Reverse-mode automatic differentiation over hash-consed graphs, executed on tapes of `Float64Array` slots. */

export {
  checkReal,
  compileTape,
  exprOf,
  gradient,
  nodeOf,
  outOfRange,
  print,
  runLanes,
  runUniform,
} from "./checked.ts";
export * from "./expr.ts";
export { FullGraph as Graph } from "./full-graph.ts";
export { compile, grad, type Traceable, valueAndGrad } from "./functions.ts";
export type { GraphOptions } from "./graph/graph.ts";
export { OPS } from "./ops/all-ops.ts";
export type { NodeId, OpName, OpRow } from "./ops/op.ts";
export { type RangeCheck, Session } from "./session.ts";
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
export type { Tape, TapeOptions } from "./tape/tape.ts";
