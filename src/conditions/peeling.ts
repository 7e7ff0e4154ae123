/**
 * Peeling takes monotone functions, maxima, absolute values, arms of selections and signs of products off a comparison until what is
 * compared is as simple as it gets, and multiplies denominators out, so that `exp(z) > 1`, `1/z > 0` and `z > 0` become the same
 * condition. The truth stays what it is, up to rounding of the thresholds; where a function is not defined, comparisons with it are
 * false, as those with NaN are.
 *
 * These are rules of one pass and not passes of their own, for each uncovers work for the others. In exp(1/(exp(1/x) − 2)) > 2 the
 * outer exp is taken off, the denominator multiplied out, which leaves the sign of exp(1/x) − 2, then the inner exp, then the inner
 * quotient; and exp around all of it would begin again. Passes in any fixed order would stop somewhere. The order in which the
 * rules are tried is that of `#peeled`; what a rule makes is peeled again.
 */

import { isNumber, mayStayZero, smoothCone } from "../autodiff/definedness.ts";
import { behaviourOf } from "../autodiff/graph/behaviour.ts";
import { type Graph, MASK } from "../autodiff/graph/graph.ts";
import { linearForm } from "../autodiff/graph/linear-form.ts";
import { poles } from "../autodiff/graph/poles.ts";
import { factorsOf } from "../autodiff/graph/product-form.ts";
import { neverNegative, neverZero } from "../autodiff/graph/signs.ts";
import { substitute } from "../autodiff/graph/substitute.ts";
import { CODE, INPUT } from "../autodiff/ops/codes.ts";
import type { Behaviour, Inverse } from "../autodiff/ops/facts/facts.ts";
import type { NodeId } from "../autodiff/ops/op.ts";
import { bisected } from "../math/bisection.ts";
import { exp, log } from "../math/elementary.ts";
import { noisesBelow, type Objective } from "../objective/objective.ts";
import type { Pass } from "../objective/pass.ts";
import { type Pieces, piecewise } from "../pieces/pieces.ts";
import { signFactors } from "./clear-denominators.ts";
import { withComparisons } from "./comparisons.ts";
import { requireVisible } from "./hidden-slopes.ts";

/** Most conditions that one comparison is taken apart into. */
const MOST_PARTS = 16;
/** Most nodes of a comparison that is looked through for selections. */
const MOST_NODES = 512;
/** Places that are nearer to 0, or farther from it, are taken for 0 and ∞: x² is 0 in doubles up to x = 1.6e-162. */
const [LEAST_PLACE, MOST_PLACE] = [1e-100, 1e100];

export const PEELING: Pass = {
  name: "peeling",
  sentence:
    "Comparisons are taken apart until what is compared is as simple as it gets: exp(z) > 1, 1/z > 0 and z > 0 become the same condition.",
  run: /* @__PURE__ */ piecewise(peeling),
};

function peeling(objective: Objective): Pieces<Objective> {
  const plain = new Set<NodeId>();
  return withComparisons(objective, (c) => {
    requireVisible(objective, c);
    return new Peeler(objective, plain).positive(c);
  });
}

/** The mask of c > 0, peeled. */
export function peeled(objective: Objective, c: NodeId): NodeId {
  return new Peeler(objective, new Set()).positive(c);
}

class Peeler {
  readonly #graph: Graph;
  readonly #objective: Objective;
  /** Conditions that have been peeled. */
  readonly #plain: Set<NodeId>;
  #parts = 0;

  constructor(objective: Objective, plain: Set<NodeId>) {
    this.#graph = objective.graph;
    this.#objective = objective;
    this.#plain = plain;
  }

  /** The mask of c > 0. */
  positive(c: NodeId): NodeId {
    const graph = this.#graph;
    const plain = graph.algebra.positive(c);
    if (graph.isConstant(plain) || this.#plain.has(plain)) return plain;
    // The graph may have made it another comparison, as atan(x) > 1 is one of x.
    if (graph.op[plain] === CODE.positive) c = graph.a[plain]!;
    const { coefficients, constant } = linearForm(graph, c);
    const numbers = [...coefficients.values()];
    if (numbers.length === 0 && !Number.isNaN(constant)) return graph.truth(constant > 0);
    const known = !Number.isNaN(constant) && numbers.every(Number.isFinite);
    const mask = (known && ++this.#parts <= MOST_PARTS ? this.#peeled(c, coefficients, constant) : undefined) ?? plain;
    if (mask === plain) this.#plain.add(plain);
    return mask;
  }

  #peeled(c: NodeId, coefficients: ReadonlyMap<NodeId, number>, constant: number): NodeId | undefined {
    const graph = this.#graph;
    const atoms = [...coefficients];
    if (constant === Number.NEGATIVE_INFINITY) return graph.truth(false);
    if (constant === Infinity && atoms.every(([atom]) => graph.op[atom] === INPUT)) return graph.truth(true);
    if (constant === Infinity && atoms.length > 1) return undefined;
    const [[first, a]] = atoms as [[NodeId, number]];
    const simpler =
      atoms.length === 1
        ? this.#compare(first, -constant / a, a > 0)
        : (this.#both(atoms, constant) ?? this.#factored(atoms, constant) ?? this.#unfolded(c, coefficients));
    return simpler ?? this.#separated(c) ?? this.#fraction(c);
  }

  /** x > y */
  #above(x: NodeId, y: NodeId): NodeId {
    return this.positive(this.#graph.algebra.sub(x, y));
  }

  // f > value, or f < value; undefined if f is not to be peeled.
  #compare(f: NodeId, value: number, above: boolean): NodeId | undefined {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const [x, y] = [graph.a[f]!, graph.b[f]!];
    const is = (u: NodeId, than: number, isAbove: boolean): NodeId =>
      isAbove ? this.#above(u, A.constant(than)) : this.#above(A.constant(than), u);
    const code = graph.op[f]!;
    if (code === INPUT) return Number.isFinite(value) ? undefined : graph.truth(above === value < 0);
    const facts = behaviourOf(graph, f);
    if (facts.inverse !== "none") return this.#inverted(f, facts, facts.inverse, value, above);
    switch (code) {
      case CODE.div:
        // A positive divisor changes no sign: (x − 0.4)/exp(y) > 0 is x > 0.4, and (x − 0.4)/exp(log y) > 0 is that where y ≥ 0.
        if (value === 0 && neverZero(graph, y) && neverNegative(graph, y))
          return A.and(this.positive(above ? x : A.neg(x)), this.#defined(y));
        // Nor does one with arms, which stay hidden below the quotient: x/max(x, 0.2) > 0.9 is x > 0.9·max(x, 0.2).
        if (!graph.isConstant(x) && neverZero(graph, y) && neverNegative(graph, y) && this.#hasArms(y)) {
          const product = A.mul(A.constant(value), y);
          return A.and(above ? this.#above(x, product) : this.#above(product, x), this.#defined(y));
        }
        if (!graph.isConstant(x) || mayStayZero(graph, y)) return undefined;
        return this.#reciprocal(graph.value(x), y, value, above);
      case CODE.mul: {
        if (value !== 0) return undefined;
        return this.#product([x, above ? y : A.neg(y)]);
      }
      case CODE.max:
      case CODE.min: {
        const parts = [is(x, value, above), is(y, value, above)] as const;
        return (code === CODE.max) === above ? this.#either(parts, x, y) : A.and(parts[0], parts[1]);
      }
      case CODE.where: {
        const z = graph.c[f]!;
        return A.or(A.and(x, is(y, value, above)), A.and(A.not(x), is(z, value, above)));
      }
      default:
        return undefined;
    }
  }

  #hasArms(x: NodeId): boolean {
    return smoothCone(this.#graph, x).some((node) => this.#armsOf(node));
  }

  // Where a node is a number: comparisons with others are false.
  #defined(x: NodeId): NodeId {
    return isNumber(this.#graph, x, (c) => this.positive(c));
  }

  // One of two conditions on x and y, both of which have to be numbers.
  #either([p, q]: readonly [NodeId, NodeId], x: NodeId, y: NodeId): NodeId {
    const { algebra: A } = this.#graph;
    return A.and(A.or(p, q), A.and(this.#defined(x), this.#defined(y)));
  }

  // f(x) > value, or f(x) < value, by the inverse of f.
  #inverted(f: NodeId, { from, even }: Behaviour, inverse: Inverse, value: number, above: boolean): NodeId {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const x = graph.a[f]!;
    const { of, range, falls } = inverse;
    const [low, high] = range;
    if (above ? value >= high : value <= low) return graph.truth(false);
    const atLeast = (edge: number): NodeId => A.not(this.#above(A.constant(edge), x));
    if (above ? value < low : value > high)
      return from === Number.NEGATIVE_INFINITY ? this.#defined(x) : A.and(atLeast(from), this.#defined(x));
    const isEnd = value === (above ? low : high);
    const edge = A.constant((isEnd ? this.#reached(f, even ? 0 : from, value, above, falls) : undefined) ?? of(value));
    if (even)
      return above !== falls
        ? A.or(this.#above(x, edge), this.#above(A.neg(edge), x))
        : A.and(this.#above(edge, x), this.#above(x, A.neg(edge)));
    if (above !== falls) return this.#above(x, edge);
    const below = this.#above(edge, x);
    return from === Number.NEGATIVE_INFINITY ? below : A.and(below, atLeast(from));
  }

  // Where a function that rises or falls from `from` on reaches an end of its range in doubles, which it has from there to an end of the line: exp(x) is 0 up
  // to x = −745.1, tanh(x) is 1 from 19.1 on, and atan(x) is π/2 from 10¹⁶ on and at ∞. Undefined where that is 0 but for underflow, as of x² > 0. A latent
  // that is positive by its prior is so wherever its logarithm lies: `rate > 0` holds and costs nothing.
  #reached(f: NodeId, from: number, end: number, isLow: boolean, falls: boolean): number | undefined {
    const graph = this.#graph;
    const { trace, variableOf } = this.#objective;
    const isLatent = trace.latents[variableOf.get(graph.a[f]!) ?? -1]?.value === f;
    if (isLatent && graph.op[f] === CODE.exp) return -Infinity;
    const { primal } = graph.ops.rows[graph.op[f]!]!;
    const second = graph.arity(f) > 1 ? graph.value(graph.b[f]!) : 0;
    const side = isLow === falls ? 1 : -1;
    const at = (x: number): number => primal(Math.max(from, side * x), second, 0);
    if (at(MOST_PLACE) !== end) return side * Infinity;
    const edge = bisected(at, end, isLow);
    return Math.abs(edge) < LEAST_PLACE ? undefined : side * edge;
  }

  // A product is positive where none of its factors is 0 and an even number of them negative.
  #product([first, ...others]: readonly NodeId[]): NodeId {
    const { algebra: A } = this.#graph;
    const signs = (factor: NodeId) => [this.positive(factor), this.positive(A.neg(factor))] as const;
    let [up, down] = signs(first!);
    for (const other of others) {
      const [plus, minus] = signs(other);
      [up, down] = [A.or(A.and(up, plus), A.and(down, minus)), A.or(A.and(up, minus), A.and(down, plus))];
    }
    return up;
  }

  // A sum of multiples of one node: where that is 0 moving the others would not reach it.
  #factored(atoms: readonly (readonly [NodeId, number])[], constant: number): NodeId | undefined {
    if (constant !== 0) return undefined;
    const graph = this.#graph;
    const { algebra: A } = graph;
    const over = graph.b[atoms[0]![0]]!;
    // A sum of quotients by one divisor; others than those that are 0 nowhere are multiplied out in `#fraction`.
    if (atoms.every(([atom]) => graph.op[atom] === CODE.div && graph.b[atom] === over) && neverZero(graph, over))
      return this.#product([over, graph.sum(atoms.map(([atom, a]) => A.mul(A.constant(a), graph.a[atom]!)))]);
    const parts = atoms.map(([atom, a]) => ({ a, factors: factorsOf(graph, atom) }));
    const common = parts[0]!.factors.find((factor) => parts.every(({ factors }) => factors.includes(factor)));
    if (common === undefined) return undefined;
    const quotients = parts.map(({ a, factors }) => {
      const at = factors.indexOf(common);
      return factors.reduce((product, factor, j) => (j === at ? product : A.mul(product, factor)), A.constant(a));
    });
    return this.#product([common, graph.sum(quotients)]);
  }

  // Quotients by what may be 0; inside of selections and functions with kinks by their arms.
  #fraction(c: NodeId): NodeId | undefined {
    const graph = this.#graph;
    const factors = signFactors(graph, c);
    // A divisor that is nowhere negative is no factor, but the quotient is no number where it is none.
    if (factors) return graph.algebra.and(this.#product(factors), this.#defined(c));
    const cone = smoothCone(graph, c);
    const selection = poles(graph, cone).size > 0 ? cone.find((node) => this.#armsOf(node)) : undefined;
    return selection === undefined ? undefined : this.#selected(c, selection);
  }

  // k/u against a value.
  #reciprocal(k: number, u: NodeId, value: number, above: boolean): NodeId | undefined {
    if (k < 0) return this.#reciprocal(-k, u, -value, !above);
    if (!(k > 0)) return undefined;
    const { algebra: A } = this.#graph;
    const isUp = this.#above(u, A.constant(0));
    const isDown = this.#above(A.constant(0), u);
    if (value === 0) return above ? isUp : isDown;
    const edge = A.constant(k / value);
    if (above) {
      const below = this.#above(edge, u);
      return value > 0 ? A.and(isUp, below) : A.or(isUp, below);
    }
    const beyond = this.#above(u, edge);
    return value > 0 ? A.or(isDown, beyond) : A.and(isDown, beyond);
  }

  // a·f(u) + b·f(v) > 0 with b = −a, for an f that rises or falls. Of exp and log with other factors too: exp(u) > 2 exp(v) is
  // u > v + log 2, and log(u) > log(v) + 1 is u > e·v where v is not negative.
  #both(atoms: readonly (readonly [NodeId, number])[], constant: number): NodeId | undefined {
    if (atoms.length !== 2) return undefined;
    const graph = this.#graph;
    const { algebra: A } = graph;
    const [[f, a], [g, b]] = (atoms[0]![1] > 0 ? atoms : [...atoms].reverse()) as [[NodeId, number], [NodeId, number]];
    const code = graph.op[f]!;
    if (code === INPUT || code !== graph.op[g] || !(a > 0 && b < 0)) return undefined;
    if (graph.arity(f) > 1 && graph.b[f] !== graph.b[g]) return undefined;
    const { inverse, from, even } = behaviourOf(graph, f);
    if (inverse === "none" || even) return undefined;
    const [u, v] = inverse.falls ? [graph.a[g]!, graph.a[f]!] : [graph.a[f]!, graph.a[g]!];
    let scaled = v;
    if (code === CODE.exp && constant === 0) scaled = A.add(v, A.constant(log(-b / a)));
    else if (code === CODE.log && a === -b) scaled = A.mul(A.constant(exp(-constant / a)), v);
    else if (a !== -b || constant !== 0) return undefined;
    const larger = this.#above(u, scaled);
    return from === Number.NEGATIVE_INFINITY ? larger : A.and(larger, A.not(this.#above(A.constant(from), v)));
  }

  // a·max(x, y) + rest > 0 with a > 0 holds where either a·x + rest or a·y + rest does; likewise min and |x|. Where the rest
  // contains it too, its arms decide.
  #unfolded(c: NodeId, coefficients: ReadonlyMap<NodeId, number>): NodeId | undefined {
    const graph = this.#graph;
    const { algebra: A } = graph;
    for (const [atom, a] of coefficients) {
      const arms = graph.op[atom] === CODE.where ? undefined : this.#armsOf(atom);
      if (!arms) continue;
      const others = [...coefficients.keys()].filter((other) => other !== atom);
      if (graph.reachable(others).includes(atom)) return this.#selected(c, atom);
      const [p, q] = arms.slice(1).map((arm) => this.#with(c, atom, arm)) as [NodeId, NodeId];
      return a > 0 === (graph.op[atom] !== CODE.min) ? this.#either([p, q], arms[1], arms[2]) : A.and(p, q);
    }
    return undefined;
  }

  // By the arms of a selection that depends on what moves c anyway, as in u + where(u > 1, y, 0) > 2. Where the guide gives y a share
  // of the noise of u, u + where(y > 0, 1, 0) > 2 is one too: whatever moves u by itself moves y. y + where(u > 0, 1, 0) > 2 is none, as
  // the own noise of y does not move u.
  #separated(c: NodeId): NodeId | undefined {
    const graph = this.#graph;
    const cone = smoothCone(graph, c);
    if (cone.length > MOST_NODES) return undefined;
    const selections = cone.filter((node) => graph.op[node] === CODE.where);
    if (2 ** selections.length > MOST_PARTS) return undefined;
    const moving = new Set(cone.filter((node) => graph.op[node] === INPUT));
    const { based, variableOf } = this.#objective;
    const own = [...moving].flatMap((node) => variableOf.get(node) ?? []);
    const shared = selections.find((node) => {
      const by = graph.a[node]!;
      if (graph.reachable([by]).some((below) => moving.has(below))) return true;
      if (!based || own.length === 0) return false;
      const deciding = new Set(noisesBelow(this.#objective, by));
      return own.every((variable) => deciding.has(variable));
    });
    return shared === undefined ? undefined : this.#selected(c, shared);
  }

  // A selection, maximum, minimum or absolute value as [c, x, y]: x where the mask or c > 0 holds, else y.
  #armsOf(node: NodeId): readonly [by: NodeId, x: NodeId, y: NodeId] | undefined {
    const { algebra: A, op, a, b, c } = this.#graph;
    const [x, y, z] = [a[node]!, b[node]!, c[node]!];
    switch (op[node]) {
      case CODE.where:
        return [x, y, z];
      case CODE.max:
        return [A.sub(x, y), x, y];
      case CODE.min:
        return [A.sub(y, x), x, y];
      case CODE.abs:
        return [x, x, A.neg(x)];
      default:
        return undefined;
    }
  }

  // c > 0 by the arms of a node below c.
  #selected(c: NodeId, node: NodeId): NodeId {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const [by, x, y] = this.#armsOf(node)!;
    const isSelection = graph.hasFlag(by, MASK);
    const mask = isSelection ? by : this.positive(by);
    const other = A.and(A.not(mask), this.#with(c, node, y));
    return A.or(A.and(mask, this.#with(c, node, x)), isSelection ? other : A.and(other, this.#defined(x)));
  }

  // c > 0 with another node in place of one below c, conditions below c that this changes peeled anew.
  #with(c: NodeId, node: NodeId, other: NodeId): NodeId {
    const graph = this.#graph;
    const [changed] = substitute(graph, [c], new Map([[node, other]])) as [NodeId];
    const replacement = new Map<NodeId, NodeId>();
    for (const below of graph.reachable([changed])) {
      if (graph.op[below] !== CODE.positive || this.#plain.has(below)) continue;
      replacement.set(below, this.positive(substitute(graph, [graph.a[below]!], replacement)[0]!));
    }
    return this.positive(substitute(graph, [changed], replacement)[0]!);
  }
}
