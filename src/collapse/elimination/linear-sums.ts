/**
 * Running sums of functions that are linear in a few others. Of counts with rate a until some day and b from then on every day has the term
 * count · log(rate) − rate, so that the sum of all, with the change after day t, is
 *
 *     A(t) · log a − t · a + B(t) · log b − (n − t) · b + a number,
 *
 * with numbers A(t) and B(t). Such a sum is made of its numbers, in one instruction for each t, and neither is that of the day before needed for
 * it nor are the slopes of all days added up from the last day to the first.
 */
import type { Graph } from "../../autodiff/graph/graph.ts";
import { type LinearForm, linearForm } from "../../autodiff/graph/linear-form.ts";
import type { NodeId } from "../../autodiff/ops/op.ts";

/** With more places they are made one of the other too: the slope of one function would be a sum over all places, which is made at once. */
const MOST_PLACES = 256;

/** Sums of more functions than this are made one of the other: it takes about as many operations. */
const MOST_ATOMS = 6;

/** Fewer summands for each of the functions are added as they are. */
const SUMMANDS_PER_ATOM = 2;

/**
 * At every place the sum of what `rising` has at it and before, and of what `falling` has after it; undefined where these are not linear in a few
 * functions. Nothing is subtracted: a coefficient is a sum of those of summands that count.
 */
export function linearSums(
  graph: Graph,
  rising: readonly (readonly NodeId[])[],
  falling: readonly (readonly NodeId[])[],
): NodeId[] | undefined {
  if (rising.length > MOST_PLACES) return undefined;
  const { algebra: A } = graph;
  const columns = new Map<NodeId, number>();
  const forms = new Map<NodeId, LinearForm>();
  let summands = 0;
  for (const nodes of [...rising, ...falling])
    for (const node of nodes) {
      summands++;
      if (forms.has(node)) continue;
      const form = linearForm(graph, node);
      forms.set(node, form);
      for (const atom of form.coefficients.keys()) if (!columns.has(atom)) columns.set(atom, columns.size);
      if (columns.size > MOST_ATOMS || !Number.isFinite(form.constant)) return undefined;
    }
  if (summands < SUMMANDS_PER_ATOM * columns.size) return undefined;
  const size = rising.length;
  const below = new Rows(columns, size);
  const above = new Rows(columns, size + 1);
  const add = (rows: Rows, place: number, nodes: readonly NodeId[]): void => {
    for (const node of nodes) rows.add(place, forms.get(node)!);
  };
  for (let place = 0; place < size; place++) {
    if (place > 0) below.copy(place - 1, place);
    add(below, place, rising[place]!);
  }
  for (let place = size - 1; place > 0; place--) {
    above.copy(place + 1, place);
    add(above, place, falling[place]!);
  }
  const atoms = [...columns].sort(([p], [q]) => p - q);
  return rising.map((_, place) => {
    const parts = atoms.flatMap(([atom, column]) => {
      const weight = below.at(place, column) + above.at(place + 1, column);
      return weight === 0 ? [] : [A.mul(A.constant(weight), atom)];
    });
    return A.add(A.constant(below.constantAt(place) + above.constantAt(place + 1)), graph.sum(parts));
  });
}

/** Linear forms in a few atoms, one for each place: a row of coefficients, and the constant last. */
class Rows {
  readonly #columns: ReadonlyMap<NodeId, number>;
  readonly #width: number;
  readonly #numbers: Float64Array;

  constructor(columns: ReadonlyMap<NodeId, number>, places: number) {
    this.#columns = columns;
    this.#width = columns.size + 1;
    this.#numbers = new Float64Array(places * this.#width);
  }

  copy(from: number, to: number): void {
    const width = this.#width;
    this.#numbers.copyWithin(to * width, from * width, (from + 1) * width);
  }

  add(place: number, { coefficients, constant }: LinearForm): void {
    const row = place * this.#width;
    for (const [atom, weight] of coefficients) this.#numbers[row + this.#columns.get(atom)!]! += weight;
    this.#numbers[row + this.#width - 1]! += constant;
  }

  at(place: number, column: number): number {
    return this.#numbers[place * this.#width + column]!;
  }

  constantAt(place: number): number {
    return this.at(place, this.#width - 1);
  }
}
