/**
 * A tape cut into blocks for code generators: the lane instructions of a block run one after the other for the same
 * samples, so that most values live and die in registers; what a later block needs goes through the tape's slots.
 */

import { OPS } from "../autodiff/all-ops.ts";
import { FAMILIES, FUSED, REDUCTIONS, type Reduction } from "../autodiff/fusion.ts";
import type { Place, Step, TapeProgram } from "../autodiff/interpreter.ts";
import type { OpName } from "../autodiff/ops.ts";

/** An instruction of a block; `stored`: its result is used after the block. */
export interface BlockStep extends Step {
  readonly stored: boolean;
  /** r(eal) or m(ask) for each operand, and for the result. */
  readonly kinds: string;
  readonly resultKind: string;
}

export interface Block {
  /** False: the generator cannot do these, the interpreter runs them. */
  readonly generated: boolean;
  readonly steps: readonly BlockStep[];
}

/** The sums over the lanes that an instruction adds to, if it is one that does. */
export function reductionOf(name: string): { readonly row: Reduction; readonly count: number } | undefined {
  const row = REDUCTIONS.find((candidate) => name.startsWith(candidate.name));
  return row && { row, count: Number(name.slice(row.name.length)) };
}

/** Has the instruction any number of uniform operands after the first, so that only its kernel runs it? */
export function isOpen(name: string): boolean {
  return /^(search\d+|lookUp)$/.test(name);
}

/** Kinds of operands and result of an instruction, `rr>r`; of an open one those of the operands that are always there. */
export function kindsOf(name: string): string {
  const reduction = reductionOf(name);
  if (reduction) return `${reduction.row.kinds.repeat(reduction.count)}>r`;
  if (isOpen(name)) return "r>r";
  const own = OPS[name as OpName];
  if (own) return own.kinds ?? `${"r".repeat(own.domain.length)}>r`;
  const pair = FUSED.find((row) => row.name === name);
  if (pair) return pair.kinds;
  const family = FAMILIES.find((row) => name.startsWith(row.name));
  if (!family) throw new TypeError(`kindsOf: unknown instruction; got ${name}, expected an op or a fused op`);
  return `r${family.kinds.repeat(Number(name.slice(family.name.length)))}>r`;
}

type Generates = (name: string) => boolean;

function groupsOf(steps: readonly Step[], most: number, generates: Generates): Step[][] {
  const groups: Step[][] = [];
  steps.forEach((step, index) => {
    const last = groups[groups.length - 1];
    const fits = last && last.length < most && generates(steps[index - 1]!.name) === generates(step.name);
    if (fits) last.push(step);
    else groups.push([step]);
  });
  return groups;
}

/** Uniform instructions in blocks of at most `most`; every result is stored. */
export function uniformBlocksOf(uniform: readonly Step[], most: number, generates: Generates): Block[] {
  return groupsOf(uniform, most, generates).map((steps) => ({
    generated: generates(steps[0]!.name),
    steps: steps.map((step) => {
      const [kinds, resultKind] = kindsOf(step.name).split(">") as [string, string];
      return { ...step, kinds, resultKind, stored: true };
    }),
  }));
}

/** The lane instructions in blocks of at most `most`; `generates` says which instructions a generator can do. */
export function blocksOf({ lane, outputs }: TapeProgram, most: number, generates: Generates): Block[] {
  const groups = groupsOf(lane, most, generates);
  // Backwards: by slot, the last block that still reads what lies there.
  const readBy = new Map<string, number>(outputs.map((place) => [slotKey("r", place), groups.length]));
  return groups
    .map((steps, block) => ({ steps, block }))
    .reverse()
    .map(({ steps, block }) => ({
      generated: generates(steps[0]!.name),
      steps: steps
        .slice()
        .reverse()
        .map((step): BlockStep => {
          const [kinds, resultKind] = kindsOf(step.name).split(">") as [string, string];
          const key = slotKey(resultKind, step.result);
          const stored = (readBy.get(key) ?? -1) > block;
          readBy.delete(key);
          step.operands.forEach((place, j) => {
            const operand = slotKey(kinds[j]!, place);
            if (place.lane && !readBy.has(operand)) readBy.set(operand, block);
          });
          return { ...step, stored, kinds, resultKind };
        })
        .reverse(),
    }))
    .reverse();
}

/** Distinguishes the slots of reals and masks. */
export function slotKey(kind: string, { offset }: Place): string {
  return kind + offset;
}
