/**
 * Interval arithmetic for every op of the op table, rounded outwards.
 *
 * Values lie in arrays by position, so that evaluating a list of operations allocates nothing. A result [lo, hi]
 * contains both the exact and the computed value of the op at every point of its operands at which it is a number.
 * Where it may not be one, or where the op may jump (a pole, a sign, an undecided mask), `partial` is 1; an op that is
 * undefined on all of its operands gives [NaN, NaN]. Masks are intervals of the op table's truth values: [−1, −1] true,
 * [0, 0] false, [−1, 0] undecided.
 *
 * JavaScript cannot round in a given direction: each bound is moved by the error of its op. `+ − * /` and `sqrt` err by
 * half an ulp, the other functions by the bounds in their doc comments (elementary ones 1 or 2 ulp); since the bound must hold for values computed anywhere inside the operands, twice that.
 */

import { OPS } from "../autodiff/ops/all-ops.ts";
import { BEHAVIOURS } from "../autodiff/ops/facts/behaviours.ts";
import { type Inverse, LINE } from "../autodiff/ops/facts/facts.ts";
import type { OpName, UnaryOp } from "../autodiff/ops/op.ts";
import { digamma, lgamma, trigamma } from "../math/gamma.ts";
import { down, type Enclosures, EPSILON, type IntervalRule, put, putEmpty, putLine, up } from "./enclosures.ts";
import { cosine, sine, tangent } from "./periodic.ts";
import { power } from "./power.ts";

// Where log Γ has its minimum on x > 0, and that minimum rounded down.
const LGAMMA_MINIMISER = 1.4616321449683622;
const LGAMMA_MINIMUM = -0.12148629053584967;

// Sums and differences that round to 0 are exact.
const sumDown = (s: number): number => (s === 0 ? 0 : down(s, 1));
const sumUp = (s: number): number => (s === 0 ? 0 : up(s, 1));

function sum(v: Enclosures, r: number, xl: number, xh: number, yl: number, yh: number, partial: number) {
  if (Number.isNaN(xl) || Number.isNaN(yl)) return putEmpty(v, r);
  const lo = xl + yl;
  const hi = xh + yh;
  const opposed = (xh === Infinity && yl === -Infinity) || (xl === -Infinity && yh === Infinity);
  put(
    v,
    r,
    !Number.isNaN(lo) ? sumDown(lo) : -Infinity,
    !Number.isNaN(hi) ? sumUp(hi) : Infinity,
    opposed ? 1 : partial,
  );
}

/** x·y, with 0·∞ = 0, because ∞ stands for arbitrarily large numbers. */
function putProduct(v: Enclosures, r: number, x: number, y: number, partial: number) {
  const { lo, hi } = v;
  // A product with 0 is exact.
  if ((lo[x] === 0 && hi[x] === 0) || (lo[y] === 0 && hi[y] === 0)) return put(v, r, 0, 0, partial);
  const a = times(lo[x]!, lo[y]!);
  const b = times(lo[x]!, hi[y]!);
  const c = times(hi[x]!, lo[y]!);
  const d = times(hi[x]!, hi[y]!);
  put(v, r, down(Math.min(a, b, c, d), 1), up(Math.max(a, b, c, d), 1), partial);
}

const times = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);
const holdsZero = (v: Enclosures, x: number): boolean => v.lo[x]! <= 0 && v.hi[x]! >= 0;
const unbounded = (v: Enclosures, x: number): boolean => v.lo[x] === -Infinity || v.hi[x] === Infinity;

function product(v: Enclosures, r: number, x: number, y: number) {
  if (x === y) return RULES.square(v, r, x, x, x);
  const partial = v.partial[x]! | v.partial[y]!;
  if (Number.isNaN(v.lo[x]) || Number.isNaN(v.lo[y])) return putEmpty(v, r);
  const undefinedInside = (holdsZero(v, x) && unbounded(v, y)) || (holdsZero(v, y) && unbounded(v, x));
  putProduct(v, r, x, y, undefinedInside ? 1 : partial);
}

function quotient(v: Enclosures, r: number, x: number, y: number) {
  const { lo, hi } = v;
  if (Number.isNaN(lo[x]) || Number.isNaN(lo[y])) return putEmpty(v, r);
  // A zero divisor may have either sign; ∞/∞ can be anything.
  if (holdsZero(v, y) || (unbounded(v, x) && unbounded(v, y))) return putLine(v, r);
  const a = lo[x]! / lo[y]!;
  const b = lo[x]! / hi[y]!;
  const c = hi[x]! / lo[y]!;
  const d = hi[x]! / hi[y]!;
  if (lo[x] === 0 && hi[x] === 0) return put(v, r, 0, 0, v.partial[x]! | v.partial[y]!);
  put(v, r, down(Math.min(a, b, c, d), 1), up(Math.max(a, b, c, d), 1), v.partial[x]! | v.partial[y]!);
}

/** A function that rises (or falls) from where it begins to be defined, with its relative error in units of EPSILON. */
function between(
  f: (x: number) => number,
  ulps: number,
  { range: [least, most], falls, from }: Pick<Inverse, "range" | "falls"> & { readonly from: number },
): IntervalRule {
  const endsInInfinity = from > -Infinity && !Number.isFinite(f(from));
  return (v, r, x) => {
    const low = v.lo[x]!;
    const high = v.hi[x]!;
    if (!(high >= from)) return putEmpty(v, r);
    const outside = low < from || (endsInInfinity && low === from);
    const atLow = f(Math.max(low, from));
    const atHigh = f(high);
    const lo = down(falls ? atHigh : atLow, ulps);
    const hi = up(falls ? atLow : atHigh, ulps);
    put(v, r, Math.max(lo, least), Math.min(hi, most), outside ? 1 : v.partial[x]!);
  };
}

/** The rule of an op that rises or falls on all of its domain. */
function monotone(name: UnaryOp, ulps: number): IntervalRule {
  const { inverse, from } = BEHAVIOURS[name];
  if (inverse === "none") throw new TypeError(`interval rules: op "${name}" has no inverse; expected one that has`);
  const { primal } = OPS[name];
  return between((x) => primal(x, x, x), ulps, { ...inverse, from });
}

/** A function used for x > 0 only; its poles at 0, −1, … make everything else the whole line. */
function onPositive(rule: IntervalRule): IntervalRule {
  return (v, r, x, y, z) => {
    if (Number.isNaN(v.lo[x])) return putEmpty(v, r);
    if (v.lo[x]! > 0) rule(v, r, x, y, z);
    else putLine(v, r);
  };
}

const risingDigamma = /* @__PURE__ */ between(digamma, 20, { range: LINE, falls: false, from: 0 });
const fallingTrigamma = /* @__PURE__ */ between(trigamma, 20, { range: [0, Infinity], falls: true, from: 0 });

/** The smallest interval that contains those at x and y. */
function hull(v: Enclosures, r: number, x: number, y: number) {
  const { lo, hi } = v;
  if (Number.isNaN(lo[x])) return put(v, r, lo[y]!, hi[y]!, 1);
  if (Number.isNaN(lo[y])) return put(v, r, lo[x]!, hi[x]!, 1);
  put(v, r, Math.min(lo[x]!, lo[y]!), Math.max(hi[x]!, hi[y]!), 1);
}

function putMask(v: Enclosures, r: number, lo: number, hi: number): void {
  put(v, r, lo, hi, lo === hi ? 0 : 1);
}

/** One rule per op: a missing one is a compile error. */
export const RULES: { readonly [K in OpName]: IntervalRule } = {
  add: (v, r, x, y) => sum(v, r, v.lo[x]!, v.hi[x]!, v.lo[y]!, v.hi[y]!, v.partial[x]! | v.partial[y]!),
  sub: (v, r, x, y) => sum(v, r, v.lo[x]!, v.hi[x]!, -v.hi[y]!, -v.lo[y]!, v.partial[x]! | v.partial[y]!),
  mul: product,
  div: quotient,
  pow: power,
  min: (v, r, x, y) => {
    const { lo, hi } = v;
    put(v, r, Math.min(lo[x]!, lo[y]!), Math.min(hi[x]!, hi[y]!), v.partial[x]! | v.partial[y]!);
  },
  max: (v, r, x, y) => {
    const { lo, hi } = v;
    put(v, r, Math.max(lo[x]!, lo[y]!), Math.max(hi[x]!, hi[y]!), v.partial[x]! | v.partial[y]!);
  },
  peak: (v, r, x, y) => {
    const { lo, hi } = v;
    const { primal } = OPS.peak;
    put(v, r, primal(lo[x]!, lo[y]!, 0), primal(hi[x]!, hi[y]!, 0), v.partial[x]! | v.partial[y]!);
  },
  floor: (v, r, x) => {
    const [low, high] = [Math.floor(v.lo[x]!), Math.floor(v.hi[x]!)];
    put(v, r, low, high, low === high ? v.partial[x]! : 1);
  },
  neg: (v, r, x) => put(v, r, -v.hi[x]!, -v.lo[x]!, v.partial[x]!),
  exp: /* @__PURE__ */ monotone("exp", 4),
  log: /* @__PURE__ */ monotone("log", 4),
  log1p: /* @__PURE__ */ monotone("log1p", 4),
  expm1: /* @__PURE__ */ monotone("expm1", 4),
  sqrt: /* @__PURE__ */ monotone("sqrt", 1),
  square: (v, r, x) => {
    const low = v.lo[x]! * v.lo[x]!;
    const high = v.hi[x]! * v.hi[x]!;
    const least = holdsZero(v, x) ? 0 : Math.max(0, down(Math.min(low, high), 1));
    const most = Math.max(low, high);
    if (Number.isNaN(low)) putEmpty(v, r);
    else put(v, r, least, v.lo[x] === 0 && v.hi[x] === 0 ? 0 : up(most, 1), v.partial[x]!);
  },
  abs: (v, r, x) => {
    const low = Math.abs(v.lo[x]!);
    const high = Math.abs(v.hi[x]!);
    put(v, r, holdsZero(v, x) ? 0 : Math.min(low, high), Math.max(low, high), v.partial[x]!);
  },
  sign: (v, r, x) => {
    const low = Math.sign(v.lo[x]!);
    const high = Math.sign(v.hi[x]!);
    put(v, r, low, high, low === high ? v.partial[x]! : 1);
  },
  sin: sine,
  cos: cosine,
  tan: tangent,
  tanh: /* @__PURE__ */ monotone("tanh", 8),
  sigmoid: /* @__PURE__ */ monotone("sigmoid", 10),
  softplus: /* @__PURE__ */ monotone("softplus", 10),
  lgamma: /* @__PURE__ */ onPositive((v, r, x) => {
    const low = v.lo[x]!;
    const high = v.hi[x]!;
    const atLow = lgamma(low);
    const atHigh = lgamma(high);
    const straddles = low <= LGAMMA_MINIMISER + 2 * EPSILON && high >= LGAMMA_MINIMISER - 2 * EPSILON;
    const least = straddles ? LGAMMA_MINIMUM : Math.min(atLow, atHigh);
    put(v, r, down(least, 20), up(Math.max(atLow, atHigh), 20), v.partial[x]!);
  }),
  digamma: /* @__PURE__ */ onPositive(risingDigamma),
  trigamma: /* @__PURE__ */ onPositive(fallingTrigamma),
  atan: /* @__PURE__ */ monotone("atan", 4),
  erf: /* @__PURE__ */ monotone("erf", 10),
  normalCdf: /* @__PURE__ */ monotone("normalCdf", 20),
  logNormalCdf: /* @__PURE__ */ monotone("logNormalCdf", 20),
  normalHazard: /* @__PURE__ */ monotone("normalHazard", 20),
  normalQuantileOfSurprisal: /* @__PURE__ */ monotone("normalQuantileOfSurprisal", 20),
  where: (v, r, p, x, y) => {
    if (v.lo[p] !== v.hi[p]) hull(v, r, x, y);
    else if (v.lo[p] !== 0) put(v, r, v.lo[x]!, v.hi[x]!, v.partial[x]!);
    else put(v, r, v.lo[y]!, v.hi[y]!, v.partial[y]!);
  },
  positive: (v, r, x) => {
    if (v.lo[x]! > 0) putMask(v, r, -1, v.partial[x] === 0 ? -1 : 0);
    else putMask(v, r, v.hi[x]! > 0 ? -1 : 0, 0); // false also where undefined
  },
  equal: (v, r, x, y) => {
    const { lo, hi, partial } = v;
    const apart = !(lo[x]! <= hi[y]! && lo[y]! <= hi[x]!);
    const onePoint = lo[x] === hi[x] && lo[y] === hi[y] && lo[x] === lo[y];
    const certain = (onePoint || x === y) && partial[x] === 0 && partial[y] === 0;
    putMask(v, r, apart ? 0 : -1, certain ? -1 : 0);
  },
  not: (v, r, p) => putMask(v, r, -1 - v.hi[p]!, -1 - v.lo[p]!),
  and: (v, r, p, q) => putMask(v, r, Math.max(v.lo[p]!, v.lo[q]!), Math.max(v.hi[p]!, v.hi[q]!)),
  or: (v, r, p, q) => putMask(v, r, Math.min(v.lo[p]!, v.lo[q]!), Math.min(v.hi[p]!, v.hi[q]!)),
  chain: (v, r, x, y) => {
    const { lo, hi, partial } = v;
    if (lo[x] === 0 && hi[x] === 0) return put(v, r, 0, 0, partial[x]!);
    if (!holdsZero(v, x)) return product(v, r, x, y);
    // The absorbing 0 is inside; where y is undefined or unbounded the product jumps there.
    if (Number.isNaN(lo[y])) return put(v, r, 0, 0, 1);
    const jumps = unbounded(v, y) || (unbounded(v, x) && holdsZero(v, y));
    if (x === y) RULES.square(v, r, x, x, x);
    else putProduct(v, r, x, y, jumps ? 1 : partial[x]! | partial[y]!);
  },
};
