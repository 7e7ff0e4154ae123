/**
 * Each instruction of a tape has a row here. The rows of ops come from the op table; those of fused ops, of sums and of step functions
 * stand here. Leaving one out does not compile.
 */

import { exp } from "../../math/elementary.ts";
import { append } from "../graph/multimap.ts";
import { BASIC_OPS } from "../ops/basic-ops.ts";
import { CODE } from "../ops/codes.ts";
import { ELEMENTARY_OPS } from "../ops/elementary-ops.ts";
import type { OpName, OpRow } from "../ops/op.ts";
import { SPECIAL_OPS } from "../ops/special-ops.ts";
import {
  type Count,
  type Formula,
  type FusedOp,
  type InstructionName,
  type InstructionRow,
  type Kind,
  type LaneSum,
  type Operand,
  SEARCH_BITS,
  type SearchBits,
  type TermSum,
} from "./instructions.ts";

const REAL: Operand = { kind: "real", place: "any" };
const MASK: Operand = { kind: "mask", place: "any" };
const LANE_REAL: Operand = { kind: "real", place: "lane" };
const LANE_MASK: Operand = { kind: "mask", place: "lane" };
const UNIFORM_REAL: Operand = { kind: "real", place: "uniform" };
const UNIFORM_MASK: Operand = { kind: "mask", place: "uniform" };

/**
 * Op `outer`, whose operand number `at` is computed by op `inner` and used nowhere else. The operands are those of `inner`, then
 * the remaining one of `outer`.
 */
export interface FusedRow {
  readonly outer: OpName;
  readonly at: 0 | 1;
  readonly inner: OpName;
  readonly reads: readonly Operand[];
  readonly makes: Kind;
  readonly formula: Formula;
}

// Below −746 an exponential is 0, and is not computed: processors take 40 ns for a product that is too small for a normal number, five times as long as for
// all of the rest, and of the cells of a change point most are that unlikely.
// biome-ignore format: a table
export const FUSED_OPS: { readonly [K in FusedOp]: FusedRow } = {
  mulAdd:      { outer: "add",      at: 1, inner: "mul",   reads: [REAL, REAL, REAL],                 makes: "real", formula: (x, y, z) => z + x * y },
  subMul:      { outer: "sub",      at: 1, inner: "mul",   reads: [REAL, REAL, REAL],                 makes: "real", formula: (x, y, z) => z - x * y },
  addWhere:    { outer: "add",      at: 1, inner: "where", reads: [LANE_MASK, REAL, REAL, LANE_REAL], makes: "real", formula: (p, x, y, z) => z + (p ? x : y) },
  addChain:    { outer: "add",      at: 1, inner: "chain", reads: [REAL, LANE_REAL, REAL],            makes: "real", formula: (x, y, z) => z + (x === 0 ? 0 : x * y) },
  addPositive: { outer: "positive", at: 0, inner: "add",   reads: [REAL, REAL],                       makes: "mask", formula: (x, y) => -(x + y > 0) },
  expSub:      { outer: "exp",      at: 0, inner: "sub",   reads: [REAL, REAL],                       makes: "real", formula: (x, y) => (x - y < -746 ? 0 : exp(x - y)) },
  subPositive: { outer: "positive", at: 0, inner: "sub",   reads: [REAL, REAL],                       makes: "mask", formula: (x, y) => -(x - y > 0) },
};

/** One term of a sum. */
export interface TermRow {
  readonly reads: readonly Operand[];
  readonly formula: Formula;
}

// biome-ignore format: a table
export const TERM_SUMS: { readonly [K in TermSum]: TermRow } = {
  dot:     { reads: [UNIFORM_REAL, LANE_REAL],               formula: (x, y) => x * y },
  squares: { reads: [UNIFORM_REAL, LANE_REAL],               formula: (x, y) => x * (y * y) },
  chains:  { reads: [UNIFORM_REAL, LANE_REAL],               formula: (x, y) => (x === 0 ? 0 : x * y) },
  select:  { reads: [LANE_MASK, UNIFORM_REAL, UNIFORM_REAL], formula: (p, x, y) => (p ? x : y) },
};

// biome-ignore format: a table
export const LANE_SUMS: { readonly [K in LaneSum]: TermRow } = {
  sumLanes:   { reads: [LANE_REAL],                             formula: (x) => x },
  sumDots:    { reads: [LANE_REAL, LANE_REAL],                  formula: (x, y) => x * y },
  sumSquares: { reads: [LANE_REAL, UNIFORM_REAL],               formula: (x, y) => (x + y) * (x + y) },
  sumChains:  { reads: [LANE_REAL, LANE_REAL],                  formula: (x, y) => (x === 0 ? 0 : x * y) },
  sumSelects: { reads: [LANE_MASK, UNIFORM_REAL, UNIFORM_REAL], formula: (p, x, y) => (p ? x : y) },
};

/** Numbers of terms or sums that one instruction takes, largest first. */
export const COUNTS: readonly Count[] = [4, 2, 1];

/** Every instruction, by name. */
export const INSTRUCTIONS: { readonly [K in InstructionName]: InstructionRow } = /* @__PURE__ */ table();

/** The row of an instruction. TypeError, which names it, if it has none. */
export function rowOf(name: InstructionName): InstructionRow {
  if (!Object.hasOwn(INSTRUCTIONS, name))
    throw new TypeError(`rowOf: instruction has no row; got "${name}", expected one of instruction-table.ts`);
  return INSTRUCTIONS[name];
}

/** The instructions for sums, by family and count; dot has none for one term. */
export const SUMS_OF: { readonly [K in TermSum | LaneSum]: { readonly [C in Count]?: InstructionName } } =
  /* @__PURE__ */ sumsByCount();

/** The fused ops by the code of their outer op. */
export const FUSED_BY_OUTER: ReadonlyMap<number, readonly FusedOp[]> = /* @__PURE__ */ fusedByOuter();

/** The searches, by bits. */
export const SEARCHES: ReadonlyMap<number, InstructionName> = /* @__PURE__ */ searchesByBits();

type Body = Omit<InstructionRow, "name">;
type Bodies<Name extends string> = { readonly [K in Name]: Body };

function table(): { readonly [K in InstructionName]: InstructionRow } {
  return mapped<InstructionName, Body, InstructionRow>(
    {
      ...mapped({ ...BASIC_OPS, ...ELEMENTARY_OPS, ...SPECIAL_OPS }, opBody),
      ...mapped(FUSED_OPS, ({ reads, makes, formula }, op) => ({ reads, makes, effect: { does: "op", op, formula } })),
      ...terms("dot", [4, 2]),
      ...terms("squares", COUNTS),
      ...terms("chains", COUNTS),
      ...terms("select", COUNTS),
      ...sums("sumLanes"),
      ...sums("sumDots"),
      ...sums("sumSquares"),
      ...sums("sumChains"),
      ...sums("sumSelects"),
      ...searches(),
      lookUp: { reads: [LANE_REAL], more: UNIFORM_REAL, makes: "real", effect: { does: "lookUp" } },
      gather: { reads: [], more: UNIFORM_REAL, makes: "real", effect: { does: "gather" } },
      gatherMasks: { reads: [], more: UNIFORM_MASK, makes: "mask", effect: { does: "gather" } },
    },
    (body, name) => ({ name, ...body }),
  );
}

function mapped<K extends string, X, Y>(
  from: { readonly [P in K]: X },
  make: (value: X, key: K) => Y,
): { readonly [P in K]: Y } {
  const entries = Object.entries(from) as [K, X][];
  return Object.fromEntries(entries.map(([key, value]) => [key, make(value, key)])) as { [P in K]: Y };
}

function opBody({ kinds, domain, primal }: OpRow, op: OpName): Body {
  // Masks are named in `kinds`, as in "mrr>r"; an op without is one of reals.
  const letters = kinds ? [...kinds] : [];
  const reads = domain.map((_, j) => (letters[j] === "m" ? MASK : REAL));
  return { reads, makes: letters.at(-1) === "m" ? "mask" : "real", effect: { does: "op", op, formula: primal } };
}

function terms<F extends TermSum, C extends Count>(family: F, counts: readonly C[]): Bodies<`${F}${C}`> {
  const { reads, formula } = TERM_SUMS[family];
  return named(counts, family, (count) => ({
    reads: [REAL, ...repeated(reads, count)],
    makes: "real",
    effect: { does: "addTerms", family, count, width: reads.length, formula },
  }));
}

function sums<F extends LaneSum>(family: F): Bodies<`${F}${Count}`> {
  const { reads, formula } = LANE_SUMS[family];
  return named(COUNTS, family, (count) => ({
    reads: repeated(reads, count),
    makes: "real",
    effect: { does: "addLanes", family, count, width: reads.length, formula },
  }));
}

function repeated(reads: readonly Operand[], count: Count): Operand[] {
  return Array.from({ length: count }, () => reads).flat();
}

function searches(): Bodies<`search${SearchBits}`> {
  return named(SEARCH_BITS, "search", (bits) => ({
    reads: [LANE_REAL],
    more: UNIFORM_REAL,
    makes: "real",
    effect: { does: "search", bits },
  }));
}

// Names rows that differ by a number: dot4, dot2.
function named<F extends string, N extends number>(
  numbers: readonly N[],
  family: F,
  make: (n: N) => Body,
): Bodies<`${F}${N}`> {
  return Object.fromEntries(numbers.map((n) => [family + n, make(n)])) as Bodies<`${F}${N}`>;
}

function sumsByCount(): { readonly [K in TermSum | LaneSum]: { readonly [C in Count]?: InstructionName } } {
  const families = mapped({ ...TERM_SUMS, ...LANE_SUMS }, (): { [C in Count]?: InstructionName } => ({}));
  for (const { name, effect } of Object.values(INSTRUCTIONS))
    if (effect.does === "addTerms" || effect.does === "addLanes") families[effect.family][effect.count] = name;
  return families;
}

function fusedByOuter(): Map<number, FusedOp[]> {
  const found = new Map<number, FusedOp[]>();
  for (const op of Object.keys(FUSED_OPS) as FusedOp[]) append(found, CODE[FUSED_OPS[op].outer], op);
  return found;
}

function searchesByBits(): Map<number, InstructionName> {
  const found = new Map<number, InstructionName>();
  for (const { name, effect } of Object.values(INSTRUCTIONS))
    if (effect.does === "search") found.set(effect.bits, name);
  return found;
}
