/** Values of nodes for tests: `evaluatorOf(graph, [node])([2, 3])` is the value of the node where the graph's inputs are 2 and 3. */
import { inputIndex } from "../../src/autodiff/graph/graph.ts";
import type { Graph, NodeId } from "../../src/autodiff/index.ts";
import { FAST_ENGINE } from "../../src/autodiff/lanes/interpreter/engines.ts";
import { evaluation } from "../../src/autodiff/tape/evaluation.ts";

/** The values of nodes as a function of all inputs of their graph, in the order in which those were made. */
export function evaluatorOf(graph: Graph, nodes: readonly NodeId[]): (x: ArrayLike<number>) => number[] {
  const nodesOf = (ofLanes: boolean): NodeId[] =>
    graph.inputs.filter(({ lane }) => lane === ofLanes).map(({ node }) => node);
  const [inputs, laneInputs] = [nodesOf(false), nodesOf(true)];
  const { run, value } = evaluation(graph, nodes, { engine: FAST_ENGINE, inputs, laneInputs });
  return (x) => {
    const at = (some: readonly NodeId[]): number[] => some.map((node) => x[inputIndex(graph, node)]!);
    run(at(inputs), at(laneInputs));
    return nodes.map((_, index) => value(index));
  };
}
