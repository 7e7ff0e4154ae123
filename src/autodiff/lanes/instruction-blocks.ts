/**
 * A tape cut into blocks for generators of code. The lane instructions of a block run one after the other for the same samples: in
 * t = exp(x), y = t · u the value t lives and dies in a register. What a later block needs goes through the tape's slots.
 */

import { type Place, type Step, SUM_PARTS, type TapeProgram } from "../tape/executable.ts";
import { rowOf, SUMS_OF } from "../tape/instruction-table.ts";
import { type InstructionRow, type Kind, kindAt } from "../tape/instructions.ts";

/** An instruction of a block, with its row. */
export interface BlockStep extends Step {
  readonly row: InstructionRow;
  /** Whether its result is read after the block. */
  readonly stored: boolean;
}

export interface Block {
  /** Whether the generator does these; else the interpreter runs them. */
  readonly generated: boolean;
  readonly steps: readonly BlockStep[];
}

/** Whether a generator of code can do an instruction. */
export type Generates = (row: InstructionRow) => boolean;

interface RowStep extends Step {
  readonly row: InstructionRow;
}

function groupsOf(steps: readonly Step[], most: number, generates: Generates): RowStep[][] {
  const groups: RowStep[][] = [];
  let before: boolean | undefined;
  for (const step of steps) {
    const row = rowOf(step.name);
    const generated = generates(row);
    const last = groups[groups.length - 1];
    if (last && last.length < most && generated === before) last.push({ ...step, row });
    else groups.push([{ ...step, row }]);
    before = generated;
  }
  return groups;
}

/** Cuts the lane instructions into blocks of at most `most`. */
export function blocksOf({ lane, outputs }: TapeProgram, most: number, generates: Generates): Block[] {
  const groups = groupsOf(lane, most, generates);
  // Backwards: by slot, the last block that still reads what lies there.
  const readBy = new Map<string, number>(outputs.map((place) => [slotKey("real", place), groups.length]));
  return groups
    .map((steps, block) => ({ steps, block }))
    .reverse()
    .map(({ steps, block }) => ({
      generated: generates(steps[0]!.row),
      steps: steps
        .slice()
        .reverse()
        .map((step): BlockStep => {
          const key = slotKey(step.row.makes, step.result);
          const stored = (readBy.get(key) ?? -1) > block;
          readBy.delete(key);
          step.operands.forEach((place, j) => {
            if (!place.lane) return;
            const operand = slotKey(kindAt(step.row, j), place);
            if (!readBy.has(operand)) readBy.set(operand, block);
          });
          return { ...step, stored };
        })
        .reverse(),
    }))
    .reverse();
}

/** An instruction with those of its block that compute its operands, undefined for what is uniform or comes from outside. */
export interface SourcedStep extends BlockStep {
  readonly sources: readonly (SourcedStep | undefined)[];
}

/** Whether an instruction adds to sums over the lanes instead of making a value. */
export const addsLanes = ({ effect }: InstructionRow): boolean => effect.does === "addLanes";

/**
 * The lane instructions of a block, each right before what is the first to need it, so that few values wait in registers; sums
 * over the lanes are added to one by one. What is neither stored nor added comes last, as nothing needs it.
 */
export function onDemand({ steps }: Block): SourcedStep[] {
  const latest = new Map<string, SourcedStep>();
  const sourced = steps.flatMap(sumsApart).map((step): SourcedStep => {
    const sources = step.operands.map((place, j) =>
      place.lane ? latest.get(slotKey(kindAt(step.row, j), place)) : undefined,
    );
    const result = { ...step, sources };
    if (!addsLanes(step.row)) latest.set(slotKey(step.row.makes, step.result), result);
    return result;
  });
  const due = new Map<SourcedStep, number>();
  for (let index = sourced.length - 1; index >= 0; index--) {
    const step = sourced[index]!;
    if (step.stored || addsLanes(step.row)) due.set(step, Math.min(due.get(step) ?? Infinity, index));
    const when = due.get(step) ?? Infinity;
    for (const source of step.sources) if (source) due.set(source, Math.min(due.get(source) ?? Infinity, when));
  }
  return sourced.sort((x, y) => due.get(x)! - due.get(y)!);
}

// Splits an instruction that adds to several sums over the lanes into one for each of them.
function sumsApart(step: BlockStep): BlockStep[] {
  const { effect } = step.row;
  if (effect.does !== "addLanes") return [step];
  const { family, count, width } = effect;
  const name = SUMS_OF[family][1]!;
  const row = rowOf(name);
  return Array.from({ length: count }, (_, t) => ({
    ...step,
    row,
    name,
    operands: step.operands.slice(t * width, (t + 1) * width),
    result: { offset: step.result.offset + SUM_PARTS * t, lane: false },
  }));
}

/** A key for a slot, as reals and masks are counted by themselves. */
export function slotKey(kind: Kind, { offset }: Place): string {
  return kind + offset;
}
