/** The law of back ends: every instruction of the table has the interpreter's bits on each, and writes only where the contract permits it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FAST_INTERPRETER } from "../../../src/autodiff/lanes/interpreter/fast-interpreter.ts";
import { FAST_KERNELS } from "../../../src/autodiff/lanes/interpreter/fast-kernels.generated.ts";
import { INTERPRETER } from "../../../src/autodiff/lanes/interpreter/interpreter.ts";
import { jit } from "../../../src/autodiff/lanes/javascript/jit.ts";
import { hasEmitter } from "../../../src/autodiff/lanes/wasm/emitters.ts";
import { LANES_PER_TURN } from "../../../src/autodiff/lanes/wasm/kernel-module.ts";
import { wasmKernels } from "../../../src/autodiff/lanes/wasm/kernels.ts";
import { wasm } from "../../../src/autodiff/lanes/wasm/wasm.ts";
import {
  type Backend,
  EVEN_PART,
  type Executable,
  SUM_PARTS,
  WRITES_BEYOND,
} from "../../../src/autodiff/tape/executable.ts";
import { INSTRUCTIONS, rowOf } from "../../../src/autodiff/tape/instruction-table.ts";
import {
  type InstructionName,
  type InstructionRow,
  type Kind,
  permits,
  variantsOf,
} from "../../../src/autodiff/tape/instructions.ts";
import { type Column, type Further, LANES, laneTrial, onceTrial, trials } from "../../support/back-end-contract.ts";
import { amount, SOAK } from "../../support/soak.ts";
import { tapeProgram } from "../../support/tape-program.ts";

const BACKENDS: readonly Backend[] = [FAST_INTERPRETER, wasm({ after: 0 }), wasmKernels(), jit()];
const ROWS = Object.values(INSTRUCTIONS);
const EDGES = [
  0,
  -0,
  1,
  -1,
  0.3,
  -2.7,
  1e-300,
  5e-324,
  1e300,
  -1e300,
  800,
  -800,
  708.9,
  -745.1,
  Infinity,
  -Infinity,
  NaN,
];
const real = fc.oneof(fc.constantFrom(...EDGES), fc.double({ min: -40, max: 40, noNaN: true }), fc.double());
const mask = fc.constantFrom(-1, 0);

/** Values for each operand: one for each lane. */
function columnsOf({ reads, effect }: InstructionRow, further: Further): fc.Arbitrary<number[][]> {
  const value = (kind: Kind): fc.Arbitrary<number> =>
    effect.does === "lookUp" ? fc.nat(further.length - 1) : kind === "mask" ? mask : real;
  return fc.tuple(...reads.map(({ kind }) => fc.array(value(kind), { minLength: LANES, maxLength: LANES })));
}

/** Operands beyond those in `reads`: ascending thresholds, or what is looked up. */
function furtherOf({ effect }: InstructionRow): Further {
  if (effect.does === "lookUp") return EDGES;
  if (effect.does !== "search") return [];
  const size = 2 ** effect.bits - 1;
  return Array.from({ length: size }, (_, k) => (k < 0.9 * size || k < 2 ? (80 * k) / size - 36 : Infinity));
}

/** Searches of 2^12 and up to 2^20 places do what one of 2^11 does, and laying out their tables takes seconds: the soak has them. */
const isUsual = ({ effect }: InstructionRow): boolean =>
  effect.does !== "gather" && (SOAK || effect.does !== "search" || effect.bits <= 11);

const lanes = fc.integer({ min: 1, max: LANES });

describe.each(BACKENDS.map((backend) => ({ title: backend.name, backend })))("on $title", ({ backend }) => {
  test.each(ROWS.filter(isUsual))("$name in the lanes", (row) => {
    const further = furtherOf(row);
    const columns = columnsOf(row, further);
    // Uniform operands that change, and constants, some of which back ends treat in their own way.
    // A table of a million thresholds takes half a second to lay out: one way of reading it is enough.
    for (const variant of variantsOf(row))
      for (const constant of further.length > 1000 && !SOAK ? [undefined] : [undefined, 0, -1]) {
        const { ofLanes } = trials(
          backend,
          laneTrial(
            row,
            variant,
            row.reads.map(() => constant),
            further,
          ),
        );
        const property = fc.property(columns, lanes, (values, n) => {
          expect(ofLanes(n, values), `lanes ${variant}, constant ${constant}`).toEqual([]);
        });
        fc.assert(property, { numRuns: further.length > 1000 ? 1 : amount(7, 30) });
        if (variant.every((lane) => lane)) break;
      }
  });

  test.each(ROWS.filter(({ effect }) => effect.does === "op" || effect.does === "addTerms"))(
    "$name once per batch",
    (row) => {
      const column = fc.constantFrom<Column>("same", "side by side", "side by side", "scattered", "constants");
      const shape = fc.tuple(...row.reads.map(() => column));
      fc.assert(
        fc.property(
          shape,
          lanes,
          columnsOf(row, []),
          fc.array(real, { minLength: LANES, maxLength: LANES }),
          (shapes, count, values, constants) => {
            const { ofUniform, ofRest } = trials(backend, onceTrial(row, count, shapes, constants));
            expect(ofUniform(values), "before the lanes").toEqual([]);
            expect(ofRest(values), "after the lanes").toEqual([]);
          },
        ),
        { numRuns: amount(4, 15) },
      );
    },
  );
});

describe("the check of back ends", () => {
  const ones = (row: InstructionRow): number[][] =>
    row.reads.map(() => Array.from({ length: LANES }, (_, i) => 1 + i / 4));
  /** The interpreter, after whose lanes something more is done. */
  const faulty = (more: (executable: Executable, n: number) => void, laneMultiple = 1): Backend => ({
    name: "faulty",
    laneMultiple,
    load(program) {
      const loaded = INTERPRETER.load(program);
      return {
        ...loaded,
        runUniform() {
          loaded.runUniform();
          more(loaded, program.uniform.length);
        },
        runLanes(n) {
          loaded.runLanes(n);
          more(loaded, n);
        },
      };
    },
  });
  const row = INSTRUCTIONS.add;
  const trial = laneTrial(row, [true, true]);
  const { offset } = trial.program.outputs[0]!;

  test("sees one wrong bit", () => {
    const { ofLanes } = trials(
      faulty(({ slots }) => (slots[offset + 1]! *= 1 + Number.EPSILON)),
      trial,
    );
    expect(ofLanes(3, ones(row))).toEqual([`real ${offset + 1} is 2.5000000000000004, expected 2.5`]);
    const zeros = trials(
      faulty(({ slots }) => (slots[offset] = -0)),
      trial,
    );
    expect(zeros.ofLanes(3, [Array(LANES).fill(0), Array(LANES).fill(0)])).toEqual([
      `real ${offset} is -0, expected 0`,
    ]);
  });

  test("sees a lane written beyond those that the back end rounds up to", () => {
    const beyond = (lane: number, laneMultiple: number): string[] =>
      trials(
        faulty(({ slots }) => (slots[offset + lane] = 7), laneMultiple),
        trial,
      ).ofLanes(5, ones(row));
    expect(beyond(5, 1)).toHaveLength(1);
    expect(beyond(7, 4)).toEqual([]);
    expect(beyond(8, 4)).toHaveLength(1);
    expect(beyond(-1, 4)).toHaveLength(1);
  });

  test("sees a number written too far after the results of what runs once per batch", () => {
    const once = onceTrial(row, 4, ["same", "same"], []);
    const end = once.program.uniform.at(-1)!.result.offset + 1;
    const beyond = (place: number): string[] =>
      trials(
        faulty(({ slots }) => (slots[end + place] = 7)),
        once,
      ).ofUniform(ones(row));
    expect([...Array(WRITES_BEYOND).keys()].map(beyond)).toEqual(Array(WRITES_BEYOND).fill([]));
    expect(beyond(WRITES_BEYOND)).toHaveLength(1);
  });

  test("sees sums over the lanes that are not kept in two parts", () => {
    const sums = laneTrial(INSTRUCTIONS.sumLanes1, [true]);
    const first = sums.program.lane[0]!.result.offset;
    const together = faulty(({ slots }) => {
      slots[first + EVEN_PART]! += slots[first + SUM_PARTS - 1]!;
    });
    expect(trials(together, sums).ofLanes(4, ones(INSTRUCTIONS.sumLanes1))).toHaveLength(1);
  });
});

test("kernels of WebAssembly write as far beyond a range as they may, and no farther", () => {
  expect(LANES_PER_TURN - 1).toBe(WRITES_BEYOND);
  // Nine places are more than eight, from which on ranges are worth a kernel: twelve are written.
  const trial = onceTrial(INSTRUCTIONS.add, 9, ["side by side", "side by side"], []);
  const written = [INTERPRETER, wasmKernels()].map((backend) => {
    const { slots, runUniform } = backend.load(trial.program);
    slots.fill(1.5, 0, trial.program.realSlots);
    runUniform();
    return slots.slice(0, trial.program.realSlots).filter((value) => value !== 1.5).length;
  });
  expect(written).toEqual([9, 9 + WRITES_BEYOND]);
});

describe("an instruction that is missing", () => {
  test("from the table is an error that names it", () => {
    expect(() => rowOf("dot3" as InstructionName)).toThrow(
      new TypeError('rowOf: instruction has no row; got "dot3", expected one of instruction-table.ts'),
    );
    expect(() => rowOf("constructor" as InstructionName)).toThrow('got "constructor"');
  });

  test("from a table of rows does not compile", () => {
    const { mulAdd: _, ...others } = INSTRUCTIONS;
    // @ts-expect-error: mulAdd is missing
    const table: { readonly [K in InstructionName]: InstructionRow } = others;
    expect(Object.keys(table)).toHaveLength(ROWS.length - 1);
  });

  test("from the kernels is an error that names it, on every back end that needs them", () => {
    const lane = { offset: 0, lane: true };
    const program = (name: InstructionName) =>
      tapeProgram({ kernels: {}, lanes: 4, realSlots: 8, lane: [{ name, result: lane, operands: [lane] }] });
    for (const backend of [INTERPRETER, ...BACKENDS])
      if (backend.name !== "jit")
        expect(() => backend.load(program("lgamma")), backend.name).toThrow(
          new TypeError("interpreter: op lgamma is unknown here"),
        );
  });

  test("for such operands is one as well", () => {
    const uniform = { offset: 0, lane: false };
    const [p, x] = [uniform, { offset: 0, lane: true }];
    const step = { name: "addWhere", result: { offset: 4, lane: true }, operands: [p, uniform, uniform, x] } as const;
    expect(permits(INSTRUCTIONS.addWhere, [false, false, false, true])).toBe(false);
    expect(() => INTERPRETER.load(tapeProgram({ lanes: 4, realSlots: 8, maskSlots: 1, lane: [step] }))).toThrow(
      "op addWhere is unknown here",
    );
  });
});

test("the instructions that WebAssembly leaves to the interpreter are the ones that are known", () => {
  expect(ROWS.filter((row) => !hasEmitter(row)).map(({ name }) => name)).toEqual([
    ...[
      "atan",
      "lgamma",
      "digamma",
      "trigamma",
      "erf",
      "normalCdf",
      "logNormalCdf",
      "normalHazard",
      "normalQuantileOfSurprisal",
    ],
    ...["gather", "gatherMasks"], // which it puts side by side by itself
  ]);
});

// An engine inlines exp into a loop that calls it once; one that calls it eight times takes twice as long.
test("fast kernels have several lanes in a turn where their arithmetic is short, and one where it calls a function", () => {
  const isUnrolled = (name: string): boolean => FAST_KERNELS[name]!.some((kernel) => /\bo \+ 3\b/.test(String(kernel)));
  const rolled = ROWS.filter(({ name, effect }) => name in FAST_KERNELS && "op" in effect && !isUnrolled(name));
  expect(rolled.map(({ name }) => name)).toEqual(["expSub"]);
});
