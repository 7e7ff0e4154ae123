/**
 * Straight-line instructions, rolled: neighbours that do the same with values which lie side by side become one instruction
 * that goes over ranges of places, as over lanes. The bits are the same.
 */

import type { Kernels } from "../ops/kernels.generated.ts";
import type { Place, Step, TapeProgram } from "../tape/executable.ts";
import { FAMILIES, type Family } from "../tape/fusion.ts";
import { type Signature, signatureOf } from "../tape/signatures.ts";

/** An instruction over `count` places: of its result, and of the operands that are lanes. */
export interface Rolled extends Step {
  readonly count: number;
}

/** Slots after those of a program: for operands that do not lie side by side where they are, and for one lane alone. */
export class Scratch {
  reals: number;
  masks: number;
  /** What lies there before anything runs. */
  readonly constants: { readonly offset: number; readonly values: readonly number[] }[] = [];

  constructor({ realSlots, maskSlots }: TapeProgram) {
    this.reals = realSlots;
    this.masks = maskSlots;
  }

  /** Writes the constants. */
  initialise(slots: Float64Array): void {
    for (const { offset, values } of this.constants) slots.set(values, offset);
  }

  /** Room for `count` values, and for three that a back end may write beyond them. */
  range(count: number, kind = "r"): Place {
    const offset = kind === "m" ? this.masks : this.reals;
    if (kind === "m") this.masks += count + 3;
    else this.reals += count + 3;
    return { offset, lane: true };
  }
}

/** Kernels of what only rolled programs contain: values from anywhere put side by side. */
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

/** The signature of an instruction that may only occur in rolled programs. */
export function signatureOfRolled({ name, operands }: Rolled): Signature {
  const kind = name === "gatherMasks" ? "m" : "r";
  return name.startsWith("gather") ? { kinds: kind.repeat(operands.length), resultKind: kind } : signatureOf(name);
}

/** What of a program is the same for every lane, rolled, and the slots that this takes. */
export interface RolledProgram {
  readonly uniform: readonly Rolled[];
  readonly rest: readonly Rolled[];
  readonly scratch: Scratch;
}

export function rollProgram(program: TapeProgram): RolledProgram {
  const scratch = new Scratch(program);
  const [uniform, rest] = [program.uniform, program.rest].map((steps) => roll(steps, program.kernels, scratch)) as [
    Rolled[],
    Rolled[],
  ];
  return { uniform, rest, scratch };
}

/** Rolls instructions none of which writes where another one writes or has read, but for sums over the lanes. */
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

/** What an operand does from one step to the next. */
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
  const { kinds, resultKind, reduction } = signatureOf(name);
  if (reduction) return from + 1;
  const changes = new Uint8Array(operands.length);
  for (let to = from + 1; ; to++) {
    const next = steps[to];
    if (!isNext(next, to) || next.operands.length !== operands.length) return to;
    for (let j = 0; j < operands.length; j++) {
      const { offset } = next.operands[j]!;
      if (kinds[j] === resultKind && offset >= result.offset && offset < next.result.offset) return to;
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
  const { kinds } = signatureOf(name);
  const columns = run[0]!.operands.map((_, j) => run.map(({ operands }) => operands[j]!));
  const changes = columns.map((places, j) => {
    const first = change(places[0]!, places[1]!);
    if (places.every((place, i) => i === 0 || change(places[i - 1]!, place) === first)) return first;
    return kinds[j] === "r" && places.every(({ value }) => value !== undefined) ? ANY_CONSTANT : ANYTHING;
  });
  if (changes.every((found) => found === STAYS)) return undefined;
  const family = familyOf(name);
  const passes = family ? ((columns.length - 1) / family.kinds.length) * (family.name === "dot" ? 1 : 2) : 1;
  const gathers = changes.filter((found) => found === ANYTHING).length;
  // Nanoseconds: over a range an instruction takes a call and a loop, by itself a step of a switch and its loads.
  const [range, alone] = [10 + 0.9 * count, 5 + 0.8 * columns.length];
  if ((passes + gathers) * range > count * alone) return undefined;
  if (!family && !hasKernel(kernels, name, changes)) return undefined;
  const out: Rolled[] = [];
  const operands = columns.map((places, j): Place => {
    const [first] = places as [Place];
    if (changes[j] === STAYS) return first;
    if (changes[j] === ADVANCES) return { offset: first.offset, lane: true };
    const key = kinds[j]! + places.map(({ offset }) => offset).join(" ");
    const known = ranges.get(key);
    if (known) return known;
    const made = scratch.range(count, kinds[j]);
    ranges.set(key, made);
    if (changes[j] === ANY_CONSTANT)
      scratch.constants.push({ offset: made.offset, values: places.map(({ value }) => value!) });
    else out.push({ name: kinds[j] === "m" ? "gatherMasks" : "gather", count, result: made, operands: places });
    return made;
  });
  const whole = { offset: result.offset, lane: true };
  if (family) addTerms(family, count, whole, operands, scratch, out);
  else out.push({ name, count, result: whole, operands });
  return out;
}

function familyOf(name: string): Family | undefined {
  return FAMILIES.find((row) => name.startsWith(row.name) && /\d$/.test(name));
}

// Has the instruction a kernel for these operands as lanes?
function hasKernel(kernels: Kernels, name: string, changes: readonly number[]): boolean {
  const variants = kernels[name]!;
  const variant = changes.reduce((bits, found, j) => (found === STAYS ? bits : bits | (1 << j)), 0);
  return variants.length === (1 << changes.length) - 1 && variants[variant - 1] !== undefined;
}

// A sum of terms as instructions that take ranges for any of their operands.
function addTerms(
  { name, kinds }: Family,
  count: number,
  result: Place,
  operands: readonly Place[],
  scratch: Scratch,
  out: Rolled[],
): void {
  // What reads no range is computed once.
  const put = (name: string, operands: readonly Place[], target?: Place): Place => {
    const lane = operands.some((operand) => operand.lane);
    const place = lane ? (target ?? scratch.range(count)) : { ...scratch.range(1), lane };
    out.push({ name, count: lane ? count : 1, result: place, operands });
    return place;
  };
  let sum = operands[0]!;
  for (let at = 1; at < operands.length; at += kinds.length) {
    const [x, y, z] = operands.slice(at, at + kinds.length) as [Place, Place, Place];
    if (name === "dot") sum = put("mulAdd", [x, y, sum], result);
    if (name === "squares") sum = put("mulAdd", [x, put("square", [y]), sum], result);
    if (name === "chains") sum = put("add", [sum, put("chain", [x, y])], result);
    if (name === "select") sum = put("add", [sum, put("where", [x, y, z])], result);
  }
}
