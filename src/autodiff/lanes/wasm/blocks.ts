/**
 * Each block of a tape becomes a function of WebAssembly SIMD. A block of lane instructions becomes a loop over pairs of lanes, in which values
 * are locals; instructions that run once per batch become straight-line code.
 */

import type { Place } from "../../tape/executable.ts";
import { INSTRUCTIONS } from "../../tape/instruction-table.ts";
import { type InstructionRow, type Kind, kindAt } from "../../tape/instructions.ts";
import { addsLanes, type BlockStep, type SourcedStep, slotKey } from "../instruction-blocks.ts";
import { emitterOf, laneSumsOf, NARROW } from "./emitters.ts";
import { Code, type FunctionSpec, I32, V128 } from "./encoder.ts";

/** The addresses of what instructions read and write. */
export interface Layout {
  readonly maskBase: number;
  /** Of 16 bytes that nobody reads. */
  readonly anchor: number;
  /** The address of the table of an instruction that has one. */
  readonly tableAt: (step: BlockStep) => number;
}

const addressOf = ({ maskBase }: Layout, kind: Kind, { offset }: Place): number =>
  kind === "mask" ? maskBase + 4 * offset : 8 * offset;

/** Whether operand j is the constant +0. */
const isZeroOf =
  ({ row, operands }: BlockStep) =>
  (j: number): boolean =>
    kindAt(row, j) === "real" && Object.is(operands[j]!.value, 0);

function loadUniform(code: Code, kind: Kind, address: number): Code {
  code.i32(0);
  return kind === "mask" ? code.simd("load32_splat", 2, address) : code.simd("load64_splat", 3, address);
}

/** A function () that runs uniform instructions, and such as gather values from anywhere. */
export function uniformFunction(steps: readonly BlockStep[], layout: Layout): FunctionSpec {
  const code = new Code();
  const values = new Map<string, number>();
  let locals = 0;
  for (const step of steps) {
    const { row, operands, result } = step;
    if (row.effect.does === "gather") {
      gather(code, step, layout);
      continue;
    }
    const isZero = isZeroOf(step);
    const push = (j: number): void => {
      const [kind, place] = [kindAt(row, j), operands[j]!];
      const known = values.get(slotKey(kind, place));
      if (isZero(j)) code.f64x2(0);
      else if (known !== undefined) code.get(known);
      else loadUniform(code, kind, addressOf(layout, kind, place));
    };
    emitterOf(row)!(code, push, isZero, () => code.i32(layout.tableAt(step)));
    const [local, address] = [locals++, addressOf(layout, row.makes, result)];
    values.set(slotKey(row.makes, result), local);
    code.set(local).i32(0).get(local);
    if (row.makes === "mask") code.simd("store32_lane", 2, address, 0);
    else code.simd("store64_lane", 3, address, 0);
  }
  return { parameters: [], results: [], locals: [[locals, V128]], code };
}

// Values from anywhere side by side: reals two at a time, as they are read, masks one at a time.
function gather(code: Code, { operands, row: { makes }, result }: BlockStep, layout: Layout): void {
  const from = operands.map((place) => addressOf(layout, makes, place));
  const to = addressOf(layout, makes, result);
  if (makes === "mask") {
    for (const [i, address] of from.entries())
      code
        .i32(0)
        .i32(0)
        .op(0x28, 2, address)
        .op(0x36, 2, to + 4 * i);
    return;
  }
  for (let i = 0; i < from.length; i += 2) {
    code.i32(0).i32(0).i32(0).simd("load64_splat", 3, from[i]!);
    code.simd("load64_lane", 3, from[i + 1] ?? from[i]!, 1).simd("store", 3, to + 8 * i);
  }
}

// Whether an instruction goes on with the sum of another one. Engines compute as late as they can what has no effect: of a long sum
// they would load all terms first. A store of the sum makes them add as they go.
function continuesSum({ row, sources: [sum] }: SourcedStep): boolean {
  return sum !== undefined && addsTerms(row) && addsTerms(sum.row);
}

const addsTerms = ({ effect }: InstructionRow): boolean => effect.does === "addTerms";

// Locals: eight times the first lane, the number of lanes, four times the first lane, which lanes count; uniform operands; values.
const [AT, N, HALF, LIVE, UNIFORM] = [0, 1, 2, 3, 4] as const;
const FIRST_VALUE = /* @__PURE__ */ firstValue();

// After as many uniform operands as an instruction has outside tables: 13, of four selections and the sum that they are added to.
function firstValue(): number {
  return UNIFORM + Math.max(...Object.values(INSTRUCTIONS).map(({ reads }) => reads.length));
}

/**
 * A function (from, n) that runs lane instructions for lanes from … n − 1, where from is even. With one pair of lanes at a time n may
 * be odd; with two, n − from is a multiple of four, and uniform values and sums are read and written once for both.
 */
export function laneFunction(steps: readonly SourcedStep[], pairs: 1 | 2, layout: Layout, name?: string): FunctionSpec {
  const code = new Code();
  let locals = FIRST_VALUE;
  const turns = Array.from({ length: pairs }, (_, pair) => pair);
  // For each pair the locals of results, and of what is read from slots that were written before the block.
  const results = turns.map(() => new Map<SourcedStep, number>());
  const read = turns.map(() => new Map<string, number>());
  const readsOf = ({ row, operands, sources }: SourcedStep): string[] =>
    operands.flatMap((place, j) => (place.lane && !sources[j] ? [slotKey(kindAt(row, j), place)] : []));
  const outside = new Set(steps.flatMap(readsOf));
  const load = (pair: number, kind: Kind, place: Place): number => {
    const key = slotKey(kind, place);
    const known = read[pair]!.get(key);
    if (known !== undefined) return known;
    const [local, address] = [locals++, addressOf(layout, kind, place)];
    read[pair]!.set(key, local);
    if (kind === "mask") code.get(HALF).simd("load32x2_s", 2, address + 8 * pair);
    else code.get(AT).simd("load", 3, address + 16 * pair);
    code.set(local);
    return local;
  };
  const store = (pair: number, kind: Kind, place: Place, local: number): void => {
    if (outside.has(slotKey(kind, place))) load(pair, kind, place); // later instructions want what was there before
    const address = addressOf(layout, kind, place);
    if (kind === "mask") {
      code.get(HALF).get(local).get(local);
      code.simd("shuffle", ...NARROW).simd("store64_lane", 2, address + 8 * pair, 0);
    } else
      code
        .get(AT)
        .get(local)
        .simd("store", 3, address + 16 * pair);
  };
  const push = (step: SourcedStep, pair: number, isZero: (j: number) => boolean) => {
    const { row, operands, sources } = step;
    const at = row.reads.map(({ kind }, j) => {
      const [place, source] = [operands[j]!, sources[j]];
      if (source) return results[pair]!.get(source)!;
      if (place.lane) return load(pair, kind, place);
      if (pair === 0 && !isZero(j)) loadUniform(code, kind, addressOf(layout, kind, place)).set(UNIFORM + j);
      return UNIFORM + j;
    });
    return (j: number): void => {
      if (isZero(j)) code.f64x2(0);
      else code.get(at[j]!);
    };
  };

  code.get(AT).i32(3).op(0x74).tee(AT).i32(1).op(0x76).set(HALF);
  code.op(0x03, 0x40); // loop
  if (pairs === 1 && steps.some((step) => addsLanes(step.row))) code.liveLanes(AT, N).set(LIVE);
  for (const step of steps) {
    const { row, result, stored } = step;
    const isZero = isZeroOf(step);
    const sums = laneSumsOf(row);
    if (sums) {
      // The sums over even and odd lanes are one vector. It stays in memory: as locals of the loop sums cost engines more.
      const address = addressOf(layout, "real", result);
      code.i32(0).i32(0).simd("load", 3, address);
      for (const pair of turns) {
        sums.term(code, push(step, pair, isZero), isZero, 0);
        if (pairs === 1) code.get(LIVE).simd("and");
        code.simd("add");
      }
      code.simd("store", 3, address);
      continue;
    }
    for (const pair of turns) {
      emitterOf(row)!(code, push(step, pair, isZero), isZero, () => code.i32(layout.tableAt(step)));
      const local = locals++;
      results[pair]!.set(step, local);
      code.set(local);
      if (stored) store(pair, row.makes, result, local);
      else if (continuesSum(step)) code.i32(0).get(local).simd("store", 3, layout.anchor);
    }
  }
  // AT += 16 pairs; HALF = AT / 2; again while AT < 8 n
  code
    .get(AT)
    .i32(16 * pairs)
    .op(0x6a)
    .tee(AT)
    .i32(1)
    .op(0x76)
    .set(HALF);
  code.get(AT).get(N).i32(3).op(0x74).op(0x48).op(0x0d, 0).op(0x0b);
  const groups: [count: number, type: number][] = [
    [1, I32],
    [locals - LIVE, V128],
  ];
  return { parameters: [I32, I32], results: [], locals: groups, code, ...(name && { name }) };
}
