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
import { mapped } from "../pieces/lists.ts";
import { finished, type Pieces } from "../pieces/pieces.ts";
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

const INDEPENDENT = -1;
/** Entries that are made in a piece of the work. */
const EACH = 256;

/** Limits of tables. */
export interface TableLimits {
  /** Which tables are too large. */
  readonly isOver: (variables: readonly number[], size: number) => boolean;
  /** With more new nodes they throw OverNodes; default any number. */
  readonly mostNodes?: number | undefined;
  /** So many entries a table of a node over two discrete latents may have in any case, as its sum may take fewer (`elimination/staircases.ts`); default 0. */
  readonly mostOfPair?: number | undefined;
  /** Whether functions of several variables that take few values become variables (`functions.ts`). */
  readonly folds?: boolean | undefined;
}

export class Tabulation {
  readonly graph: Graph;
  readonly variables: Variable[];
  readonly owners: Map<NodeId, number>;
  readonly #isOver: TableLimits["isOver"];
  readonly folds: boolean;
  readonly #mostOfPair: number;
  /** How many nodes the graph may have while nodes that read variables are tabulated. */
  #mostNodes: number;
  /** By node 1 + the number of its table, INDEPENDENT of those that read no variable, 0 of those that nobody asked for. */
  #places = new Int32Array(0);
  readonly #made: Table[] = [];
  /** Axes over which tables are within the budget. */
  readonly #small = new WeakSet<readonly Axis[]>();
  readonly #choices: Choices;

  constructor(
    graph: Graph,
    variables: readonly Variable[],
    { isOver, mostNodes = Infinity, mostOfPair = 0, folds = false }: TableLimits,
  ) {
    this.#mostOfPair = mostOfPair;
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
    if (this.graph.isConstant(root)) return scalar(root);
    if (!this.#isMade(root)) for (const node of this.#missingBelow(root)) this.#make(node);
    return this.#tableOf(root) ?? scalar(root);
  }

  // The nodes below a root, itself included, that are not known yet, in order.
  #missingBelow(root: NodeId): NodeId[] {
    const { graph, owners } = this;
    const seen = graph.takeScratch();
    const found: NodeId[] = [];
    const see = (node: NodeId): void => {
      if (seen[node] !== 0 || this.#isMade(node)) return;
      seen[node] = 1;
      found.push(node);
    };
    see(root);
    for (let at = 0; at < found.length; at++) {
      const node = found[at]!;
      if (!owners.has(node)) for (let j = graph.arity(node) - 1; j >= 0; j--) see(graph.operand(node, j));
    }
    for (const node of found) seen[node] = 0;
    graph.giveBack(seen);
    if (this.#places.length <= root) {
      const grown = new Int32Array(2 * graph.size);
      grown.set(this.#places);
      this.#places = grown;
    }
    return found.sort((p, q) => p - q);
  }

  /** The table of a node whose entries are choices between numbers where they can be. */
  chosen(root: NodeId): Table {
    const table = this.of(root);
    const entries = table.entries.map((entry) => this.#choices.of(entry));
    return { axes: table.axes, entries };
  }

  /** The table of a function of nodes, entry by entry. */
  combined(tables: readonly Table[], make: (entries: readonly NodeId[]) => NodeId): Table {
    return finished(this.combining(tables, make));
  }

  /** The same in pieces. */
  *combining(tables: readonly Table[], make: (entries: readonly NodeId[]) => NodeId): Pieces<Table> {
    const axes = this.joined(tables);
    const places = tables.map((table) => placesOf(table, axes));
    const numbers = Array.from({ length: places[0]?.length ?? 1 }, (_, j) => j);
    const entries = yield* mapped(numbers, EACH, (j) => make(tables.map((table, t) => table.entries[places[t]![j]!]!)));
    return compressed({ axes, entries });
  }

  // The table of an op of nodes, of which some have these tables.
  #applied(node: NodeId, x: Table | undefined, y: Table | undefined, z: Table | undefined): Table {
    const { graph } = this;
    const code = graph.op[node]!;
    const [a, b, c] = [graph.a[node]!, graph.b[node]!, graph.c[node]!];
    // Mostly one operand alone has a table, or all that have one distinguish the same values.
    const first = (x ?? y ?? z)!;
    const isAlike = (table: Table | undefined): boolean => table === undefined || table.axes === first.axes;
    if (!(isAlike(y) && isAlike(z) && this.#isSmall(first.axes)))
      return this.combined(
        graph.operands(node).map((operand, j) => [x, y, z][j] ?? scalar(operand)),
        ([first, second, third]) => graph.apply(code, first!, second, third),
      );
    return compressed({
      axes: first.axes,
      entries: first.entries.map((_, j) =>
        graph.apply(code, x?.entries[j] ?? a, y?.entries[j] ?? b, z?.entries[j] ?? c),
      ),
    });
  }

  // Whether a table over these axes is known to be small enough.
  #isSmall(axes: readonly Axis[]): boolean {
    return this.graph.size <= this.#mostNodes && this.#small.has(axes);
  }

  /** Axes on which all of the tables can be seen; throws OverBudget. */
  joined(tables: readonly Table[]): readonly Axis[] {
    const [first] = tables;
    if (first && this.#isSmall(first.axes) && tables.every(({ axes }) => axes === first.axes || axes.length === 0))
      return first.axes;
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
    const size = this.sizeOf(new Map(axes.map(({ variable, starts }) => [variable, starts.length])));
    const isPair = scope.length === 2 && scope.every((v) => this.variables[v]!.meaning.kind === "values");
    this.require(scope, isPair && size <= this.#mostOfPair ? 0 : size);
    this.#small.add(axes);
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
    const { graph, owners, variables } = this;
    const owner = owners.get(node);
    if (owner !== undefined) {
      const variable = variables[owner]!;
      const starts = variable.runs([node]);
      const entries = starts.map((value) => variable.readAt(node, value));
      const table = compressed({ axes: [{ variable: owner, starts }], entries });
      if (!this.#isOver([owner], table.entries.length)) this.#small.add(table.axes);
      this.#put(node, table);
      return;
    }
    const arity = graph.arity(node);
    const x = arity > 0 ? this.#tableOf(graph.a[node]!) : undefined;
    const y = arity > 1 ? this.#tableOf(graph.b[node]!) : undefined;
    const z = arity > 2 ? this.#tableOf(graph.c[node]!) : undefined;
    if (!x && !y && !z) {
      this.#places[node] = INDEPENDENT;
      return;
    }
    const table = this.#applied(node, x, y, z);
    this.#put(node, this.folds ? this.#folded(node, table) : table);
  }

  #isMade(node: NodeId): boolean {
    return node < this.#places.length && this.#places[node] !== 0;
  }

  #tableOf(node: NodeId): Table | undefined {
    return node < this.#places.length ? this.#made[this.#places[node]! - 1] : undefined;
  }

  #put(node: NodeId, table: Table): void {
    this.#places[node] = this.#made.push(table);
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
