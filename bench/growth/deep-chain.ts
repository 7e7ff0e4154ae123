/**
 * What a chain of operations costs a node, short and long: x ← sin(x + x₀), n/2 times, so that every node depends on all before it. In
 * linear time a node of 10⁶ costs what one of 10⁵ does, or up to three times that where a cache no longer holds the graph.
 */
import { compileTape, Graph, gradient, type NodeId } from "../library.ts";
import { columns, type Print } from "../tools/print.ts";
import { cpuTime } from "../tools/timing.ts";

const STEPS = ["build", "build again", "differentiate", "compile"] as const;

function chain(graph: Graph, x: NodeId, n: number): NodeId {
  let node = x;
  for (let i = 0; i < n / 2; i++) node = graph.algebra.sin(graph.algebra.add(node, x));
  return node;
}

/** Milliseconds of each step. */
function timesOf(n: number): number[] {
  const times = [cpuTime()];
  const done = <T>(result: T): T => {
    times.push(cpuTime());
    return result;
  };
  const graph = new Graph();
  const x = graph.input("x", true);
  const node = done(chain(graph, x, n));
  done(chain(graph, x, n));
  const [slope] = done(gradient(graph, node, [x]));
  done(compileTape(graph, [node, slope!], { lanes: 1, laneInputs: [x] }));
  return STEPS.map((_, step) => times[step + 1]! - times[step]!);
}

/** Prints nanoseconds a node of a chain of `largest` nodes and of one a tenth as long, the least of some runs. */
export function deepChain(largest: number, print: Print): void {
  const widths = [26, 14, 14, 14, 14];
  const least = (n: number, runs: number): number[] => {
    const all = Array.from({ length: runs }, () => timesOf(n));
    return STEPS.map((_, step) => (Math.min(...all.map((times) => times[step]!)) / n) * 1e6);
  };
  print("");
  print(columns(["ns for a node of a chain", ...STEPS], widths));
  const [short, long] = [least(largest / 10, 3), least(largest, 2)];
  for (const [n, times] of [
    [largest / 10, short],
    [largest, long],
  ] as const)
    print(columns([`  of ${n}`, ...times.map((time) => time.toFixed(0))], widths));
  print(columns(["  ratio, 10 if quadratic", ...long.map((time, step) => (time / short[step]!).toFixed(2))], widths));
}
