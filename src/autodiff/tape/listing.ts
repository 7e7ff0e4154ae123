/** People who look at what will run see instructions as lines of text, before and after their values have slots. */
import { type Graph, inputIndex } from "../graph/graph.ts";
import { printNumber } from "../graph/infix-text.ts";
import { INPUT } from "../ops/codes.ts";
import type { NodeId } from "../ops/op.ts";
import type { Place, Step, TapeProgram } from "./executable.ts";
import { rowOf } from "./instruction-table.ts";
import { kindAt } from "./instructions.ts";
import type { Instruction, Plan } from "./plan.ts";

const PHASES = ["once per batch", "in every lane", "once per batch, with the means over the lanes"] as const;

/**
 * The instructions of a plan. Results are named %1, %2, …, operands by these names, by their input or by their value:
 *
 *     in every lane:
 *       %2 = mulAdd %1 epsilon[z] mu[z]
 */
export function planListing(graph: Graph, { uniform, lane, rest = [], outputs, means = [] }: Plan): string[] {
  const isMean = new Set(means);
  const names = new Map<NodeId, string>();
  const nameOf = (node: NodeId): string => {
    if (graph.isConstant(node)) return printNumber(graph.value(node));
    if (graph.op[node] === INPUT && !isMean.has(node)) return graph.inputs[inputIndex(graph, node)]!.name;
    if (!names.has(node)) names.set(node, `%${names.size + 1}`);
    return names.get(node)!;
  };
  const text = ({ name, node, operands, sums = 0 }: Instruction): string => {
    const first = means.indexOf(node);
    const results = sums > 0 ? means.slice(first, first + sums) : [node];
    const read = operands.map(nameOf); // before the results, so that names are given in the order of the values
    return `${results.map(nameOf).join(", ")} = ${name} ${read.join(" ")}`;
  };
  return [...phases([uniform, lane, rest], text), `results: ${outputs.map(nameOf).join(", ")}`];
}

/**
 * The steps of a tape. s7 is slot 7 of the reals, m7 of the masks; s7… is a lane place, which has a slot for each lane from there on:
 *
 *     in every lane:
 *       s40… = mulAdd s3 s24… s1
 */
export function tapeListing({ uniform, lane, rest, outputs }: TapeProgram): string[] {
  const text = ({ name, operands, result }: Step): string => {
    const row = rowOf(name);
    const read = operands.map((operand, j) => placeText(operand, kindAt(row, j) === "mask"));
    return `${placeText(result, row.makes === "mask")} = ${name} ${read.join(" ")}`;
  };
  return [
    ...phases([uniform, lane, rest], text),
    `results: ${outputs.map((place) => placeText(place, false)).join(", ")}`,
  ];
}

/** A place by its slot, or by its value if that is constant. */
export function placeText({ offset, lane, value }: Place, isMask: boolean): string {
  return value === undefined ? `${isMask ? "m" : "s"}${offset}${lane ? "…" : ""}` : printNumber(value);
}

function phases<T>(parts: readonly (readonly T[])[], text: (each: T) => string): string[] {
  return parts.flatMap((part, k) =>
    part.length === 0 ? [] : [`${PHASES[k]}:`, ...part.map((each) => `  ${text(each)}`)],
  );
}
