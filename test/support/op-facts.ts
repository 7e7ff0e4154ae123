/** What the facts of an op say against the values of the op: each check returns the first disagreement, undefined if there is none. */

import { FullGraph } from "../../src/autodiff/full-graph.ts";
import { inputIndex } from "../../src/autodiff/graph/graph.ts";
import { OPS } from "../../src/autodiff/ops/all-ops.ts";
import {
  type Behaviour,
  type Limit,
  type Limits,
  type OpFacts,
  ORDINARY,
  type Pole,
  SIGN_SETS,
} from "../../src/autodiff/ops/facts/facts.ts";
import type { NodeId, OpName } from "../../src/autodiff/ops/op.ts";

/** An op, or the function of the first operand that it is with a constant second one. */
export interface Values {
  readonly name: OpName;
  /** Of each operand: m for a truth value, r for a number. */
  readonly kinds: string;
  readonly at: (operands: readonly number[]) => number;
  /** The second operand, if it is constant. */
  readonly exponent?: number;
}

const kindsOf = (name: OpName): string => OPS[name].kinds?.split(">")[0] ?? "r".repeat(OPS[name].primal.length);

export function valuesOf(name: OpName): Values {
  return { name, kinds: kindsOf(name), at: ([x = 0, y = 0, z = 0]) => OPS[name].primal(x, y, z) + 0 };
}

export function powerOf(exponent: number): Values {
  return { name: "pow", kinds: "r", at: ([x = 0]) => OPS.pow.primal(x, exponent, 0), exponent };
}

const POSITIVE = [0.05, 0.1, 0.3, 0.5, 0.7, 1, 1.3, 1.5, 2, 2.7, 3, 3.3, 5, 20];
const REALS = [...POSITIVE, 0, ...POSITIVE.map((x) => -x)];
const MASKS = [-1, 0];

/** All combinations of values, one list per operand. */
function combinations(lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((found, list) => found.flatMap((row) => list.map((x) => [...row, x])), [[]]);
}

const gridOf = ({ kinds }: Values, reals: readonly number[] = REALS): number[][] =>
  combinations([...kinds].map((kind) => (kind === "m" ? MASKS : reals)));

const isReal = ({ kinds }: Values, j: number): boolean => kinds[j] === "r";
const finite = (x: number): boolean => Number.isFinite(x);

/** The value of a node whose inputs are the operands. */
function evaluate(graph: FullGraph, node: NodeId, operands: readonly number[]): number {
  if (graph.isConstant(node)) return graph.value(node);
  if (inputIndex(graph, node) >= 0) return operands[inputIndex(graph, node)]!;
  const [x = 0, y = 0, z = 0] = graph.operands(node).map((operand) => evaluate(graph, operand, operands));
  const row = graph.ops.rows[graph.op[node]!]!;
  return row.primal(x, y, z);
}

// ------------------------------------------------------------------------------------------------------------- facts

const NEGATIVE = 1;
const ZERO = 2;

/** Are the claimed signs of results, for operands of each combination of signs, the signs that occur? */
export function signsFault(op: Values, { signs: rule }: Pick<OpFacts, "signs">): string | undefined {
  const signs = typeof rule === "string" ? rule : rule(op.exponent ?? Number.NaN);
  if (signs.length !== 3 ** op.kinds.length) return `${op.name}: ${signs.length} combinations of signs`;
  for (let place = 0; place < signs.length; place++) {
    const sign = (j: number): number => (Math.floor(place / 3 ** (op.kinds.length - 1 - j)) % 3) - 1;
    const points = (): number[][] => gridOf(op).filter((point) => point.every((x, j) => Math.sign(x) === sign(j)));
    const known = knownSigns(op);
    known[place] ??= signsAmong(op, points());
    const seen = known[place]!;
    if (SIGN_SETS[seen] !== signs[place])
      return `${op.name}: operands ${[...op.kinds].map((_, j) => sign(j))} give signs ${SIGN_SETS[seen]}, not ${signs[place]}`;
  }
  return undefined;
}

// What an op does is looked at once, whatever is said of it.
const SIGNS = new WeakMap<Values, number[]>();

function knownSigns(op: Values): number[] {
  const known = SIGNS.get(op) ?? [];
  SIGNS.set(op, known);
  return known;
}

// Where a continuous function has both signs it is 0 in between, though no double may say so.
function signsAmong(op: Values, points: readonly (readonly number[])[]): number {
  let seen = 0;
  const [below, above]: (readonly number[])[][] = [[], []];
  for (const point of points) {
    const value = op.at(point);
    if (!finite(value)) continue;
    seen |= 1 << (1 + Math.sign(value));
    if (value !== 0) (value < 0 ? below : above)!.push(point);
  }
  if ((seen & ZERO) !== 0 || (seen & NEGATIVE) === 0) return seen;
  return below!.some((p) => above!.some((q) => crosses(op, p, q))) ? seen | ZERO : seen;
}

function crosses(op: Values, below: readonly number[], above: readonly number[]): boolean {
  if (below.filter((x, j) => x !== above[j]).length !== 1) return false;
  let [low, high] = [below, above];
  for (let step = 0; step < 60; step++) {
    const middle = low.map((x, j) => 0.5 * (x + high[j]!));
    const value = op.at(middle);
    if (Number.isNaN(value)) return false;
    if (value < 0) low = middle;
    else high = middle;
  }
  return [low, high].every((point) => Math.abs(op.at(point)) < 1e-9);
}

/** Are the sets of operands in which the op is linear those that the facts name? */
export function linearFault(op: Values, { linear }: Pick<OpFacts, "linear">): string | undefined {
  const places = [...op.kinds].flatMap((_, j) => (isReal(op, j) ? [j] : []));
  const subsets = Array.from({ length: 2 ** places.length }, (_, bits) => places.filter((_, k) => (bits >> k) & 1));
  const sets = subsets.filter((set) => set.length > 0 && isLinearIn(op, set));
  const largest = sets.filter(
    (set) => !sets.some((other) => other.length > set.length && set.every((j) => other.includes(j))),
  );
  const text = (some: readonly (readonly number[])[]): string =>
    some
      .map((set) => [...set].sort().join("+"))
      .sort()
      .join(" ");
  return text(largest) === text(linear) ? undefined : `${op.name}: linear in ${text(largest)}, not in ${text(linear)}`;
}

function isLinearIn(op: Values, set: readonly number[]): boolean {
  const [a, b] = [1.7, -0.6];
  const points = gridOf(op, [0.8, -1.9, 3.1]);
  return points.every((p) =>
    points
      .filter((q) => q.every((x, j) => set.includes(j) || x === p[j]))
      .every((q) => {
        const mixed = p.map((x, j) => (set.includes(j) ? a * x + b * q[j]! : x));
        const [left, right] = [op.at(mixed), a * op.at(p) + b * op.at(q)];
        return Math.abs(left - right) < 1e-13 * (Math.abs(a * op.at(p)) + Math.abs(b * op.at(q)) + 1);
      }),
  );
}

/** Is the op infinite where the facts say so and nowhere else, with their sign on both sides, and the quotient that they name? */
export function poleFault(op: Values, { pole: rule }: Pick<OpFacts, "pole">): string | undefined {
  const graph = new FullGraph();
  const [x, y = -1] = [...op.kinds].map((_, j) => graph.input(`x${j}`, false)) as [NodeId, NodeId?];
  const second = op.exponent === undefined ? y : graph.constant(op.exponent);
  const pole = rule === "none" ? undefined : rule(graph, x, second);
  const size = graph.size; // builders may be asked for, but a rule makes no inputs
  const at = (point: readonly number[]): number => (pole ? evaluate(graph, pole.at, point) : 1);
  let [grew, jumped] = [false, false];
  for (const point of gridOf(op, [-3, -2, -1, 2, 1.5]))
    for (const j of [...op.kinds].keys()) {
      if (!isReal(op, j)) continue;
      for (const centre of [0, 0.5 * Math.PI, 1, 0.7]) {
        const values = [-1e-6, -1e-12, 1e-12, 1e-6].map((h) => op.at(point.with(j, centre + h))) as [
          number,
          number,
          number,
          number,
        ];
        const [far, near, beyond, away] = values;
        const grows = Math.abs(near) > Math.abs(far) + 5 && Math.abs(beyond) > Math.abs(away) + 5;
        const jumps = grows && near > 0 !== beyond > 0;
        const isClaimed = Math.abs(at(point.with(j, centre))) < 1e-12;
        // Of an exponent that is not known the pole is one that may be.
        const isVague = op.name === "pow" && op.exponent === undefined;
        if (grows !== isClaimed && !(isVague && isClaimed))
          return `${op.name}: ${grows ? "a" : "no"} pole at ${point.with(j, centre)}`;
        if (grows && !isVague && jumps !== pole!.jumps)
          return `${op.name}: the pole at ${point.with(j, centre)} jumps: ${jumps}`;
        grew ||= grows;
        jumped ||= jumps;
      }
    }
  if (pole !== undefined && (!grew || jumped !== pole.jumps))
    return `${op.name}: the pole is not there, or jumps: ${jumped}`;
  if (graph.size < size) return `${op.name}: nodes are gone`;
  return pole && quotientFault(op, pole, (node, point) => evaluate(graph, node, point));
}

function quotientFault(
  op: Values,
  { at, over, power }: Pole,
  value: (node: NodeId, point: readonly number[]) => number,
): string | undefined {
  const points = gridOf(op, [-2.3, -1 + 1e-9, -0.4, 1e-9, 0.6, 0.5 * Math.PI + 1e-9, 1.9]);
  const times = (point: readonly number[], k: number): number => op.at(point) * value(at, point) ** k;
  if (over >= 0)
    for (const point of points) {
      const expected = value(over, point) / value(at, point) ** power;
      if (!(Math.abs(op.at(point) - expected) <= 1e-12 * Math.abs(expected)))
        return `${op.name}: no such quotient at ${point}`;
    }
  else
    for (let k = 1; k <= 4; k++) {
      const near = points.filter((point) => Math.abs(value(at, point)) < 1e-6);
      const isQuotient =
        points.every((point) => Math.abs(times(point, k)) < 1e3) &&
        near.some((point) => Math.abs(times(point, k)) > 1e-3);
      if (isQuotient) return `${op.name}: a quotient by power ${k} of what is 0 there`;
    }
  return undefined;
}

// -------------------------------------------------------------------------------------------------------- behaviours

/** Is the op a number from there on, and nowhere before? */
export function fromFault(op: Values, { from }: Pick<Behaviour, "from">): string | undefined {
  if (!isReal(op, 0))
    return from === -Infinity ? undefined : `${op.name}: there is no first number to begin at ${from}`;
  const reals = [...POSITIVE, 0, 1000.5, 1e300, ...POSITIVE.map((x) => -x), -0.999, -1 - 1e-9, -1e-9, -1000.5, -1e300];
  const isNumber = (x: number, others: readonly number[]): boolean => !Number.isNaN(op.at([x, ...others]));
  const others = combinations([...op.kinds].slice(1).map((kind) => (kind === "m" ? MASKS : [-2, -1.5, 0.5, 3])));
  // Gamma functions are not numbers, or are infinite, at whole numbers below 1.
  const beside = reals.filter((x) => !(Number.isInteger(x) && x < 1 && x !== 0) || op.kinds.length > 1);
  for (const x of beside) {
    if (x === 0 && ["digamma", "pow"].includes(op.name) && op.exponent === undefined) continue;
    const numbers = others.filter((rest) => isNumber(x, rest)).length;
    if (
      Number.isNaN(from)
        ? x < 0 && (numbers === 0 || numbers === others.length)
        : numbers !== (x >= from ? others.length : 0)
    )
      return `${op.name}: at ${x} a number for ${numbers} of ${others.length}, though it is one from ${from} on`;
  }
  if (finite(from) && !others.every((rest) => isNumber(from, rest)))
    return `${op.name}: not a number at ${from} itself`;
  return Number.isNaN(from) && others.every((rest) => isNumber(-1.5, rest)) ? `${op.name}: always a number` : undefined;
}

const isEven = (op: Values): boolean =>
  op.kinds === "r" && REALS.every((x) => Object.is(op.at([x]) + 0, op.at([-x]) + 0)) && finite(op.at([2]));

export function evenFault(op: Values, { even }: Pick<Behaviour, "even">): string | undefined {
  return isEven(op) === even ? undefined : `${op.name}: f(−x) = f(x) is ${isEven(op)}`;
}

const WINDOW = Array.from({ length: 25 }, (_, k) => -3 + 0.2503 * k);
/** Powers whose behaviour is looked at: whole and not, even and odd, of either sign, and one that overflows. */
export const EXPONENTS = [3, 5, 4, 6, 1.5, 0.5, -0.5, -2, -3, -4, 200, 201];

/** 1 for a function that rises on its domain, or on x ≥ 0 if it is even, −1 for one that falls, 0 for others. */
function trend(op: Values): number {
  if (op.kinds !== "r") return 0;
  const onDomain = (xs: readonly number[]): number[] =>
    xs.filter((x) => (!isEven(op) || x >= 0) && !Number.isNaN(op.at([x])));
  const steps = (xs: readonly number[]): number[] => xs.slice(1).map((x, i) => op.at([x]) - op.at([xs[i]!]));
  const [near, far] = [steps(onDomain(WINDOW)), steps(onDomain([-30, -20, -10, ...WINDOW, 10, 20, 30]))];
  for (const sign of [1, -1])
    if (near.every((step) => sign * step > 0) && far.every((step) => !(sign * step < 0))) return sign;
  return 0;
}

/** Is the op inverted by what the facts call its inverse, as numbers and as nodes, between the ends that they name? */
export function inverseFault(
  op: Values,
  { inverse, from, even }: Pick<Behaviour, "inverse" | "from" | "even">,
): string | undefined {
  const sign = trend(op);
  if ((sign !== 0) !== (inverse !== "none"))
    return `${op.name}: ${sign === 0 ? "an" : "no"} inverse of a function of trend ${sign}`;
  if (inverse === "none") return undefined;
  if (inverse.falls !== sign < 0) return `${op.name}: falls is ${inverse.falls}`;
  const ends = [op.at([even ? 0 : from]), op.at([Infinity])].sort((p, q) => p - q);
  if (inverse.range.some((end, k) => end !== ends[k])) return `${op.name}: range ${ends}, not ${inverse.range}`;
  // No op is the inverse of φ/Φ.
  if ((inverse.node === "none") !== (op.name === "normalHazard")) return `${op.name}: the node of the inverse`;
  const graph = new FullGraph();
  for (const x of WINDOW) {
    const value = op.at([x]);
    if (x < from || (even && x < 0) || !finite(value)) continue;
    // Values are off by 10 ε at most (special functions state 2e-15), and enter with 1 over the slope; a few roundings more.
    const slope = Math.abs(op.at([x + 1e-4]) - op.at([x - 1e-4])) / 2e-4;
    const allowed =
      8 * Number.EPSILON * (Math.abs(x) + 1) + (20 * Number.EPSILON * Math.max(Math.abs(value), 1)) / slope;
    const node = inverse.node === "none" ? x : graph.value(inverse.node(graph.algebra, graph.constant(value)));
    for (const found of [inverse.of(value), node])
      if (!(Math.abs(found - x) <= allowed))
        return `${op.name}: the inverse at ${value} is ${found}, not ${x} ± ${allowed}`;
  }
  return undefined;
}

const OTHERS = [-2.5, -0.7, 0.4, 1.6];

/** Does each operand lead to the limits that the facts name? */
export function limitsFault(op: Values, { limits }: { readonly limits: readonly Limits[] }): string | undefined {
  if (limits.length !== op.kinds.length) return `${op.name}: limits of ${limits.length} operands`;
  for (const j of limits.keys())
    for (const side of [0, 1] as const) {
      const found = limitAt(op, j, side === 0 ? -1 : 1);
      if (found !== limits[j]![side]) return `${op.name}: operand ${j} leads to ${found}, not ${limits[j]![side]}`;
    }
  return undefined;
}

function limitAt(op: Values, j: number, sign: number): Limit {
  if (!isReal(op, j)) return "none";
  const others = combinations([...op.kinds].map((kind, i) => (i === j ? [0] : kind === "m" ? MASKS : OTHERS)));
  const at = (x: number): number[] => others.map((point) => op.at(point.with(j, sign * x)) + 0);
  const [end, far, near] = [at(Infinity), at(1e300), at(1e5 + 0.5)] as [number[], number[], number[]];
  const all = [...end, ...far, ...near];
  if (all.some(Number.isNaN)) return "none";
  const grows = end.every(
    (value, i) => !finite(value) && far[i]! * Math.sign(value) > 100 && near[i]! * Math.sign(value) > 5,
  );
  if (grows && new Set(end).size === 1) return end[0]!;
  const other = others.map((point) => point[1 - j]!);
  if (grows && op.kinds.length === 2 && new Set(end.map((value, i) => Math.sign(value * other[i]!))).size === 1)
    return "signed";
  if (new Set(end).size === 1 && all.every((value) => Math.abs(value - end[0]!) < 1e-2)) return end[0]!;
  return op.kinds.length === 2 && all.every((value, i) => value === other[i % other.length]) ? "other" : "none";
}

/** Is the op finite for ordinary operands, as the facts say? */
export function boundedFault(
  op: Values,
  { bounded }: Pick<Behaviour, "bounded">,
  { pole }: Pick<OpFacts, "pole">,
): string | undefined {
  const reals = [...REALS, ORDINARY, -ORDINARY, 0.9 * ORDINARY];
  const overflows = gridOf(op, reals).some((point) => Math.abs(op.at(point)) === Infinity);
  const hasPole = pole !== "none" && (op.exponent === undefined || op.exponent < 0);
  return bounded === !(overflows || hasPole) ? undefined : `${op.name}: bounded is ${bounded}`;
}

/** Does the op jump where the facts say so and nowhere else, and is its value there apart from both sides? */
export function jumpFault(op: Values, { jump }: Pick<Behaviour, "jump">): string | undefined {
  const graph = new FullGraph();
  const [x, y = -1] = [...op.kinds].map((_, j) => graph.input(`x${j}`, false)) as [NodeId, NodeId?];
  const decides = jump === "none" ? -1 : jump.at(graph, x, y);
  let found = false;
  for (const point of gridOf(op, [-2.2, 0, 0.7, 1]))
    for (const j of [...op.kinds].keys()) {
      if (!isReal(op, j)) continue;
      const values = [-1e-9, 0, 1e-9].map((h) => op.at(point.with(j, point[j]! + h)) + 0);
      // At poles and edges of domains other facts speak.
      if (values.some((value) => !(Math.abs(value) < 1e6))) continue;
      const [low, middle, high] = values as [number, number, number];
      const jumps = Math.max(...values) - Math.min(...values) > 0.1;
      const isClaimed = decides >= 0 && Math.abs(evaluate(graph, decides, point)) < 1e-12; // of floor sin(πx)
      found ||= jumps;
      if (jumps !== isClaimed) return `${op.name}: ${jumps ? "a" : "no"} jump at ${point}`;
      if (jumps && jump !== "none" && jump.apart !== (middle !== low && middle !== high))
        return `${op.name}: apart is ${jump.apart}`;
    }
  return found === (jump !== "none") ? undefined : `${op.name}: no jump was found`;
}

/** Is it one smooth function, one of several, or one that does not change but where it jumps? */
export function piecesFault(op: Values, { pieces }: Pick<Behaviour, "pieces">): string | undefined {
  const found = piecesOf(op);
  return found === pieces ? undefined : `${op.name}: pieces is ${pieces}, not ${found}`;
}

const ASIDE = 1e-6;

function piecesOf(op: Values): Behaviour["pieces"] {
  const reals = [...op.kinds].flatMap((kind, j) => (kind === "r" ? [j] : []));
  if (reals.length === 0) return "flat";
  if (reals.length < op.kinds.length) return "arms"; // a truth value chooses
  let [changes, bends] = [false, false];
  for (const point of gridOf(op, [-2.2, -0.5, 0, 0.7, 1, 1.3]))
    for (const j of reals) {
      const [low, middle, high] = [-ASIDE, 0, ASIDE].map((h) => op.at(point.with(j, point[j]! + h))) as [
        number,
        number,
        number,
      ];
      // At poles and edges of domains other facts speak, at jumps too.
      if (![low, middle, high].every((value) => Math.abs(value) < 1e5)) continue;
      if (Math.max(low, middle, high) - Math.min(low, middle, high) > 0.1) continue;
      const slopes = [(middle - low) / ASIDE, (high - middle) / ASIDE] as const;
      changes ||= slopes.some((slope) => Math.abs(slope) > 1e-3);
      bends ||= Math.abs(slopes[1] - slopes[0]) > 0.1;
    }
  return !changes ? "flat" : bends ? "arms" : "one";
}

/** Is the op given as a function of its first operand where that says more? */
export function givenFault(
  { name, kinds }: Values,
  { given }: Pick<Behaviour, "given">,
  { linear }: Pick<OpFacts, "linear">,
): string | undefined {
  const isNeeded =
    kinds === "rr" &&
    !OPS[name].commutes &&
    !linear.some((set) => set.includes(0)) &&
    [-2, -0.5, 0.5, 1.5].some((y) => trend({ name, kinds: "r", at: ([x = 0]) => OPS[name].primal(x, y, 0) }) !== 0);
  return isNeeded === (given !== "none") ? undefined : `${name}: given is ${isNeeded ? "missing" : "of no use"}`;
}
