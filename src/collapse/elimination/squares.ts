/**
 * Squares of sums over many finite variables, as tables over pairs of them. With flags g and coefficients b a regression has the terms
 *
 *     −½ (y − Σᵢ where(gᵢ, bᵢ·xᵢ, 0))² / σ²,
 *
 * of which each has 2ᵏ values for k flags, and with n observations that is n·2ᵏ squares. Written out it is a sum of numbers over gᵢ alone and over gᵢ and
 * gⱼ, and those of all observations are added before flags meet: the coefficient of bᵢ·bⱼ is Σ xᵢ·xⱼ. Then 2ᵏ patterns cost a few additions each.
 *
 * What reads no variable, y and an intercept, stays together and is squared as it is. The log density has an absolute error of about 1e-16 times the sum of the
 * squares that are written out, in units of σ: 1e-8 where a hundred observations lie 1000 σ from what they are with all flags off.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { append } from "../../autodiff/graph/multimap.ts";
import { CODE } from "../../autodiff/ops/codes.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import { mapped } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import { readsOf } from "../reads.ts";
import { scalar, type Table } from "../table.ts";
import type { Tabulation } from "../tabulation.ts";
import { keyOf } from "./sums.ts";

/** Squares over fewer variables are tables as they are: of two latents with fifty cells each most entries are the same. */
const LEAST_VARIABLES = 5;

/** number · weight · base · table, of which weight and base read no variable. */
interface Summand {
  readonly number: number;
  readonly weight: NodeId;
  readonly base: NodeId;
  readonly table: Table;
}

/** Terms of a piece of the work. */
const EACH = 64;

/** Terms as sums of tables: one for each that is small or no square, and for all others together those over what they read in pairs. */
export function* tablesOf(
  tables: Tabulation,
  terms: readonly NodeId[],
): Pieces<{ readonly alone: readonly Table[]; readonly together: readonly Table[] }> {
  const squares = new Squares(tables);
  const all: Summand[] = [];
  const alone = yield* mapped(terms, EACH, (term) => {
    const summands = tables.folds ? undefined : squares.of(term);
    if (!summands) return tables.of(term);
    all.push(...summands.filter(({ table }) => table.axes.length > 0));
    return scalar(squares.added(summands.filter(({ table }) => table.axes.length === 0)));
  });
  yield;
  return { alone, together: yield* squares.collected(all) };
}

class Squares {
  readonly #tables: Tabulation;
  readonly #graph: Graph;
  readonly #one: NodeId;
  readonly #reads = new Map<NodeId, readonly number[]>();

  constructor(tables: Tabulation) {
    this.#tables = tables;
    this.#graph = tables.graph;
    this.#one = tables.graph.constant(1);
  }

  /** The summands of a term that reads many variables in squares; undefined of others. Throws OverBudget. */
  of(term: NodeId): Summand[] | undefined {
    if (this.#tables.variables.length < LEAST_VARIABLES) return undefined;
    const reads = this.#readsOf(term);
    if (reads.length < LEAST_VARIABLES) return undefined;
    // In pairs they meet all the same.
    this.#tables.require(reads, this.#tables.sizeOf(new Map(reads.map((v) => [v, this.#tables.variables[v]!.size]))));
    const summands = this.#split(term, { number: 1, weight: this.#one }, true);
    return summands.every(({ table }) => table.axes.length < reads.length) ? summands : undefined;
  }

  /** The sum of summands over the same axes and of one weight or more. */
  added(summands: readonly Summand[]): NodeId {
    return this.#entry(summands, 0);
  }

  /** Summands as tables, one for each set of axes. */
  *collected(summands: readonly Summand[]): Pieces<Table[]> {
    const found = new Map<string, Summand[]>();
    for (const summand of summands) append(found, keyOf(summand.table), summand);
    return yield* mapped([...found.values()], 1, (alike) => {
      const [{ table }] = alike as [Summand];
      return { axes: table.axes, entries: table.entries.map((_, place) => this.#entry(alike, place)) };
    });
  }

  // Σ number·weight·base·entry: by weight, then by what the entries are multiples of.
  #entry(summands: readonly Summand[], place: number): NodeId {
    const { algebra: A } = this.#graph;
    const byWeight = new Map<NodeId, Map<NodeId, Map<NodeId, number>>>();
    for (const { number, weight, base, table } of summands) {
      const [factor, atom] = this.#multiple(table.entries[place]!);
      if (factor === 0) continue;
      const byAtom = byWeight.get(weight) ?? new Map<NodeId, Map<NodeId, number>>();
      byWeight.set(weight, byAtom);
      const byBase = byAtom.get(atom) ?? new Map<NodeId, number>();
      byAtom.set(atom, byBase);
      byBase.set(base, (byBase.get(base) ?? 0) + number * factor);
    }
    const sum = <Key>(map: ReadonlyMap<Key, NodeId>): NodeId => this.#graph.sum([...map.values()]);
    const each = <Key, From, To>(map: ReadonlyMap<Key, From>, make: (key: Key, from: From) => To): Map<Key, To> =>
      new Map([...map].map(([key, from]) => [key, make(key, from)]));
    return sum(
      each(byWeight, (weight, byAtom) =>
        A.mul(
          weight,
          sum(
            each(byAtom, (atom, byBase) =>
              A.mul(atom, sum(each(byBase, (base, number) => A.mul(A.constant(number), base)))),
            ),
          ),
        ),
      ),
    );
  }

  // A node as a number times a node.
  #multiple(node: NodeId): readonly [number, NodeId] {
    const graph = this.#graph;
    if (graph.isConstant(node)) return [graph.value(node), this.#one];
    if (graph.op[node] === CODE.neg) return [-1, graph.a[node]!];
    const isMultiple = graph.op[node] === CODE.mul && graph.isConstant(graph.a[node]!);
    return isMultiple ? [graph.value(graph.a[node]!), graph.b[node]!] : [1, node];
  }

  #readsOf(node: NodeId): readonly number[] {
    const found = this.#reads.get(node) ?? readsOf(this.#graph, [node], this.#tables.owners);
    this.#reads.set(node, found);
    return found;
  }

  // number·weight·node as summands, with squares of sums written out if asked for.
  #split(node: NodeId, by: Pick<Summand, "number" | "weight">, squares: boolean): Summand[] {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const reads = this.#readsOf(node).length;
    const [x, y] = [graph.a[node]!, graph.b[node]!];
    const times = (number: number): typeof by => ({ ...by, number: number * by.number });
    if (reads === 0) {
      const base = graph.isConstant(node) ? this.#one : node;
      return [{ ...(base === node ? by : times(graph.value(node))), base, table: scalar(this.#one) }];
    }
    switch (graph.op[node]) {
      case CODE.add:
        return [...this.#split(x, by, squares), ...this.#split(y, by, squares)];
      case CODE.sub:
        return [...this.#split(x, by, squares), ...this.#split(y, times(-1), squares)];
      case CODE.neg:
        return this.#split(x, times(-1), squares);
      case CODE.mul: {
        const free = [x, y].find((operand) => this.#readsOf(operand).length === 0);
        if (free === undefined) break;
        const other = free === x ? y : x;
        if (graph.isConstant(free)) return this.#split(other, times(graph.value(free)), squares);
        return this.#split(other, { ...by, weight: A.mul(by.weight, free) }, squares);
      }
      case CODE.div:
        if (this.#readsOf(y).length > 0) break;
        return this.#split(x, { ...by, weight: A.div(by.weight, y) }, squares);
      case CODE.square:
        if (squares && reads >= LEAST_VARIABLES) return this.#square(x, by);
    }
    return [{ ...by, base: this.#one, table: this.#tables.of(node) }];
  }

  // number·weight·node² by pairs of the summands of the node.
  #square(node: NodeId, { number, weight }: Pick<Summand, "number" | "weight">): Summand[] {
    const { algebra: A } = this.#graph;
    const parts = this.#joined(this.#split(node, { number: 1, weight: this.#one }, false));
    return parts.flatMap((p, i) =>
      parts.slice(i).map((q, j): Summand => {
        const table = this.#tables.combined([p.table, q.table], ([x, y]) => this.#product(x!, y!));
        return {
          number: (j === 0 ? 1 : 2) * number * p.number * q.number,
          weight: A.mul(weight, this.#product(p.weight, q.weight)),
          base: this.#product(p.base, q.base),
          table,
        };
      }),
    );
  }

  // Those over the same variables as one.
  #joined(summands: readonly Summand[]): Summand[] {
    const found = new Map<string, Summand[]>();
    for (const summand of summands) append(found, `${keyOf(summand.table)} ${summand.weight}`, summand);
    return [...found.values()].flatMap((alike): Summand[] => {
      const [first, second] = alike as [Summand, Summand?];
      if (!second) return [first];
      const { weight, table } = first;
      const own = alike.map((summand) => ({ ...summand, weight: this.#one }));
      if (table.axes.length === 0) return [{ number: 1, weight, base: this.#entry(own, 0), table }];
      const entries = table.entries.map((_, place) => this.#entry(own, place));
      return [{ number: 1, weight, base: this.#one, table: { axes: table.axes, entries } }];
    });
  }

  #product(x: NodeId, y: NodeId): NodeId {
    const { algebra: A } = this.#graph;
    const [p, from] = this.#multiple(x);
    const [q, to] = this.#multiple(y);
    return A.mul(A.constant(p * q), from === to ? A.square(from) : A.mul(from, to));
  }
}
