/**
 * A tape cut into blocks for code generators: the lane instructions of a block run one after the other for the same
 * samples, so that most values live and die in registers; what a later block needs goes through the tape's slots.
 */

import type { Place, Step, TapeProgram } from "../tape/executable.ts";
import { RUN_NAMES } from "../tape/fusion.ts";
import { type Signature, signatureOf } from "../tape/signatures.ts";

/** An instruction of a block; `stored`: its result is used after the block. */
export interface BlockStep extends Step, Signature {
  readonly stored: boolean;
}

export interface Block {
  /** False: the generator cannot do these, the interpreter runs them. */
  readonly generated: boolean;
  readonly steps: readonly BlockStep[];
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
          const signature = signatureOf(step.name);
          const key = slotKey(signature.resultKind, step.result);
          const stored = (readBy.get(key) ?? -1) > block;
          readBy.delete(key);
          step.operands.forEach((place, j) => {
            const operand = slotKey(signature.kinds[j]!, place);
            if (place.lane && !readBy.has(operand)) readBy.set(operand, block);
          });
          return { ...step, ...signature, stored };
        })
        .reverse(),
    }))
    .reverse();
}

/** An instruction with those of its block that compute its operands, undefined for what is uniform or comes from outside. */
export interface SourcedStep extends BlockStep {
  readonly sources: readonly (SourcedStep | undefined)[];
}

/**
 * The lane instructions of a block, each right before what is the first to need it, so that few values wait in registers; sums
 * over the lanes are added to one by one. What is neither stored nor added comes last, as nothing needs it.
 */
export function onDemand({ steps }: Block): SourcedStep[] {
  const latest = new Map<string, SourcedStep>();
  const sourced = steps.flatMap(sumsApart).map((step): SourcedStep => {
    const sources = step.operands.map((place, j) =>
      place.lane ? latest.get(slotKey(step.kinds[j]!, place)) : undefined,
    );
    const result = { ...step, sources };
    if (!step.reduction) latest.set(slotKey(step.resultKind, step.result), result);
    return result;
  });
  const due = new Map<SourcedStep, number>();
  for (let index = sourced.length - 1; index >= 0; index--) {
    const step = sourced[index]!;
    if (step.stored || step.reduction) due.set(step, Math.min(due.get(step) ?? Infinity, index));
    const when = due.get(step) ?? Infinity;
    for (const source of step.sources) if (source) due.set(source, Math.min(due.get(source) ?? Infinity, when));
  }
  return sourced.sort((x, y) => due.get(x)! - due.get(y)!);
}

function sumsApart(step: BlockStep): BlockStep[] {
  if (!step.reduction) return [step];
  const { row, count } = step.reduction;
  const width = row.kinds.length;
  const name = RUN_NAMES[row.name]![1]!;
  return Array.from({ length: count }, (_, t) => ({
    ...step,
    ...signatureOf(name),
    name,
    operands: step.operands.slice(t * width, (t + 1) * width),
    result: { offset: step.result.offset + 2 * t, lane: false },
  }));
}

/** Distinguishes the slots of reals and masks. */
export function slotKey(kind: string, { offset }: Place): string {
  return kind + offset;
}
