/** Reverse-mode automatic differentiation over hash-consed graphs, executed on tapes of `Float64Array` slots. */
export { OPS } from "./all-ops.ts";
export * from "./expr.ts";
export { FullGraph as Graph } from "./full-graph.ts";
export { compile, grad, type Traceable, valueAndGrad } from "./functions.ts";
export { gradient } from "./gradient.ts";
export type { GraphOptions } from "./graph.ts";
export type { Backend, Executable, Step, TapeProgram } from "./interpreter.ts";
export type { NodeId, OpName, OpRow } from "./ops.ts";
export { print } from "./print.ts";
export { compileTape, runLanes, runUniform, type Tape, type TapeOptions } from "./tape.ts";
