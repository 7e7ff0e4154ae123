/**
 * Evaluation of nodes that data are in: the inputs that are data come behind the others, and what was compiled for the same nodes is used again, with the
 * numbers of whoever asks.
 */
import { type DataGraph, type Evaluation, evaluation } from "../../autodiff/tape/evaluation.ts";

/** What evaluates nodes of one graph. */
export function dataEvaluation(): typeof evaluation {
  const made = new Map<string, Evaluation>();
  return (graph: DataGraph, nodes, options) => {
    const { inputs = [], laneInputs = [], points = 1, engine } = options;
    const data = graph.data!;
    const key = [engine.interpreter.name, engine.planMeans ? "fast" : "plain", nodes, inputs, laneInputs, points].join(
      ";",
    );
    let compiled = made.get(key);
    if (!compiled) {
      compiled = evaluation(graph, nodes, { ...options, inputs: [...inputs, ...data.nodes], hasData: true });
      made.set(key, compiled);
    }
    const { run, ...results } = compiled;
    const all = new Float64Array(inputs.length + data.nodes.length);
    return {
      run(own = [], lanes) {
        for (let i = 0; i < inputs.length; i++) all[i] = own[i]!;
        all.set(engine.numbers ?? data.numbers, inputs.length);
        run(all, lanes);
      },
      ...results,
    };
  };
}
