/**
 * How an instruction of a tape is described. `dot4`, for example, reads a sum so far and four pairs of a uniform and a lane number,
 * makes a number, and its effect is to add four products to the sum. The rows are in `instruction-table.ts`; planners take names
 * from there, back ends and the generator of kernels take everything else from there, so that nobody takes a name apart.
 */

import type { OpName } from "../ops/op.ts";

/** A real is a double in the real slots; a mask is a truth value in the mask slots, −1 for true and 0 for false. */
export type Kind = "real" | "mask";

/**
 * What an instruction reads at one place: in a lane instruction a value of every lane ("lane"), one value for all lanes
 * ("uniform"), or either ("any"). Instructions that run once per batch read uniform values at every place.
 */
export interface Operand {
  readonly kind: Kind;
  readonly place: "any" | "lane" | "uniform";
}

/** Two ops in one pass over the lanes, bit for bit (no multiply-add is fused): mulAdd is z + x · y, addPositive is x + y > 0. */
export type FusedOp = "mulAdd" | "subMul" | "addWhere" | "addChain" | "addPositive" | "subPositive" | "expSub";

/** Terms that are added to a running sum in the same lane, several at a time: dot2 is r + x₀ · y₀ + x₁ · y₁. */
export type TermSum = "dot" | "squares" | "chains" | "select";

/** Terms that are added up over the lanes, for several sums at a time: sumDots2 adds Σᵢ xᵢ yᵢ to two sums. */
export type LaneSum = "sumLanes" | "sumDots" | "sumSquares" | "sumChains" | "sumSelects";

/** How many terms, or sums, one instruction takes. */
export type Count = 4 | 2 | 1;

/** A search among 2^bits − 1 thresholds halves them so many times; more than a million are not searched. */
// biome-ignore format: a list
const BITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20] as const;
export type SearchBits = (typeof BITS)[number];
export const SEARCH_BITS: readonly SearchBits[] = BITS;

/** Every instruction. One product that is added is `mulAdd`, so that there is no dot1. */
export type InstructionName =
  | OpName
  | FusedOp
  | Exclude<`${TermSum}${Count}`, "dot1">
  | `${LaneSum}${Count}`
  | `search${SearchBits}`
  | "lookUp"
  | "gather"
  | "gatherMasks";

/** A function of numbers; masks are −1 and 0. Generators of code read its text. */
export type Formula = (...operands: number[]) => number;

/** What an instruction does in each lane. */
export type Effect =
  /** The result is `formula` of the operands. */
  | { readonly does: "op"; readonly op: OpName | FusedOp; readonly formula: Formula }
  /** The result is (((r + t₀) + t₁) + …): r is the first operand, each of the `count` terms t is `formula` of the next `width` ones. */
  | {
      readonly does: "addTerms";
      readonly family: TermSum;
      readonly count: Count;
      readonly width: number;
      readonly formula: Formula;
    }
  /** Adds `formula` of operands t · width … to sum number t, for t below `count`; `executable.ts` says where sums lie. */
  | {
      readonly does: "addLanes";
      readonly family: LaneSum;
      readonly count: Count;
      readonly width: number;
      readonly formula: Formula;
    }
  /** The result is 0 for NaN, else 1 + how many of the further operands, which are ascending constants, lie below the first. */
  | { readonly does: "search"; readonly bits: SearchBits }
  /** The result is the further operand whose number the first operand is. */
  | { readonly does: "lookUp" }
  /** Puts the operands, which may lie anywhere, side by side from the result's place on. Only rolled programs have it. */
  | { readonly does: "gather" };

/** Everything that is known about an instruction. */
export interface InstructionRow {
  readonly name: InstructionName;
  readonly reads: readonly Operand[];
  /** What each further operand is, of an instruction that takes any number of them. */
  readonly more?: Operand;
  readonly makes: Kind;
  readonly effect: Effect;
}

/** The kind of operand j. */
export function kindAt({ name, reads, more }: InstructionRow, j: number): Kind {
  const operand = reads[j] ?? more;
  if (!operand)
    throw new RangeError(`kindAt: ${name} has no operand ${j}; got ${j}, expected a number below ${reads.length}`);
  return operand.kind;
}

/** Whether the instruction may run over lanes of those operands for which `lanes` holds. */
export function permits({ reads }: InstructionRow, lanes: readonly boolean[]): boolean {
  return reads.every(({ place }, j) => place === "any" || (place === "lane") === lanes[j]);
}

/**
 * Every choice of lane operands over which the instruction may run, at least one of them a lane; in the order of the numbers whose
 * bit j is operand j. `sub` has three: (lane, uniform), (uniform, lane) and (lane, lane).
 */
export function variantsOf(row: InstructionRow): boolean[][] {
  const variants: boolean[][] = [];
  let open = [row.reads.map(({ place }) => place === "lane")];
  for (let j = row.reads.length - 1; j >= 0; j--)
    if (row.reads[j]!.place === "any") open = open.flatMap((lanes) => [lanes, lanes.map((lane, k) => lane || k === j)]);
  for (const lanes of open) if (lanes.includes(true)) variants.push(lanes);
  return variants;
}
