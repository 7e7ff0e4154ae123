/** Functions of number arrays are compiled and differentiated here, without a model: of f(x, y) = x·y the gradient at [2, 3] is [3, 2]. */
import { requireNoMore } from "../checks/arguments.ts";
import { shown } from "../checks/shown.ts";
import { type Expr, exprOf, nodeOf, type Real } from "./expr.ts";
import { FullGraph } from "./full-graph.ts";
import { gradient } from "./graph/gradient.ts";
import type { Graph } from "./graph/graph.ts";
import { FAST_ENGINE } from "./lanes/interpreter/engines.ts";
import type { NodeId } from "./ops/op.ts";
import { outOfRange, Session } from "./session.ts";
import { type Evaluation, evaluation } from "./tape/evaluation.ts";
import { compileTape as compileWith, type Tape, type TapeOptions } from "./tape/tape.ts";

/** A function written with the operations of this module; called once per length of its argument, to be traced. */
export type Traceable = (x: readonly Expr[]) => Real;

/**
 * A fast version of `f`: the same values, no tracing after the first call with a given length.
 *
 *     const f = compile(([x, y]) => mul(x, exp(y)));
 *     f([2, 0]); // 2
 */
export function compile(f: Traceable): (x: ArrayLike<number>) => number {
  requireNoMore("compile", 1, arguments);
  const run = compiled("compile", f, (_graph, value) => [value]);
  return (x) => run(x).value(0);
}

/**
 * The gradient of `f`: a function that returns a new Float64Array(x.length).
 *
 *     grad(([x, y]) => mul(x, y))([2, 3]); // Float64Array [3, 2]
 */
export function grad(f: Traceable): (x: ArrayLike<number>) => Float64Array {
  requireNoMore("grad", 1, arguments);
  const run = differentiated("grad", f);
  return (x) => run(x).gradient;
}

/** Value and gradient of `f` in one pass. */
export function valueAndGrad(f: Traceable): (x: ArrayLike<number>) => { value: number; gradient: Float64Array } {
  requireNoMore("valueAndGrad", 1, arguments);
  return differentiated("valueAndGrad", f);
}

/**
 * Compiles the graph of `roots` to a tape, planned for the fewest passes over the lanes: sums gathered, ops fused. Linear in the
 * number of its nodes. Throws TypeError for a lane input that is used and not among `laneInputs`.
 */
export function compileTape(
  graph: Graph,
  roots: readonly NodeId[],
  options: Omit<TapeOptions, "engine"> & Partial<Pick<TapeOptions, "engine">> = {},
): Tape {
  return compileWith(graph, roots, { engine: FAST_ENGINE, ...options });
}

function differentiated(
  caller: string,
  f: Traceable,
): (x: ArrayLike<number>) => { value: number; gradient: Float64Array } {
  const run = compiled(caller, f, (graph, value, inputs) => [value, ...gradient(graph, value, inputs)]);
  return (x) => {
    const { value } = run(x);
    const result = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) result[i] = value(i + 1);
    return { value: value(0), gradient: result };
  };
}

type Outputs = (graph: Graph, value: NodeId, inputs: readonly NodeId[]) => NodeId[];

function compiled(caller: string, f: Traceable, outputs: Outputs): (x: ArrayLike<number>) => Evaluation {
  if (typeof f !== "function")
    throw new TypeError(`${caller}: not a function; got ${shown(f)}, expected a function of an array of values`);
  const byLength = new Map<number, Evaluation>();
  return (x) => {
    if (typeof x?.length !== "number")
      throw new TypeError(`${caller}: argument is not an array; got ${shown(x)}, expected an array of numbers`);
    let made = byLength.get(x.length);
    if (!made) {
      made = trace(caller, f, x.length, outputs);
      byLength.set(x.length, made);
    }
    for (let i = 0; i < x.length; i++)
      if (typeof x[i] !== "number")
        throw new TypeError(`${caller}: argument ${i} is not a number; got ${shown(x[i])}, expected a number`);
    made.run(x);
    return made;
  };
}

function trace(caller: string, f: Traceable, length: number, outputs: Outputs): Evaluation {
  const graph = new FullGraph();
  const inputs = Array.from({ length }, (_, i) => graph.input(`x${i}`, false));
  const session = new Session(graph);
  const value = nodeOf(session, f(inputs.map((node) => exprOf(session, node) as Expr)));
  session.requireConditionsUsed(caller);
  const [outside, nan] = [outOfRange(graph, session.checks), graph.constant(Number.NaN)];
  const results = outputs(graph, value, inputs).map((node) => graph.algebra.where(outside, nan, node));
  return evaluation(graph, results, { engine: FAST_ENGINE, inputs });
}
