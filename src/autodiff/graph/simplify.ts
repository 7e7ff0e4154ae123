/**
 * A node is simplified when it is made: x + 0 is x. Each rule keeps the value of the expression up to rounding wherever its intermediate
 * values are finite. Where they are not, `0·x` is 0 (the derivative of a constant), `log(exp x)` is x, and log(sigmoid x) is −softplus(−x).
 */

import { CODE, CONSTANT } from "../ops/basic-codes.ts";
import type { GraphView, NodeId, Simplification } from "../ops/op.ts";
import type { OpTable } from "../ops/op-table.ts";

const NO_CHANGE = -1;

// Below this the constant has lost digits, or is 0 where the product need not be.
const SMALLEST_NORMAL = 2.2250738585072014e-308;

function add(g: GraphView, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.op[x] === CONSTANT) {
    if (g.value(x) === 0) return y;
    const code = g.op[y]!;
    if ((code === CODE.add || code === CODE.sub) && g.op[g.a[y]!] === CONSTANT) {
      const total = g.value(x) + g.value(g.a[y]!);
      // Constants that cancel stay: (z + 1e17) − 1e17 is not z, as z + 1e17 is rounded to a multiple of 16.
      if (Math.abs(total) < Infinity && Math.abs(total / g.value(x)) > 1e-6)
        return g.apply(code, A.constant(total), g.b[y]!);
    }
  }
  if (g.op[y] === CODE.neg) return A.sub(x, g.a[y]!);
  if (g.op[x] === CODE.neg) return A.sub(y, g.a[x]!);
  return NO_CHANGE;
}

function sub(g: GraphView, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.op[y] === CONSTANT) return A.add(x, A.constant(-g.value(y)));
  if (g.is(x, 0)) return A.neg(y);
  if (g.op[y] === CODE.neg) return A.add(x, g.a[y]!);
  if (g.op[x] === CODE.neg) return A.neg(A.add(g.a[x]!, y));
  return NO_CHANGE;
}

function mul(g: GraphView, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.op[x] === CONSTANT) {
    const k = g.value(x);
    if (k === 1) return y;
    if (k === 0) return A.constant(0);
    if (k === -1) return A.neg(y);
    if (g.op[y] === CODE.neg) return A.mul(A.constant(-k), g.a[y]!);
    if (g.op[y] === CODE.mul && g.op[g.a[y]!] === CONSTANT) {
      const product = k * g.value(g.a[y]!);
      if (Math.abs(product) >= SMALLEST_NORMAL && Math.abs(product) < Infinity)
        return A.mul(A.constant(product), g.b[y]!);
    }
    if (g.pushIntoWhere && g.op[y] === CODE.where && g.op[g.b[y]!] === CONSTANT && g.op[g.c[y]!] === CONSTANT)
      return A.where(g.a[y]!, A.constant(k * g.value(g.b[y]!)), A.constant(k * g.value(g.c[y]!)));
  }
  if (g.op[x] === CODE.neg) return A.neg(A.mul(g.a[x]!, y));
  if (g.op[y] === CODE.neg) return A.neg(A.mul(x, g.a[y]!));
  return NO_CHANGE;
}

function div(g: GraphView, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.is(y, 1)) return x;
  if (g.op[x] === CODE.neg) return A.neg(A.div(g.a[x]!, y));
  return NO_CHANGE;
}

function where(g: GraphView, p: NodeId, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.op[p] === CONSTANT) return g.value(p) !== 0 ? x : y;
  if (x === y) return x;
  if (g.op[p] === CODE.not) return A.where(g.a[p]!, y, x);
  if (g.op[x] === CODE.where) {
    if (g.a[x] === p) return A.where(p, g.b[x]!, y);
    // Nested masks become one, so that a product is pushed through a single `where` however deep the nesting.
    if (g.is(y, 0) && g.is(g.c[x]!, 0)) return A.where(A.and(p, g.a[x]!), g.b[x]!, y);
    if (g.is(y, 0) && g.is(g.b[x]!, 0)) return A.where(A.and(p, A.not(g.a[x]!)), g.c[x]!, y);
  }
  if (g.op[y] === CODE.where) {
    if (g.a[y] === p) return A.where(p, x, g.c[y]!);
    if (g.is(x, 0) && g.is(g.b[y]!, 0)) return A.where(A.or(p, g.a[y]!), x, g.c[y]!);
    if (g.is(x, 0) && g.is(g.c[y]!, 0)) return A.where(A.and(A.not(p), g.a[y]!), g.b[y]!, x);
  }
  return NO_CHANGE;
}

function connective(absorbing: number): Simplification {
  return (g, p, q) => {
    if (p === q) return p;
    if ((g.op[p] === CODE.not && g.a[p] === q) || (g.op[q] === CODE.not && g.a[q] === p)) return g.constant(absorbing);
    if (g.op[p] !== CONSTANT) return NO_CHANGE;
    return g.value(p) === absorbing ? p : q;
  };
}

const ofNeg =
  (rule: (g: GraphView, inner: NodeId) => NodeId): Simplification =>
  (g, x) =>
    g.op[x] === CODE.neg ? rule(g, g.a[x]!) : NO_CHANGE;

const RULES: (Simplification | undefined)[] = [];
RULES[CODE.add] = add;
RULES[CODE.sub] = sub;
RULES[CODE.mul] = mul;
RULES[CODE.div] = div;
RULES[CODE.where] = where;
RULES[CODE.and] = connective(0);
RULES[CODE.or] = connective(-1);
RULES[CODE.neg] = (g, x) =>
  g.op[x] === CODE.neg
    ? g.a[x]!
    : g.op[x] === CODE.mul && g.op[g.a[x]!] === CONSTANT
      ? g.algebra.mul(g.constant(-g.value(g.a[x]!)), g.b[x]!)
      : NO_CHANGE;
RULES[CODE.not] = (g, x) => (g.op[x] === CODE.not ? g.a[x]! : NO_CHANGE);
RULES[CODE.log] = (g, x) =>
  g.op[x] === CODE.exp
    ? g.a[x]!
    : g.op[x] === CODE.sigmoid
      ? g.algebra.neg(g.algebra.softplus(g.algebra.neg(g.a[x]!)))
      : NO_CHANGE;
RULES[CODE.sqrt] = (g, x) => (g.op[x] === CODE.square ? g.algebra.abs(g.a[x]!) : NO_CHANGE);
RULES[CODE.square] = ofNeg((g, inner) => g.algebra.square(inner));
RULES[CODE.abs] = ofNeg((g, inner) => g.algebra.abs(inner));
RULES[CODE.chain] = (g, x, y) =>
  g.is(x, 0)
    ? x
    : g.isConstant(x) || (g.isConstant(y) && Number.isFinite(g.value(y)))
      ? g.algebra.mul(x, y)
      : NO_CHANGE;

/** The node that `code(x, y, z)` simplifies to, or −1. May create nodes for the simplified form. */
export function simplify(
  g: GraphView & { readonly ops: OpTable },
  code: number,
  x: NodeId,
  y: NodeId,
  z: NodeId,
): NodeId {
  const row = g.ops.rows[code];
  if (!row) throw new TypeError(`graph: op ${code} is unknown here`);
  const arity = g.ops.arity[code]!;
  const { op } = g;
  if (op[x] === CONSTANT && (arity < 2 || op[y] === CONSTANT) && (arity < 3 || op[z] === CONSTANT)) {
    const value = row.primal(g.value(x), arity > 1 ? g.value(y) : 0, arity > 2 ? g.value(z) : 0);
    // Masks are integers: −(false) is −0.
    return g.constant(g.ops.masks[code] ? value | 0 : value);
  }
  const rule = RULES[code] ?? row.simplify;
  if (rule) {
    const simple = rule(g, x, y, z);
    if (simple !== NO_CHANGE) return simple;
  }
  if (arity === 1 && g.pushIntoWhere && g.op[x] === CODE.where) {
    const taken = g.apply(code, g.b[x]!, -1, -1, false);
    const other = taken >= 0 ? g.apply(code, g.c[x]!, -1, -1, false) : NO_CHANGE;
    if (other >= 0 && !row.kinds) return g.algebra.where(g.a[x]!, taken, other);
  }
  return NO_CHANGE;
}
