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
import { type Owners, ownersOf, type Variable } from "./variable.ts";

/** One variable of a table, seen as runs of values between which the table does not distinguish. */
export interface Axis {
  readonly variable: number;
  /** The first value of each run. */
  readonly starts: readonly number[];
}

export interface Table {
  /** Ascending by variable; none for a node that reads no variable. */
  readonly axes: readonly Axis[];
  /** By run of each axis, the last axis fastest. */
  readonly entries: readonly NodeId[];
}

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

export class Tables {
  readonly graph: Graph;
  readonly variables: readonly Variable[];
  readonly owners: Owners;
  readonly #isOver: (variables: readonly number[], size: number) => boolean;
  /** Of the nodes that read variables. */
  #mostNodes: number;
  readonly #known = new Map<NodeId, Table>();
  readonly #independent = new Set<NodeId>();
  readonly #choices: Choices;

  /** `isOver` says which tables are too large; with more than `mostNodes` new nodes they throw OverNodes. */
  constructor(
    graph: Graph,
    variables: readonly Variable[],
    isOver: (variables: readonly number[], size: number) => boolean,
    mostNodes: number = Infinity,
  ) {
    this.#mostNodes = graph.size + mostNodes;
    this.graph = graph;
    this.#choices = new Choices(graph);
    this.variables = variables;
    this.owners = ownersOf(variables);
    this.#isOver = isOver;
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
    const size = axes.reduce((product, axis) => product * axis.starts.length, 1);
    this.require(
      axes.map(({ variable }) => variable),
      size,
    );
    return axes;
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
    this.#known.set(
      node,
      this.combined(
        operands.map((operand) => this.#known.get(operand) ?? scalar(operand)),
        ([x, y, z]) => graph.apply(code, x!, y, z),
      ),
    );
  }
}

export function scalar(node: NodeId): Table {
  return { axes: [], entries: [node] };
}

/** For every entry on finer axes the index of the table's own one. */
export function placesOf({ axes: own }: Table, axes: readonly Axis[]): Int32Array {
  let places = new Int32Array(1);
  let at = 0;
  for (const { variable, starts } of axes) {
    const axis = own[at]?.variable === variable ? own[at++]! : undefined;
    const next = new Int32Array(places.length * starts.length);
    const runs = starts.map(runFinder(axis));
    const width = axis?.starts.length ?? 1;
    places.forEach((place, i) => {
      runs.forEach((run, j) => {
        next[i * starts.length + j] = place * width + run;
      });
    });
    places = next;
  }
  return places;
}

/** The run in which each value lies. */
export function runsOf(axis: Axis, size: number): Int32Array {
  return Int32Array.from({ length: size }, (_, value) => value).map(runFinder(axis));
}

// The run of an axis in which a value lies, for values that ascend.
function runFinder(axis: Axis | undefined): (value: number) => number {
  let run = 0;
  return (value) => {
    if (axis) while (axis.starts[run + 1]! <= value) run++;
    return run;
  };
}

/** The table without what its entries do not distinguish: runs that are alike become one, and an axis of one run goes. */
export function compressed(table: Table): Table {
  let { axes, entries } = table;
  for (let k = axes.length - 1; k >= 0; k--) {
    const { variable, starts } = axes[k]!;
    const inner = axes.slice(k + 1).reduce((product, axis) => product * axis.starts.length, 1);
    const width = starts.length;
    const isLike = (run: number): boolean => {
      for (let first = run * inner; first < entries.length; first += width * inner)
        for (let i = first; i < first + inner; i++) if (entries[i] !== entries[i - inner]) return false;
      return true;
    };
    const kept = starts.map((_, run) => run).filter((run) => run === 0 || !isLike(run));
    if (kept.length === width) continue;
    const keeps = new Set(kept);
    entries = entries.filter((_, i) => keeps.has(Math.floor(i / inner) % width));
    axes =
      kept.length === 1
        ? axes.filter((_, j) => j !== k)
        : axes.map((axis, j) => (j === k ? { variable, starts: kept.map((run) => starts[run]!) } : axis));
  }
  return axes === table.axes ? table : { axes, entries };
}
