/**
 * Instructions that run once per batch, rolled: neighbours that do the same with values which lie side by side become one instruction
 * over ranges of places, as over lanes. Of c₀ = a₀ · u, c₁ = a₁ · u, …, c₃₆ = a₃₆ · u one `mul` over 37 places is left. The bits are the same.
 */

import { finished, type Pieces } from "../../pieces/pieces.ts";
import type { Kernels } from "../ops/kernels.generated.ts";
import { type Place, type Step, type TapeProgram, WRITES_BEYOND } from "../tape/executable.ts";
import { rowOf } from "../tape/instruction-table.ts";
import {
  type InstructionName,
  type InstructionRow,
  type Kind,
  kindAt,
  permits,
  type TermSum,
} from "../tape/instructions.ts";

/** An instruction over `count` places: of its result, and of the operands that are lanes. */
export interface Rolled extends Step {
  readonly count: number;
}

/** Slots after those of a program. Operands that do not lie side by side are copied there, and terms of sums are computed there. */
export class Scratch {
  reals: number;
  masks: number;
  /** Constants that lie there before anything runs. */
  readonly constants: { readonly offset: number; readonly values: readonly number[] }[] = [];

  constructor({ realSlots, maskSlots }: TapeProgram) {
    this.reals = realSlots;
    this.masks = maskSlots;
  }

  /** Writes the constants. */
  initialise(slots: Float64Array): void {
    for (const { offset, values } of this.constants) slots.set(values, offset);
  }

  /** Room for `count` values, and for what a back end may write beyond them. */
  range(count: number, kind: Kind = "real"): Place {
    const offset = kind === "mask" ? this.masks : this.reals;
    if (kind === "mask") this.masks += count + WRITES_BEYOND;
    else this.reals += count + WRITES_BEYOND;
    return { offset, lane: true };
  }
}

/** The interpreter's kernels of what only rolled programs contain: values from anywhere put side by side. */
export const ROLL_KERNELS: Kernels = {
  gather: [
    (s, _m, n, k, t) => {
      const o = k[t]!;
      for (let i = 0; i < n; i++) s[(o + i) | 0] = s[k[(t + 1 + i) | 0]!]!;
    },
  ],
  gatherMasks: [
    (_s, m, n, k, t) => {
      const o = k[t]!;
      for (let i = 0; i < n; i++) m[(o + i) | 0] = m[k[(t + 1 + i) | 0]!]!;
    },
  ],
};

/** What of a program runs once per batch, rolled, and the slots that this takes. */
export interface RolledProgram {
  readonly uniform: readonly Rolled[];
  readonly rest: readonly Rolled[];
  readonly scratch: Scratch;
}

export function rollProgram(program: TapeProgram): RolledProgram {
  return finished(rolling(program));
}

/** The same in pieces. */
export function* rolling(program: TapeProgram): Pieces<RolledProgram> {
  const scratch = new Scratch(program);
  const uniform = roll(program.uniform, program.kernels, scratch);
  yield;
  return { uniform, rest: roll(program.rest, program.kernels, scratch), scratch };
}

/** Rolls instructions; none of them may write where another one writes or has read. */
export function roll(steps: readonly Step[], kernels: Kernels, scratch: Scratch): Rolled[] {
  const rolled: Rolled[] = [];
  const ranges = new Map<string, Place>();
  for (let from = 0; from < steps.length; ) {
    const to = endOfRun(steps, from);
    const run = steps.slice(from, to);
    from = to;
    const instructions = rollRun(run, kernels, scratch, ranges);
    if (instructions) rolled.push(...instructions);
    else for (const step of run) rolled.push({ ...step, count: 1 });
  }
  return rolled;
}

/** Where an operand lies, compared with that of the step before. */
const [STAYS, ADVANCES, ANY_CONSTANT, ANYTHING] = [0, 1, 2, 3];

function change(p: Place, q: Place): number {
  if (p.offset === q.offset) return STAYS;
  if (p.offset + 1 === q.offset) return ADVANCES;
  return p.value !== undefined && q.value !== undefined ? ANY_CONSTANT : ANYTHING;
}

/** From as many steps on, a run ends where an operand goes on in another way. */
const LONG = 8;

// The end of the run of one instruction from `from` on, whose results lie side by side and do not depend on each other.
function endOfRun(steps: readonly Step[], from: number): number {
  const { name, result, operands } = steps[from]!;
  const isNext = (step: Step | undefined, to: number): step is Step =>
    step?.name === name && step.result.offset === result.offset + to - from;
  if (!isNext(steps[from + 1], from + 1)) return from + 1;
  const row = rowOf(name);
  if (row.effect.does === "addLanes") return from + 1;
  const changes = new Uint8Array(operands.length);
  for (let to = from + 1; ; to++) {
    const next = steps[to];
    if (!isNext(next, to) || next.operands.length !== operands.length) return to;
    for (let j = 0; j < operands.length; j++) {
      const { offset } = next.operands[j]!;
      if (kindAt(row, j) === row.makes && offset >= result.offset && offset < next.result.offset) return to;
      const found = change(steps[to - 1]!.operands[j]!, next.operands[j]!);
      if (to === from + 1) changes[j] = found;
      else if (changes[j] !== found && changes[j] !== ANYTHING) {
        if (to - from >= LONG) return to;
        changes[j] = ANYTHING;
      }
    }
  }
}

// The instructions over ranges that a run becomes; undefined if it takes longer than by itself.
function rollRun(
  run: readonly Step[],
  kernels: Kernels,
  scratch: Scratch,
  ranges: Map<string, Place>,
): Rolled[] | undefined {
  const count = run.length;
  if (count === 1) return undefined;
  const { name, result } = run[0]!;
  const row = rowOf(name);
  const columns = run[0]!.operands.map((_, j) => run.map(({ operands }) => operands[j]!));
  const changes = columns.map((places, j) => {
    const first = change(places[0]!, places[1]!);
    if (places.every((place, i) => i === 0 || change(places[i - 1]!, place) === first)) return first;
    return kindAt(row, j) === "real" && places.every(({ value }) => value !== undefined) ? ANY_CONSTANT : ANYTHING;
  });
  if (changes.every((found) => found === STAYS)) return undefined;
  const sum = row.effect.does === "addTerms" ? row.effect : undefined;
  const passes = sum ? sum.count * ADDED_TERM[sum.family].passes : 1;
  const gathers = changes.filter((found) => found === ANYTHING).length;
  // Nanoseconds, measured: an instruction over a range takes a call and a loop, one by itself a step of a switch and its loads.
  const [range, alone] = [10 + 0.9 * count, 5 + 0.8 * columns.length];
  if ((passes + gathers) * range > count * alone) return undefined;
  if (!sum && !runsOver(row, kernels, changes)) return undefined;
  const out: Rolled[] = [];
  const operands = columns.map((places, j): Place => {
    const [first] = places as [Place];
    if (changes[j] === STAYS) return first;
    if (changes[j] === ADVANCES) return { offset: first.offset, lane: true };
    const kind = kindAt(row, j);
    const key = kind + places.map(({ offset }) => offset).join(" ");
    const known = ranges.get(key);
    if (known) return known;
    const made = scratch.range(count, kind);
    ranges.set(key, made);
    if (changes[j] === ANY_CONSTANT)
      scratch.constants.push({ offset: made.offset, values: places.map(({ value }) => value!) });
    else out.push({ name: kind === "mask" ? "gatherMasks" : "gather", count, result: made, operands: places });
    return made;
  });
  const whole = { offset: result.offset, lane: true };
  if (sum) addTerms(sum.family, sum.width, count, whole, operands, scratch, out);
  else out.push({ name, count, result: whole, operands });
  return out;
}

// Whether the instruction has a kernel for ranges of those operands that change.
function runsOver(row: InstructionRow, kernels: Kernels, changes: readonly number[]): boolean {
  return (
    row.effect.does === "op" &&
    kernels[row.name] !== undefined &&
    permits(
      row,
      changes.map((found) => found !== STAYS),
    )
  );
}

/** Appends an instruction and returns where its result lies: over a range if it reads one, and then at `target` if that is given. */
type Put = (name: InstructionName, operands: readonly Place[], target?: Place) => Place;

/**
 * What adds a term to a sum over ranges, by instructions that take a range for any operand, as those for several terms do not; and how
 * many instructions that takes.
 */
const ADDED_TERM: {
  readonly [K in TermSum]: {
    readonly passes: number;
    readonly add: (put: Put, target: Place, sum: Place, ...term: Place[]) => Place;
  };
} = {
  dot: { passes: 1, add: (put, target, sum, ...term) => put("mulAdd", [...term, sum], target) },
  squares: {
    passes: 2,
    add: (put, target, sum, x, y) => put("mulAdd", [x!, put("square", [y!]), sum], target),
  },
  chains: { passes: 2, add: (put, target, sum, ...term) => put("add", [sum, put("chain", term)], target) },
  select: { passes: 2, add: (put, target, sum, ...term) => put("add", [sum, put("where", term)], target) },
};

// A sum of terms over ranges, one term after the other.
function addTerms(
  family: TermSum,
  width: number,
  count: number,
  result: Place,
  operands: readonly Place[],
  scratch: Scratch,
  out: Rolled[],
): void {
  // What reads no range is computed once.
  const put: Put = (name, operands, target) => {
    const lane = operands.some((operand) => operand.lane);
    const place = lane ? (target ?? scratch.range(count)) : { ...scratch.range(1), lane };
    out.push({ name, count: lane ? count : 1, result: place, operands });
    return place;
  };
  let sum = operands[0]!;
  for (let at = 1; at < operands.length; at += width)
    sum = ADDED_TERM[family].add(put, result, sum, ...operands.slice(at, at + width));
}
