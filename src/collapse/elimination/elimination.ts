/**
 * Sums over finite variables, one after the other: the tables that contain a variable become one table of the others, the log of the sum
 * over its values of the exponential of their sum. For a chain a – b – c with tables f(a, b) and g(b, c):
 *
 *     m(b) = log Σ_a exp f(a, b),   log Σ_{b,c} exp(m(b) + g(b, c)).
 *
 * What is left at last, b and c here, is summed at once, so that entries which are one node become one exponential.
 */

import { append } from "../../autodiff/graph/multimap.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { mapped } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { type Axis, placesOf, type Table } from "../table.ts";
import type { Tabulation } from "../tabulation.ts";
import { logSumOfPossible } from "./certain-cells.ts";
import type { Clique } from "./cliques.ts";
import { gridOf, stepped, steppedWeights } from "./staircases.ts";
import { added, sumOf } from "./sums.ts";
import { swept, sweptWeights } from "./sweep.ts";

/**
 * One sum. Read from the last step to the first, the steps draw the variables from their joint distribution: the neighbours of the summed
 * variables come in later steps, and given their values the summed ones have the log probabilities `weights`, up to a number that
 * depends on the neighbours alone.
 */
export interface EliminationStep {
  /** The variables that were summed, ascending: one, or all that were left of a group. */
  readonly variables: readonly number[];
  /** The other variables of the table, ascending. */
  readonly neighbours: readonly number[];
  /**
   * Log weights over the axes of both, ascending by variable; a summed variable's axis has all of its values, −∞ where one is
   * impossible. Made when asked for.
   */
  readonly weights: () => Table;
  /** Their log sum, over the neighbours. */
  readonly message: Table;
}

/** How variables are drawn that no term reads: by steps with tables, and those of which these are too large from their priors after all others, the ones before first. */
export interface Unrecorded {
  readonly steps: readonly EliminationStep[];
  readonly drawn: readonly number[];
}

/** A sum over all variables. */
export interface Elimination {
  readonly steps: readonly EliminationStep[];
  /** Logs of sums, one for each group of variables that nothing connects: their total is the log of the whole sum. */
  readonly totals: readonly { readonly variables: readonly number[]; readonly node: NodeId }[];
  /** How variables are drawn that no term reads. */
  readonly unrecorded?: () => Unrecorded;
}

/** Sums over all variables in the order of the cliques, in pieces. */
export function* eliminated(
  tables: Tabulation,
  factors: readonly Table[],
  cliques: readonly Clique[],
): Pieces<Elimination> {
  const held = new Bundles(factors);
  const steps: EliminationStep[] = [];
  const totals: { variables: number[]; node: NodeId }[] = [];
  const done = new Set<number>();
  // By the least variable of a message those that are summed in it.
  const within = new Map<number, number[]>();
  for (const { variable, size } of cliques)
    while (!done.has(variable)) {
      const scope = held.scopeAround(variable);
      const isLast = scope.every((v) => held.scopeAround(v).every((w) => scope.includes(w)));
      // One by one where a table of all values tells apart what the tables of each take together.
      const isAll = isLast && tables.sizeOf(new Map(scope.map((v) => [v, tables.variables[v]!.size]))) <= size;
      yield;
      const pair = isLast && scope.length === 2 ? (scope as [number, number]) : undefined;
      const quick =
        (pair && isAll ? yield* sweepStep(tables, held, pair) : undefined) ??
        (pair ? yield* stairStep(tables, held, pair) : undefined);
      const step = quick ?? (yield* tableStep(tables, held, isAll ? scope : [variable]));
      steps.push(step);
      for (const v of step.variables) done.add(v);
      const below = [...step.variables.flatMap((v) => within.get(v) ?? []), ...step.variables];
      const [next] = step.neighbours;
      if (next === undefined) totals.push({ variables: below.sort((p, q) => p - q), node: step.message.entries[0]! });
      else {
        within.set(next, [...(within.get(next) ?? []), ...below]);
        held.add(step.message);
      }
    }
  return { steps, totals };
}

/** Tables by the variables that they are over. */
class Bundles {
  readonly #bundles = new Map<string, Bundle>();
  readonly #around = new Map<number, Set<Bundle>>();

  constructor(tables: readonly Table[]) {
    for (const table of tables) this.add(table);
  }

  add(table: Table): void {
    const scope = table.axes.map(({ variable }) => variable);
    const key = scope.join();
    const known = this.#bundles.get(key);
    if (known) {
      known.tables.push(table);
      return;
    }
    const bundle = { key, scope, tables: [table] };
    this.#bundles.set(key, bundle);
    for (const v of scope) this.#of(v).add(bundle);
  }

  /** The variables that share a table with one, itself included, ascending. */
  scopeAround(variable: number): number[] {
    const found = new Set([variable]);
    for (const { scope } of this.#of(variable)) for (const v of scope) found.add(v);
    return [...found].sort((p, q) => p - q);
  }

  /** All that is over some of these variables. */
  over(variables: readonly number[]): Bundle[] {
    return [...new Set(variables.flatMap((v) => [...this.#of(v)]))];
  }

  remove(bundles: readonly Bundle[]): void {
    for (const bundle of bundles) {
      this.#bundles.delete(bundle.key);
      for (const v of bundle.scope) this.#of(v).delete(bundle);
    }
  }

  #of(variable: number): Set<Bundle> {
    let found = this.#around.get(variable);
    if (!found) {
      found = new Set();
      this.#around.set(variable, found);
    }
    return found;
  }
}

interface Bundle {
  readonly key: string;
  readonly scope: readonly number[];
  readonly tables: Table[];
}

function* tableStep(tables: Tabulation, held: Bundles, variables: readonly number[]): Pieces<EliminationStep> {
  const mine = held.over(variables);
  held.remove(mine);
  const parts = yield* sumsOf(tables, mine);
  yield;
  const weights = yield* weightsOf(tables, parts, variables);
  yield;
  const message = yield* summed(tables, weights, variables);
  // Of the tables some may not have distinguished what they were over.
  const neighbours = message.axes.map(({ variable }) => variable);
  return { variables, neighbours, weights: () => weights, message };
}

function* sumsOf(tables: Tabulation, bundles: readonly Bundle[]): Pieces<Table[]> {
  const sums: Table[] = [];
  for (const bundle of bundles) sums.push(yield* sumOf(tables, bundle.tables));
  return sums;
}

/** Entries of a table that are made in a piece of the work. */
const EACH = 256;

// The sum of tables with an axis of all values for each of the variables.
function* weightsOf(tables: Tabulation, parts: readonly Table[], variables: readonly number[]): Pieces<Table> {
  const { graph } = tables;
  const impossible = graph.constant(Number.NEGATIVE_INFINITY);
  const full = variables.map((v): Table => ({ axes: [everyValue(tables, v)], entries: [] }));
  const axes = tables.joined([...parts, ...full]);
  const size = axes.reduce((product, { starts }) => product * starts.length, 1);
  tables.require(
    axes.map(({ variable }) => variable),
    tables.sizeOf(new Map(axes.map(({ variable, starts }) => [variable, starts.length]))),
  );
  const few = parts.length > MANY_TABLES * axes.length ? [yield* nestedSum(tables, parts)] : parts;
  const places = few.map((part) => placesOf(part, axes));
  yield;
  const numbers = Array.from({ length: size }, (_, j) => j);
  const summands = few.map(() => impossible);
  const entries = yield* mapped(numbers, EACH, (j) => {
    let isPossible = true;
    for (let p = 0; p < few.length; p++) {
      const entry = few[p]!.entries[places[p]![j]!]!;
      summands[p] = entry;
      if (entry === impossible) isPossible = false;
    }
    return isPossible ? graph.sum(summands) : impossible;
  });
  return { axes, entries };
}

/** Tables are added entry by entry unless there are more than so many for each variable. */
const MANY_TABLES = 2;

/**
 * The sum of tables, those over few variables first: pairs of ten flags, of which each entry of the sum has 45, are added within twos, threes, up to all ten,
 * which takes 5 additions for each of the 1024 entries.
 */
function* nestedSum(tables: Tabulation, parts: readonly Table[], outer = Infinity): Pieces<Table> {
  // By the last variable below those that all of them have.
  const groups = new Map<number, Table[]>();
  for (const part of parts)
    append(
      groups,
      part.axes.reduce((last, { variable }) => (variable < outer ? variable : last), -1),
      part,
    );
  let sum: Table | undefined;
  for (const [last, group] of [...groups].sort(([p], [q]) => p - q)) {
    const inner = yield* last < 0 || group.length === 1 ? added(tables, group) : nestedSum(tables, group, last);
    sum = sum ? yield* added(tables, [sum, inner]) : inner;
  }
  return sum!;
}

function everyValue({ variables }: Tabulation, variable: number): Axis {
  return { variable, starts: Array.from({ length: variables[variable]!.size }, (_, value) => value) };
}

// The log sum over some variables, by the others.
function* summed({ graph }: Tabulation, { axes, entries }: Table, variables: readonly number[]): Pieces<Table> {
  const others = axes.filter(({ variable }) => !variables.includes(variable));
  if (others.length === 0) return { axes: others, entries: [yield* logSumOfPossible(graph, entries)] };
  const rows = others.reduce((product, { starts }) => product * starts.length, 1);
  const found = Array.from({ length: rows }, (): NodeId[] => []);
  const counters = axes.map(() => 0);
  for (const entry of entries) {
    let row = 0;
    axes.forEach(({ variable, starts }, k) => {
      if (!variables.includes(variable)) row = row * starts.length + counters[k]!;
    });
    found[row]!.push(entry);
    for (let k = axes.length - 1; k >= 0; k--) {
      counters[k]!++;
      if (counters[k]! < axes[k]!.starts.length) break;
      counters[k] = 0;
    }
  }
  const sums: NodeId[] = [];
  for (const row of found) {
    yield;
    sums.push(yield* logSumOfPossible(graph, row));
  }
  return { axes: others, entries: sums };
}

/** Tables with fewer entries than this are summed as they are. */
const SMALL = 64;

// A sum over one of two variables whose tables are those of nested thresholds.
function* sweepStep(
  tables: Tabulation,
  held: Bundles,
  scope: readonly [number, number],
): Pieces<EliminationStep | undefined> {
  const mine = held.over(scope);
  const pairs = mine.filter((bundle) => bundle.scope.length === 2).flatMap((bundle) => bundle.tables);
  if (scope.reduce((product, v) => product * tables.variables[v]!.size, 1) < SMALL) return undefined;
  for (const [variable, other] of [scope, [scope[1], scope[0]] as const]) {
    const base = yield* ownWeights(tables, mine, variable);
    const { size } = tables.variables[other]!;
    yield;
    const message = yield* swept(tables.graph, base, pairs, size, variable < other);
    if (!message) continue;
    held.remove(mine.filter((bundle) => bundle.scope.includes(variable)));
    const both = [variable, other].sort((p, q) => p - q);
    return {
      variables: [variable],
      neighbours: [other],
      weights: () => ({
        axes: both.map((v) => everyValue(tables, v)),
        entries: sweptWeights(tables.graph, base, pairs, size, variable < other),
      }),
      message: { axes: [everyValue(tables, other)], entries: message },
    };
  }
  return undefined;
}

// The sum of the tables over one variable alone, at each of its values.
function* ownWeights(tables: Tabulation, mine: readonly Bundle[], variable: number): Pieces<readonly NodeId[]> {
  const own = mine.filter(({ scope: [v], scope: { length } }) => length === 1 && v === variable);
  return (yield* weightsOf(tables, yield* sumsOf(tables, own), [variable])).entries;
}

/** Staircases with fewer entries, or fewer rows, take as many operations without. */
const [FEW_STAIRS, FEW_ROWS] = [256, 8];

// A sum over one of two variables of which the other decides where the table of both changes.
function* stairStep(
  tables: Tabulation,
  held: Bundles,
  scope: readonly [number, number],
): Pieces<EliminationStep | undefined> {
  const { graph } = tables;
  const mine = held.over(scope);
  const pairs = mine.filter((bundle) => bundle.scope.length === 2).flatMap((bundle) => bundle.tables);
  const pair = pairs.length > 0 ? yield* sumOf(tables, pairs) : undefined;
  if (pair?.axes.length !== 2) return undefined;
  for (const [variable, other] of [scope, [scope[1], scope[0]] as const]) {
    const { size } = tables.variables[variable]!;
    const grid = gridOf(pair, size, variable < other);
    if (grid.runs < FEW_ROWS || size * grid.runs < FEW_STAIRS) continue;
    const base = yield* ownWeights(tables, mine, variable);
    yield;
    const message = yield* stepped(graph, base, grid);
    if (!message) continue;
    held.remove(mine.filter((bundle) => bundle.scope.includes(variable)));
    const axes = pair.axes.map((axis) => (axis.variable === variable ? everyValue(tables, variable) : axis));
    return {
      variables: [variable],
      neighbours: [other],
      weights: () => ({ axes, entries: steppedWeights(graph, base, grid, variable < other) }),
      message: { axes: axes.filter((axis) => axis.variable === other), entries: message },
    };
  }
  return undefined;
}
