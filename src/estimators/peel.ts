/**
 * Peeling conditions: monotone functions, maxima, absolute values, arms and signs of products are taken off a
 * comparison until what is compared is as simple as it gets, and denominators multiplied out, so that `exp(z) > 1`, `1/z > 0`
 * and `z > 0` become the same condition. The truth stays what it is, up to rounding of the thresholds; where a function is not defined, comparisons
 * with it are false, as those with NaN are.
 */

import { CODE, INPUT } from "../autodiff/codes.ts";
import type { Graph } from "../autodiff/graph.ts";
import { linearForm } from "../autodiff/linear.ts";
import type { NodeId } from "../autodiff/ops.ts";
import { exp, expm1, log, log1p } from "../autodiff/special/elementary.ts";
import { softplusInverse } from "../autodiff/special/logistic.ts";
import { normalQuantile } from "../autodiff/special/normal.ts";
import { pow } from "../autodiff/special/power.ts";
import { substitute } from "../autodiff/substitute.ts";
import { decided } from "./decided.ts";
import { factorsOf } from "./factors.ts";
import { signFactors } from "./fraction.ts";
import { type Target, withTerms } from "./target.ts";

/** Most conditions that one comparison is taken apart into. */
const MOST_PARTS = 16;

/** The target with every condition peeled; the same target if there is nothing to peel. */
export function peeled(target: Target): Target {
  const { graph, terms } = target;
  const roots = terms.map(({ node }) => node);
  const replacement = new Map<NodeId, NodeId>();
  const nodes = graph.reachable(roots);
  const known = decided(graph, nodes);
  for (const node of nodes) {
    if (graph.op[node] !== CODE.positive) continue;
    const truth = known.get(node);
    if (truth !== undefined) {
      replacement.set(node, graph.truth(truth));
      continue;
    }
    const [inner] = substitute(graph, [graph.a[node]!], replacement) as [NodeId];
    replacement.set(node, new Peeler(graph).positive(inner));
  }
  if ([...replacement].every(([node, peel]) => node === peel)) return target;
  const rebuilt = substitute(graph, roots, replacement);
  return withTerms(
    target,
    terms.map((term, j) => ({ ...term, node: rebuilt[j]! })),
  );
}

// An increasing function of one argument: its inverse, the range of its values, and the edge of its domain, if any.
interface Increasing {
  readonly inverse: (value: number) => number;
  readonly range: readonly [number, number];
  readonly from?: number;
}

const ALL: readonly [number, number] = [-Infinity, Infinity];
// Made in a function, so that bundlers can leave it out.
const INCREASING = /* @__PURE__ */ increasingOps();
function increasingOps(): ReadonlyMap<number, Increasing> {
  return new Map([
    [CODE.exp, { inverse: log, range: [0, Infinity] as const }],
    [CODE.log, { inverse: exp, range: ALL, from: 0 }],
    [CODE.log1p, { inverse: expm1, range: ALL, from: -1 }],
    [CODE.expm1, { inverse: log1p, range: [-1, Infinity] as const }],
    [CODE.sqrt, { inverse: (y: number) => y * y, range: [0, Infinity] as const, from: 0 }],
    [CODE.sigmoid, { inverse: (y: number) => log(y) - log1p(-y), range: [0, 1] as const }],
    [CODE.softplus, { inverse: softplusInverse, range: [0, Infinity] as const }],
    [CODE.tanh, { inverse: (y: number) => 0.5 * (log1p(y) - log1p(-y)), range: [-1, 1] as const }],
    [CODE.normalCdf, { inverse: normalQuantile, range: [0, 1] as const }],
  ]);
}

class Peeler {
  readonly #graph: Graph;
  #parts = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** The mask of c > 0. */
  positive(c: NodeId): NodeId {
    const graph = this.#graph;
    const { algebra: A } = graph;
    const plain = A.positive(c);
    if (graph.isConstant(plain) || ++this.#parts > MOST_PARTS) return plain;
    const { coefficients, constant } = linearForm(graph, c);
    const atoms = [...coefficients];
    if (Number.isNaN(constant) || ![...coefficients.values()].every(Number.isFinite)) return plain;
    if (atoms.length === 0 || constant === Number.NEGATIVE_INFINITY) return graph.truth(constant > 0);
    if (constant === Infinity && atoms.every(([atom]) => graph.op[atom] === INPUT)) return graph.truth(true);
    if (atoms.length === 1) {
      const [atom, a] = atoms[0]!;
      return this.#compare(atom, -constant / a, a > 0) ?? this.#fraction(c) ?? plain;
    }
    if (constant === Infinity) return plain;
    if (atoms.length === 2 && constant === 0) {
      const between = this.#both(atoms as [[NodeId, number], [NodeId, number]]);
      if (between !== undefined) return between;
    }
    return this.#factored(coefficients, constant) ?? this.#unfolded(c, coefficients) ?? this.#fraction(c) ?? plain;
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
    const increasing = INCREASING.get(code);
    if (increasing) return this.#increasing(x, increasing, value, above);
    switch (code) {
      case INPUT:
        return Number.isFinite(value) ? undefined : graph.truth(above === value < 0);
      case CODE.square:
      case CODE.abs: {
        if (value < 0) return graph.truth(above);
        const edge = code === CODE.square ? Math.sqrt(value) : value;
        return above ? A.or(is(x, edge, true), is(x, -edge, false)) : A.and(is(x, edge, false), is(x, -edge, true));
      }
      case CODE.pow: {
        const power = graph.isConstant(y) ? graph.value(y) : Number.NaN;
        if (!(Number.isInteger(power) && power > 0 && power % 2 === 1)) return undefined;
        return is(x, Math.sign(value) * pow(Math.abs(value), 1 / power), above);
      }
      case CODE.div:
        return graph.isConstant(x) ? this.#reciprocal(graph.value(x), y, value, above) : undefined;
      case CODE.mul: {
        if (value !== 0) return undefined;
        return this.#product([x, above ? y : A.neg(y)]);
      }
      case CODE.max:
      case CODE.min: {
        const parts = [is(x, value, above), is(y, value, above)] as const;
        return (code === CODE.max) === above ? A.or(parts[0], parts[1]) : A.and(parts[0], parts[1]);
      }
      case CODE.where: {
        const z = graph.c[f]!;
        return A.or(A.and(x, is(y, value, above)), A.and(A.not(x), is(z, value, above)));
      }
      default:
        return undefined;
    }
  }

  #increasing(x: NodeId, { inverse, range, from }: Increasing, value: number, above: boolean): NodeId {
    const { algebra: A } = this.#graph;
    const [low, high] = range;
    const defined = from === undefined ? this.#graph.truth(true) : this.#above(x, A.constant(from));
    if (value <= low && !(value === low && from !== undefined && above))
      return above ? defined : this.#graph.truth(false);
    if (value >= high) return above ? this.#graph.truth(false) : defined;
    const edge = A.constant(inverse(value));
    return above ? this.#above(x, edge) : A.and(this.#above(edge, x), defined);
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
  #factored(coefficients: ReadonlyMap<NodeId, number>, constant: number): NodeId | undefined {
    if (constant !== 0) return undefined;
    const graph = this.#graph;
    const { algebra: A } = graph;
    const parts = [...coefficients].map(([atom, a]) => ({ a, factors: factorsOf(graph, atom) }));
    const common = parts[0]!.factors.find((factor) => parts.every(({ factors }) => factors.includes(factor)));
    if (common === undefined) return undefined;
    const quotients = parts.map(({ a, factors }) => {
      const at = factors.indexOf(common);
      return factors.reduce((product, factor, j) => (j === at ? product : A.mul(product, factor)), A.constant(a));
    });
    return this.#product([common, graph.sum(quotients)]);
  }

  // Quotients by what may be 0.
  #fraction(c: NodeId): NodeId | undefined {
    const factors = signFactors(this.#graph, c);
    return factors && this.#product(factors);
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

  // a·f(u) + b·f(v) > 0 with b = −a for an increasing f.
  #both([[f, a], [g, b]]: [[NodeId, number], [NodeId, number]]): NodeId | undefined {
    const graph = this.#graph;
    const increasing = INCREASING.get(graph.op[f]!);
    if (!increasing || graph.op[f] !== graph.op[g] || a !== -b) return undefined;
    const [u, v] = a > 0 ? [graph.a[f]!, graph.a[g]!] : [graph.a[g]!, graph.a[f]!];
    const larger = this.#above(u, v);
    if (increasing.from === undefined) return larger;
    return graph.algebra.and(larger, this.#above(v, graph.constant(increasing.from)));
  }

  // a·max(x, y) + rest > 0 with a > 0 holds where either a·x + rest or a·y + rest does; likewise min and |x|.
  #unfolded(c: NodeId, coefficients: ReadonlyMap<NodeId, number>): NodeId | undefined {
    const graph = this.#graph;
    const { algebra: A } = graph;
    for (const [atom, a] of coefficients) {
      const code = graph.op[atom];
      if (code !== CODE.max && code !== CODE.min && code !== CODE.abs) continue;
      const [x, y] = code === CODE.abs ? [graph.a[atom]!, A.neg(graph.a[atom]!)] : [graph.a[atom]!, graph.b[atom]!];
      const [p, q] = [x, y].map((arm) => this.positive(substitute(graph, [c], new Map([[atom, arm]]))[0]!)) as [
        NodeId,
        NodeId,
      ];
      return a > 0 === (code !== CODE.min) ? A.or(p, q) : A.and(p, q);
    }
    return undefined;
  }
}
