/**
 * Nodes as tables over finite variables: what a node is at every value of the variables that it reads. Under z > 1 and z > 2 the node
 * where(z > 1, 2, 3) is the table [3, 2] over z, whose second entry is for the runs 1 < z ≤ 2 and z > 2 together.
 *
 * Tables are made from operands to results, each entry by the op of the node, so that a long recursion costs the sum of its tables and
 * not its length once more for every entry. What a node reads ends at the conditions on summed-out latents: in s₂ = where(e₂ > s₁, 1, 0) a
 * term with s₂ reads e₂ alone, and that e₂ was compared with s₁ concerns the prior mass of e₂. So a recursion becomes a chain of
 * small tables.
 */
import type { Graph } from "../autodiff/graph/graph.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { Choices } from "./choices.ts";
import { functionOf, valuesOfFunction } from "./functions.ts";
import { type Axis, compressed, placesOf, scalar, type Table } from "./table.ts";
import { ownersOf, type Variable } from "./variable.ts";

/** A table would have more entries than the budget. */
export class OverBudget extends Error {
  readonly variables: readonly number[];
  readonly size: number;

  constructor(variables: readonly number[], size: number) {
    super(`collapse: a table over variables ${variables.join(", ")} would have ${size} entries`);
    this.variables = variables;
    this.size = size;
  }
}

/** Tables make more nodes than they may; the last one was over these variables. */
export class OverNodes extends Error {
  readonly variables: readonly number[];

  constructor(variables: readonly number[]) {
    super(`collapse: the tables over variables ${variables.join(", ")} have too many nodes`);
    this.variables = variables;
  }
}

/** Entries of which all but one in so many are known to be impossible cost as much as one that is possible. */
const IMPOSSIBLE_ONES = 64;

/** Limits of tables. */
export interface TableLimits {
  /** Which tables are too large. */
  readonly isOver: (variables: readonly number[], size: number) => boolean;
  /** With more new nodes they throw OverNodes; default any number. */
  readonly mostNodes?: number | undefined;
  /** Whether functions of several variables that take few values become variables (`functions.ts`). */
  readonly folds?: boolean | undefined;
}

export class Tabulation {
  readonly graph: Graph;
  readonly variables: Variable[];
  readonly owners: Map<NodeId, number>;
  readonly #isOver: TableLimits["isOver"];
  readonly folds: boolean;
  /** How many nodes the graph may have while nodes that read variables are tabulated. */
  #mostNodes: number;
  readonly #known = new Map<NodeId, Table>();
  readonly #independent = new Set<NodeId>();
  readonly #choices: Choices;

  constructor(
    graph: Graph,
    variables: readonly Variable[],
    { isOver, mostNodes = Infinity, folds = false }: TableLimits,
  ) {
    this.#mostNodes = graph.size + mostNodes;
    this.graph = graph;
    this.#choices = new Choices(graph);
    this.variables = [...variables];
    this.owners = ownersOf(variables);
    this.#isOver = isOver;
    this.folds = folds;
  }

  /** The table of a node; throws OverBudget. Cost: the tables of all nodes below it, once. */
  of(root: NodeId): Table {
    const { graph, owners } = this;
    const below = new Set([root]);
    // A set goes on to what is added while it is walked.
    for (const node of below)
      if (!owners.has(node) && !this.#known.has(node) && !this.#independent.has(node))
        for (const operand of graph.operands(node)) below.add(operand);
    for (const node of [...below].sort((p, q) => p - q)) this.#make(node);
    return this.#known.get(root) ?? scalar(root);
  }

  /** The table of a node whose entries are choices between numbers where they can be. */
  chosen(root: NodeId): Table {
    const { axes, entries } = this.of(root);
    return { axes, entries: entries.map((entry) => this.#choices.of(entry)) };
  }

  /** The table of a function of nodes, entry by entry. */
  combined(tables: readonly Table[], make: (entries: readonly NodeId[]) => NodeId): Table {
    const axes = this.joined(tables);
    const places = tables.map((table) => placesOf(table, axes));
    const size = places[0]?.length ?? 1;
    const entries = Array.from({ length: size }, (_, j) =>
      make(tables.map((table, t) => table.entries[places[t]![j]!]!)),
    );
    return compressed({ axes, entries });
  }

  /** Axes on which all of the tables can be seen; throws OverBudget. */
  joined(tables: readonly Table[]): readonly Axis[] {
    const starts = new Map<number, Set<number>>();
    for (const { axes } of tables)
      for (const axis of axes) {
        const known = starts.get(axis.variable);
        if (known) for (const start of axis.starts) known.add(start);
        else starts.set(axis.variable, new Set(axis.starts));
      }
    const axes = [...starts]
      .sort(([p], [q]) => p - q)
      .map(([variable, all]) => ({ variable, starts: [...all].sort((p, q) => p - q) }));
    const scope = axes.map(({ variable }) => variable);
    this.require(scope, this.sizeOf(new Map(axes.map(({ variable, starts }) => [variable, starts.length]))));
    return axes;
  }

  /**
   * How many entries of a table over variables with so many runs each are possible: a function of variables that are all there has one value for
   * each of their values.
   */
  sizeOf(runs: ReadonlyMap<number, number>): number {
    let [possible, all] = [1, 1];
    for (const [v, count] of runs) {
      const { meaning } = this.variables[v]!;
      all *= count;
      if (meaning.kind !== "function" || meaning.of.some((w) => !runs.has(w))) possible *= count;
    }
    return Math.max(possible, all / IMPOSSIBLE_ONES);
  }

  /** From here on nodes are not counted: tables that are made later, to draw the variables back, come after a gradient has been built. */
  counted(): void {
    this.#mostNodes = Infinity;
  }

  /** Throws OverBudget if a table over these variables may not have so many entries. */
  require(scope: readonly number[], size: number): void {
    if (this.graph.size > this.#mostNodes) throw new OverNodes(scope);
    if (this.#isOver(scope, size)) throw new OverBudget(scope, size);
  }

  #make(node: NodeId): void {
    if (this.#known.has(node) || this.#independent.has(node)) return;
    const { graph, owners, variables } = this;
    const owner = owners.get(node);
    if (owner !== undefined) {
      const variable = variables[owner]!;
      const starts = variable.runs([node]);
      const entries = starts.map((value) => variable.readAt(node, value));
      this.#known.set(node, compressed({ axes: [{ variable: owner, starts }], entries }));
      return;
    }
    const operands = graph.operands(node);
    if (!operands.some((operand) => this.#known.has(operand))) {
      this.#independent.add(node);
      return;
    }
    const code = graph.op[node]!;
    const table = this.combined(
      operands.map((operand) => this.#known.get(operand) ?? scalar(operand)),
      ([x, y, z]) => graph.apply(code, x!, y, z),
    );
    this.#known.set(node, this.folds ? this.#folded(node, table) : table);
  }

  #folded(node: NodeId, table: Table): Table {
    const values = valuesOfFunction(this.graph, table);
    if (!values) return table;
    const variable = this.variables.length;
    this.variables.push(functionOf(this.graph, node, table, values));
    this.owners.set(node, variable);
    return { axes: [{ variable, starts: values.map((_, value) => value) }], entries: values };
  }
}
