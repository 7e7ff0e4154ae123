/** The prior of a finite variable as a table: the log mass of each value, by the variables on which its thresholds and parameters depend. */
import { type Graph, inputIndex } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { mapped } from "../pieces/lists.ts";
import type { Pieces } from "../pieces/pieces.ts";
import { placesOf, type Table } from "./table.ts";
import type { Tabulation } from "./tabulation.ts";
import type { Owners } from "./variable.ts";

/** Values of a piece of the work. */
const EACH = 256;

/**
 * The table of a variable's prior. A latent in an arm that is not taken is at its first value for certain: nothing reads it. Where
 * conditions that stay in the model decide about the arm, its masses are counted all the same, as they add up to 1.
 */
export function* priorOf(tables: Tabulation, variable: number): Pieces<Table> {
  const { graph, owners, variables } = tables;
  const { logMasses, live } = variables[variable]!;
  const isDecided = !graph.isConstant(live) && dependsOnReadsAlone(graph, live, owners);
  const dead = (value: number): NodeId => graph.constant(value === 0 ? 0 : Number.NEGATIVE_INFINITY);
  const masses = yield* mapped(logMasses, EACH, (mass, value) => {
    if (typeof mass !== "number") return mass;
    return tables.chosen(isDecided ? graph.algebra.where(live, mass, dead(value)) : mass);
  });
  yield;
  const own = { variable, starts: masses.map((_, value) => value) };
  const axes = tables.joined([{ axes: [own], entries: [] }, ...masses]);
  const others = axes.filter((axis) => axis !== own && axis.variable !== variable);
  const places = yield* mapped(masses, EACH, (mass) => placesOf(mass, others));
  // Entries by value and by place among the others, put where the axis of the variable stands.
  const before = others.filter((axis) => axis.variable < variable);
  const inner = others.slice(before.length).reduce((product, { starts }) => product * starts.length, 1);
  const outer = before.reduce((product, { starts }) => product * starts.length, 1);
  const entries: NodeId[] = [];
  for (let i = 0; i < outer; i++)
    masses.forEach((mass, value) => {
      for (let j = 0; j < inner; j++) entries.push(mass.entries[places[value]![i * inner + j]!]!);
    });
  return { axes, entries };
}

function dependsOnReadsAlone(graph: Graph, root: NodeId, owners: Owners): boolean {
  const seen = new Set([root]);
  // A set goes on to what is added while it is walked.
  for (const node of seen) {
    if (owners.has(node)) continue;
    if (inputIndex(graph, node) >= 0) return false;
    for (const operand of graph.operands(node)) seen.add(operand);
  }
  return true;
}
