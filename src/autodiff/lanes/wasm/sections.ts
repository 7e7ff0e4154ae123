/**
 * Instructions that run once per batch are written in WebAssembly SIMD here. Rolled instructions over as many places become one loop over pairs of places, which
 * keeps what passes between them in registers; what is left is straight-line code.
 */

import type { Place } from "../../tape/executable.ts";
import { rowOf } from "../../tape/instruction-table.ts";
import { kindAt } from "../../tape/instructions.ts";
import { type Block, type BlockStep, type Generates, onDemand } from "../instruction-blocks.ts";
import type { Rolled, Scratch } from "../rolled-instructions.ts";
import { type Layout, laneFunction, uniformFunction } from "./blocks.ts";
import { Code, type FunctionSpec } from "./encoder.ts";
import { IMPORTS } from "./functions.ts";

/** Part of a section: an exported function, or what is left to the interpreter. */
export interface Part {
  readonly name: string;
  readonly steps?: readonly Rolled[];
}

/** Instructions that run together: in a loop over `count` places, or one after the other. */
interface Piece {
  readonly count: number;
  readonly generated: boolean;
  readonly steps: Rolled[];
}

/** In how many pieces a place for an instruction is looked for. */
const MOST_SEARCHED = 64;

/**
 * Appends to a module's functions those that run the instructions, at most `most` each. Returns the parts in their order, with
 * names that begin with `prefix`.
 */
export function appendSection(
  functions: FunctionSpec[],
  steps: readonly Rolled[],
  prefix: string,
  most: number,
  layout: Layout,
  generates: Generates,
  scratch: Scratch,
): Part[] {
  const parts: Part[] = [];
  let calls: Code | undefined;
  const call = (made: FunctionSpec, ...operands: number[]): void => {
    calls ??= new Code();
    for (const operand of operands) calls.i32(operand);
    calls.call(IMPORTS.length + functions.push(made) - 1);
  };
  const nextName = (): string => `${prefix}${parts.length}`;
  const finish = (): void => {
    if (!calls) return;
    const name = nextName();
    functions.push({ parameters: [], results: [], locals: [], code: calls, name });
    parts.push({ name });
    calls = undefined;
  };
  for (const { generated, count, steps: inside } of piecesOf(steps, most, generates, scratch)) {
    if (!generated) {
      finish();
      parts.push({ name: nextName(), steps: inside });
      continue;
    }
    const block = inside.map((step) => ({ ...step, row: rowOf(step.name), stored: true }));
    if (count === 1) call(uniformFunction(block, layout));
    else {
      const sourced = onDemand({ generated, steps: block } satisfies Block);
      const [fours, pairs] = [count & ~3, count & ~1];
      if (fours > 0) call(laneFunction(sourced, 2, layout), 0, fours);
      if (fours < pairs) call(laneFunction(sourced, 1, layout), fours, pairs);
      // A pair too much would overwrite what may have been computed before.
      if (pairs < count)
        call(
          uniformFunction(
            block.map((step) => elementOf(step, pairs)),
            layout,
          ),
        );
    }
  }
  finish();
  return parts;
}

// The instruction that does at one place what another does over a range.
function elementOf(step: BlockStep, i: number): BlockStep {
  const at = ({ offset, lane, ...place }: Place): Place => ({
    ...place,
    offset: lane ? offset + i : offset,
    lane: false,
  });
  return { ...step, operands: step.operands.map(at), result: at(step.result) };
}

// The pieces in order: every instruction is in the first one that comes after what it reads.
function piecesOf(steps: readonly Rolled[], most: number, generates: Generates, scratch: Scratch): Piece[] {
  const pieces: Piece[] = [];
  // By place: 1 + the piece that writes there, and where the range begins that it belongs to.
  const made = (size: number) => ({ piece: new Int32Array(size), start: new Int32Array(size) });
  const [reals, bits] = [made(scratch.reals), made(scratch.masks)];
  for (const step of steps) {
    const row = rowOf(step.name);
    const gathers = row.effect.does === "gather";
    const generated = gathers || generates(row);
    const count = gathers || !generated ? 1 : step.count;
    let first = 0;
    step.operands.forEach((place, j) => {
      const { piece, start } = kindAt(row, j) === "mask" ? bits : reals;
      const end = place.offset + (place.lane ? step.count : 1);
      for (let at = place.offset; at < end; at++) {
        if (piece[at] === 0) continue;
        const writer = piece[at]! - 1;
        // Straight-line code reads what it has written; a loop what it has written in the same turn.
        const together = count === 1 || (place.lane && start[at] === place.offset);
        const fits = pieces[writer]!.count === count && pieces[writer]!.generated === generated;
        first = Math.max(first, together && fits ? writer : writer + 1);
      }
    });
    const end = Math.min(pieces.length, first + MOST_SEARCHED);
    let at = first;
    for (; at < end; at++) {
      const piece = pieces[at]!;
      if (piece.count === count && piece.generated === generated && piece.steps.length < most) break;
    }
    if (at === end) at = pieces.push({ count, generated, steps: [] }) - 1;
    pieces[at]!.steps.push(step);
    const { piece, start } = row.makes === "mask" ? bits : reals;
    const { offset } = step.result;
    piece.fill(at + 1, offset, offset + step.count);
    start.fill(offset, offset, offset + step.count);
  }
  return pieces;
}
