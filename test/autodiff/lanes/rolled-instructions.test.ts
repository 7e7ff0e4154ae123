import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAST_INTERPRETER } from "../../../src/autodiff/lanes/interpreter/fast-interpreter.ts";
import { INTERPRETER } from "../../../src/autodiff/lanes/interpreter/interpreter.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { roll, Scratch } from "../../../src/autodiff/lanes/rolled-instructions.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import { byShape } from "../../../src/autodiff/planners/instruction-order.ts";
import type { Executable, Place, Step } from "../../../src/autodiff/tape/executable.ts";
import { INSTRUCTIONS, rowOf } from "../../../src/autodiff/tape/instruction-table.ts";
import type { InstructionName } from "../../../src/autodiff/tape/instructions.ts";
import type { Instruction } from "../../../src/autodiff/tape/plan.ts";
import { corrected } from "../../../src/estimators/index.ts";
import { makeSampler } from "../../../src/index.ts";
import { influenza, temperature, textmsg } from "../../../src/models/index.ts";
import { finished } from "../../../src/pieces/pieces.ts";
import { amount } from "../../support/soak.ts";
import { KERNELS, tapeProgram } from "../../support/tape-program.ts";

const BACKENDS = [FAST_INTERPRETER, wasmKernels(), wasm({ after: 0 }), wasm({ block: 3, after: 0 }), jit()];
/** What may run once per batch: everything that makes a value and has no table. */
const NAMES = Object.values(INSTRUCTIONS).flatMap(({ name, effect }) =>
  effect.does === "op" || effect.does === "addTerms" ? [name] : [],
);
const INPUTS = 8;

/** How the operands of a group of instructions follow each other, and whether they are constants. */
const COLUMN = fc.record({ stride: fc.constantFrom(0, 1, 1, -1, 3), start: fc.nat(), constant: fc.boolean() });
const GROUP = fc.record({
  name: fc.constantFrom(...NAMES),
  count: fc.constantFrom(1, 2, 5, 9, 20),
  columns: fc.array(COLUMN, { minLength: 13, maxLength: 13 }),
});
type Group = typeof GROUP extends fc.Arbitrary<infer T> ? T : never;

/** Steps of groups one after the other, each result in the next slot; reals and masks begin with inputs. */
function stepsOf(groups: readonly Group[]): { steps: Step[]; reals: number; masks: number } {
  const size = { real: INPUTS, mask: INPUTS };
  const steps: Step[] = [];
  for (const { name, count, columns } of groups) {
    const { reads, makes } = rowOf(name);
    const known = { ...size };
    for (let i = 0; i < count; i++) {
      const operands = reads.map(({ kind }, j): Place => {
        const { stride, start, constant } = columns[j]!;
        const room = known[kind];
        const offset = (((start + stride * i) % room) + room) % room;
        // The first inputs are constants.
        return constant && kind === "real" && stride === 3
          ? { offset: offset % 4, lane: false, value: offset % 4 }
          : { offset, lane: false };
      });
      steps.push({ name, operands, result: { offset: size[makes]++, lane: false } });
    }
  }
  return { steps, reals: size.real, masks: size.mask };
}

/** Slots and masks after the steps of a program that is loaded. */
function valuesAfter({ slots, masks, runUniform }: Executable, reals: number, bits: number): unknown[] {
  for (let i = 0; i < INPUTS; i++) {
    slots[i] = i < 4 ? i : [-0, 0.3, -2.7, 1e3][i - 4]!;
    masks[i] = i % 3 === 0 ? -1 : 0;
  }
  runUniform();
  return [...slots.slice(0, reals), ...masks.slice(0, bits)];
}

const RUNS = amount(40, 500);

describe("rolled instructions", () => {
  test("have the bits of the instructions one by one", () => {
    let fewer = 0;
    fc.assert(
      fc.property(fc.array(GROUP, { minLength: 1, maxLength: 6 }), (groups) => {
        const { steps, reals, masks } = stepsOf(groups);
        const program = tapeProgram({ lanes: 2, realSlots: reals + 3, maskSlots: masks + 3, uniform: steps });
        const expected = valuesAfter(INTERPRETER.load(program), reals, masks);
        for (const backend of BACKENDS) expect(valuesAfter(backend.load(program), reals, masks)).toEqual(expected);
        if (roll(steps, KERNELS, new Scratch(program)).length < steps.length) fewer++;
      }),
      { numRuns: RUNS },
    );
    expect(fewer).toBeGreaterThan(RUNS / 2); // else little would have been compared
  });

  test("do not go over values that depend on each other", () => {
    const chain: Group = {
      name: "add",
      count: 9,
      columns: Array.from({ length: 13 }, () => ({ stride: 1, start: INPUTS - 1, constant: false })),
    };
    const { steps } = stepsOf([chain]);
    const place = (offset: number): Place => ({ offset, lane: false });
    const serial = steps.map((step, i) => ({ ...step, operands: [place(INPUTS + i - 1), place(0)] }));
    const program = tapeProgram({ lanes: 1, realSlots: 32, maskSlots: 0 });
    expect(roll(serial, KERNELS, new Scratch(program))).toHaveLength(9);
    const parallel = steps.map((step, i) => ({ ...step, operands: [place(i % INPUTS), place(0)] }));
    expect(roll(parallel, KERNELS, new Scratch(program)).length).toBeLessThan(9);
  });

  test("are few in the paper's models", () => {
    for (const model of [textmsg, influenza, temperature]) {
      const sampler = makeSampler(model, corrected({ marginalise: false }), {
        backend: {
          name: "counting",
          load(program) {
            const { length } = roll(program.uniform, program.kernels, new Scratch(program));
            expect(length).toBeLessThan(program.uniform.length / 5);
            throw new Error("counted");
          },
        },
      });
      expect(() => sampler.means!()).toThrow("counted");
    }
  });
});

describe("instructions sorted by shape", () => {
  test("compute nothing before what it reads, and stay the same", () => {
    const instruction = fc.record({
      name: fc.constantFrom("neg" as const, "add" as const, "dot4" as const),
      reads: fc.array(fc.nat()),
    });
    fc.assert(
      fc.property(fc.array(instruction, { maxLength: 60 }), (list) => {
        const instructions = list.map(
          ({ name, reads }, i): Instruction => ({ node: 5 + i, name, operands: reads.map((at) => at % (5 + i)) }),
        );
        const [sorted = []] = finished(byShape([instructions], 5 + list.length, (node) => node < 2));
        const done = new Set([0, 1, 2, 3, 4]);
        for (const { node, operands } of sorted) {
          expect(operands.every((operand) => done.has(operand))).toBe(true);
          done.add(node);
        }
        expect(sorted.toSorted((p, q) => p.node - q.node)).toEqual(instructions);
      }),
    );
  });

  test("lie side by side, in the order of what they read", () => {
    const of = (node: number, name: InstructionName, ...operands: number[]): Instruction => ({ node, name, operands });
    const [sorted = []] = finished(
      byShape(
        [[of(3, "exp", 0), of(4, "neg", 3), of(5, "exp", 1), of(6, "neg", 5), of(7, "add", 6, 2), of(8, "add", 4, 2)]],
        9,
        () => false,
      ),
    );
    expect(sorted.map(({ node }) => node)).toEqual([3, 5, 4, 6, 8, 7]);
  });
});
