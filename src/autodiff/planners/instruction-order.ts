/**
 * Uniform instructions are sorted. Those of one shape follow each other, so that their values lie side by side and back ends can
 * run them as lanes of one instruction: of exp(a), −exp(a), exp(b), −exp(b) first come both exponentials, then both negations. The
 * shape of an instruction is its name and the shapes of what it reads.
 */
import { visits } from "../../pieces/lists.ts";
import type { Pieces } from "../../pieces/pieces.ts";
import type { NodeId } from "../ops/op.ts";
import type { Instruction } from "../tape/plan.ts";

/** A bound above the number of shapes, so small that the number of a pair, 2^52 at most, is exact. */
const MOST = 0x4000000; // 2²⁶, written so that bundlers see a constant

/** Instructions of a piece of the work. */
const EACH = 2048;

/**
 * Sorts lists of instructions, each by shape; those of a shape in the order of what they read. No value is read before it is
 * computed: what an instruction reads has a shape that was met before its own. Nodes are below `size`.
 */
export function* byShape(
  lists: readonly (readonly Instruction[])[],
  size: number,
  isConstant: (node: NodeId) => boolean,
): Pieces<Instruction[][]> {
  const shape = new Int32Array(size); // 0 for what is not computed here
  const place = new Int32Array(size);
  const numbers = new Map<string | number, number>(); // of names, and of pairs of numbers
  const numberOf = (key: string | number): number => {
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size + 1);
    return numbers.size;
  };
  const earlier = (p: Instruction, q: Instruction): number => {
    for (let j = 0; j < p.operands.length; j++) {
      const [x, y] = [p.operands[j]!, q.operands[j]!];
      if (x !== y && !isConstant(x)) return place[x]! - place[y]! || x - y;
    }
    return 0;
  };
  let placed = 0;
  const all: Instruction[][] = [];
  for (const list of lists) {
    yield;
    const groups = new Map<number, Instruction[]>();
    yield* visits(list, EACH, (instruction) => {
      let number = numberOf(instruction.name);
      for (const operand of instruction.operands)
        number = numberOf(number * MOST + (isConstant(operand) ? MOST - 1 : shape[operand]!));
      shape[instruction.node] = number;
      const group = groups.get(number);
      if (group) group.push(instruction);
      else groups.set(number, [instruction]);
    });
    const sorted: Instruction[] = [];
    for (const group of groups.values()) {
      if (group.length > EACH) yield;
      if (group.length > 1) group.sort(earlier);
      for (const instruction of group) {
        place[instruction.node] = ++placed;
        sorted.push(instruction);
      }
    }
    all.push(sorted);
  }
  return all;
}
