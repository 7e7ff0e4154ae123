/**
 * Data as inputs of a graph, the same for all samples: `data "y"[3]` for an entry, and `data "y"[3] is there` where entries may be missing. A
 * program gets them in the place of numbers, so that it is traced once for all data of one shape.
 */

import { Condition, Expr, nodeOf, where } from "../../autodiff/expr.ts";
import { inputIndex } from "../../autodiff/graph/graph.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";
import type { Session } from "../../autodiff/session.ts";
import type { DataGraph } from "../../autodiff/tape/evaluation.ts";
import type { Distribution, Support } from "../../distributions/distribution.ts";
import type { ProgramContext } from "../model.ts";
import type { CoreContext, Extension, Scope, Trace } from "../run.ts";
import { withStatements } from "../statements.ts";
import { type Entries, plainData } from "./checked-data.ts";
import { type DataBounds, dataBounds, samplingWithin, withoutBounds } from "./data-bounds.ts";
import { dataDensity } from "./data-densities.ts";
import { dataEvaluation } from "./data-evaluation.ts";
import { observingPresent } from "./data-model.ts";
import { DataError, type Fault } from "./faults.ts";
import type { Column } from "./schema.ts";

/** An entry of a column that is an input. */
class Datum extends Expr {
  override toString(): never {
    throw plainUse(this.session, this.node);
  }
}

/** A truth value of a column that is an input. */
class DatumTruth extends Condition {
  override toString(): never {
    throw plainUse(this.session, this.session.graph.a[this.node]!);
  }
}

function plainUse({ graph }: Session, node: NodeId): TypeError {
  return new TypeError(
    `${graph.inputs[inputIndex(graph, node)]?.name}: it has no plain value in a compiled model; got a JavaScript operator, an index or raw \`if\` on it, expected \`where\`, \`branch\` or \`pick\`, or the column's values in the shape of compile()`,
  );
}

/** A column with how many entries it has, and these where the shape fixes them. */
export interface ShapedColumn {
  readonly column: Column;
  readonly length: number;
  readonly fixed: Entries | undefined;
}

/** A value that a program observes: which entry, and where its distribution has a density. */
interface Observed {
  readonly at: number;
  readonly site: string;
  readonly distribution: string;
  readonly support: Support;
}

/** The columns of a compiled model, the numbers of which come with each fit. */
export class InputColumns {
  /** How many numbers there are: all entries, then for each that may be missing whether it is there. */
  readonly size: number;
  readonly #model: string;
  readonly #shaped: readonly ShapedColumn[];
  readonly #rest: Readonly<Record<string, unknown>>;
  readonly #names: string[] = [];
  readonly #places: { readonly column: string; readonly row: number | undefined }[] = [];
  readonly #first = new Map<string, number>();
  readonly #presence = new Map<number, number>();
  readonly #observed: Observed[] = [];
  #entries: readonly Entries[] = [];
  #numbers: Float64Array = new Float64Array(0);
  #isTraced = false;
  #bounds: ReadonlyMap<string, DataBounds> = new Map();
  #data: Record<string, unknown> = {};
  /** Where the program's second argument is taken from. */
  readonly data = (): Record<string, unknown> => this.#data;

  constructor(model: string, shaped: readonly ShapedColumn[], rest: Readonly<Record<string, unknown>>) {
    this.#model = model;
    this.#shaped = shaped;
    this.#rest = rest;
    for (const { column, length, fixed } of shaped) {
      if (fixed) continue;
      this.#first.set(column.name, this.#names.length);
      for (let row = 0; row < length; row++) {
        const at = column.isSingle ? undefined : row;
        this.#places.push({ column: column.name, row: at });
        this.#names.push(`data "${column.name}"${at === undefined ? "" : `[${at}]`}`);
      }
    }
    for (const { column, length, fixed } of shaped) {
      if (fixed || !column.missing) continue;
      const first = this.#first.get(column.name)!;
      for (let at = first; at < first + length; at++) {
        this.#presence.set(at, this.#names.length);
        this.#names.push(`${this.#names[at]} is there`);
      }
    }
    this.size = this.#names.length;
  }

  /** The numbers of data, which are the latest from now on. */
  numbersOf(entries: readonly Entries[]): Float64Array {
    this.#entries = entries;
    const numbers = new Float64Array(this.size);
    this.#shaped.forEach(({ column, fixed }, c) => {
      const at = this.#first.get(column.name);
      if (!fixed && at !== undefined) numbers.set(entries[c]!, at);
    });
    for (const [at, presence] of this.#presence) numbers[presence] = Number.isNaN(numbers[at]) ? 0 : 1;
    this.#numbers = numbers;
    return numbers;
  }

  /** Throws DataError where observed numbers lie outside of their supports. */
  requireSupports(numbers: Float64Array): void {
    const faults: Fault[] = [];
    for (const { at, site, distribution, support } of this.#observed) {
      const value = numbers[at]!;
      if (Number.isNaN(value) || support.contains(value)) continue;
      const { column, row } = this.#places[at]!;
      const message = `got ${value}, expected a number in ${support.text}, the support of ${distribution} at ${site}`;
      faults.push({ column, ...(row !== undefined && { row }), message });
    }
    if (faults.length > 0) throw new DataError(this.#model, faults);
  }

  /** The trace that `run` makes of the program, which gets inputs for its data; latents that these bound have truncated priors. */
  traced(run: () => Trace): Trace {
    this.#isTraced = true;
    this.#bounds = new Map();
    try {
      const traced = run();
      this.#bounds = dataBounds(traced);
      return this.#bounds.size === 0 ? traced : withoutBounds(run());
    } finally {
      this.#isTraced = false;
    }
  }

  // The inputs of a graph, in the order of the numbers; undefined where the program runs on the latest data.
  #nodesOf(graph: DataGraph): readonly NodeId[] | undefined {
    if (!graph.data && this.#isTraced)
      graph.data = {
        nodes: this.#names.map((name) => graph.input(name, false)),
        numbers: this.#numbers,
        evaluation: dataEvaluation(),
      };
    return graph.data?.nodes;
  }

  /** The statements of a program on these columns. On a graph without inputs for them, they are the latest data. */
  readonly extension: Extension = (core: CoreContext, scope: Scope): ProgramContext => {
    const { session, addTerm } = scope;
    const { graph } = session;
    const context = withStatements(core, scope);
    const nodes = this.#nodesOf(graph);
    const columns = this.#shaped.map(({ column }) => column);
    if (!nodes) {
      this.#data = { ...this.#rest, ...plainData(columns, this.#entries) };
      return observingPresent(context);
    }
    const indexOf = new Map(nodes.map((node, at) => [node, at]));
    const own = (at: number): Expr => new Datum(session, nodes[at]!);
    const plain = plainData(
      columns,
      this.#shaped.map(({ fixed }) => fixed ?? new Float64Array(0)),
    );
    const traced = this.#shaped.flatMap(({ column, length, fixed }) =>
      fixed ? [] : [[column.name, this.#column(column, length, session, own)]],
    );
    this.#data = { ...this.#rest, ...plain, ...Object.fromEntries(traced) };
    let observations = 0;
    this.#observed.length = 0; // of an earlier run
    const observe = (distribution: Distribution, value: unknown, name = `y${observations}`): void => {
      observations++;
      if (value === null) return;
      const at = value instanceof Datum ? indexOf.get(value.node) : undefined;
      if (!(value instanceof Datum) || at === undefined || "sampled" in distribution) {
        context.observe(distribution, value as never, name);
        return;
      }
      const site = `observe "${name}"`;
      const { support } = distribution;
      this.#observed.push({ at, site, distribution: distribution.name, support });
      const presence = this.#presence.get(at);
      if (presence === undefined) {
        addTerm(site, dataDensity(site, distribution, value), { distribution, value });
        return;
      }
      const isThere = new Condition(session, graph.algebra.positive(nodes[presence]!));
      const filled = where(isThere, value, insideOf(support));
      const density = dataDensity(site, distribution, filled);
      addTerm(site, where(isThere, density, 0), { distribution, value: filled });
    };
    const sample = this.#bounds.size > 0 ? samplingWithin(context, session, nodes, this.#bounds) : context.sample;
    return { ...context, sample, observe: observe as ProgramContext["observe"] };
  };

  #column({ name, type, isSingle }: Column, length: number, session: Session, own: (at: number) => Expr): unknown {
    const first = this.#first.get(name)!;
    const entry = (row: number): unknown => {
      const value = own(first + row);
      return type === "booleans"
        ? new DatumTruth(session, session.graph.algebra.positive(nodeOf(session, value)))
        : value;
    };
    if (isSingle && type !== "booleans") return entry(0);
    const column: unknown[] = new Array(length);
    // A condition is to be used once it is made: so it is made where it is read.
    for (let row = 0; row < length; row++)
      Object.defineProperty(column, row, { get: () => entry(row), enumerable: true });
    return isSingle ? entry(0) : column;
  }
}

// A number that stands where a value is missing, whose density then counts for nothing.
function insideOf({ lower, upper, contains }: Support): number {
  return [0, 1, 0.5, (lower + upper) / 2, lower + 1, upper - 1].find((x) => contains(x)) ?? 0;
}
