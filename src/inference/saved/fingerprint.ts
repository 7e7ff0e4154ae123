/**
 * A fingerprint tells one text, or one traced model, from another: 16 hexadecimal digits, which differ after any change that is not made on
 * purpose to keep them. "abc" has 1bf1b1a21c6e8b61, and a model another fingerprint if its data change in one digit.
 *
 * Two FNV-1a hashes of 32 bits (G. Fowler, L. C. Noll, K.-P. Vo) with different starts: against accidents, not against attackers.
 */
import { type Graph, inputIndex } from "../../autodiff/graph/graph.ts";
import { CODE, INPUT, OP_NAMES } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Trace } from "../../program/trace.ts";

const PRIME = 0x01000193;

/** The fingerprint of a text. */
export function fingerprintOf(text: string): string {
  let [one, two] = [0x811c9dc5, 0x9e3779b9];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ (unit & 255), PRIME);
    one = Math.imul(one ^ (unit >>> 8), PRIME);
    two = Math.imul(two ^ unit, PRIME);
    two ^= two >>> 15;
  }
  return [one, two].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** The fingerprint of a program with its data: of what it samples, and of every operation of its density. */
export function modelFingerprint(trace: Trace): string {
  const { graph, latents, finite, points, frozen, terms, checks, quantities } = trace.original ?? trace;
  const roots = [
    ...latents.flatMap(({ node, value, live }) => [node, value, live]),
    ...finite.flatMap(({ node, live, logMasses }) => [node, live, ...logMasses]),
    ...points.map(({ node }) => node),
    ...frozen.map(({ noise }) => noise),
    ...terms.map(({ node }) => node),
    ...checks.map(({ ok }) => ok),
    ...quantities.flatMap(({ node, live }) => [node, live]),
  ];
  const { lines, places } = operationsOf(graph, roots);
  for (const { site } of terms) lines.push(site);
  for (const { name, values } of finite) lines.push(`${name} ${values}`);
  for (const { name } of quantities) lines.push(name);
  lines.push(String(roots.map((root) => places.get(root))));
  return fingerprintOf(lines.join("\n"));
}

/** The fingerprint of some nodes, as those of a gradient: of every operation that they are made of. */
export function nodesFingerprint(graph: Graph, roots: readonly NodeId[]): string {
  const { lines, places } = operationsOf(graph, roots);
  lines.push(String(roots.map((root) => places.get(root))));
  return fingerprintOf(lines.join("\n"));
}

// A line for each operation, and which line each node has.
function operationsOf(graph: Graph, roots: readonly NodeId[]): { lines: string[]; places: Map<NodeId, number> } {
  const names = new Map(OP_NAMES.map((name) => [CODE[name], name]));
  const lines: string[] = [];
  // Places among the nodes of the program, as others may lie between them.
  const places = new Map<NodeId, number>();
  for (const node of graph.reachable(roots)) {
    places.set(node, places.size);
    const code = graph.op[node]!;
    if (graph.isConstant(node)) lines.push(textOf(graph.value(node)));
    else if (code === INPUT) lines.push(`input ${graph.inputs[inputIndex(graph, node)]!.name}`);
    else lines.push(`${names.get(code)} ${graph.operands(node).map((operand) => places.get(operand))}`);
  }
  return { lines, places };
}

function textOf(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
