/**
 * The functions of `nondiff/autodiff` on graphs and tapes, with checks of what they are given: `gradient(x, 3, [])` says that x is no graph. Inside
 * the library the same functions run without, as their callers have graphs.
 */

import { refuse, requireList, requireMethod } from "../checks/arguments.ts";
import { shown } from "../checks/shown.ts";
import { type Real, requireReal, exprOf as uncheckedExprOf, nodeOf as uncheckedNodeOf } from "./expr.ts";
import { compileTape as uncheckedCompileTape } from "./functions.ts";
import { gradient as uncheckedGradient } from "./graph/gradient.ts";
import type { Graph } from "./graph/graph.ts";
import { print as uncheckedPrint } from "./graph/infix-text.ts";
import type { NodeId } from "./ops/op.ts";
import { type Session, outOfRange as uncheckedOutOfRange } from "./session.ts";
import { type Tape, runLanes as uncheckedRunLanes, runUniform as uncheckedRunUniform } from "./tape/tape.ts";

type RangeChecks = Parameters<typeof uncheckedOutOfRange>[1];
type CompileOptions = Parameters<typeof uncheckedCompileTape>[2];

function requireGraph(caller: string, graph: Graph): Graph {
  return requireMethod(caller, "a graph", graph, "reachable", "a Graph of nondiff/autodiff");
}

function requireNode(caller: string, graph: Graph, node: NodeId): NodeId {
  if (!Number.isInteger(node) || node < 0 || node >= graph.size)
    throw new RangeError(
      `${caller}: no node of the graph; got ${shown(node)}, expected an integer from 0 to ${graph.size - 1}`,
    );
  return node;
}

function requireNodes(caller: string, graph: Graph, nodes: readonly NodeId[]): readonly NodeId[] {
  for (const node of requireList(caller, "a list of nodes", nodes, "an array of nodes"))
    requireNode(caller, graph, node);
  return nodes;
}

function requireSession(caller: string, session: Session): Session {
  if (typeof session?.graph?.reachable !== "function") refuse(caller, "a session", session, "new Session(graph)");
  return session;
}

function requireTape(caller: string, tape: Tape): Tape {
  if (typeof tape?.executable?.runLanes !== "function")
    refuse(caller, "a tape", tape, "what compileTape or a compilation returns");
  return tape;
}

/** The value, if it is a number or a traced one; TypeError otherwise. */
export function checkReal(value: unknown): Real {
  return requireReal(value);
}

/** The node of a known or traced number in the graph of a session; throws TypeError for anything else. */
export function nodeOf(session: Session, value: Real): NodeId {
  return uncheckedNodeOf(requireSession("nodeOf", session), value);
}

/** The traced value of a node; a plain number if the node is a constant. */
export function exprOf(session: Session, node: NodeId): Real {
  return uncheckedExprOf(session, requireNode("exprOf", requireSession("exprOf", session).graph, node));
}

/** The mask of leaving one of the ranges; false without any. */
export function outOfRange(graph: Graph, checks: RangeChecks): NodeId {
  requireGraph("outOfRange", graph);
  for (const check of requireList("outOfRange", "a list of checks", checks, "the checks of a Session"))
    requireNode("outOfRange", graph, check?.ok);
  return uncheckedOutOfRange(graph, checks);
}

/** Nodes of ∂output/∂input for each input, in reverse mode: as many nodes as the graph has, at most five times. */
export function gradient(graph: Graph, output: NodeId, inputs: readonly NodeId[]): NodeId[] {
  requireNode("gradient", requireGraph("gradient", graph), output);
  return uncheckedGradient(graph, output, requireNodes("gradient", graph, inputs));
}

/** The expression of a node, with the names of its inputs and of nodes in `names`; long ones are shortened with "…". */
export function print(graph: Graph, node: NodeId, names?: ReadonlyMap<NodeId, string>): string {
  requireNode("print", requireGraph("print", graph), node);
  if (names !== undefined) requireMethod("print", "a map of names", names, "get", "a Map of nodes to names");
  return uncheckedPrint(graph, node, names);
}

/**
 * Compiles the graph of `roots` to a tape, planned for the fewest passes over the lanes: sums gathered, ops fused. Linear in the
 * number of its nodes. Throws TypeError for a lane input that is used and not among `laneInputs`.
 */
export function compileTape(graph: Graph, roots: readonly NodeId[], options: CompileOptions = {}): Tape {
  requireNodes("compileTape", requireGraph("compileTape", graph), roots);
  if (typeof options !== "object" || options === null) refuse("compileTape", "options", options, "an object");
  return uncheckedCompileTape(graph, roots, options);
}

/** Computes everything that is the same in all lanes; call it when uniform inputs have changed. */
export function runUniform(tape: Tape): void {
  uncheckedRunUniform(requireTape("runUniform", tape));
}

/** Computes the first n lanes; call it after `runUniform`, with the lane inputs filled. */
export function runLanes(tape: Tape, n: number): void {
  const { lanes } = requireTape("runLanes", tape);
  if (!Number.isInteger(n) || n < 0 || n > lanes)
    throw new RangeError(`runLanes: no number of lanes; got ${shown(n)}, expected an integer from 0 to ${lanes}`);
  uncheckedRunLanes(tape, n);
}
