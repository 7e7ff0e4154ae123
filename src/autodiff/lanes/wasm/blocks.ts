/** Blocks of a tape as functions of WebAssembly SIMD. */

import type { Place } from "../../tape/executable.ts";
import { FAMILIES } from "../../tape/fusion.ts";
import { type BlockStep, type SourcedStep, slotKey } from "../instruction-blocks.ts";
import { Code, type FunctionSpec, I32, V128 } from "./encoder.ts";
import { emitterOf, NARROW, reductionEmitterOf } from "./ops.ts";

/** Where in memory that lies which instructions read and write. */
export interface Layout {
  readonly maskBase: number;
  /** Of 16 bytes that nobody reads. */
  readonly anchor: number;
  /** The address of the table of an instruction that has one. */
  readonly tableAt: (step: BlockStep) => number;
}

const addressOf = ({ maskBase }: Layout, kind: string, { offset }: Place): number =>
  kind === "m" ? maskBase + 4 * offset : 8 * offset;

function loadUniform(code: Code, kind: string, address: number): Code {
  code.i32(0);
  return kind === "m" ? code.simd("load32_splat", 2, address) : code.simd("load64_splat", 3, address);
}

/** A function () that runs uniform instructions, and such as gather values from anywhere. */
export function uniformFunction(steps: readonly BlockStep[], layout: Layout): FunctionSpec {
  const code = new Code();
  const values = new Map<string, number>();
  let locals = 0;
  for (const step of steps) {
    const { kinds, operands, resultKind, result } = step;
    if (step.name.startsWith("gather")) {
      gather(code, step, layout);
      continue;
    }
    const isZero = (j: number): boolean => kinds[j] === "r" && Object.is(operands[j]!.value, 0);
    const push = (j: number): void => {
      const known = values.get(slotKey(kinds[j]!, operands[j]!));
      if (isZero(j)) code.f64x2(0);
      else if (known !== undefined) code.get(known);
      else loadUniform(code, kinds[j]!, addressOf(layout, kinds[j]!, operands[j]!));
    };
    emitterOf(step.name)!(code, push, isZero, () => code.i32(layout.tableAt(step)));
    const [local, address] = [locals++, addressOf(layout, resultKind, result)];
    values.set(slotKey(resultKind, result), local);
    code.set(local).i32(0).get(local);
    if (resultKind === "m") code.simd("store32_lane", 2, address, 0);
    else code.simd("store64_lane", 3, address, 0);
  }
  return { parameters: [], results: [], locals: [[locals, V128]], code };
}

// Values from anywhere side by side: reals two at a time, as they are read, masks one at a time.
function gather(code: Code, { operands, resultKind, result }: BlockStep, layout: Layout): void {
  const from = operands.map((place) => addressOf(layout, resultKind, place));
  const to = addressOf(layout, resultKind, result);
  if (resultKind === "m") {
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

// Is it the next part of a running sum? Engines compute as late as they can what has no effect: of a long sum they would load
// all terms first. That it is stored makes them add as they go.
function continuesRun({ name, sources: [sum] }: SourcedStep): boolean {
  return sum !== undefined && isRun(name) && isRun(sum.name);
}

const isRun = (name: string): boolean => FAMILIES.some((family) => name.startsWith(family.name));

// Locals: eight times the first lane, the number of lanes, four times the first lane, which lanes count; uniform operands; values.
const [AT, N, HALF, LIVE, UNIFORM] = [0, 1, 2, 3, 4] as const;
const FIRST_VALUE = UNIFORM + 13; // as many operands as a run of four selections has

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
  const readsOf = ({ kinds, operands, sources }: SourcedStep): string[] =>
    operands.flatMap((place, j) => (place.lane && !sources[j] ? [slotKey(kinds[j]!, place)] : []));
  const outside = new Set(steps.flatMap(readsOf));
  const load = (pair: number, kind: string, place: Place): number => {
    const key = slotKey(kind, place);
    const known = read[pair]!.get(key);
    if (known !== undefined) return known;
    const [local, address] = [locals++, addressOf(layout, kind, place)];
    read[pair]!.set(key, local);
    if (kind === "m") code.get(HALF).simd("load32x2_s", 2, address + 8 * pair);
    else code.get(AT).simd("load", 3, address + 16 * pair);
    code.set(local);
    return local;
  };
  const store = (pair: number, kind: string, place: Place, local: number): void => {
    if (outside.has(slotKey(kind, place))) load(pair, kind, place); // later instructions want what was there before
    const address = addressOf(layout, kind, place);
    if (kind === "m") {
      code.get(HALF).get(local).get(local);
      code.simd("shuffle", ...NARROW).simd("store64_lane", 2, address + 8 * pair, 0);
    } else
      code
        .get(AT)
        .get(local)
        .simd("store", 3, address + 16 * pair);
  };
  const isZeroOf =
    ({ kinds, operands }: BlockStep) =>
    (j: number): boolean =>
      kinds[j] === "r" && Object.is(operands[j]!.value, 0);
  const push = (step: SourcedStep, pair: number) => {
    const { kinds, operands, sources } = step;
    const at = operands.slice(0, kinds.length).map((place, j) => {
      const [kind, source] = [kinds[j]!, sources[j]];
      if (source) return results[pair]!.get(source)!;
      if (place.lane) return load(pair, kind, place);
      if (pair === 0 && !isZeroOf(step)(j)) loadUniform(code, kind, addressOf(layout, kind, place)).set(UNIFORM + j);
      return UNIFORM + j;
    });
    return (j: number): void => {
      if (isZeroOf(step)(j)) code.f64x2(0);
      else code.get(at[j]!);
    };
  };

  code.get(AT).i32(3).op(0x74).tee(AT).i32(1).op(0x76).set(HALF);
  code.op(0x03, 0x40); // loop
  if (pairs === 1 && steps.some((step) => reductionEmitterOf(step.name))) code.liveLanes(AT, N).set(LIVE);
  for (const step of steps) {
    const { resultKind, result, stored } = step;
    const reduction = reductionEmitterOf(step.name);
    if (reduction) {
      // The sums over even and odd lanes are one vector. In memory: as locals of the loop they cost engines more.
      const address = addressOf(layout, "r", result);
      code.i32(0).i32(0).simd("load", 3, address);
      for (const pair of turns) {
        reduction.term(code, push(step, pair), isZeroOf(step), 0);
        if (pairs === 1) code.get(LIVE).simd("and");
        code.simd("add");
      }
      code.simd("store", 3, address);
      continue;
    }
    for (const pair of turns) {
      emitterOf(step.name)!(code, push(step, pair), isZeroOf(step), () => code.i32(layout.tableAt(step)));
      const local = locals++;
      results[pair]!.set(step, local);
      code.set(local);
      if (stored) store(pair, resultKind, result, local);
      else if (continuesRun(step)) code.i32(0).get(local).simd("store", 3, layout.anchor);
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
