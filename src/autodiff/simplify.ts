/**
 * Simplifications on construction. Each keeps the value of the expression up to rounding wherever its intermediate
 * values are finite. Where they are not, `0·x` is 0 (the derivative of a constant) and `log(exp x)` is x.
 */
import { CODE, OP_NAMES } from "./codes.ts";
import type { Graph } from "./graph.ts";
import type { NodeId, Simplification } from "./ops.ts";

const NO_CHANGE = -1;

const isOp = (g: Graph, node: NodeId, code: number): boolean => g.op[node] === code;

// Below this the constant has lost digits, or is 0 where the product need not be.
const SMALLEST_NORMAL = 2.2250738585072014e-308;

/** The operand of a commutative pair beside a constant one, whichever side that stands on; −1 if there is none. */
function besideConstant(g: Graph, x: NodeId, y: NodeId): NodeId {
  return g.isConstant(x) ? y : g.isConstant(y) ? x : -1;
}

function add(g: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  const u = besideConstant(g, x, y);
  if (u >= 0) {
    const k = g.value(u === x ? y : x);
    if (k === 0) return u;
    if (isOp(g, u, CODE.add)) {
      const inner = besideConstant(g, g.a[u]!, g.b[u]!);
      const total = inner < 0 ? NaN : k + g.value(inner === g.a[u] ? g.b[u]! : g.a[u]!);
      if (Number.isFinite(total)) return A.add(A.constant(total), inner);
    }
    if (isOp(g, u, CODE.sub) && g.isConstant(g.a[u]!) && Number.isFinite(k + g.value(g.a[u]!)))
      return A.sub(A.constant(k + g.value(g.a[u]!)), g.b[u]!);
  }
  if (isOp(g, y, CODE.neg)) return A.sub(x, g.a[y]!);
  if (isOp(g, x, CODE.neg)) return A.sub(y, g.a[x]!);
  return NO_CHANGE;
}

function sub(g: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.isConstant(y)) return A.add(x, A.constant(-g.value(y)));
  if (g.is(x, 0)) return A.neg(y);
  if (isOp(g, y, CODE.neg)) return A.add(x, g.a[y]!);
  if (isOp(g, x, CODE.neg)) return A.neg(A.add(g.a[x]!, y));
  return NO_CHANGE;
}

function mul(g: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  const u = besideConstant(g, x, y);
  if (u >= 0) {
    const k = g.value(u === x ? y : x);
    if (k === 1) return u;
    if (k === 0) return A.constant(0);
    if (k === -1) return A.neg(u);
    if (isOp(g, u, CODE.neg)) return A.mul(A.constant(-k), g.a[u]!);
    if (isOp(g, u, CODE.mul)) {
      const inner = besideConstant(g, g.a[u]!, g.b[u]!);
      const product = inner < 0 ? 0 : k * g.value(inner === g.a[u] ? g.b[u]! : g.a[u]!);
      if (Math.abs(product) >= SMALLEST_NORMAL && Math.abs(product) < Infinity)
        return A.mul(A.constant(product), inner);
    }
    if (g.pushIntoWhere && isOp(g, u, CODE.where) && g.isConstant(g.b[u]!) && g.isConstant(g.c[u]!))
      return A.where(g.a[u]!, A.constant(k * g.value(g.b[u]!)), A.constant(k * g.value(g.c[u]!)));
  }
  if (isOp(g, x, CODE.neg)) return A.neg(A.mul(g.a[x]!, y));
  if (isOp(g, y, CODE.neg)) return A.neg(A.mul(x, g.a[y]!));
  return NO_CHANGE;
}

function div(g: Graph, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.is(y, 1)) return x;
  if (isOp(g, x, CODE.neg)) return A.neg(A.div(g.a[x]!, y));
  return NO_CHANGE;
}

function where(g: Graph, p: NodeId, x: NodeId, y: NodeId): NodeId {
  const { algebra: A } = g;
  if (g.isConstant(p)) return g.value(p) !== 0 ? x : y;
  if (x === y) return x;
  if (isOp(g, p, CODE.not)) return A.where(g.a[p]!, y, x);
  if (isOp(g, x, CODE.where)) {
    if (g.a[x] === p) return A.where(p, g.b[x]!, y);
    // Nested masks become one, so that a product is pushed through a single `where` however deep the nesting.
    if (g.is(y, 0) && g.is(g.c[x]!, 0)) return A.where(A.and(p, g.a[x]!), g.b[x]!, y);
    if (g.is(y, 0) && g.is(g.b[x]!, 0)) return A.where(A.and(p, A.not(g.a[x]!)), g.c[x]!, y);
  }
  if (isOp(g, y, CODE.where)) {
    if (g.a[y] === p) return A.where(p, x, g.c[y]!);
    if (g.is(x, 0) && g.is(g.b[y]!, 0)) return A.where(A.or(p, g.a[y]!), x, g.c[y]!);
    if (g.is(x, 0) && g.is(g.c[y]!, 0)) return A.where(A.and(A.not(p), g.a[y]!), g.b[y]!, x);
  }
  return NO_CHANGE;
}

function connective(absorbing: number): Simplification {
  return (g, p, q) => {
    if (p === q) return p;
    if ((isOp(g, p, CODE.not) && g.a[p] === q) || (isOp(g, q, CODE.not) && g.a[q] === p)) return g.constant(absorbing);
    const other = besideConstant(g, p, q);
    if (other < 0) return NO_CHANGE;
    return (g.value(other === p ? q : p) !== 0) === (absorbing !== 0) ? g.constant(absorbing) : other;
  };
}

const ofNeg =
  (rule: (g: Graph, inner: NodeId) => NodeId): Simplification =>
  (g, x) =>
    isOp(g, x, CODE.neg) ? rule(g, g.a[x]!) : NO_CHANGE;

const RULES: (Simplification | undefined)[] = [];
RULES[CODE.add] = add;
RULES[CODE.sub] = sub;
RULES[CODE.mul] = mul;
RULES[CODE.div] = div;
RULES[CODE.where] = where;
RULES[CODE.and] = connective(0);
RULES[CODE.or] = connective(-1);
RULES[CODE.neg] = (g, x) =>
  isOp(g, x, CODE.neg)
    ? g.a[x]!
    : isOp(g, x, CODE.sub)
      ? g.algebra.sub(g.b[x]!, g.a[x]!)
      : isOp(g, x, CODE.mul) && g.isConstant(g.a[x]!)
        ? g.algebra.mul(g.constant(-g.value(g.a[x]!)), g.b[x]!)
        : NO_CHANGE;
RULES[CODE.not] = (g, x) => (isOp(g, x, CODE.not) ? g.a[x]! : NO_CHANGE);
RULES[CODE.log] = (g, x) => (isOp(g, x, CODE.exp) ? g.a[x]! : NO_CHANGE);
RULES[CODE.sqrt] = (g, x) => (isOp(g, x, CODE.square) ? g.algebra.abs(g.a[x]!) : NO_CHANGE);
RULES[CODE.square] = ofNeg((g, inner) => g.algebra.square(inner));
RULES[CODE.abs] = ofNeg((g, inner) => g.algebra.abs(inner));
RULES[CODE.chain] = (g, x, y) =>
  g.is(x, 0)
    ? x
    : g.isConstant(x) || (g.isConstant(y) && Number.isFinite(g.value(y)))
      ? g.algebra.mul(x, y)
      : NO_CHANGE;

/** The node that `code(x, y, z)` simplifies to, or −1. May create nodes for the simplified form. */
export function simplify(g: Graph, code: number, x: NodeId, y: NodeId, z: NodeId): NodeId {
  const row = g.ops.rows[code];
  if (!row) throw new TypeError(`graph: op "${OP_NAMES[code - 2]}" is unknown here; expected link(ALL_OPS)`);
  const arity = g.ops.arity[code]!;
  if (g.isConstant(x) && (arity < 2 || g.isConstant(y)) && (arity < 3 || g.isConstant(z))) {
    const value = row.primal(g.value(x), arity > 1 ? g.value(y) : 0, arity > 2 ? g.value(z) : 0);
    // Masks are integers: −(false) is −0.
    return g.constant(row.kinds?.endsWith("m") ? value | 0 : value);
  }
  const rule = RULES[code] ?? row.simplify;
  if (rule) {
    const simple = rule(g, x, y, z);
    if (simple !== NO_CHANGE) return simple;
  }
  if (arity === 1 && g.pushIntoWhere && isOp(g, x, CODE.where)) {
    const taken = g.existing(code, g.b[x]!);
    const other = taken >= 0 ? g.existing(code, g.c[x]!) : NO_CHANGE;
    if (other >= 0 && !row.kinds) return g.algebra.where(g.a[x]!, taken, other);
  }
  return NO_CHANGE;
}
